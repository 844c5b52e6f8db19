"""When a side record may be put down: each gives the reason why not, or None."""

from datetime import datetime
from typing import Any

from congress.selectors import rulebook_for_region
from core.dates import local_date
from proposals import states
from proposals.rules import deputy_codes, is_lead, not_agreed, withdrawal_asked


def lead_or_office(proposal: Any, actor: Any, now: datetime) -> str | None:
    """保密 is the lead deputy's request, or the office's own care (QD 18, SD 11)."""
    if is_lead(proposal, actor) or not deputy_codes(actor):
        return None
    return f"由领衔代表{proposal.lead.name}提出。"


def signed_jointly(proposal: Any, actor: Any, now: datetime) -> str | None:
    mine = proposal.signatures.filter(deputy__code__in=deputy_codes(actor), lead=False).first()
    if mine is None or mine.state != states.CONFIRMED:
        return "您没有联名这件建议。"
    if withdrawal_asked(proposal) is None:
        return f"领衔代表{proposal.lead.name}没有提出撤回。"
    return "您已经同意撤回。" if mine.agreed_at else None


def asks_the_others(proposal: Any, actor: Any, now: datetime) -> str | None:
    """撤回 of a joint one begins with the lead's written request to all who signed (SH 10)."""
    if not is_lead(proposal, actor):
        return f"由领衔代表{proposal.lead.name}提出撤回。"
    waiting = not_agreed(proposal)
    if not waiting:
        return "没有要征求同意的联名代表，可以直接撤回。"
    if withdrawal_asked(proposal):
        return f"已经请联名代表同意，还在等{'、'.join(row.deputy.name for row in waiting)}。"
    return None


def may_object(proposal: Any, actor: Any, now: datetime) -> str | None:
    rules = rulebook_for_region(proposal.region_code, local_date(now))
    if not rules.value("deputy_may_object_publication"):
        return "本地规定里没有这一项，请向人大机关说明。"
    return None


def waits_for_dispatch(proposal: Any, actor: Any, now: datetime) -> str | None:
    waiting = proposal.assignments.filter(
        round=proposal.round, through__isnull=False, dispatched_at__isnull=True
    )
    return None if waiting.exists() else "没有等待转交的任务，可能已经转交了。"


def no_open_dispute(proposal: Any, actor: Any, now: datetime) -> str | None:
    waiting = proposal.disputes.filter(decided_at__isnull=True)
    return "已经提请协调，等决定。" if waiting.exists() else None


def has_open_dispute(proposal: Any, actor: Any, now: datetime) -> str | None:
    waiting = proposal.disputes.filter(decided_at__isnull=True)
    return None if waiting.exists() else "没有等待协调的争议。"


def is_supervised(proposal: Any, actor: Any, now: datetime) -> str | None:
    running = proposal.supervisions.filter(ended_at__isnull=True)
    return None if running.exists() else "现在没有督办。"


def not_referred(proposal: Any, actor: Any, now: datetime) -> str | None:
    return "已经移送过检察机关。" if hasattr(proposal, "referral") else None


def is_referred(proposal: Any, actor: Any, now: datetime) -> str | None:
    return None if hasattr(proposal, "referral") else "还没有移送检察机关。"
