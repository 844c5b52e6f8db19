"""交办, 答复, 评价, 重新办理, 办结."""

from datetime import datetime
from typing import Any

from audit.actors import SYSTEM
from core.dates import local_date
from proposals import states
from proposals.models import Evaluation, Proposal
from proposals.rules import answering_orders, deputy_codes, is_system, unhappy
from proposals.selectors import answered_deputies, worst_outcome
from proposals.services.deadlines import await_publication, end, lapse_after, run
from proposals.services.handing import Plan, hand_over
from proposals.services.telling import tell_sources
from workflows.engine import apply
from workflows.registry import Change

_PLANNED = ("units", "co_units", "through", "instruction")


def _plan(data: dict[str, Any]) -> Plan:
    return Plan(
        leads=data["lead_units"], co=data["joint_units"], through=data.get("through_unit"),
        instruction=data["instruction"], batch=data.get("batch"),
        decision_reference=data.get("decision_reference", ""),
        short_track=bool(data.get("short_track")), reason=data.get("reason", ""),
    )  # fmt: skip


def assign(change: Change) -> None:
    """独办, 主办会办 or 分办, or the whole to 政府督查室; those linked to it go the same way."""
    proposal, plan = change.obj, _plan(change.data)
    if plan.short_track:
        proposal.short_track = True
        proposal.save(update_fields=["short_track"])
    orders = hand_over(proposal, plan, round=change.round, actor=change.actor, now=change.now)
    change.log |= {"orders": [o.code for o in orders], "units": [o.unit.code for o in orders]}
    if plan.through:
        change.log["units"] = change.log["units"] or [plan.through.code]
    if change.data.get("with_linked"):
        _assign_linked(change)


def _assign_linked(change: Change) -> None:
    """并案办理: handled together, each with orders of its own, so each is answered (SD 20)."""
    raw = {name: change.data[name] for name in _PLANNED}
    for row in change.obj.merged.select_related("other"):
        if row.other.state == states.ACCEPTED:
            apply(row.other, "assign", actor=change.actor, now=change.now, data=raw)


def request_rating(change: Change) -> None:
    """Every unit has answered: those who are answered are asked to rate, their time runs."""
    proposal, now = change.obj, change.now
    outcome = worst_outcome(proposal)
    proposal.outcome = outcome
    proposal.replied_at = proposal.replied_at or now
    proposal.save(update_fields=["outcome", "replied_at"])
    proposal.assignments.filter(round=change.round).update(replied_at=now, outcome=outcome)
    for deputy in answered_deputies(proposal, local_date(now)):
        Evaluation.objects.get_or_create(
            proposal=proposal, round=change.round, deputy=deputy, defaults={"asked_at": now}
        )
    due = run(proposal, "feedback_within", now, round=change.round)
    lapse_after(proposal, due, change.round)
    await_publication(proposal, now)
    tell_sources(proposal, "replied", "代表就您反映的事提出的建议有了答复。", now=now)
    change.log |= {
        "outcome": outcome,
        "units": [o.unit.code for o in answering_orders(proposal).select_related("unit")],
    }


def evaluate(change: Change) -> None:
    """态度 and 结果 apart, the reason when not satisfied, the 落实 score (traps 6, 4)."""
    proposal = change.obj
    if not is_system(change.actor):
        _rate(change)
        waiting = proposal.evaluations.filter(round=change.round, at__isnull=True)
        if waiting.exists():
            change.to_state = states.REPLIED
            return
    change.to_state = states.EVALUATED
    results = proposal.evaluations.filter(round=change.round, at__isnull=False)
    worst = [code for code, _ in states.SCORES]
    found = max(results.values_list("result", flat=True), key=worst.index, default="")
    proposal.satisfaction, proposal.evaluated_at = found, change.now
    proposal.save(update_fields=["satisfaction", "evaluated_at"])
    end(proposal, change.now)


def _rate(change: Change) -> None:
    data, mine = change.data, deputy_codes(change.actor)
    row = change.obj.evaluations.get(round=change.round, deputy=data["deputy"])
    row.at, row.attitude, row.result = change.now, data["attitude"], data["result"]
    row.score, row.reason = data["score"], data["reason"]
    row.proxy_name = "" if data["deputy"].code in mine else change.actor.actor_label
    row.save()
    change.log |= {
        "deputy": row.deputy.code, "attitude": row.attitude, "result": row.result,
        "score": row.score,  # 落实率 by score is recounted from the log
    }  # fmt: skip


def rehandle(change: Change) -> None:
    """A round of its own: new orders, new clock, new reply; the first one stays (trap 9)."""
    proposal = change.obj
    change.round += 1
    proposal.satisfaction, proposal.closed_at = "", None
    proposal.save(update_fields=["satisfaction", "closed_at"])
    plan = _plan(change.data)
    orders = hand_over(proposal, plan, round=change.round, actor=change.actor, now=change.now)
    change.log |= {"orders": [o.code for o in orders], "units": [o.unit.code for o in orders]}


def close(change: Change) -> None:
    """办结 is not 解决, and promises go on (trap 8)."""
    end(change.obj, change.now)
    change.log["lapsed"] = change.from_state == states.REPLIED


def lapse_due(work: Any, now: datetime) -> None:
    """Due work: the time for feedback is over. What came in counts, what did not is not counted."""
    code, round = work.payload["code"], work.payload["round"]
    proposal = Proposal.objects.filter(code=code).first()
    if proposal is None or proposal.state != states.REPLIED or proposal.round != round:
        return
    if proposal.due_on and local_date(now) <= proposal.due_on:
        return  # the calendar moved the day; a later row of due work says so
    if proposal.evaluations.filter(round=round, at__isnull=False).exists():
        proposal = apply(proposal, "evaluate", actor=SYSTEM, now=now)
    if not unhappy(proposal):
        apply(proposal, "close", actor=SYSTEM, now=now)
