"""The register of suggestions as a table of twenty columns, from a generator."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from functools import cache
from itertools import islice
from typing import Any

from django.db.models.functions import TruncDate

from audit.services import record
from congress.selectors import rulebook_for_region
from core.dates import LOCAL_ZONE
from core.errors import Forbidden
from core.sheets import write_csv, write_xlsx
from handling.models import Order
from handling.states import CO, OUTCOMES, REASSIGNED, STOPPED
from proposals import states
from proposals.models import Proposal, Signature
from proposals.rules import is_system
from proposals.services.sheet_columns import EXPORTED

CHUNK = 2000
_FIELDS = (
    "pk", "code", "number", "term__number", "session__number", "series", "title", "category",
    "source_kind", "lead__name", "submitted_on", "accepted_on", "assigned_on", "due_on", "state",
    "outcome", "satisfaction", "region_code",
)  # fmt: skip
# The database knows the local day of a moment faster than we do.
_DAYS = {f"{name}_on": TruncDate(f"{name}_at", tzinfo=LOCAL_ZONE)
         for name in ("submitted", "accepted", "assigned")}  # fmt: skip
_CATEGORIES, _SERIES = dict(states.CATEGORIES), dict(states.SERIES)
_OUTCOMES, _SCORES = dict(OUTCOMES), dict(states.SCORES)


def export_proposals(
    rows: Any, target: Any, *, actor: Any, now: datetime, form: str,
    seen: Callable[[Iterable[Any]], Iterable[Any]] = iter,
) -> int:  # fmt: skip
    """Write the rows (already narrowed by `visible_to`) as `xlsx` or `csv`; returns how many.

    `seen` gets the rows and gives them on. Who took how many is recorded. Raises Forbidden
    without the right to export.
    """
    if not is_system(actor) and not actor.has_perm("proposals.export_proposal"):
        raise Forbidden("no_right", "您不能导出代表建议。")
    write = write_csv if form == "csv" else write_xlsx
    count = write(target, EXPORTED, seen(export_rows(rows)))
    record(
        actor=actor, action="proposals.register.exported", obj=Proposal(code="register"), now=now,
        data={"rows": count, "form": form},
    )  # fmt: skip
    return count


def export_rows(rows: Any) -> Iterator[list[Any]]:
    """One list for each suggestion, in the order of the query, in chunks of a few queries."""
    found = rows.annotate(**_DAYS).values_list(*_FIELDS).iterator(chunk_size=CHUNK)
    letters = cache(_letters)
    while chunk := list(islice(found, CHUNK)):
        signers = _signers([row[0] for row in chunk])
        units = _units([row[1] for row in chunk])
        for row in chunk:
            yield _row(row, signers.get(row[0], ""), units.get(row[1], ({}, {})), letters)


def _signers(ids: list[int]) -> dict[int, str]:
    joined: dict[int, list[str]] = {}
    rows = Signature.objects.filter(proposal__in=ids, lead=False, state=states.CONFIRMED)
    for pk, name in rows.order_by("place").values_list("proposal_id", "deputy__name"):
        joined.setdefault(pk, []).append(name)
    return {pk: "、".join(names) for pk, names in joined.items()}


def _units(codes: list[str]) -> dict[str, tuple[dict[str, None], dict[str, None]]]:
    """Names of answering units and of co-handlers, each once, by suggestion."""
    found: dict[str, tuple[dict[str, None], dict[str, None]]] = {}
    orders = Order.objects.filter(source_type="proposals.proposal", source_code__in=codes)
    orders = orders.exclude(state__in=(REASSIGNED, STOPPED)).order_by("id")
    for code, role, name in orders.values_list("source_code", "role", "unit__name"):
        leads, co = found.setdefault(code, ({}, {}))
        (co if role == CO else leads)[name] = None
    return found


def _row(
    row: tuple[Any, ...], signers: str, units: tuple[Iterable[str], Iterable[str]],
    letters: Callable[[str, date], dict[str, str]],
) -> list[Any]:  # fmt: skip
    (_, code, number, term, session, series, title, category, source, lead, submitted, accepted,
     assigned, due_on, state, outcome, score, region) = row  # fmt: skip
    letter = letters(region, assigned).get(outcome, "") if outcome and assigned else ""
    return [
        code, number, term, session, _SERIES.get(series, ""), title,
        _CATEGORIES.get(category, ""), states.SOURCES.get(source, ""), lead, signers,
        submitted, accepted, assigned, "、".join(units[0]), "、".join(units[1]),
        due_on, states.STATES[state], _OUTCOMES.get(outcome, ""), letter, _SCORES.get(score, ""),
    ]  # fmt: skip


def _letters(region_code: str, on: date) -> dict[str, str]:
    """What a place's rules of a day call each outcome: A, B, C."""
    return {
        k: str(v) for k, v in rulebook_for_region(region_code, on).value("reply_letters").items()
    }
