"""承诺台账: promises outlive the year and the term; what became of each, and how it is rated."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.urls import reverse

from audit.services import record
from core.dates import local_date
from core.errors import Forbidden, InputInvalid, NotVisible, StateMoved
from deputies.models import Deputy
from handling import promises
from handling.models import Promise
from notifications.services import notify
from proposals import states
from proposals.models import PromiseRating, PromiseUpdate, Proposal
from proposals.rules import deputy_codes
from proposals.selectors import people_of


def page(promise: Promise) -> str:
    """Where it is settled."""
    return reverse("proposals_desk:update_promise", args=[promise.code])


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
    if not actor.has_perm("proposals.update_promise", promise.order):
        raise Forbidden("no_right", "由作出承诺的单位或人大机关登记。")
    source_of(promise)
    before = promise.due_on
    promise = promises.settle(
        promise, outcome=outcome, note=note, due_on=due_on, now=now, final=("kept",), says_why=True
    )
    PromiseUpdate.objects.create(
        promise=promise, by=actor.actor_label, at=now, outcome=outcome, note=note,
        before_on=before, due_on=promise.due_on,
    )  # fmt: skip
    record(
        actor=actor, action="proposals.promise.updated", obj=promise, now=now,
        data={"outcome": outcome, "due_on": promise.due_on.isoformat()},
    )  # fmt: skip
    _tell(promise, outcome, actor, now)
    return promise


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
