"""Reads of the desk: whose turn it is, what a page shows, what may be chosen."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from congress.models import Region
from congress.rules import prefixes_of
from core.likeness import most_alike
from core.visibility import prefix_q
from grids.models import Grid
from handling.models import Order
from stations.models import Station
from topics import states
from topics.models import Opinion, OpinionGroup, PlanPart, Question, Topic
from voices.models import Message
from workflows.registry import workflow_of

MOST_PLACES, MOST_STATIONS = 400, 300
TABS: dict[str, tuple[str, tuple[str, ...]]] = {
    "todo": ("要我办的", ()),
    "speak": ("留言中", (states.APPROVED, states.COLLECTING)),
    "discuss": ("议事中", (states.RESEARCHING, states.MEETING, states.PLANNED)),
    "handling": ("办理中", (states.HANDLING,)),
    "public": ("已公开", (states.PUBLISHED, states.ARCHIVED)),
    "ended": ("没有成题", (states.REJECTED, states.WITHDRAWN)),
}
# Whose turn it is in which state, by the right that moves it on.
_TURNS = {
    "topics.apply_topic": (states.DRAFT, states.RETURNED),
    "topics.review_topic": (states.APPLIED,),
    "topics.run_topic": (states.RESEARCHING, states.MEETING),
    "topics.hand_over_topic": (states.PLANNED, states.HANDLING),
    "topics.publish_topic": (states.HANDLING,),
}


def my_turn(user: Any) -> tuple[str, ...]:
    """The states in which something is asked of this person."""
    return tuple(
        {state for perm, found in _TURNS.items() if user.has_perm(perm) for state in found}
    )


def waiting(user: Any) -> QuerySet[Topic]:
    """The topics on which it is this person's turn."""
    return Topic.objects.visible_to(user).filter(state__in=my_turn(user))


def topics_in(user: Any, tab: str, words: str = "") -> QuerySet[Topic]:
    """The topics of a tab; words are a number, or part of the title or the background."""
    states_ = TABS.get(tab, TABS["todo"])[1] or my_turn(user)
    rows = Topic.objects.visible_to(user).filter(state__in=states_)
    if words:
        number = words.upper()
        by_number = number[:1] == "T" and number[1:].isdigit()
        found = Q(title__contains=words) | Q(summary__contains=words)
        rows = rows.filter(code=number) if by_number else rows.filter(found)
    return rows.select_related("deputy", "host")


def opinions_to_review(user: Any) -> QuerySet[Opinion]:
    """Opinions nobody decided on yet."""
    return Opinion.objects.visible_to(user).filter(state=states.OPINION_PENDING)


def opinion_counts(topic: Topic) -> dict[str, int]:
    """How many opinions stand in which state, by question number too."""
    named = {f"of_{state}": Count("id", filter=Q(state=state)) for state in states.OPINION_STATES}
    return dict(topic.opinions.order_by().aggregate(every=Count("id"), **named))


def parts_with_orders(topic: Topic) -> list[dict[str, Any]]:
    """Every part of the plan with its units and the orders it became."""
    orders = Prefetch("orders", Order.objects.select_related("unit").order_by("id"))
    parts = topic.parts.prefetch_related("lead_units", "co_units", orders)
    return [
        {
            "part": part, "units": [*part.lead_units.all(), *part.co_units.all()],
            "orders": list(part.orders.all()),
        }
        for part in parts
    ]  # fmt: skip


def linked_messages(topic: Topic) -> list[Message]:
    """The residents' messages the topic grew from."""
    return list(Message.objects.filter(topic_links__topic=topic).order_by("topic_links__id"))


def places_for(user: Any) -> list[tuple[str, str]]:
    """The scopes this person may ask: for a deputy from the own grids up to the level served,
    for staff and keepers everything in their reach."""
    prefixes = user.region_prefixes("topics.apply_topic") + user.region_prefixes(
        "topics.dispatch_topic"
    )
    stations = Station.objects.filter(code__in=user.scope_codes("station", "topics.apply_topic"))
    codes: set[str] = set()
    for station in stations:
        codes |= _chain(station.region_code, 6)
    deputy = getattr(user, "deputy", None)
    if deputy is not None:
        codes |= _chain(deputy.region_code, _widest(deputy.levels))
    inside = Q(code__in=codes) | prefix_q("code", prefixes)
    regions = Region.objects.in_use().filter(inside).order_by("code")
    rows = [(r.code, r.full_name or r.name) for r in regions[:MOST_PLACES]]
    grids = Grid.objects.visible_to(user).in_use().order_by("code")[:MOST_PLACES]
    return rows + [(g.code, g.name) for g in grids]


