"""交办: orders to units by the rules of the place, at once or through 政府督查室; disputes."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction

from audit.actors import SYSTEM, Actor
from audit.services import record
from congress.models import Unit
from congress.rules import DueDate
from core.dates import local_date
from core.errors import Forbidden, InputInvalid, StateMoved
from handling.models import Order
from handling.selectors import due_for
from handling.services import Brief, assign, next_code
from notifications.clocks import stop_clock
from notifications.services import notify
from proposals import states
from proposals.models import Assignment, Batch, Dispute, Proposal
from proposals.rules import STOP_FROM, answering_orders
from proposals.selectors import dispatchers, rules_on
from proposals.services.deadlines import follow_orders, run, show
from workflows.engine import apply


@dataclass(frozen=True)
class Plan:
    """Who is to handle: `leads` (one: 独办 or 主办, several: 分办), `co` 会办, or `through` whom."""

    leads: list[Unit] = field(default_factory=list)
    co: list[Unit] = field(default_factory=list)
    through: Unit | None = None
    instruction: str = ""
    decision_reference: str = ""
    batch: Batch | None = None
    short_track: bool = False
    reason: str = ""

    @property
    def kind(self) -> str:
        if not self.leads:
            return ""
        return "lead" if self.co else "sole" if len(self.leads) == 1 else "part"


def rule_for(proposal: Proposal, round: int) -> str:
    """Which period runs: the ordinary one, one month for what was said in contact, a redo's."""
    if round > 1:
        return "rehandle_within"
    return "short_track_within" if proposal.short_track else "reply_within"


def counted_from(proposal: Proposal, round: int, today: date) -> date:
    """From 交办之日; where the rules say so, from the day the session closed (SD township 15)."""
    session = proposal.session
    if round > 1 or proposal.series != states.SESSION or not session or not session.closes_on:
        return today
    reply_from = rules_on(proposal, today).value("reply_from")
    return min(session.closes_on, today) if reply_from == "session_closed" else today


def hand_over(
    proposal: Proposal, plan: Plan, *, round: int, actor: Actor, now: datetime
) -> list[Order]:
    """Begin a round: orders on the units, or the whole to 政府督查室, which gives them on.

    Called by the effects of 交办 and 重新办理. Raises InputInvalid for units that do not fit.
    """
    today = local_date(now)
    if not plan.leads and plan.through is None:
        raise InputInvalid("no_unit", "请选择承办单位，或者经由的督查部门。",
                           {"units": "请选择承办单位。"})  # fmt: skip
    start, rule = counted_from(proposal, round, today), rule_for(proposal, round)
    due = due_for(rule, proposal.region_code, start)
    assignment = Assignment.objects.create(
        proposal=proposal, by=actor.actor_label, at=now, batch=plan.batch, round=round,
        kind=plan.kind, through=plan.through, decision_reference=plan.decision_reference,
        instruction=plan.instruction, rule=rule, counted_from=start, reason=plan.reason,
        due_on=due.on, original_due_on=due.on, basis=due.basis, provisional=due.provisional,
    )  # fmt: skip
    proposal.through = plan.through
    proposal.save(update_fields=["through"])
    if plan.leads:
        return give_orders(proposal, assignment, plan, actor=actor, now=now)
    run(proposal, "assign_within", now, round=round, shown=False)
    show(proposal, DueDate(due.on, due.basis, due.provisional))
    notify(
        user_ids=dispatchers(proposal, today), kind="proposals.to_dispatch", obj=proposal,
        text=f"有代表建议待转交承办单位：{_called(proposal)}",
        key=f"dispatch:{proposal.code}:{round}", now=now,
    )  # fmt: skip
    return []


def give_orders(
    proposal: Proposal, assignment: Assignment, plan: Plan, *, actor: Actor, now: datetime
) -> list[Order]:
    """The orders of a round; the time for contacting the deputy begins."""
    brief = Brief(
        source=proposal, region_code=proposal.region_code, title=proposal.title,
        text=brief_text(proposal), due_rule=assignment.rule, instruction=plan.instruction,
        round=assignment.round, counted_from=assignment.counted_from,
        contact_required=bool(rules_on(proposal, local_date(now)).value("contact_required")),
        confidential=proposal.confidential,
    )  # fmt: skip
    orders = assign(brief, leads=plan.leads, co=plan.co, actor=actor, now=now)
    assignment.kind = plan.kind
    if assignment.through_id:
        assignment.dispatched_at, assignment.dispatched_by = now, actor.actor_label
    assignment.save(update_fields=["kind", "dispatched_at", "dispatched_by"])
    run(proposal, "contact_within", now, round=assignment.round, shown=False)
    proposal.round = assignment.round  # what the engine is about to write
    follow_orders(proposal)
    return orders


