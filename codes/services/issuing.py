"""Issuing and ending codes. Each is recorded; a token is never used twice."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from audit.actors import Actor
from audit.services import record, record_many
from codes.models import KINDS, Code
from codes.rules import check_phrase, point_code, point_prefix, random_token
from codes.selectors import forget_pages
from congress.models import Region
from core.errors import InputInvalid, StateMoved

_TRIES = 200


@dataclass(frozen=True)
class NewCode:
    """What a code is to be issued for. `token` and `phrase` are given by demo data only."""

    kind: str
    target_code: str
    region_code: str
    label: str
    token: str = ""
    phrase: str = ""


def issue_code(
    *,
    actor: Actor,
    kind: str,
    target_code: str,
    region_code: str,
    label: str,
    now: datetime,
    rng: random.Random | None = None,
    token: str = "",
    phrase: str = "",
) -> Code:
    """Give a target its code. StateMoved when it has one in use: that one is retired first.

    `label` is printed under the code: a name, or a place. Recorded as `codes.issued`.
    """
    row = NewCode(kind, target_code, region_code, label, token, phrase)
    if _in_use([row]):
        raise StateMoved("code_in_use", f"{label}已有使用中的码，请先停用旧码，再发新码。")
    try:
        return issue_codes([row], actor=actor, now=now, rng=rng)[0]
    except IntegrityError as error:  # somebody issued it in the same instant
        raise StateMoved("code_in_use", f"{label}刚刚由别人发了码，请刷新后再看。") from error


def issue_codes(
    rows: Iterable[NewCode], *, actor: Actor, now: datetime, rng: random.Random | None = None
) -> list[Code]:
    """Give many targets their codes, in the order of `rows`; one that has a code keeps it.

    Two statements per thousand rows. Deterministic for a given `rng` and an empty database.
    """
    wanted = list(rows)
    _check(wanted)
    with transaction.atomic():
        kept = _in_use(wanted)
        missing = [row for row in wanted if (row.kind, row.target_code) not in kept]
        codes = _drawn(missing, now, rng)
        Code.objects.bulk_create(codes, batch_size=1000)
        record_many(actor=actor, action="codes.issued", objects=codes, now=now)
        kept |= {(code.kind, code.target_code): code for code in codes}
    return [kept[row.kind, row.target_code] for row in wanted]


def revoke_code(*, actor: Actor, code: Code, reason: str, now: datetime) -> Code:
    """Make a code invalid (a fake, a mistake, a stolen sheet); its page says only that it is not
    valid. StateMoved when it is not in use any more."""
    return _end(code, "revoked", actor=actor, reason=reason, now=now, successor=None)


def retire_code(
    *, actor: Actor, code: Code, reason: str, now: datetime, successor: Code | None = None
) -> Code:
    """End a code whose target serves no longer; its page leads to the successor or a station.

    The successor must be in use and must not be the code itself. StateMoved when the code is
    not in use any more.
    """
    if successor is not None and (successor.pk == code.pk or successor.state != "active"):
        message = "接替的码要选一个正在使用的、别的码。"
        raise InputInvalid("successor_invalid", message, {"successor": message})
    return _end(code, "retired", actor=actor, reason=reason, now=now, successor=successor)


def reissue_code(*, actor: Actor, code: Code, reason: str, now: datetime) -> Code:
    """A new code for the same target; the old sheets lead to the new one."""
    with transaction.atomic():
        retire_code(actor=actor, code=code, reason=reason, now=now)
        fresh = issue_code(
            actor=actor, kind=code.kind, target_code=code.target_code,
            region_code=code.region_code, label=code.label, now=now,
        )  # fmt: skip
        Code.objects.filter(pk=code.pk).update(successor=fresh)
    return fresh


def mark_printed(*, actor: Actor, codes: Sequence[Code], now: datetime) -> int:
    """Note that sheets of these codes were made."""
    with transaction.atomic():
        record_many(actor=actor, action="codes.printed", objects=codes, now=now)
        return Code.objects.filter(pk__in=[code.pk for code in codes]).update(printed_at=now)


def _end(
    code: Code, state: str, *, actor: Actor, reason: str, now: datetime, successor: Code | None
) -> Code:
    reason = reason.strip()[:100]
    if not reason:
        message = "请写一句原因，例如：换届、印错、海报被人调换。"
        raise InputInvalid("reason_missing", message, {"reason": message})
    with transaction.atomic():
        moved = Code.objects.filter(pk=code.pk, state="active").update(
            state=state, reason=reason, ended_at=now, successor=successor
        )
        if moved != 1:
            raise StateMoved("code_ended", "这个码已经停用或作废了，请刷新后再看。")
        code.refresh_from_db()
        forget_pages()
        transaction.on_commit(forget_pages)  # a page made in between was made of the old row
        record(
            actor=actor, action=f"codes.{state}", obj=code, now=now,
            data={"successor": successor.point_code} if successor else {},
        )  # fmt: skip
    return code


def _check(rows: Sequence[NewCode]) -> None:
    kinds = dict(KINDS)
    for row in rows:
        if row.kind not in kinds or not row.target_code or not row.label.strip():
            raise InputInvalid("code_invalid", "发码要写明种类、对象和印在码下的字。")
    if len({(row.kind, row.target_code) for row in rows}) != len(rows):
        raise InputInvalid("code_twice", "同一个对象在这批里出现了两次，请只留一行。")


def _in_use(rows: Sequence[NewCode]) -> dict[tuple[str, str], Code]:
    found: dict[tuple[str, str], Code] = {}
    for kind in {row.kind for row in rows}:
        targets = [row.target_code for row in rows if row.kind == kind]
        for code in Code.objects.filter(kind=kind, target_code__in=targets, state="active"):
            found[kind, code.target_code] = code
    return found


def _drawn(rows: Sequence[NewCode], now: datetime, rng: random.Random | None) -> list[Code]:
    """The rows as codes with tokens and point codes nobody has yet."""
    prefixes = _prefixes({row.region_code[:6] for row in rows})
    points = _taken_points(set(prefixes.values()))
    tokens = [row.token or random_token(rng) for row in rows]
    taken = set(Code.objects.filter(token__in=tokens).values_list("token", flat=True))
    codes = []
    for row, token in zip(rows, tokens, strict=True):
        while token in taken:  # a given token that is taken ends in a new one too
            token = random_token(rng)  # noqa: PLW2901
        taken.add(token)
        codes.append(
            Code(
                token=token, kind=row.kind, target_code=row.target_code,
                region_code=row.region_code, label=row.label.strip()[:60],
                point_code=_free_point(prefixes[row.region_code[:6]], points, rng),
                check_phrase=row.phrase or check_phrase(rng), issued_at=now,
            )
        )  # fmt: skip
    return codes


def _prefixes(counties: set[str]) -> dict[str, str]:
    known = dict(Region.objects.filter(code__in=counties).values_list("code", "pinyin"))
    return {code: point_prefix(known.get(code, ""), code) for code in counties}


def _taken_points(prefixes: set[str]) -> set[str]:
    taken: set[str] = set()
    for prefix in prefixes:
        found = Code.objects.filter(point_code__startswith=f"{prefix}-")
        taken.update(found.values_list("point_code", flat=True))
    return taken


def _free_point(prefix: str, taken: set[str], rng: random.Random | None) -> str:
    for _ in range(_TRIES):
        point = point_code(prefix, rng)
        if point not in taken:
            taken.add(point)
            return point
    raise InputInvalid("points_used_up", f"{prefix} 的点位编号用完了，请联系系统管理员。")
