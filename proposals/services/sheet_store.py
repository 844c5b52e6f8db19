"""Storing what a sheet of suggestions asks for: a handful of statements per thousand rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from typing import Any

from django.db import connection

from audit.actors import Actor
from audit.services import record, record_many
from congress.models import Congress, Session, Term, Unit
from core.dates import local_date
from core.rows import insert_many
from deputies.models import Seat
from deputies.services import record_duties
from deputies.services.ties import DutyRow
from handling.selectors import due_for
from notifications.clocks import clock_for
from notifications.models import Clock
from proposals import states
from proposals.models import Proposal
from proposals.rules import pairs_of
from proposals.selectors import series_key
from proposals.services.numbers import number_was_given

# Of 10,000 suggestions come 70,000 rows: plain statements instead of as many model instances.
_VERSIONS = """
INSERT INTO proposals_version (proposal_id, number, title, facts, advice, by, at)
SELECT id, 1, title, facts, advice, %s, %s FROM proposals_proposal WHERE id = ANY(%s)
"""
_SIGNATURES = """
INSERT INTO proposals_signature (proposal_id, deputy_id, seat_id, lead, place, state, version,
    invited_at, answered_at, note)
SELECT proposal, deputy, seat, lead, place, same.state, 1, same.at, same.at, '书面签名'
FROM (VALUES (%s::text, %s::timestamptz)) AS same (state, at),
    unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::boolean[], %s::smallint[])
        AS one (proposal, deputy, seat, lead, place)
"""


@dataclass
class Planned:
    """One row that holds: what it says, and the rows it names."""

    row: dict[str, Any]
    term: Term
    session: Session | None
    series: str
    lead: Seat
    signers: list[Seat]
    leads: list[Unit]
    co: list[Unit]
    submitted_at: datetime


def store(rows: Sequence[Planned], congress: Congress, actor: Actor, now: datetime) -> None:
    """Write the rows as accepted; the caller's transaction makes it all or nothing."""
    made = [
        _proposal(code, one, congress, actor, now)
        for code, one in zip(_codes(len(rows)), rows, strict=True)
    ]
    _number(made)
    insert_many(made)
    _versions(made, actor, now)
    _signatures(made, rows, now)
    record_many(
        actor=actor, action="proposals.proposal.imported", objects=made, now=now,
        to_state=states.ACCEPTED,
    )  # fmt: skip
    record_duties(_duties(made, rows), kind="suggestion", source_type="proposals.proposal", now=now)
    insert_many(_clocks(made, now))
    if made:
        record(actor=actor, action="proposals.record.sheet_imported", obj=made[0], now=now,
               data={"rows": len(made)})  # fmt: skip


def _codes(count: int) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval('proposals_proposal_number') FROM generate_series(1, %s)", [count]
        )
        return [f"J{number:08d}" for (number,) in cursor.fetchall()]


def _proposal(code: str, one: Planned, congress: Congress, actor: Actor, now: datetime) -> Proposal:
    row = one.row
    return Proposal(
        code=code, state=states.ACCEPTED, region_code=congress.region_code, created_at=now,
        state_at=now, term=one.term, session=one.session, series=one.series, number=row["number"],
        lead=one.lead.deputy, seat=one.lead, title=row["title"], facts=row["facts"] or "",
        advice=row["advice"], title_pairs=pairs_of(row["title"]), category=row["category"] or "",
        proxy_name=actor.actor_label, proxy_way="import", submitted_at=one.submitted_at,
        accepted_at=now, planned_lead="、".join(u.code for u in one.leads),
        planned_co="、".join(u.code for u in one.co),
    )  # fmt: skip


def _number(made: Sequence[Proposal]) -> None:
    """Given numbers stay; the others follow the last of their series, in the order of the sheet."""
    waiting: dict[str, list[Proposal]] = {}
    for proposal in made:
        proposal.series_key = series_key(proposal)
        waiting.setdefault(proposal.series_key, []).append(proposal)
    for key, group in sorted(waiting.items()):
        given = [p.number for p in group if p.number]
        last = number_was_given(key, max(given, default=0))
        fresh = [p for p in group if p.number is None]
        for number, proposal in enumerate(fresh, last + 1):
            proposal.number = number
        if fresh:
            number_was_given(key, last + len(fresh))


def _versions(made: Sequence[Proposal], actor: Actor, now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_VERSIONS, [actor.actor_label, now, [p.pk for p in made]])


def _signatures(made: Sequence[Proposal], rows: Sequence[Planned], now: datetime) -> None:
    """Everybody named signed on paper: the sheet is the office's list of signed papers."""
    signed = [
        (proposal.pk, seat.deputy_id, seat.pk, place == 1, place)
        for proposal, one in zip(made, rows, strict=True)
        for place, seat in enumerate([one.lead, *one.signers], 1)
    ]
    if signed:
        columns = [list(column) for column in zip(*signed, strict=True)]
        with connection.cursor() as cursor:
            cursor.execute(_SIGNATURES, [states.CONFIRMED, now, *columns])


def _duties(made: Sequence[Proposal], rows: Sequence[Planned]) -> list[DutyRow]:
    return [
        (seat.deputy_id, seat.pk, local_date(one.submitted_at),
         f"{'联名' if place else '领衔'}提出代表建议{proposal.number_words}", proposal.code)
        for proposal, one in zip(made, rows, strict=True)
        for place, seat in enumerate([one.lead, *one.signers])
    ]  # fmt: skip


def _clocks(made: Sequence[Proposal], now: datetime) -> list[Clock]:
    """闭会 ones are to be handed over within the time of the rules, from the day they came."""
    found = []
    due_from = cache(partial(due_for, "assign_within"))
    for proposal in made:
        if proposal.series != states.BETWEEN or proposal.submitted_at is None:
            continue
        start = local_date(proposal.submitted_at)
        due = due_from(proposal.region_code, start)
        found.append(
            clock_for(proposal, name="assign_within", due=due, now=now, counted_from=start)
        )
    return found
