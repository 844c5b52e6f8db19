"""Many items at once, each with its rows and its log, as the engine would have left them."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from audit.models import Entry
from handling.models import Order
from proposals.models import Assignment, Evaluation, Proposal
from tests.world import County
from voices.models import Answer, Message, Rating

DAY = timedelta(days=1)


def make_messages(
    county: County, at: datetime, groups: list[tuple[int, dict[str, str]]], *, prefix: str = "T"
) -> list[Message]:
    """`groups` are (how many, {state, outcome, score, …}); closed ones were answered and rated."""
    rows = [
        Message(
            code=f"{prefix}{n:07d}", receipt_hash=sha256(f"{prefix}{n}".encode()).digest(),
            kind="problem", text="路灯坏了", region_code=county.deputy.region_code,
            deputy=county.deputy, created_at=at, state_at=at + 2 * DAY,
            **({"state": "closed"} | fields),
        )
        for n, fields in enumerate(_each(groups))
    ]  # fmt: skip
    Message.objects.bulk_create(rows)
    answered = [m for m in rows if m.outcome]
    Answer.objects.bulk_create(
        Answer(message=m, round=1, by_kind="deputy", by="宋玉禾代表", text="好", at=at + DAY,
               outcome=m.outcome)
        for m in answered
    )  # fmt: skip
    Rating.objects.bulk_create(
        Rating(message=m, round=1, score=m.score, reason="还是不亮", at=at + 2 * DAY)
        for m in rows if m.score
    )  # fmt: skip
    Entry.objects.bulk_create(entry for m in rows for entry in _message_log(m, at))
    return rows


def _message_log(message: Message, at: datetime) -> Iterator[Entry]:
    yield log(message, "voices.message.received", at, to="received")
    if message.outcome:
        yield log(message, "voices.message.answered", at + DAY, "answer", "received", "answered",
                  outcome=message.outcome)  # fmt: skip
    last = "answered" if message.outcome else "received"
    if message.state != last:
        name = "rate" if message.score else {"withdrawn": "withdraw"}.get(message.state, "lapse")
        yield log(message, f"voices.message.{name}", at + 2 * DAY, name, last, message.state,
                  **({"score": message.score} if message.score else {}))  # fmt: skip


def make_proposals(
    county: County, at: datetime, groups: list[tuple[int, dict[str, Any]]]
) -> list[Proposal]:
    """Accepted suggestions: (how many, {outcome, result, attitude, score, state})."""
    seat = county.deputy.seats.get()
    rows, asked = [], list(_each(groups))
    for n, fields in enumerate(asked, 1):
        outcome, state = fields.get("outcome", ""), fields.get("state", "evaluated")
        rows.append(
            Proposal(
                code=f"J{n:07d}", state=state, region_code=county.code, term=seat.term,
                series="session", series_key="18", number=n, lead=county.deputy, seat=seat,
                title="修路", facts="路坏了", advice="修好", category="traffic", created_at=at,
                accepted_at=at, assigned_at=at + DAY, state_at=at + 3 * DAY, outcome=outcome,
                replied_at=at + 2 * DAY if outcome else None,
            )
        )  # fmt: skip
    Proposal.objects.bulk_create(rows)
    pairs = list(zip(rows, asked, strict=True))
    due = (at + 90 * DAY).date()
    Assignment.objects.bulk_create(
        Assignment(
            proposal=p, by="代工委", at=at + DAY, rule="reply_within", counted_from=at.date(),
            due_on=due, original_due_on=due, basis="代表法", replied_at=p.replied_at,
            outcome=p.outcome,
        )
        for p in rows
    )  # fmt: skip
    Evaluation.objects.bulk_create(
        Evaluation(
            proposal=p, deputy=county.deputy, round=1, asked_at=at + 2 * DAY, at=at + 3 * DAY,
            attitude=f.get("attitude", "satisfied"), result=f["result"], reason="没有修",
            score=f.get("score"),
        )
        for p, f in pairs if f.get("result")
    )  # fmt: skip
    Entry.objects.bulk_create(entry for p, f in pairs for entry in _proposal_log(p, f, at))
    _orders(county, rows, at)
    return rows


def _orders(county: County, rows: list[Proposal], at: datetime) -> None:
    """One sole order for each suggestion, answered with it."""
    due = (at + 90 * DAY).date()
    orders = [
        Order(
            code=f"B{p.code}", state="accepted", region_code=p.region_code, created_at=at + DAY,
            state_at=at + 2 * DAY, source_type="proposals.proposal", source_code=p.code,
            unit=county.units[0], role="sole", title="修路", text="修好", assigned_by="代工委",
            assigned_at=at + DAY, replied_at=at + 2 * DAY, due_on=due, original_due_on=due,
            return_until=due, due_rule="reply_within", sign_rule="order_sign_within", basis="代表法",
        )
        for p in rows if p.outcome
    ]  # fmt: skip
    Order.objects.bulk_create(orders)
    Entry.objects.bulk_create(
        entry for o in orders for entry in (
            log(o, "handling.order.assigned", at + DAY, to="assigned", source=o.source_code,
                unit=o.unit.code, role="sole", due_on=due.isoformat()),
            log(o, "handling.order.replied", at + 2 * DAY, "reply", "assigned", "accepted"),
        )
    )  # fmt: skip


def _proposal_log(proposal: Proposal, fields: dict[str, Any], at: datetime) -> Iterator[Entry]:
    yield log(proposal, "proposals.proposal.accepted", at, "accept", "", "accepted")
    yield log(proposal, "proposals.proposal.assigned", at + DAY, "assign", "accepted", "assigned")
    if proposal.outcome:
        yield log(proposal, "proposals.proposal.rating_requested", at + 2 * DAY, "request_rating",
                  "assigned", "replied", outcome=proposal.outcome)  # fmt: skip
        more = {"result": fields["result"], "attitude": fields.get("attitude", "satisfied"),
                "score": fields.get("score")} if (
            fields.get("result")
        ) else {}  # fmt: skip
        yield log(proposal, "proposals.proposal.rated", at + 3 * DAY, "evaluate", "replied",
                  proposal.state, **more)  # fmt: skip
    elif proposal.state != "assigned":
        yield log(proposal, "proposals.proposal.withdrawn", at + 3 * DAY, "withdraw", "assigned",
                  proposal.state)  # fmt: skip


def _each(groups: list[tuple[int, dict[str, Any]]]) -> Iterator[dict[str, Any]]:
    for count, fields in groups:
        for _ in range(count):
            yield dict(fields)


def log(
    obj: Any, action: str, at: datetime, transition: str = "", start: str = "", to: str = "",
    **data: Any,
) -> Entry:  # fmt: skip
    return Entry(
        at=at, actor_kind="system", actor_label="系统", action=action, transition=transition,
        object_type=obj._meta.label_lower, object_code=obj.code, region_code=obj.region_code,
        from_state=start, to_state=to, data=data,
    )  # fmt: skip
