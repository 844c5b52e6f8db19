"""量化测评 as a whole: what each unit was given, and every sheet as a table to take away."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Avg, Count, Min, QuerySet, Sum

from audit.services import record
from core.dates import local_date
from core.errors import Forbidden
from core.fractions import percent
from core.sheets import write_xlsx
from proposals import states
from proposals.models import Proposal, ScoreSheet

_PARTS = states.SCORE_PARTS
HEADER = (
    "建议号", "标题", "承办单位", "轮次", "测评代表", "录入人",
    *(f"{label}{what}" for label, _ in _PARTS.values() for what in ("得分", "满分")),
    "总分", "说明", "时间",
)  # fmt: skip


def by_unit(rows: QuerySet[ScoreSheet]) -> list[dict[str, Any]]:
    """`unit, sheets, mean, lowest` of each unit, the best first."""
    found = rows.order_by().values("order__unit__name").annotate(
        sheets=Count("id"), sum=Sum("total"), mean=Avg("total"), lowest=Min("total")
    )  # fmt: skip
    return [
        {"unit": one["order__unit__name"], "sheets": one["sheets"],
         "mean": percent(int(10 * one["sum"]), one["sheets"], mean=True, per=10),
         "lowest": f"{float(one['lowest']):g}"}
        for one in found.order_by("-mean", "order__unit__name")
    ]  # fmt: skip


def export_sheets(rows: QuerySet[ScoreSheet], target: Any, *, actor: Any, now: datetime) -> int:
    """Write the sheets (already narrowed to what the actor sees) as .xlsx; returns how many.

    Who took how many is recorded. Raises Forbidden without the right to export.
    """
    if not actor.has_perm("proposals.export_proposal"):
        raise Forbidden("no_right", "您不能导出量化测评表。")
    count = write_xlsx(target, HEADER, _lines(rows))
    record(
        actor=actor, action="proposals.register.exported", obj=Proposal(code="register"), now=now,
        data={"rows": count, "form": "xlsx", "what": "score_sheets"},
    )  # fmt: skip
    return count


def _lines(rows: QuerySet[ScoreSheet]) -> Iterator[list[Any]]:
    found = rows.select_related("proposal__term", "proposal__session", "order__unit", "deputy")
    for row in found.order_by("id").iterator(chunk_size=2000):
        points = [
            value
            for part, (_, most) in _PARTS.items()
            for value in (row.points.get(part, 0), row.weights.get(part, most))
        ]
        yield [
            row.proposal.number_words or row.proposal.code, row.proposal.title,
            row.order.unit.name, row.round, row.deputy.name, row.by, *points, row.total, row.note,
            local_date(row.at),
        ]  # fmt: skip
