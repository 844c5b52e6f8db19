"""承诺台账: promises outlive the year and the term; what became of each, and how it is rated."""

from datetime import date, datetime
from typing import Any

from django.db import transaction

from audit.services import record
from congress.rules import DueDate
from core.dates import local_date
from core.errors import Forbidden, InputInvalid, NotVisible, StateMoved
from deputies.models import Deputy
from handling.models import Promise
from notifications.clocks import move_clock, start_clock, stop_clock
from notifications.services import notify
from proposals import states
from proposals.models import PromiseRating, PromiseUpdate, Proposal
from proposals.rules import deputy_codes
from proposals.selectors import people_of

CLOCK = "promise"


def watch(promise: Promise, now: datetime) -> None:
    """Remind of a promise by the ordinary stages; it runs on when the suggestion is closed."""
    due = DueDate(promise.due_on, "答复中承诺的日期")
    start_clock(promise, name=CLOCK, due=due, now=now, round=promise.order.round)


def source_of(promise: Promise) -> Proposal:
    """The suggestion a promise was made on. NotVisible when it came from something else."""
    order = promise.order
    found = Proposal.objects.filter(code=order.source_code).first()
    if found is None or order.source_type != "proposals.proposal":
        raise NotVisible()
    return found


@transaction.atomic
def update_promise(
    promise: Promise, *, actor: Any, outcome: str, note: str, now: datetime,
    due_on: date | None = None,
) -> Promise:  # fmt: skip
    """Kept, moved to a later day with the reason, or broken with the written reason (CQ 24, SH 22).

    By the unit that promised or the office. Raises Forbidden, StateMoved once it is kept,
    InputInvalid without a reason or with a day that is not later.
    """
    promise = (
        Promise.objects.select_for_update(of=("self",))
        .select_related("order__unit")
        .get(pk=promise.pk)
    )
    if not actor.has_perm("proposals.update_promise", promise.order):
        raise Forbidden("no_right", "由作出承诺的单位或人大机关登记。")
    if promise.outcome == "kept":
        raise StateMoved("settled", "这项承诺已经兑现，不用再登记。")
    source_of(promise)
    before, moved = promise.due_on, _moved_to(promise, outcome, note, due_on)
    PromiseUpdate.objects.create(
        promise=promise, by=actor.actor_label, at=now, outcome=outcome, note=note,
        before_on=before, due_on=moved,
    )  # fmt: skip
    promise.outcome, promise.note, promise.due_on = outcome, note, moved
    promise.settled_at = None if outcome == "moved" else now
    promise.save(update_fields=["outcome", "note", "due_on", "settled_at"])
    if outcome == "moved":
        move_clock(promise, due=DueDate(moved, "经说明调整的承诺日期"), now=now)
    else:
        stop_clock(promise, now=now)
    record(
        actor=actor, action="proposals.promise.updated", obj=promise, now=now,
        data={"outcome": outcome, "due_on": moved.isoformat()},
    )  # fmt: skip
    _tell(promise, outcome, actor, now)
    return promise


def _moved_to(promise: Promise, outcome: str, note: str, due_on: date | None) -> date:
    if not note.strip():
        raise InputInvalid("reason", "请写明情况。", {"note": "请写明情况。"})
    if outcome != "moved":
        return promise.due_on
    if due_on is None or due_on <= promise.due_on:
        message = "请填一个比原来晚的日期。"
        raise InputInvalid("due_on", message, {"due_on": message})
    return due_on


def _tell(promise: Promise, outcome: str, actor: Any, now: datetime) -> None:
    proposal = source_of(promise)
    codes = proposal.signatures.exclude(state=states.DECLINED)
    users = people_of(list(codes.values_list("deputy__code", flat=True)), local_date(now))
    words = {"kept": "已兑现", "moved": "调整了时间", "broken": "未能兑现"}[outcome]
    notify(
        user_ids=[u for u in users if u != actor.actor_id], kind="proposals.promise",
        obj=proposal, text=f"承诺{words}：{promise.text[:60]}",
        key=f"promise:{promise.code}:{PromiseUpdate.objects.filter(promise=promise).count()}",
        now=now,
    )  # fmt: skip


@transaction.atomic
def rate_promise(
    promise: Promise, *, actor: Any, deputy: Deputy, score: str, reason: str, now: datetime
) -> PromiseRating:
    """A signer rates promise-keeping once a year, apart from the reply (trap 6).

    Raises Forbidden for who did not sign, StateMoved while the promise is not due or rated,
    InputInvalid when unsatisfied without a reason.
    """
    proposal, today = source_of(promise), local_date(now)
    signed = proposal.signatures.filter(deputy=deputy, state=states.CONFIRMED)
    if deputy.code not in deputy_codes(actor) or not signed.exists():
        raise Forbidden("no_right", "由提出建议的代表评价。")
    if promise.outcome == "open" and today <= promise.due_on:
        raise StateMoved("not_now", "承诺还没有到期，也没有登记兑现情况。")
    if score == states.UNSATISFIED and not reason.strip():
        message = "不满意的，请写明理由。"
        raise InputInvalid("reason", message, {"reason": message})
    if PromiseRating.objects.filter(promise=promise, deputy=deputy, year=today.year).exists():
        raise StateMoved("rated", "今年已经评价过这项承诺。")
    row = PromiseRating.objects.create(
        promise=promise, deputy=deputy, year=today.year, score=score, reason=reason, at=now
    )
    record(
        actor=actor, action="proposals.promise.rated", obj=promise, now=now, data={"score": score}
    )
    return row
