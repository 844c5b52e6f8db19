"""What a suggestion allows, each as the reason why not or None; and pure facts of its text."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from core import likeness
from core.dates import local_date
from deputies.states import EndReason
from handling.models import Order
from handling.states import CO, REASSIGNED, STOPPED
from handling.states import OPEN as OPEN_ORDERS
from handling.states import REPLIED as ORDER_REPLIED
from proposals import states
from proposals.models import SourceLink

# Said in nearly every title: they tell nothing about what two suggestions have in common.
_COMMON = "关于 建议 加强 进一 一步 推进 加快 完善 的建 于加 于推 于进 工作 问题 提升"
COMMON = frozenset(_COMMON.split())
STOP_FROM = (*OPEN_ORDERS, ORDER_REPLIED)


def pairs_of(title: str) -> list[str]:
    """The pairs of neighbouring characters of a title, without the ones every title has."""
    return sorted(likeness.pairs_of(title.lower()) - COMMON)


def deputy_codes(actor: Any) -> list[str]:
    """Codes of the deputies this actor is; none for staff and the job loop."""
    codes = getattr(actor, "scope_codes", None)
    return list(codes("deputy")) if codes else []


def is_lead(proposal: Any, actor: Any) -> bool:
    return proposal.lead.code in deputy_codes(actor)


def is_system(actor: Any) -> bool:
    return getattr(actor, "actor_kind", "") == "system"


def _signer(proposal: Any, actor: Any) -> Any:
    return proposal.signatures.filter(deputy__code__in=deputy_codes(actor)).first()


def lead_writes(proposal: Any, actor: Any, now: datetime) -> str | None:
    """The lead deputy writes; whoever may enter for deputies does so as their named proxy."""
    if is_lead(proposal, actor) or not deputy_codes(actor):
        return None
    return f"由领衔代表{proposal.lead.name}来做；您可以确认联名，或者不联名。"


def may_cosign(proposal: Any, actor: Any, now: datetime) -> str | None:
    """Only an invited deputy, and only once per text (QD 9, trap 12)."""
    mine = _signer(proposal, actor)
    if mine is None or mine.lead:
        return "您没有被邀请联名这件建议。"
    if mine.state == states.CONFIRMED and mine.version == proposal.version:
        return "您已经确认过这一稿了。"
    return None


def may_decline(proposal: Any, actor: Any, now: datetime) -> str | None:
    mine = _signer(proposal, actor)
    return "您没有被邀请联名这件建议。" if mine is None or mine.lead else None


def waiting_signers(proposal: Any) -> list[str]:
    """Names of those in office who have not confirmed the text as it stands."""
    others = proposal.signatures.filter(lead=False).exclude(state=states.DECLINED)
    return [
        s.deputy.name
        for s in others.select_related("deputy")
        if (s.state != states.CONFIRMED or s.version != proposal.version)
        and seat_now(proposal, s.deputy) is not None
    ]


def seat_now(proposal: Any, deputy: Any) -> Any:
    """The seat a deputy holds now in the congress it is addressed to; None out of office.

    Whoever was elected again goes on under the new seat with what was only a draft.
    """
    seats = deputy.seats.filter(state="active", term__congress=proposal.term.congress)
    return seats.select_related("term").order_by("-term__number").first()


def ready_to_submit(proposal: Any, actor: Any, now: datetime) -> str | None:
    """The lead (or a proxy) submits a text that every co-signer has confirmed, in office."""
    reason = lead_writes(proposal, actor, now)
    if reason:
        return reason
    if seat_now(proposal, proposal.lead) is None:
        return f"{proposal.lead.name}在本级人大的代表资格现为「{proposal.seat.get_state_display()}」，不能提出建议。"
    waiting = waiting_signers(proposal)
    if waiting:
        return f"还在等{'、'.join(waiting)}确认联名；正文改过的，要重新确认。"
    if not proposal.facts or not proposal.points:
        return "请先写清情况和问题，并提出具体建议。"
    return None


def signers_agree(proposal: Any, actor: Any, now: datetime) -> str | None:
    """撤回 is the lead's to ask for; a joint one needs every signer (SH 10)."""
    if not is_lead(proposal, actor):
        return f"由领衔代表{proposal.lead.name}提出撤回。"
    if proposal.state == states.DRAFT:
        return None
    names = "、".join(row.deputy.name for row in not_agreed(proposal))
    if not names:
        return None
    if withdrawal_asked(proposal) is None:
        return f"联名建议撤回要全体同意：请先「请联名代表同意撤回」（{names}）。"
    return f"联名建议撤回要全体同意，还在等{names}。"


def not_agreed(proposal: Any) -> list[Any]:
    """Signatures of those who signed jointly, live, and have not agreed to take it back."""
    signed = proposal.signatures.filter(lead=False, state=states.CONFIRMED, agreed_at=None)
    living = signed.exclude(deputy__seats__end_reason=EndReason.DEATH)
    return list(living.select_related("deputy"))


