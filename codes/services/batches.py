"""Printing many posters as due work: parts of some hundreds, each a file of its own.

A print shop prefers several files to one of 6,500 pages, each part commits by itself, so the
status page shows how far it is, and a part that a killed worker left is done again.
"""

import secrets
from datetime import datetime, timedelta

from django.core.files.base import ContentFile
from django.db import transaction

from audit.actors import SYSTEM, Actor
from audit.services import record
from codes.models import PosterBatch, PosterPart
from codes.posters import make_posters
from codes.selectors import printable_codes
from codes.services.issuing import mark_printed
from core.dates import local_date
from core.errors import InputInvalid
from jobs.models import DueWork
from jobs.services import schedule

KIND = "codes.poster_part"
PER_PART = 500
KEPT = timedelta(days=30)


def start_batch(
    *, actor: Actor, kind: str, region_code: str, size: str, now: datetime
) -> PosterBatch:
    """Queue the posters of all codes of a kind in a division. InputInvalid when there are none."""
    total = printable_codes(kind, region_code).count()
    if not total:
        message = "这个范围里没有在用的码，请换一个种类或区划。"
        raise InputInvalid("nothing_to_print", message, {"region_code": message})
    with transaction.atomic():
        batch = PosterBatch.objects.create(
            code=f"P{now:%y%m%d}-{secrets.token_hex(4)}", kind=kind, region_code=region_code,
            size=size, total=total, created_at=now,
            created_by=actor.actor_id, created_label=actor.actor_label,
        )  # fmt: skip
        for number, first in enumerate(range(0, total, PER_PART), 1):
            part = PosterPart.objects.create(
                batch=batch, number=number, first=first, count=min(PER_PART, total - first)
            )
            schedule(kind=KIND, key=f"{batch.code}:{number}", run_at=now, payload={"part": part.pk})
        record(actor=actor, action="codes.batch_started", obj=batch, now=now,
               data={"total": total})  # fmt: skip
    return batch


def make_part(work: DueWork, now: datetime) -> None:
    """Due work: draw one part. Safe to run twice: a part that has its file is left alone."""
    part = PosterPart.objects.select_related("batch").filter(pk=work.payload["part"]).first()
    if part is None or part.done_at is not None:
        return
    batch = part.batch
    wanted = printable_codes(batch.kind, batch.region_code)[part.first : part.first + part.count]
    codes = list(wanted)
    sheet = make_posters(codes, today=local_date(now), size=batch.size)
    if sheet.posters:
        name = f"{batch.code}-{part.number}-{secrets.token_hex(8)}.pdf"
        part.file.save(name, ContentFile(sheet.data), save=False)
        mark_printed(actor=SYSTEM, codes=codes, now=now)
    part.posters, part.done_at = sheet.posters, now
    part.problems = [f"{label}缺字：{letters}" for label, letters in sheet.missing] + [
        f"点位 {point} 的对象已停用，没有印" for point in sheet.skipped
    ]
    part.save()


def forget_batches(*, now: datetime) -> int:
    """Delete files and rows older than a month."""
    old = PosterBatch.objects.filter(created_at__lt=now - KEPT)
    for part in PosterPart.objects.filter(batch__in=old).exclude(file=""):
        part.file.delete(save=False)
    return int(old.delete()[0])
