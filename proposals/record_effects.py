"""What each side record writes; gives the codes, numbers and dates that the log keeps."""

from datetime import datetime
from typing import Any

from congress.models import Unit
from core.dates import local_date
from handling.models import Order
from notifications.services import notify
from proposals import states
from proposals.models import (
    Dispute,
    ExpertReview,
    FaceReply,
    Proposal,
    Publication,
    Referral,
    Review,
    ScoreSheet,
    Supervision,
)
from proposals.rules import deputy_codes, not_agreed
from proposals.selectors import people_of
from proposals.services import handing
from proposals.services.handing import Plan

Kept = dict[str, Any]
Data = dict[str, Any]


def give_opinion(proposal: Proposal, data: Data, actor: Any, now: datetime) -> Kept:
    Review.objects.create(
        proposal=proposal, by=actor.actor_label, at=now, kind="opinion", organ=data["organ"],
        version=proposal.version, exclusions=data["exclusions"], note=data["note"],
    )  # fmt: skip
    return {"organ": data["organ"].code, "version": proposal.version}


def conceal(proposal: Proposal, data: Data, actor: Any, now: datetime) -> Kept:
    """Hidden from who need not know, at once: orders too, and whatever was public (QD 18)."""
    secret = data["confidential"]
    proposal.confidential = secret
    proposal.confidential_reason = data["reason"] if secret else ""
    if secret:
        proposal.published_at = None
        Publication.objects.filter(proposal=proposal).exclude(decision="").update(
            decision=states.NOT_PUBLIC, why_not="confidential", title="", text="", reply="",
            feedback="",
        )  # fmt: skip
    proposal.save(update_fields=["confidential", "confidential_reason", "published_at"])
    Order.objects.of(proposal).update(confidential=secret)
    return {"confidential": secret}


def ask_to_withdraw(proposal: Proposal, data: Data, actor: Any, now: datetime) -> Kept:
    """The lead's request with its reason, told to everybody who signed jointly (SH 10)."""
    proposal.signatures.filter(lead=True).update(agreed_at=now, note=data["reason"])
    codes = [row.deputy.code for row in not_agreed(proposal)]
    _tell_of_withdrawal(proposal, codes, f"{proposal.lead.name}代表想撤回联名建议，请您决定", now)
    return {"deputies": codes}


def agree_to_withdraw(proposal: Proposal, data: Data, actor: Any, now: datetime) -> Kept:
    mine = deputy_codes(actor)
    proposal.signatures.filter(deputy__code__in=mine, lead=False).update(agreed_at=now)
    waiting = "、".join(row.deputy.name for row in not_agreed(proposal))
    words = f"同意撤回，还在等{waiting}" if waiting else "联名代表都同意撤回，可以撤回了"
    _tell_of_withdrawal(proposal, [proposal.lead.code], words, now)
    return {"deputies": mine}


def _tell_of_withdrawal(proposal: Proposal, codes: list[str], words: str, now: datetime) -> None:
    called = proposal.code if proposal.confidential else proposal.title
    notify(
        user_ids=people_of(codes, local_date(now)), kind="proposals.withdrawal", obj=proposal,
        text=f"{words}：{called}", key=f"withdrawal:{proposal.code}:{now.isoformat()}", now=now,
    )  # fmt: skip


def object_to_publication(proposal: Proposal, data: Data, actor: Any, now: datetime) -> Kept:
    Publication.objects.update_or_create(
        proposal=proposal,
        defaults={"objection": data["reason"]},
        create_defaults={
            "code": proposal.code, "region_code": proposal.region_code,
            "objection": data["reason"],
        },
    )  # fmt: skip
    return {}


def dispatch(proposal: Proposal, data: Data, actor: Any, now: datetime) -> Kept:
    plan = Plan(leads=data["lead_units"], co=data["joint_units"], instruction=data["instruction"])
    orders = handing.dispatch(proposal, plan, actor=actor, now=now)
    return {"orders": [o.code for o in orders]}


def dispute(proposal: Proposal, data: Data, actor: Any, now: datetime) -> Kept:
    unit = Unit.objects.get(code=actor.scope_codes("unit", "proposals.dispute_proposal")[0])
    Dispute.objects.create(
        proposal=proposal, unit=unit, about=data["about"], arbiter=data["arbiter"],
        by=actor.actor_label, at=now,
    )  # fmt: skip
    return {"unit": unit.code, "arbiter": data["arbiter"]}


