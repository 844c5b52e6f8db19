"""What the desk reads of suggestions: lists by what there is to do, rounds, threads, names."""

from datetime import date
from typing import Any

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet

from deputies.models import Deputy
from handling.models import Order, Promise, Reply
from handling.states import CO, REASSIGNED
from proposals import states
from proposals.models import Evaluation, PromiseRating, Proposal, Signature
from proposals.rules import deputy_codes
from proposals.selectors import letter_of

TABS = {
    "sign": "要签名的", "draft": "草稿", "review": "审核中", "working": "办理中", "rate": "待评价",
    "done": "已办结",
}  # fmt: skip
SOURCE = "proposals.proposal"
# Whose turn it is in the office, by the right that moves it on.
OFFICE_TURN = {
    "proposals.accept_proposal": states.SUBMITTED,
    "proposals.assign_proposal": states.ACCEPTED,
}


def to_sign(user: Any) -> QuerySet[Proposal]:
    """Texts that wait for this deputy's own confirmation."""
    asked = Signature.objects.filter(
        deputy__code__in=deputy_codes(user), lead=False, state=states.INVITED
    )
    return Proposal.objects.filter(state__in=states.WRITING, pk__in=asked.values("proposal_id"))


def to_rate(user: Any) -> QuerySet[Proposal]:
    """Answered ones that wait for this deputy's rating; for the office, for anybody's."""
    open_ones = Evaluation.objects.filter(
        proposal=OuterRef("pk"), round=OuterRef("round"), at__isnull=True
    )
    if mine := deputy_codes(user):
        open_ones = open_ones.filter(deputy__code__in=mine)
    rows = Proposal.objects.visible_to(user).filter(state=states.REPLIED)
    return rows.filter(Exists(open_ones))


def proposals_in(user: Any, tab: str, words: str = "") -> QuerySet[Proposal]:
    """One column of the list, narrowed by words of the title, a number or a code."""
    rows = _column(user, tab)
    if words:
        wanted = Q(title__contains=words) | Q(code=words.upper())
        rows = rows.filter(wanted | Q(number=int(words)) if words.isdecimal() else wanted)
    return rows.select_related("lead", "term", "session")


def _column(user: Any, tab: str) -> QuerySet[Proposal]:
    seen = Proposal.objects.visible_to(user)
    by_state = {
        "review": (states.SUBMITTED, states.ACCEPTED), "working": states.WORKING,
    }  # fmt: skip
    if tab in by_state:
        return seen.filter(state__in=by_state[tab])
    if tab == "draft":
        return seen.filter(state__in=states.WRITING).exclude(pk__in=to_sign(user))
    if tab in ("sign", "rate"):
        return to_sign(user) if tab == "sign" else to_rate(user)
    return _ended(seen, user)


def _ended(seen: QuerySet[Proposal], user: Any) -> QuerySet[Proposal]:
    """Rated, closed, diverted, taken back; and those that wait for somebody else's rating."""
    over = Q(state__in=(states.EVALUATED, states.CLOSED, *states.FINAL))
    rated = Q(state=states.REPLIED) & ~Q(pk__in=to_rate(user).values("pk"))
    return seen.filter(over | rated)


def office_turn(user: Any) -> QuerySet[Proposal]:
    """What waits for the office: to be read, to be handed over."""
    wanted = [state for perm, state in OFFICE_TURN.items() if user.has_perm(perm)]
    return Proposal.objects.visible_to(user).filter(state__in=wanted)


def to_give_on(user: Any) -> QuerySet[Proposal]:
    """Handed to a unit (政府督查室) that has to give it on."""
    units = user.scope_codes("unit", "proposals.dispatch_proposal")
    return Proposal.objects.filter(
        state__in=states.WORKING, through__code__in=units, assignments__round=F("round"),
        assignments__dispatched_at__isnull=True,
    )  # fmt: skip


def promises_of(user: Any) -> QuerySet[Promise]:
    """Promises made on suggestions this person sees, with what became of them."""
    mine = Proposal.objects.visible_to(user).exclude(state__in=states.FINAL)
    rows = Promise.objects.filter(
        order__source_type=SOURCE, order__source_code__in=mine.values("code")
    )
    return rows.select_related("order__unit").prefetch_related("updates", "ratings__deputy")


def promises_to_check(user: Any, today: date) -> QuerySet[Promise]:
    """Due or settled, and not rated by this deputy this year."""
    mine = deputy_codes(user)
    signed = Signature.objects.filter(deputy__code__in=mine, state=states.CONFIRMED)
    mine_of = PromiseRating.objects.filter(promise=OuterRef("pk"), deputy__code__in=mine)
    this_year = Exists(mine_of.filter(year=today.year))
    # settled and rated after that: nothing is left to check
    over = Exists(mine_of.filter(at__gte=OuterRef("settled_at")))
    ready = Q(due_on__lt=today) | ~Q(outcome="open")
    rows = promises_of(user).filter(ready, order__source_code__in=signed.values("proposal__code"))
    return rows.exclude(this_year).exclude(over)


def deputies_named(proposal: Proposal, words: str, limit: int = 12) -> list[Deputy]:
    """Members of the same congress in office whose name has these characters, not signed yet."""
    if not words:
        return []
    seated = Deputy.objects.filter(seats__term=proposal.term_id, seats__state="active")
    signed = proposal.signatures.exclude(state=states.DECLINED).values("deputy_id")
    found = seated.filter(Q(name__contains=words) | Q(code=words.upper())).exclude(pk__in=signed)
    return list(found.distinct().order_by("name", "code")[:limit])


def rounds_of(proposal: Proposal) -> list[dict[str, Any]]:
    """Every round by itself, the first beside the later ones: orders, replies, 面复, ratings."""
    orders = list(
        Order.objects.of(proposal)
        .exclude(state=REASSIGNED)
        .select_related("unit")
        .prefetch_related(
            "contacts",
            "extensions",
            Prefetch("replies", Reply.objects.order_by("version").prefetch_related("points")),
        )
        .order_by("id")
    )
    faces = list(proposal.face_replies.select_related("order__unit").prefetch_related("deputies"))
    rated = list(proposal.evaluations.select_related("deputy"))
    experts = list(proposal.expert_reviews.all())
    return [
        {
            "assignment": one, "number": one.round, "basis": one.basis.removeprefix("依据"),
            "orders": [_progress(o, proposal) for o in orders if o.round == one.round],
            "faces": [f for f in faces if f.round == one.round],
            "evaluations": [e for e in rated if e.round == one.round],
            "experts": [e for e in experts if e.round == one.round],
        }
        for one in proposal.assignments.select_related("through", "batch").order_by("round", "id")
    ]  # fmt: skip


def _progress(order: Order, proposal: Proposal) -> dict[str, Any]:
    """An order with the reply that passed the office: co-handlers have none (trap 23)."""
    replies = list(order.replies.all())
    passed = replies[-1] if replies and order.state == "accepted" else None
    letter = letter_of(proposal, passed.outcome, order.started_on) if passed else ""
    return {
        "order": order, "reply": passed, "letter": letter, "co": order.role == CO,
        "contacts": list(order.contacts.all()),
        "extended": any(e.granted for e in order.extensions.all()),
    }  # fmt: skip