def _chain(region_code: str, widest: int) -> set[str]:
    return {code for code in prefixes_of(region_code) if len(code) >= widest}


def _widest(levels: list[int]) -> int:
    """How short the code of a scope may be: a town's deputy asks the town, others the county."""
    return 9 if levels and min(levels) >= 5 else 6


def hosts_for(user: Any, regions: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The stations that may host a topic of these places."""
    near = {code[:6] for code, _ in regions}
    own = user.scope_codes("station", "topics.review_topic")
    rows = Station.objects.public().filter(prefix_q("region_code", near))
    if own and not user.has_perm("topics.dispatch_topic"):
        rows = rows.filter(code__in=own)
    found = rows.filter(kind__in=("home", "station")).order_by("region_code", "code")
    return [(s.code, s.name) for s in found[:MOST_STATIONS]]


def messages_to_choose(user: Any, words: str = "") -> QuerySet[Message]:
    """The messages a topic may be made of: those this person may see and still move."""
    flow = workflow_of(Message)
    row = flow.transition("deliberate")
    open_states = row.sources if row else ()
    rows = Message.objects.visible_to(user).filter(state__in=open_states)
    return rows.filter(text__contains=words) if words else rows


def to_publish(user: Any) -> QuerySet[Topic]:
    """Topics being handled, with what their results lack counted."""
    untold = PlanPart.objects.filter(topic=OuterRef("pk"), outcome="").order_by()
    silent = Question.objects.filter(topic=OuterRef("pk"), answer__isnull=True).order_by()
    rows = Topic.objects.visible_to(user).filter(state=states.HANDLING)
    return rows.select_related("deputy", "host", "result").annotate(
        untold=_counted(untold), silent=_counted(silent)
    )


def _counted(rows: QuerySet[Any]) -> Coalesce:
    counted = rows.values("topic").annotate(n=Count("id")).values("n")
    return Coalesce(Subquery(counted), 0)


def lacking(topic: Any, user: Any) -> str:
    """What a row of `to_publish` still lacks, in words; the engine's guard decides."""
    result = getattr(topic, "result", None)
    if topic.untold:
        return f"{topic.untold}项措施还没有写明结果"
    if result is None:
        return "还没有写结果"
    if topic.silent:
        return f"{topic.silent}个问题还没有回应"
    return "要由撰写人以外的人审核" if result.by_id == user.pk else ""


def results_waiting(user: Any) -> QuerySet[Topic]:
    """Results that are written, by somebody else, with every part told."""
    untold = PlanPart.objects.filter(topic=OuterRef("pk"), outcome="")
    rows = Topic.objects.visible_to(user).filter(state=states.HANDLING, result__isnull=False)
    return rows.exclude(result__by=user).filter(~Exists(untold))


def similar_topics(text: str, region_code: str) -> list[Topic]:
    """Topics of the county that say about the same, the likest first."""
    near = Topic.objects.public().filter(region_code__startswith=region_code[:6])
    return most_alike(
        near.order_by("-id")[:500], text, lambda t: t.title + t.summary, share=0.25, limit=5
    )


def shown_groups(topic: Topic) -> QuerySet[OpinionGroup]:
    """The groups anybody stands behind; emptied ones keep their rows and are left out."""
    return topic.groups.filter(opinions_count__gt=0).select_related("question")


def typical_words(topic: Topic, groups: Iterable[OpinionGroup]) -> dict[int, list[str]]:
    """The most typical published sentences of each group, in one query."""
    rows = list(groups)
    codes = {code for group in rows for code in group.typical}
    said = Opinion.objects.published().filter(topic=topic, code__in=codes)
    words = dict(said.values_list("code", "public_text")) if codes else {}
    return {g.pk: [words[code] for code in g.typical if code in words] for g in rows}


def theme_rows(topic: Topic, groups: Iterable[OpinionGroup]) -> list[dict[str, Any]]:
    """Groups with a typical sentence each and their share of the largest."""
    rows = list(groups)
    words = typical_words(topic, rows)
    most = max((group.people for group in rows), default=0)
    return [
        {"group": g, "share": 100 * g.people / most if most else 0, "typical": words[g.pk][:1]}
        for g in rows
    ]  # fmt: skip


def topics_to_join(user: Any) -> QuerySet[Topic]:
    """Topics a message may still be put to: not ended and not handed over yet."""
    open_ones = (states.DRAFT, states.APPLIED, states.RETURNED, *states.RUNNING[:-1])
    return Topic.objects.visible_to(user).filter(state__in=open_ones).order_by("-id")[:50]