def settle_dispute(proposal: Proposal, data: Data, actor: Any, now: datetime) -> Kept:
    row = proposal.disputes.get(decided_at__isnull=True)
    handing.settle_dispute(row, actor=actor, decision=data["decision"], lead=data["lead"], now=now)
    return {"lead": data["lead"].code if data["lead"] else ""}


def face_reply(proposal: Proposal, data: Data, actor: Any, now: datetime) -> Kept:
    row = FaceReply.objects.create(
        proposal=proposal, order=data["order"], round=proposal.round, way=data["way"],
        on=data["on"], place=data["place"], leader=data["leader"], content=data["content"],
        consent=data["consent"], signed=data["signed"], by=actor.actor_label, at=now,
    )  # fmt: skip
    row.deputies.set(data["deputies"])
    return {"order": data["order"].code, "way": row.way, "on": row.on.isoformat()}


def urge(proposal: Proposal, data: Data, actor: Any, now: datetime) -> Kept:
    """Remind who has not rated (CQ 29: what is not returned after urging is not counted)."""
    waiting = proposal.evaluations.filter(round=proposal.round, at__isnull=True)
    codes = list(waiting.values_list("deputy__code", flat=True))
    waiting.update(urged_at=now)
    today = local_date(now)
    called = proposal.code if proposal.confidential else proposal.title
    notify(
        user_ids=people_of(codes, today), kind="proposals.urged", obj=proposal,
        text=f"请您评价建议的办理情况：{called}", key=f"urge:{proposal.code}:{today}", now=now,
    )  # fmt: skip
    return {"deputies": codes}


def score(proposal: Proposal, data: Data, actor: Any, now: datetime) -> Kept:
    """One sheet for each deputy and unit; a second one takes the place of the first."""
    order = data["order"]
    row, _ = ScoreSheet.objects.update_or_create(
        order=order, deputy=data["deputy"],
        defaults={
            "proposal": proposal, "round": proposal.round, "points": data["points"],
            "weights": _weights(data), "total": data["total"], "note": data["note"],
            "by": actor.actor_label, "at": now,
        },
    )  # fmt: skip
    return {"order": order.code, "deputy": data["deputy"].code, "total": str(row.total)}


def _weights(data: Data) -> dict[str, int]:
    return {part: data["weights"][part] for part in states.SCORE_PARTS}


def assess(proposal: Proposal, data: Data, actor: Any, now: datetime) -> Kept:
    ExpertReview.objects.create(
        proposal=proposal, round=proposal.round, experts=data["experts"], score=data["score"],
        opinion=data["opinion"], again=data["again"], by=actor.actor_label, at=now,
    )  # fmt: skip
    return {"score": data["score"], "again": data["again"]}


def supervise(proposal: Proposal, data: Data, actor: Any, now: datetime) -> Kept:
    Supervision.objects.create(
        proposal=proposal, kind=data["kind"], decision_reference=data["decision_reference"],
        leader=data["leader"], organ=data["organ"], plan=data["plan"], by=actor.actor_label,
        at=now,
    )  # fmt: skip
    return {"kind": data["kind"]}


def end_supervision(proposal: Proposal, data: Data, actor: Any, now: datetime) -> Kept:
    running = proposal.supervisions.filter(kind=data["kind"], ended_at__isnull=True)
    running.update(outcome=data["outcome"], ended_at=now)
    return {"kind": data["kind"]}


def refer(proposal: Proposal, data: Data, actor: Any, now: datetime) -> Kept:
    """In addition to the ordinary handling, whose clock keeps running."""
    Referral.objects.create(
        proposal=proposal, field=data["field"], unit=data["unit"], handed_on=data["handed_on"],
        by=actor.actor_label, at=now,
    )  # fmt: skip
    return {"field": data["field"], "unit": data["unit"].code}


def update_referral(proposal: Proposal, data: Data, actor: Any, now: datetime) -> Kept:
    row = proposal.referral
    for name in ("filed", "filing_number", "advice_number", "result", "closed_on"):
        setattr(row, name, data[name])
    row.save()
    return {"filed": row.filed, "closed_on": row.closed_on.isoformat() if row.closed_on else ""}
