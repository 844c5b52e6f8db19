"""What everybody may read of topics: lists, the page of one, its opinions. No counts over opinions.

Every list here is limited or paged by key, so that a topic with 100,000 opinions costs what one
with 100 does; figures are the counters the job keeps.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Prefetch, Q, QuerySet

from congress.selectors import region_names
from core.errors import NotVisible
from grids.models import Grid
from handling.models import Order, Promise
from topics import states
from topics.models import Opinion, OpinionGroup, Picture, Topic, TopicRating

TABS: dict[str, tuple[str, tuple[str, ...]]] = {
    "collecting": ("正在征集", (states.APPROVED, states.COLLECTING)),
    "discussing": ("正在议", (states.RESEARCHING, states.MEETING, states.PLANNED)),
    "handling": ("正在办", (states.HANDLING,)),
    "published": ("已公开", (states.PUBLISHED, states.ARCHIVED)),
}
# The most urgent first while people can still speak, the newest first afterwards.
_ORDERS: dict[str, tuple[str, ...]] = {
    "collecting": ("closes_on", "id"), "published": ("-published_at", "-id"),
}  # fmt: skip
GROUPS_SHOWN, TOWN_DIGITS = 60, 9
PLACES_AT_MOST = 200


@dataclass(frozen=True)
class Asked:
    """What a list of topics is asked for."""

    tab: str = "collecting"
    region: str = ""
    words: str = ""

    @property
    def order(self) -> tuple[str, ...]:
        return _ORDERS.get(self.tab, ("-id",))


def find_topic(code: str) -> Topic:
    """A topic everybody may read. Raises NotVisible, alike for absent ones and for drafts."""
    rows = Topic.objects.public().select_related("deputy", "host")
    found = rows.filter(code=code).first()
    if found is None:
        raise NotVisible()
    return found


def withdrawn_topic(code: str) -> Topic | None:
    """One that stood in public and was taken back: its address says so instead of nothing."""
    rows = Topic.objects.filter(state=states.WITHDRAWN, approved_at__isnull=False)
    return rows.filter(code=code).first()


def topics_for(asked: Asked) -> QuerySet[Topic]:
    """The public topics of a tab; words are a number or part of the title or the background."""
    rows = Topic.objects.public().filter(state__in=TABS[asked.tab][1])
    if asked.region:
        rows = rows.filter(region_code__startswith=asked.region)
    if asked.words:
        number = asked.words.upper()
        if number[:1] == "T" and number[1:].isdigit():
            return rows.filter(code=number)
        rows = rows.filter(Q(title__contains=asked.words) | Q(summary__contains=asked.words))
    return rows


def towns_with_topics() -> list[tuple[str, str]]:
    """The towns and counties somebody was asked in, for the choice of a place."""
    codes = Topic.objects.public().order_by().values_list("region_code", flat=True).distinct()
    towns = {code[:TOWN_DIGITS] for code in codes}
    names = region_names(towns, full=True)
    return sorted(names.items())[:PLACES_AT_MOST]


def open_topics(region_code: str, most: int) -> list[Topic]:
    """The topics people at this place are asked now, the one that closes first on top."""
    rows = Topic.objects.reaching(region_code).filter(state=states.COLLECTING)
    return list(rows.order_by("closes_on", "id")[:most])


def latest_published(region_prefix: str, most: int) -> list[Topic]:
    """The newest published results of a place, everywhere for an empty prefix."""
    rows = Topic.objects.filter(
        region_code__startswith=region_prefix, published_at__isnull=False,
        state__in=(states.PUBLISHED, states.ARCHIVED),
    )  # fmt: skip
    return list(rows.order_by("-published_at", "-id")[:most])


def places_of(topics: Iterable[Topic]) -> dict[str, str]:
    """The names of the scopes, by region code; a grid's own name too. At most two queries."""
    codes = {topic.region_code for topic in topics}
    names = region_names(codes)
    missing = codes - names.keys()
    if missing:
        names |= dict(Grid.objects.filter(code__in=missing).values_list("code", "name"))
    return {code: names.get(code, "") for code in codes}


def scope_words(topic: Topic) -> str:
    return places_of([topic])[topic.region_code]


# --- opinions ------------------------------------------------------------------------------------


def groups_of(topic: Topic) -> list[OpinionGroup]:
    """The themes of a topic with public words in them, by rank."""
    rows = OpinionGroup.objects.filter(topic=topic, people__gt=0).select_related("question")
    return list(rows.order_by("rank", "id")[:GROUPS_SHOWN])


def numbered_groups(topic: Topic) -> list[OpinionGroup]:
    """All groups in the order they were made: what the numbers in their addresses count."""
    return list(OpinionGroup.objects.filter(topic=topic).order_by("id"))


def published_opinions(topic: Topic) -> QuerySet[Opinion]:
    """What may be read, in its reviewed form; the original text is not even loaded."""
    public = Picture.objects.filter(public=True).only("opinion_id", "image", "thumb", "alt")
    rows = Opinion.objects.published().filter(topic=topic).select_related("contribution")
    return rows.defer("text").prefetch_related(
        Prefetch("pictures", queryset=public.order_by("id"), to_attr="shown")
    )


def opinions_by_code(topic: Topic, codes: Iterable[str]) -> dict[str, Opinion]:
    """These published opinions of a topic, by code; what was hidden meanwhile is left out."""
    return {one.code: one for one in published_opinions(topic).filter(code__in=list(codes))}


def newest_opinions(topic: Topic, most: int) -> list[Opinion]:
    return list(published_opinions(topic).order_by("-id")[:most])


# --- what came of it -----------------------------------------------------------------------------


def orders_of(topic: Topic) -> list[Order]:
    """The orders the plan became, with their units and promises."""
    promises = Promise.objects.order_by("due_on", "id")
    rows = Order.objects.of(topic).select_related("unit")
    return list(rows.order_by("id").prefetch_related(Prefetch("promises", queryset=promises)))


def ratings_of(topic: Topic) -> dict[str, dict[str, int]]:
    """How often each score was given by residents and by deputies, in one query."""
    rows = TopicRating.objects.filter(topic=topic).order_by().values_list("score")
    counted = rows.annotate(residents=Count("contribution_id"), deputies=Count("deputy_id"))
    found: dict[str, dict[str, int]] = {"residents": {}, "deputies": {}}
    for score, residents, deputies in counted:
        found["residents"][score], found["deputies"][score] = residents, deputies
    return found
