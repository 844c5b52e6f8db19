"""Side records of a suggestion: what is put down beside the states (督办, 保密, 面复, 检察衔接 …).

One table, as for transitions: who may, in which states, what is asked, what it writes. Pages and
API show and do exactly this (`able`, `put_down`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.module_loading import import_string

from audit.services import record
from core.errors import Forbidden, NotVisible, StateMoved
from proposals import record_rules as rules
from proposals import states
from proposals.models import Proposal
from workflows.engine import refusal

Guard = Callable[[Proposal, Any, datetime], str | None]
BEFORE_THE_REPLY = (states.RETURNED, states.SUBMITTED, states.ACCEPTED, states.ASSIGNED)
BEFORE_THE_END = (*states.OPEN, states.DRAFT)


@dataclass(frozen=True)
class Kind:
    """One kind of side record. `write(proposal, data, actor, now)` gives what the log keeps."""

    name: str
    label: str
    sources: tuple[str, ...]
    permission: str
    form: str
    write: str
    guard: Guard | None = None

    def form_class(self) -> Any:
        return import_string(f"proposals.record_forms.{self.form}")

    def writer(self) -> Callable[[Proposal, dict[str, Any], Any, datetime], dict[str, Any]]:
        found: Callable[[Proposal, dict[str, Any], Any, datetime], dict[str, Any]]
        found = import_string(f"proposals.record_effects.{self.write}")
        return found


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("give_opinion", "审阅意见", (states.SUBMITTED,), "proposals.review_proposal",
             "OpinionForm", "give_opinion"),
        Kind("conceal", "保密", BEFORE_THE_END, "proposals.conceal_proposal", "ConcealForm",
             "conceal", rules.lead_or_office),
        Kind("ask_to_withdraw", "请联名代表同意撤回", BEFORE_THE_REPLY,
             "proposals.withdraw_proposal", "AskToWithdrawForm", "ask_to_withdraw",
             rules.asks_the_others),
        Kind("agree_to_withdraw", "同意撤回", BEFORE_THE_REPLY, "proposals.cosign_proposal",
             "EmptyForm", "agree_to_withdraw", rules.signed_jointly),
        Kind("object_to_publication", "提出不宜公开", (*states.OPEN, states.CLOSED),
             "proposals.cosign_proposal", "ObjectionForm", "object_to_publication",
             rules.may_object),
        Kind("dispatch", "转交承办单位", states.WORKING, "proposals.dispatch_proposal",
             "DispatchForm", "dispatch", rules.waits_for_dispatch),
        Kind("dispute", "提请协调", states.WORKING, "proposals.dispute_proposal", "DisputeForm",
             "dispute", rules.no_open_dispute),
        Kind("settle_dispute", "协调决定", states.WORKING, "proposals.arbitrate_proposal",
             "SettleForm", "settle_dispute", rules.has_open_dispute),
        Kind("face_reply", "记答复方式", (*states.WORKING, states.REPLIED),
             "proposals.face_proposal", "FaceReplyForm", "face_reply"),
        Kind("urge", "催评", (states.REPLIED,), "proposals.urge_proposal", "EmptyForm", "urge"),
        Kind("score", "量化测评", (states.REPLIED, states.EVALUATED, states.CLOSED),
             "proposals.score_proposal", "ScoreForm", "score"),
        Kind("assess", "专家评估", (states.REPLIED, states.EVALUATED, states.CLOSED),
             "proposals.assess_proposal", "AssessForm", "assess"),
        Kind("supervise", "督办", (states.ACCEPTED, *states.WORKING, states.REPLIED,
             states.EVALUATED), "proposals.supervise_proposal", "SuperviseForm", "supervise"),
        Kind("end_supervision", "督办结束", (*states.OPEN, states.CLOSED),
             "proposals.supervise_proposal", "EndSupervisionForm", "end_supervision",
             rules.is_supervised),
        Kind("refer", "移送检察机关", (states.ACCEPTED, *states.WORKING, states.REPLIED,
             states.EVALUATED), "proposals.refer_proposal", "ReferForm", "refer",
             rules.not_referred),
        Kind("update_referral", "登记检察办理", (*states.OPEN, states.CLOSED),
             "proposals.refer_proposal", "ReferralForm", "update_referral", rules.is_referred),
    )
}  # fmt: skip


@dataclass(frozen=True)
class Able:
    """A record this actor may put down now; `blocked` is the reason why not yet."""

    kind: Kind
    blocked: str

    def form(self, proposal: Proposal, actor: Any, data: Any = None) -> Any:
        return self.kind.form_class()(data, obj=proposal, actor=actor)


def able(proposal: Proposal, actor: Any, *, now: datetime) -> list[Able]:
    """What this actor may put down now, in the order of the table."""
    kinds = [
        k for k in KINDS.values()
        if proposal.state in k.sources and actor.has_perm(k.permission, proposal)
    ]  # fmt: skip
    return [Able(k, (k.guard(proposal, actor, now) or "") if k.guard else "") for k in kinds]


@transaction.atomic
def put_down(
    proposal: Proposal, name: str, *, actor: Any, now: datetime, data: Any = None
) -> Proposal:
    """Put down one record: lock, right (403), state and guard (409), input (400), write, log.

    Nothing is written when it is refused; NotVisible for a name the table does not have.
    """
    kind = KINDS.get(name)
    if kind is None:
        raise NotVisible("no_such_record", "没有这个操作。")
    locked = Proposal.objects.select_for_update(of=("self",)).get(pk=proposal.pk)
    if not actor.has_perm(kind.permission, locked):
        raise Forbidden("no_right", f"您没有「{kind.label}」这件事的权限。")
    if locked.state not in kind.sources:
        raise StateMoved(
            "state_moved", f"这件建议现在是「{locked.get_state_display()}」，不能「{kind.label}」。"
        )
    reason = kind.guard(locked, actor, now) if kind.guard else None
    if reason:
        raise StateMoved("not_now", reason)
    form = kind.form_class()(data or {}, obj=locked, actor=actor, now=now)
    if not form.is_valid():
        raise refusal(form)
    kept = kind.writer()(locked, form.cleaned_data, actor, now)
    record(
        actor=actor, action=f"proposals.record.{name}", obj=locked, now=now, round=locked.round,
        data=kept,
    )  # fmt: skip
    return locked
