"""Reads of suggestions: who is told, who is answered, what the rules of the place say."""

from collections import defaultdict
from datetime import date
from typing import Any

from django.db.models import Case, F, IntegerField, Value, When
from django.db.models.expressions import RawSQL

from accounts.models import Grant
from accounts.selectors import nearest_region_users, users_with_role
from congress.models import Congress, Session, Term
from congress.rules import RuleSet
from congress.selectors import open_session, rulebook_for_region
from congress.states import OrganKind
from core.dates import local_date
from deputies.models import Deputy, Seat
from deputies.states import ACTIVE, EndReason
from handling.models import ContactRecord, Order
from handling.selectors import handlers
from proposals import states
from proposals.models import Proposal, Signature
from proposals.rules import answering_orders, pairs_of

STAFF = ("town_staff", "congress_staff")
ALIKE = 0.34


def rules_on(proposal: Proposal, on: date) -> RuleSet:
    """The rules of its congress on a day."""
    return rulebook_for_region(proposal.region_code, on)


def seat_to_submit(deputy: Deputy, congress: Congress | None = None) -> Seat | None:
    """The active seat a deputy submits under; of several the one nearest to the people."""
    seats = Seat.objects.active().filter(deputy=deputy).select_related("term__congress")
    if congress is not None:
        seats = seats.filter(term__congress=congress)
    return seats.order_by("-term__congress__level", "-term__number").first()


def session_on(congress: Congress, term: Term, on: date) -> tuple[Session | None, str]:
    """The latest session of the term opened by a day, and whether it was sitting on that day."""
    found = open_session(congress, on)
    if found is None or found.term_id != term.pk:
        return None, states.BETWEEN
    sitting = found.closes_on is None or on <= found.closes_on
    return found, states.SESSION if sitting else states.BETWEEN


def series_key(proposal: Proposal) -> str:
    """Which numbers it is counted with: congress, term, session, 大会 or 闭会."""
    session = proposal.session.number if proposal.session else 0
    return f"{proposal.region_code}:{proposal.term.number}:{session}:{proposal.series}"


def staff(proposal: Proposal, on: date) -> list[int]:
    """The office of its congress."""
    return nearest_region_users(*STAFF, region_code=proposal.region_code, on=on)


def people_of(deputy_codes: list[str], on: date) -> list[int]:
    """Accounts of these deputies, in office or not (SH 19: it goes on to the same person)."""
    grants = Grant.objects.active(on).filter(
        role="deputy", scope_kind=Grant.DEPUTY, scope_code__in=deputy_codes, user__is_active=True
    )
    found = set(grants.values_list("user_id", flat=True))
    owned = Deputy.objects.filter(code__in=deputy_codes, user__is_active=True)
    return sorted(found | set(owned.values_list("user_id", flat=True)))


def signers(proposal: Proposal, on: date) -> list[int]:
    """Accounts of the lead and of everybody who confirmed or is asked to."""
    rows = proposal.signatures.exclude(state=states.DECLINED)
    return people_of(list(rows.values_list("deputy__code", flat=True)), on)


def handlers_of(proposal: Proposal, on: date) -> list[int]:
    """Accounts of the units at work on the present round."""
    orders = Order.objects.of(proposal).filter(round=proposal.round).select_related("unit")
    return sorted({user for order in orders for user in handlers(order, on)})


def arbiter_names(proposal: Proposal) -> dict[str, str]:
    """Who may settle a dispute, under the names these offices have here (trap 29)."""
    named = dict(states.ARBITERS)
    organs = proposal.term.congress.organs.filter(
        kind=OrganKind.DEPUTIES_COMMISSION, retired_on=None
    )
    own = organs.values_list("name", flat=True).first()
    government = proposal.through.name if proposal.through else named["government"]
    return {"government": government, "congress": own or named["congress"]}


def dispatchers(proposal: Proposal, on: date) -> list[int]:
    """Accounts of 政府督查室 when the hand-over goes through it."""
    if proposal.through is None:
        return []
    return users_with_role(
        "unit_head", "unit_handler", scope_kind=Grant.UNIT, scope_code=proposal.through.code, on=on
    )


def answered_deputies(proposal: Proposal, on: date) -> list[Deputy]:
    """Who is answered and rates (trap 7): the lead alone or every signer, as the rulebook says.

    Whose seat has ended is still answered (SH 19); for a lead who died the next signer stands in.
    """
    signed = proposal.signatures.filter(state=states.CONFIRMED).select_related("deputy")
    living = [s for s in signed if not _has_died(s)]
    if not living:
        return []
    whom = rules_on(proposal, on).value("joint_answer")
    relayed = proposal.face_replies.filter(round=proposal.round, way="relay").exists()
    if whom == "lead" or (whom == "each_or_lead" and relayed):
        return [living[0].deputy]
    return [s.deputy for s in living]


def _has_died(signature: Signature) -> bool:
    return bool(
        Seat.objects.filter(deputy=signature.deputy_id, end_reason=EndReason.DEATH).exists()
        and not Seat.objects.filter(deputy=signature.deputy_id, state=ACTIVE).exists()
    )


