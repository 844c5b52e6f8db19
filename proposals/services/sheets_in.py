"""A session's suggestions from a sheet: every row checked, then all of them stored or none."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from django.db import transaction
from django.db.models import Q

from congress.models import Congress, Session, Term, Unit
from core.dates import LOCAL_ZONE, local_date
from core.errors import Forbidden
from core.sheets import ImportReport, RowProblem, parse_rows
from deputies.models import Seat
from deputies.services.sheet_columns import collector_paused
from proposals import states
from proposals.models import Proposal
from proposals.rules import is_system
from proposals.services.sheet_columns import COLUMNS
from proposals.services.sheet_store import Planned, store

Row = dict[str, Any]


@dataclass
class _Known:
    """What rows are checked against, read once."""

    terms: dict[int, Term]
    sessions: dict[tuple[int, int], Session]
    seats: dict[tuple[int, str], list[Seat]] = field(default_factory=lambda: defaultdict(list))
    units: dict[str, Unit] = field(default_factory=dict)
    numbers: set[tuple[int, int, str, int]] = field(default_factory=set)


def import_proposals(
    source: Any, *, actor: Any, congress: Congress, now: datetime, dry_run: bool = False
) -> ImportReport:
    """Check a sheet; without `dry_run` and without problems put every row down as accepted.

    Rows without a number get the next of their series. Units named are kept for 交办, which stays
    a step of its own. Raises Forbidden without the right to import there.
    """
    if not is_system(actor) and not actor.has_perm("proposals.import_proposal", congress):
        raise Forbidden("no_right", "您不能在这里导入代表建议。")
    with collector_paused():
        rows, problems = parse_rows(source, COLUMNS)
        known = _read(congress)
        planned = [_planned(n, row, known, problems, now) for n, row in rows]
        report = ImportReport(len(rows), problems)
        if report.ok and not dry_run:
            with transaction.atomic():
                store([p for p in planned if p], congress, actor, now)
    return report


def congress_of(source: Any) -> Congress | None:
    """The congress a sheet is about: its one 人大, or the one where all its leads have seats."""
    rows, _ = parse_rows(source, COLUMNS)
    named = {row["congress"] for _, row in rows} - {None}
    if named:
        words = Q(name__in=named) | Q(code__in=named) | Q(region_code__in=named)
        found = list(Congress.objects.filter(words)[:2])
        return found[0] if len(found) == 1 else None
    leads = {row["lead"] for _, row in rows[:50]} - {None}
    seats = Seat.objects.filter(
        Q(deputy__name__in=leads) | Q(deputy__code__in=leads) | Q(certificate__in=leads)
    ).select_related("deputy", "term")
    met: dict[int, set[str]] = defaultdict(set)
    for seat in seats:
        keys = {seat.deputy.name, seat.deputy.code, seat.certificate}
        met[seat.term.congress_id] |= keys & leads
    whole = [pk for pk, names in met.items() if names == leads]
    return Congress.objects.get(pk=whole[0]) if len(whole) == 1 else None


def _read(congress: Congress) -> _Known:
    terms = {t.number: t for t in Term.objects.filter(congress=congress).order_by("number")}
    sessions = Session.objects.filter(term__in=terms.values()).select_related("term")
    known = _Known(terms, {(s.term_id, s.number): s for s in sessions})
    for seat in Seat.objects.filter(term__in=terms.values()).select_related("deputy"):
        for key in {seat.deputy.name, seat.deputy.code, seat.certificate} - {""}:
            known.seats[seat.term_id, key].append(seat)
    for unit in Unit.objects.in_use().filter(congress=congress):
        for name in {unit.name, unit.short_name, unit.code} - {""}:
            known.units.setdefault(name, unit)
    taken = Proposal.objects.filter(term__in=terms.values(), number__isnull=False)
    known.numbers = {
        (term, session or 0, series, number or 0)
        for term, session, series, number in taken.values_list(
            "term_id", "session__number", "series", "number"
        )
    }
    return known


def _planned(
    number: int, row: Row, known: _Known, problems: list[RowProblem], now: datetime
) -> Planned | None:
    before = len(problems)

    def wrong(column: str, value: Any, problem: str, remedy: str) -> None:
        problems.append(RowProblem(number, column, str(value or ""), problem, remedy))

    term = _term(row, known, wrong)
    if term is None:
        return None
    session = _session(row, term, known, wrong)
    series = row["series"] or (states.SESSION if row["session"] else states.BETWEEN)
    lead = _seat(row["lead"], "领衔代表", term, known, wrong)
    others = [_seat(name, "联名代表", term, known, wrong) for name in row["signers"] or []]
    leads = _units(row["leads"], "主办单位", known, wrong)
    co = _units(row["co"], "会办单位", known, wrong)
    _check_number(row, term, session, series, known, wrong)
    submitted = _submitted(row, term, session, now, wrong)
    if len(problems) > before or lead is None:
        return None
    return Planned(
        row=row, term=term, session=session, series=series, lead=lead,
        signers=_distinct(lead, others), leads=leads, co=co, submitted_at=submitted,
    )  # fmt: skip


def _term(row: Row, known: _Known, wrong: Any) -> Term | None:
    if row["term"] is None:
        found = list(known.terms.values())[-1:]
        if not found:
            wrong("届次", "", "本级人大还没有登记届次", "先登记届次")
        return found[0] if found else None
    if row["term"] not in known.terms:
        words = "、".join(map(str, known.terms)) or "无"
        wrong("届次", row["term"], "本级人大没有这一届", f"为已登记的届次：{words}")
    return known.terms.get(row["term"])


def _session(row: Row, term: Term, known: _Known, wrong: Any) -> Session | None:
    if row["session"] is None:
        if row["series"] == states.SESSION:
            wrong("会次", "", "大会期间的没有填会次", "填第几次会议")
        return None
    found = known.sessions.get((term.pk, row["session"]))
    if found is None:
        wrong("会次", row["session"], "这一届没有登记这次会议", "先登记会议，或改正会次")
    return found


def _seat(name: str | None, column: str, term: Term, known: _Known, wrong: Any) -> Seat | None:
    if not name:
        return None
    found = known.seats.get((term.pk, name), [])
    if len(found) == 1:
        return found[0]
    if found:
        wrong(column, name, f"这一届有{len(found)}位同名代表", "填代表编号或代表证号")
    else:
        wrong(column, name, "不是这一届的代表", "填姓名、代表编号或代表证号")
    return None


def _units(names: list[str] | None, column: str, known: _Known, wrong: Any) -> list[Unit]:
    found = []
    for name in names or []:
        if name in known.units:
            found.append(known.units[name])
        else:
            wrong(column, name, "没有这个承办单位", "填承办单位的全称、简称或编号")
    return found


def _check_number(
    row: Row, term: Term, session: Session | None, series: str, known: _Known, wrong: Any
) -> None:
    if row["number"] is None:
        return
    key = (term.pk, session.number if session else 0, series, row["number"])
    if key in known.numbers:
        wrong("建议号", row["number"], "这个号已经有了，或表内重复", "每个号只能用一次")
    known.numbers.add(key)


def _submitted(
    row: Row, term: Term, session: Session | None, now: datetime, wrong: Any
) -> datetime:
    """The day it was handed in; left out, the session's first day, else today."""
    on: date = row["submitted_on"] or (session.opens_on if session else local_date(now))
    if on > local_date(now) or on < term.starts_on:
        wrong("提出日期", on, "不在这一届的任期内，或者还没到", f"在{term.starts_on}到今天之间")
    return datetime.combine(on, time(9), tzinfo=LOCAL_ZONE)


def _distinct(lead: Seat, others: list[Seat | None]) -> list[Seat]:
    found = {seat.pk: seat for seat in others if seat is not None and seat.pk != lead.pk}
    return list(found.values())
