"""What everybody may read of suggestions: reviewed texts only, by session, field, unit, outcome."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from congress.memory import Memory, Shelf
from congress.models import Unit
from congress.selectors import region_names
from congress.states import chinese_number
from core.errors import NotVisible
from handling.models import NAMED, Order
from handling.states import CO, OUTCOMES, REASSIGNED, STOPPED
from proposals import states
from proposals.models import Proposal, Signature
from proposals.rules import pairs_of

ORDER = ("-published_at", "-id")
LABEL = "proposals.proposal"
_CATEGORIES, _OUTCOMES = dict(states.CATEGORIES), dict(OUTCOMES)


@dataclass(frozen=True)
class Asked:
    """What a list of published suggestions is asked for; empty is everything."""

    words: str = ""
    region: str = ""
    session: str = ""
    category: str = ""
    unit: str = ""
    outcome: str = ""

    @property
    def narrowed(self) -> bool:
        return self != Asked()


@dataclass(frozen=True)
class Choices:
    """What can be chosen from: only what something published stands behind."""

    regions: list[tuple[str, str]]
    sessions: list[tuple[str, str]]
    units: list[tuple[str, str]]


def find_published(code: str) -> Proposal:
    """A suggestion everybody may read. Raises NotVisible, alike for absent and unpublished ones."""
    rows = Proposal.objects.published().select_related(
        "publication", "lead", "term__congress", "session__term", "delegation"
    )
    found = rows.filter(code=code, confidential=False).first()
    if found is None:
        raise NotVisible()
    return found


def published_for(asked: Asked) -> QuerySet[Proposal]:
    """The published suggestions asked for; words are a code, or part of the public title."""
    rows = Proposal.objects.published().filter(confidential=False)
    if asked.region:
        rows = rows.filter(region_code=asked.region)
    if asked.session:
        term, _, session = asked.session.partition("-")
        rows = rows.filter(term__number=int(term), session__number=int(session))
    if asked.category:
        rows = rows.filter(category=asked.category)
    if asked.outcome:
        rows = rows.filter(outcome=asked.outcome)
    if asked.unit:
        rows = rows.filter(
            code__in=_answering().filter(unit__code=asked.unit).values("source_code")
        )
    return _saying(rows, asked.words)


def _saying(rows: QuerySet[Proposal], words: str) -> QuerySet[Proposal]:
    """By code, or by words of the public title; the index on pairs narrows before they are read."""
    if not words:
        return rows
    code = words.upper()
    if code[:1] == "J" and code[1:].isdigit():
        return rows.filter(code=code)
    pairs = pairs_of(words)
    if pairs:
        rows = rows.filter(title_pairs__contains=pairs)
    return rows.filter(publication__title__contains=words)


def _answering() -> QuerySet[Order]:
    found = Order.objects.filter(source_type=LABEL).exclude(role=CO)
    return found.exclude(state__in=(REASSIGNED, STOPPED))


def units_of(codes: Iterable[str]) -> dict[str, list[str]]:
    """Names of the units that answer, by suggestion, in the order they were asked. One query."""
    rows = _answering().filter(source_code__in=list(codes)).order_by("id")
    found: dict[str, list[str]] = defaultdict(list)
    for code, name in rows.values_list("source_code", NAMED):
        if name not in found[code]:
            found[code].append(name)
    return found


def signers_of(rows: Iterable[Proposal]) -> dict[int, int]:
    """How many signed, by suggestion. One query."""
    signed = Signature.objects.filter(proposal__in=[p.pk for p in rows], state=states.CONFIRMED)
    return dict(signed.order_by().values_list("proposal").annotate(n=Count("id")))


def totals(asked: Asked) -> dict[str, int]:
    """How many of them, by outcome; `all` together. Kept for a minute."""
    found = _totals.get(asked)
    return found if found is not None else _totals.put(asked, _count(asked))


def _count(asked: Asked) -> dict[str, int]:
    rows = published_for(asked).order_by().values_list("outcome").annotate(n=Count("id"))
    by_outcome: dict[str, int] = dict(rows)
    return {"all": sum(by_outcome.values()), **by_outcome}


def _load_choices() -> Choices:
    rows = Proposal.objects.published().filter(confidential=False).order_by()
    places = rows.values_list("region_code", flat=True).distinct()
    names = region_names(set(places))
    held = rows.filter(session__isnull=False).values_list("term__number", "session__number")
    sessions = sorted(set(held.distinct()), reverse=True)
    units = Unit.objects.filter(
        pk__in=_answering().filter(source_code__in=rows.values("code")).values("unit")
    )
    return Choices(
        regions=sorted(names.items()),
        sessions=[(f"{t}-{s}", session_words(t, s)) for t, s in sessions],
        units=list(units.order_by("name", "code").values_list("code", "name")),
    )


def session_words(term: int, session: int | None) -> str:
    """十九届五次会议."""
    held = f"{chinese_number(session)}次会议" if session else ""
    return f"{chinese_number(term)}届{held}"


def choices() -> Choices:
    """Kept for a few minutes."""
    return _choices.get()


def latest_published(region_prefix: str, most: int) -> list[Proposal]:
    """The newest ones of the congresses of a place, everywhere for an empty prefix."""
    rows = Proposal.objects.published().filter(confidential=False)
    if region_prefix:
        rows = rows.filter(region_code__startswith=region_prefix)
    return list(rows.select_related("publication", "lead").order_by(*ORDER)[:most])


def outcome_sentence(found: dict[str, int]) -> str:
    """「公开了12件建议，已解决7件，正在解决3件，列入计划2件。」"""
    parts = [f"{_OUTCOMES[key]}{found[key]:,}件" for key in _OUTCOMES if found.get(key)]
    return "，".join([f"公开了{found['all']:,}件建议", *parts]) + "。"


def category_words(category: str) -> str:
    return _CATEGORIES.get(category, "")


_choices: Memory[Choices] = Memory(_load_choices, seconds=180)
_totals: Shelf[Asked, dict[str, int]] = Shelf(seconds=60, most=500)