def withdrawal_asked(proposal: Any) -> datetime | None:
    """When the lead asked the others: the lead's own consent is the request."""
    asked: datetime | None = proposal.signatures.get(lead=True).agreed_at
    return asked


def not_merged(proposal: Any, actor: Any, now: datetime) -> str | None:
    merged = hasattr(proposal, "merged_into")
    return f"已经并入{proposal.merged_into.main.code}。" if merged else None


def answering_orders(proposal: Any, round: int | None = None) -> Any:
    """Orders of a round whose units answer the deputies: not co-handlers, not given back."""
    orders = Order.objects.of(proposal).filter(round=round or proposal.round)
    return orders.exclude(role=CO).exclude(state__in=(REASSIGNED, STOPPED))


def all_replied(proposal: Any, actor: Any, now: datetime) -> str | None:
    """Every answering unit's reply has passed the office."""
    orders = list(answering_orders(proposal).select_related("unit"))
    waiting = [o.unit.name for o in orders if o.state != "accepted"]
    if waiting:
        return f"在等{'、'.join(waiting)}的答复通过审核。"
    return None if orders else "还没有承办单位，不能请代表评价。"


def waits_for_rating(proposal: Any, actor: Any, now: datetime) -> str | None:
    """Whoever is answered rates, once a round; the office types in what came on paper.

    The job loop ends the rating when the time is over and something came in.
    """
    if is_system(actor):
        return _rating_is_over(proposal, now)
    open_ones = proposal.evaluations.filter(round=proposal.round, at__isnull=True)
    if mine := deputy_codes(actor):
        open_ones = open_ones.filter(deputy__code__in=mine)
    return None if open_ones.exists() else "这一轮没有等您评价的，或者已经评价过了。"


def _rating_is_over(proposal: Any, now: datetime) -> str | None:
    if proposal.due_on and local_date(now) <= proposal.due_on:
        return "评价期限还没有过。"
    rated = proposal.evaluations.filter(round=proposal.round, at__isnull=False)
    return None if rated.exists() else "没有收到评价。"


def unhappy(proposal: Any) -> bool:
    """Some deputy was not satisfied in the present round."""
    rated = proposal.evaluations.filter(round=proposal.round)
    worst = states.UNSATISFIED
    return bool(rated.filter(result=worst).exists() or rated.filter(attitude=worst).exists())


def may_rehandle(proposal: Any, actor: Any, now: datetime) -> str | None:
    """不满意, or experts who recommend it, open the next round."""
    if proposal.round >= states.ROUNDS_MAX:
        return "已经办理多轮，请召集代表和承办单位共同研究。"
    experts = proposal.expert_reviews.filter(round=proposal.round, again=True)
    if unhappy(proposal) or experts.exists():
        return None
    return "代表没有评价不满意，专家也没有建议重新办理。"


def may_close(proposal: Any, actor: Any, now: datetime) -> str | None:
    """After the rating, or by itself when the time for it has passed (DOMAIN §2.9)."""
    if proposal.state == states.REPLIED:
        if not is_system(actor):
            return "在等代表评价；到期没有评价的，会自动办结。"
        if proposal.due_on and local_date(now) <= proposal.due_on:
            return "评价期限还没有过。"
        return None
    if proposal.round == 1 and unhappy(proposal):
        return "代表评价不满意，要先重新办理。"
    return None


def may_reopen(proposal: Any, actor: Any, now: datetime) -> str | None:
    if proposal.round >= states.ROUNDS_MAX:
        return "已经办理多轮，请召集代表和承办单位共同研究。"
    return None


def may_publish(proposal: Any, actor: Any, now: datetime) -> str | None:
    """Publication follows the reply and never a request for confidence (traps 18, 19)."""
    if proposal.replied_at is None:
        return "答复以后才能决定公开。"
    return None


def open_orders(proposal: Any) -> Iterable[Any]:
    """What has to stop when the suggestion is taken back."""
    return Order.objects.of(proposal).filter(state__in=STOP_FROM)


def may_promote(message: Any, actor: Any, now: datetime) -> str | None:
    """Only the deputy it was addressed to makes a suggestion of a message, once (trap 1)."""
    deputy = message.deputy
    if deputy is None or deputy.code not in deputy_codes(actor):
        return "由收到留言的代表本人提建议。"
    if not deputy.seats.filter(state="active").exists():
        return "没有在任的代表资格，不能提建议。"
    links = SourceLink.objects.filter(kind="message", code=message.code)
    made = links.exclude(proposal__state=states.WITHDRAWN).select_related("proposal").first()
    return f"已经就这条留言起草了建议（{made.proposal.code}）。" if made else None
