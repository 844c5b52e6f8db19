"""What a suggestion does when one of its orders moves."""

from audit.actors import SYSTEM
from core.dates import local_date
from handling.models import Order
from handling.promises import watch
from notifications.clocks import stop_clock
from notifications.services import notify
from proposals.models import Proposal
from proposals.rules import all_replied, answering_orders
from proposals.selectors import signers
from proposals.services.deadlines import follow_orders
from proposals.states import WORKING
from workflows.engine import apply
from workflows.registry import Change

EXTENDS = ("decide_extension", "request_extension")
MOVES_THE_DAY = ("decide_return", *EXTENDS)


def order_moved(order: Order, change: Change) -> None:
    """Contact made, day moved, reply passed: the suggestion follows in the same transaction."""
    rows = Proposal.objects.select_for_update(of=("self",)).select_related("lead", "through")
    proposal = rows.filter(code=order.source_code).first()
    if proposal is None or proposal.state not in WORKING or order.round != proposal.round:
        return
    step = change.transition.name
    if step == "record_contact":
        _contacted(proposal, change)
    elif step in MOVES_THE_DAY:
        _day_moved(proposal, order, change)
    elif step == "accept_reply":
        _reply_passed(proposal, order, change)


def _contacted(proposal: Proposal, change: Change) -> None:
    """The time for contacting the deputy ends when every answering unit has done so."""
    silent = answering_orders(proposal).filter(contacts__isnull=True)
    if not silent.exists():
        stop_clock(proposal, now=change.now)


def _day_moved(proposal: Proposal, order: Order, change: Change) -> None:
    """A new unit or an agreed extension; the deputies are told of the latter (trap 26)."""
    follow_orders(proposal)
    if change.transition.name not in EXTENDS or not change.log.get("granted"):
        return
    order.refresh_from_db(fields=["due_on"])
    until = f"{order.due_on.year}年{order.due_on.month}月{order.due_on.day}日"
    called = proposal.code if proposal.confidential else proposal.title
    notify(
        user_ids=signers(proposal, local_date(change.now)), kind="proposals.extended",
        obj=proposal, text=f"答复延期至{until}：{called}",
        key=f"extended:{order.code}:{change.entry_id}", now=change.now,
    )  # fmt: skip


def _reply_passed(proposal: Proposal, order: Order, change: Change) -> None:
    watch(order, change.now)
    if all_replied(proposal, SYSTEM, change.now) is None:
        apply(proposal, "request_rating", actor=SYSTEM, now=change.now)
