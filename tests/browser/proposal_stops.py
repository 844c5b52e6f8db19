"""The public and the staff's pages of suggestions, as far as the demo has them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from proposals.models import Batch, Proposal
from proposals.oversight import TABS
from tests.browser.stops import Site, Stop

Where = Callable[[Site], str | None]


def _published(**more: Any) -> Where:
    def where(site: Site) -> str | None:
        rows = Proposal.objects.published().filter(**more).order_by("id")
        found = rows.first()
        return f"/proposals/{found.code}/" if found else None

    return where


def _admin(tail: str) -> Where:
    return lambda site: f"/admin/proposals/{tail}"


def _publish(site: Site) -> str | None:
    rows = Proposal.objects.visible_to(site.people["congress_staff"]).filter(
        replied_at__isnull=False, confidential=False
    )
    found = rows.order_by("id").first()
    return f"/admin/proposals/publication/{found.code}/" if found else None


def _batch(site: Site) -> str | None:
    found = Batch.objects.filter(region_code__startswith="370782").first()
    return f"/admin/proposals/batches/{found.code}/" if found else None


def _entry(site: Site) -> str | None:
    found = Proposal.objects.visible_to(site.people["congress_staff"]).order_by("id").first()
    return f"/admin/proposals/proposal/{found.pk}/change/" if found else None


PROPOSALS = [
    Stop("proposal published", _published()),
    Stop("proposal of two rounds", _published(round__gt=1)),
    Stop("proposal partly public", _published(publication__decision="partial")),
    Stop("proposals searched", lambda s: "/proposals/?words=没有这个"),
    Stop("proposals narrowed", lambda s: "/proposals/?outcome=solved"),
    Stop("proposal results", lambda s: "/results/?tab=proposals"),
    Stop("proposal digest", lambda s: "/proposals/digest/2026/"),
    Stop("proposal digest of a year with nothing", lambda s: "/proposals/digest/2020/"),
    *(
        Stop(f"oversight {key}", _admin(f"oversight/?tab={key}"), "congress_staff", admin=True)
        for key in TABS
    ),
    Stop("review accepted", _admin("review/?tab=accepted"), "congress_staff", admin=True),
    Stop("publication decided", _admin("publication/?tab=public"), "congress_staff", admin=True),
    Stop("publish proposal", _publish, "congress_staff", admin=True),
    Stop("hand-over meeting", _batch, "congress_staff", admin=True),
    Stop(
        "bulk run asked",
        lambda s: f"/admin/jobs/bulkrun/{s.runs[False]}/run/",
        "congress_staff",
        admin=True,
    ),
    Stop(
        "bulk run done",
        lambda s: f"/admin/jobs/bulkrun/{s.runs[True]}/run/",
        "congress_staff",
        admin=True,
    ),
    *(
        Stop(
            f"export {'done' if written else 'running'}",
            lambda s, written=written: f"/admin/jobs/export/{s.exports[written]}/progress/",
            "congress_staff",
            admin=True,
        )
        for written in (False, True)
    ),
    Stop("keep a filter", _admin("proposal/filters/?due=late"), "congress_staff", admin=True),
    Stop("admin proposal", _entry, "congress_staff", admin=True),
]
