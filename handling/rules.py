"""What an order allows, as pure functions: each gives the reason why not, or None."""

from datetime import date, datetime
from typing import Any

from core.dates import local_date
from handling.states import CO, OPEN


def answers_the_source(order: Any, actor: Any, now: datetime) -> str | None:
    """Co-handlers give opinions to the lead and never answer (trap 23)."""
    if order.role == CO:
        return "会办单位只向主办单位提会办意见，不单独答复。"
    return None


def co_handles(order: Any, actor: Any, now: datetime) -> str | None:
    return None if order.role == CO else "只有会办单位提会办意见。"


def within_return_window(order: Any, actor: Any, now: datetime) -> str | None:
    """申退 only within the rulebook's window (QD 19)."""
    if local_date(now) > order.return_until:
        until = f"{order.return_until.month}月{order.return_until.day}日"
        return f"申请退回的期限已过（{until}止），请继续办理；办不完可以申请延期。"
    return None


def lead_may_reply(order: Any, actor: Any, now: datetime) -> str | None:
    """A lead replies when the deputy was heard, where that is owed (DBF 51), and every
    co-handler's opinion is in or overdue.
    """
    reason = answers_the_source(order, actor, now)
    if reason:
        return reason
    if order.contact_required and not order.contacts.exists():
        return "答复前要先联系代表、听取意见，请先记一次沟通情况。"
    waiting = waiting_for(order.co_orders.select_related("unit"), local_date(now))
    return f"在等{'、'.join(waiting)}的会办意见。" if waiting else None


def waiting_for(co_orders: Any, today: date) -> list[str]:
    """Names of co-handlers whose opinion is still out and not overdue."""
    return [o.unit.name for o in co_orders if o.state in OPEN and today <= o.due_on]


def no_open_extension(order: Any, actor: Any, now: datetime) -> str | None:
    if order.extensions.filter(granted__isnull=True).exists():
        return "延期申请已经提出，等交办方决定。"
    return None


def has_open_extension(order: Any, actor: Any, now: datetime) -> str | None:
    if order.extensions.filter(granted__isnull=True).exists():
        return None
    return "没有待决定的延期申请。"