def brief_text(proposal: Proposal) -> str:
    """What the unit reads: the whole text, its points numbered to be answered one by one."""
    points = "\n".join(f"{n}. {point}" for n, point in enumerate(proposal.points, 1))
    return f"情况和问题：\n{proposal.facts}\n\n具体建议：\n{points}"


def _called(proposal: Proposal) -> str:
    return proposal.code if proposal.confidential else proposal.title


@transaction.atomic
def dispatch(proposal: Proposal, plan: Plan, *, actor: Any, now: datetime) -> list[Order]:
    """二级交办: 政府督查室 gives on to departments; the period still runs from 交办之日.

    Raises Forbidden without the right, StateMoved when there is nothing to give on.
    """
    locked = Proposal.objects.select_for_update().get(pk=proposal.pk)
    if not actor.has_perm("proposals.dispatch_proposal", locked):
        raise Forbidden("no_right", "您不能转交这件建议。")
    assignment = locked.assignments.filter(
        round=locked.round, through__isnull=False, dispatched_at__isnull=True
    ).first()
    if assignment is None or locked.state not in states.WORKING:
        raise StateMoved("state_moved", "没有等待转交的任务，可能已经转交了。")
    orders = give_orders(locked, assignment, plan, actor=actor, now=now)
    record(
        actor=actor, action="proposals.record.dispatched", obj=locked, now=now,
        round=locked.round, data={"units": [o.unit.code for o in orders]},
    )  # fmt: skip
    return orders


@transaction.atomic
def open_batch(
    *, actor: Any, region_code: str, title: str, on: date, now: datetime, place: str = ""
) -> Batch:
    """集中交办会: a meeting at which many are handed over."""
    batch = Batch(
        code=next_code("JB", "proposals_batch_number"), region_code=region_code, title=title,
        on=on, place=place, by=actor.actor_label, at=now,
    )  # fmt: skip
    if not actor.has_perm("proposals.assign_proposal", batch):
        raise Forbidden("no_right", "您不能在这里交办。")
    batch.save()
    record(actor=actor, action="proposals.record.batch_opened", obj=batch, now=now)
    return batch


@transaction.atomic
def assign_batch(
    batch: Batch, rows: Iterable[tuple[Proposal, dict[str, Any]]], *, actor: Any, now: datetime
) -> int:
    """Hand over many at once: each with the form of `assign`; all of them or none."""
    done = 0
    for proposal, data in rows:
        apply(proposal, "assign", actor=actor, now=now, data={**data, "batch": batch.code})
        done += 1
    return done


@transaction.atomic
def settle_dispute(
    dispute: Dispute, *, actor: Any, decision: str, lead: Unit | None, now: datetime
) -> Dispute:
    """The arbiter's word (trap 28): handling goes on, or another unit leads from today on.

    A new lead gets an order whose clock starts anew; the old one's stops; co-handlers stay and
    give their opinion to the new lead. Raises StateMoved when it is settled.
    """
    proposal = Proposal.objects.select_for_update().get(pk=dispute.proposal_id)
    dispute = Dispute.objects.select_for_update().get(pk=dispute.pk)
    if dispute.decided_at is not None:
        raise StateMoved("settled", "这项争议已经协调过了，请刷新看看。")
    dispute.decision, dispute.lead = decision, lead
    dispute.decided_by, dispute.decided_at = actor.actor_label, now
    dispute.save()
    if lead is not None:
        _change_lead(proposal, lead, actor, now)
    return dispute


def _change_lead(proposal: Proposal, lead: Unit, actor: Any, now: datetime) -> None:
    old = answering_orders(proposal).select_related("unit").order_by("id").first()
    if old is None or old.unit_id == lead.pk or old.state not in STOP_FROM:
        return
    assignment = proposal.assignments.get(round=proposal.round)
    others = list(Order.objects.filter(lead=old).select_related("unit"))
    mine = next((o for o in others if o.unit_id == lead.pk), None)
    if mine is not None and mine.state in STOP_FROM:
        apply(mine, "stop", actor=SYSTEM, now=now)
    apply(old, "stop", actor=SYSTEM, now=now)
    stop_clock(proposal, now=now)
    assignment.counted_from = local_date(now)
    assignment.save(update_fields=["counted_from"])
    plan = Plan(leads=[lead], instruction=assignment.instruction)
    (heir,) = give_orders(proposal, assignment, plan, actor=actor, now=now)
    Order.objects.filter(lead=old).update(lead=heir)
    if Order.objects.filter(lead=heir).exclude(state="stopped").exists():
        Order.objects.filter(pk=heir.pk).update(role="lead")
        Assignment.objects.filter(pk=assignment.pk).update(kind="lead")
