"""先审后发 by the hundred: what waits, copies folded into one line, the alike side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from audit.models import Entry
from core.likeness import likeness, pairs_of
from topics import states
from topics.models import Opinion, Topic

ALIKE = 0.4
DECISIONS = {"approve": "通过", "reject": "不通过", "hide": "下架", "edit": "改后通过"}
BATCHES, DECIDED_AT_MOST = 10, 5_000
_WHAT = ("at", "transition", "object_code")
COPIES_AT_MOST = 1_000


def opinions_in(user: Any, state: str, topic_code: str = "") -> QuerySet[Opinion]:
    """The opinions of a state, of one topic when named; copies behind the first are left out."""
    rows = Opinion.objects.visible_to(user).filter(state=state)
    if topic_code:
        rows = rows.filter(topic__code=topic_code)
    if state == states.OPINION_PENDING:
        earlier = Opinion.objects.filter(
            topic=OuterRef("topic"), question=OuterRef("question"),
            fingerprint=OuterRef("fingerprint"), state=state, id__lt=OuterRef("id"),
        )  # fmt: skip
        rows = rows.filter(~Exists(earlier))
    return rows.select_related("topic", "question", "contribution").prefetch_related("pictures")


def copies_of(opinions: Sequence[Opinion]) -> dict[int, int]:
    """How many further pending opinions say exactly the same, by the key of the first."""
    prints = {bytes(o.fingerprint) for o in opinions}
    counted = (
        Opinion.objects.filter(
            topic__in={o.topic_id for o in opinions}, fingerprint__in=prints,
            state=states.OPINION_PENDING,
        )
        .order_by()
        .values_list("topic_id", "question_id", "fingerprint")
        .annotate(n=Count("id"))
    )  # fmt: skip
    found = {(t, q, bytes(f)): n for t, q, f, n in counted}
    return {
        o.pk: found.get((o.topic_id, o.question_id, bytes(o.fingerprint)), 1) - 1 for o in opinions
    }


def with_copies(user: Any, opinions: Sequence[Opinion]) -> list[Opinion]:
    """These and every pending opinion of the same question that says exactly the same."""
    keys = {(o.topic_id, o.question_id, bytes(o.fingerprint)) for o in opinions}
    rows = Opinion.objects.visible_to(user).filter(
        topic__in={k[0] for k in keys}, fingerprint__in={k[2] for k in keys},
        state=states.OPINION_PENDING,
    )  # fmt: skip
    alike = [o for o in rows.order_by("id")[:COPIES_AT_MOST]
             if (o.topic_id, o.question_id, bytes(o.fingerprint)) in keys]  # fmt: skip
    return list({o.pk: o for o in (*opinions, *alike)}.values())


def topics_waiting(user: Any) -> list[dict[str, Any]]:
    """Topics with opinions to review, most of them first."""
    rows = Opinion.objects.visible_to(user).filter(state=states.OPINION_PENDING).order_by()
    counted = rows.values_list("topic").annotate(n=Count("id")).order_by("-n")[:30]
    names = {t.pk: t for t in Topic.objects.filter(pk__in=[pk for pk, _ in counted])}
    return [{"topic": names[pk], "count": n} for pk, n in counted if pk in names]


def reviewed_today(user: Any, now: datetime) -> int:
    """How many this person has decided since midnight."""
    start = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    rows = Opinion.objects.visible_to(user).filter(reviewed_at__gte=start)
    return int(rows.filter(reviewed_by=user.actor_label).count())


def side_by_side(opinions: list[Opinion]) -> list[Opinion]:
    """The same rows with the alike next to each other: each followed by what resembles it."""
    pairs = {o.pk: pairs_of(o.text) for o in opinions}
    left, ordered = list(opinions), []
    while left:
        first = left.pop(0)
        near = [o for o in left if _alike(first, o, pairs)]
        ordered += [first, *near]
        left = [o for o in left if o not in near]
    return ordered


def _alike(one: Opinion, other: Opinion, pairs: dict[int, set[str]]) -> bool:
    if one.question_id != other.question_id or one.topic_id != other.topic_id:
        return False
    return likeness(pairs[one.pk], pairs[other.pk]) >= ALIKE


@dataclass(frozen=True)
class Batch:
    """What one person decided in one step: when, what, on how many, and how many still stand."""

    at: datetime
    name: str
    count: int
    standing: int

    @property
    def label(self) -> str:
        return DECISIONS[self.name]

    @property
    def key(self) -> str:
        return self.at.isoformat()


def my_batches(user: Any, now: datetime) -> list[Batch]:
    """What this person decided since midnight, the last first; told from the log."""
    said: dict[tuple[datetime, str], list[str]] = {}
    for at, name, code in _decided(user, now).order_by("-id").values_list(*_WHAT)[:DECIDED_AT_MOST]:
        said.setdefault((at, name), []).append(code)
    newest = list(said.items())[:BATCHES]
    still = _untouched({code for _, codes in newest for code in codes})
    return [
        Batch(at, name, len(codes), sum(still.get(code) == at for code in codes))
        for (at, name), codes in newest
    ]


def standing(user: Any, key: str, now: datetime) -> tuple[str, list[Opinion]]:
    """The transition of a batch of today's and its opinions nobody has touched since."""
    at = _moment(key)
    found = _decided(user, now).filter(at=at) if at else Entry.objects.none()
    rows = list(found.values_list(*_WHAT)[:DECIDED_AT_MOST])
    if not rows:
        return "", []
    codes = [code for _, _, code in rows]
    opinions = Opinion.objects.visible_to(user).filter(code__in=codes, state_at=rows[0][0])
    return rows[0][1], list(opinions.order_by("id"))


def _moment(key: str) -> datetime | None:
    try:
        found = parse_datetime(key)
    except ValueError:
        return None
    return found if found and timezone.is_aware(found) else None


def _decided(user: Any, now: datetime) -> QuerySet[Entry]:
    start = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    return Entry.objects.filter(
        actor_id=user.pk,
        object_type="topics.opinion",
        transition__in=list(DECISIONS),
        at__gte=start,
    )


def _untouched(codes: set[str]) -> dict[str, datetime]:
    """Since when each stands as it does."""
    return dict(Opinion.objects.filter(code__in=codes).values_list("code", "state_at"))