def letter_of(proposal: Proposal, outcome: str, on: date) -> str:
    """The place's letter for a neutral outcome code (trap 5): A, B, C or D."""
    letters: dict[str, str] = rules_on(proposal, on).value("reply_letters")
    return letters.get(outcome, "")


def worst_outcome(proposal: Proposal) -> str:
    """One outcome for several answering units: solved only when all of it is."""
    order_of = [code for code, _ in Proposal._meta.get_field("outcome").choices or ()]
    found = []
    for order in answering_orders(proposal).prefetch_related("replies"):
        replies = list(order.replies.all())
        if replies:
            found.append(replies[-1].outcome)
    return max(found, key=order_of.index, default="")


def recipients(codes: list[str], audience: str, on: date) -> dict[str, list[int]]:
    """Who is reminded of suggestions, by audience of the rulebook's stages."""
    found: dict[str, list[int]] = defaultdict(list)
    rows = Proposal.objects.filter(code__in=codes).select_related("through", "lead")
    for proposal in rows:
        found[proposal.code] = _audience(proposal, audience, on)
    return dict(found)


def _audience(proposal: Proposal, audience: str, on: date) -> list[int]:
    if audience != "owner":
        return staff(proposal, on)
    if proposal.state == states.REPLIED:
        waiting = proposal.evaluations.filter(round=proposal.round, at__isnull=True)
        return people_of(list(waiting.values_list("deputy__code", flat=True)), on)
    if proposal.state in states.WORKING:
        return _at_work(proposal, on)
    return staff(proposal, on)


def _at_work(proposal: Proposal, on: date) -> list[int]:
    """Whose turn it is while units work: 政府督查室 to give it on, or whoever answers the deputy
    and has not been in contact yet. Co-handlers owe the deputy nothing (trap 23).
    """
    orders = list(answering_orders(proposal).select_related("unit"))
    if not orders:
        return dispatchers(proposal, on)
    spoken = set(ContactRecord.objects.filter(order__in=orders).values_list("order_id", flat=True))
    return sorted({user for o in orders if o.pk not in spoken for user in handlers(o, on)})


def titles(codes: list[str]) -> dict[str, str]:
    """What reminders call a suggestion; a confidential one by its number alone."""
    rows = Proposal.objects.filter(code__in=codes).values_list("code", "title", "confidential")
    return {code: f"建议 {code}" if secret else f"建议「{title}」" for code, title, secret in rows}


def similar(
    region_code: str, title: str, *, besides: str = "", viewer: Any = None, limit: int = 5
) -> list[Proposal]:
    """Suggestions of this congress, of any year, whose titles share a third of their pairs.

    Only accepted ones that are not confidential; `viewer` sees what everybody in the congress
    may know of them (number, title, state). By the index on pairs of characters.
    """
    wanted = pairs_of(title)
    if len(wanted) < 2:
        return []
    shared = RawSQL(
        "(SELECT count(*) FROM unnest(title_pairs) AS p WHERE p = ANY(%s))", [wanted],
        output_field=IntegerField(),
    )  # fmt: skip
    rows = (
        Proposal.objects.counted()
        .filter(region_code=region_code, confidential=False, title_pairs__overlap=wanted)
        .exclude(code=besides)
        .annotate(shared=shared)
        .filter(shared__gte=max(2, int(len(wanted) * ALIKE)))
        .select_related("term", "session", "lead")
    )
    return list(rows.order_by("-shared", "-id")[:limit])


def present_clock_day(proposal: Proposal) -> tuple[date, date, str, bool] | None:
    """The day the last of its answering orders is due: what is shown as the suggestion's own."""
    orders = answering_orders(proposal).order_by("-due_on", "id")
    last = orders.first()
    if last is None:
        return None
    first = min(last.original_due_on, last.due_on)
    return last.due_on, first, last.basis, last.provisional


def counts(rows: Any) -> dict[str, int]:
    """As 青岛 reports the review: audited, modified, withdrawn, merged (DOMAIN §1.2)."""
    seen = rows.exclude(state=states.DRAFT).filter(submitted_at__isnull=False)
    return {
        "audited": seen.count(),
        "modified": seen.filter(version__gt=1).count(),
        "withdrawn": seen.filter(state=states.WITHDRAWN).count(),
        "merged": seen.filter(merged_into__isnull=False).count(),
        "diverted": seen.filter(state=states.DIVERTED).count(),
    }


def by_number(rows: Any) -> Any:
    """Sorted as the register of a session is printed: 大会 first, then 闭会, by number."""
    place = Case(
        When(series=states.SESSION, then=Value(0)), default=Value(1), output_field=IntegerField()
    )
    return rows.annotate(series_place=place).order_by("series_place", F("number").asc(), "id")


def submitted_day(proposal: Proposal) -> date | None:
    return local_date(proposal.submitted_at) if proposal.submitted_at else None
