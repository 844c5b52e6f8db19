"""Exact search in what people said, from two characters on, at any number of opinions.

A word that is said often stands in the newest opinions: those are read through first. A rare one
is found by the pairs of its characters (GIN index `opinion_bigrams`); an index alone would fetch
every opinion that holds a common word before showing twenty.
"""

from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from topics import states
from topics.models import Opinion, Topic

NEWEST = 3_000  # opinions read through
ENOUGH = 20  # found among them: the word is common
MOST = 2_000  # opinions a rare word leads to, the newest ones
_FIELDS = ("text", "public_text")
_RARE = """
WITH found AS MATERIALIZED (
  SELECT id FROM topics_opinion
  WHERE state <> 'pending' AND text_bigrams(text || ' ' || public_text) @> %(pairs)s::text[]
    AND {field} LIKE %(like)s {scope}
) SELECT id FROM found ORDER BY id DESC LIMIT %(most)s
"""


def opinions_saying(
    rows: QuerySet[Opinion], words: str, *, field: str = "public_text", topic: Topic | None = None
) -> QuerySet[Opinion]:
    """The ones of `rows` whose `field` holds these words, to be ordered by falling id.

    One character, or more than a hundred, is looked for by reading through. `rows` must be of
    `topic` when it is given.
    """
    if field not in _FIELDS:
        raise ValueError(f"{field} cannot be searched")
    holding = rows.filter(**{f"{field}__contains": words})
    if not 2 <= len(words) <= 100 or _is_common(words, field, topic):
        return holding
    rare = Q(pk__in=_rare(words, field, topic))
    if field == "public_text":  # what waits has no public words
        return rows.filter(rare)
    waiting = Opinion.objects.filter(state=states.OPINION_PENDING, **{f"{field}__contains": words})
    if topic is not None:
        waiting = waiting.filter(topic=topic)
    return rows.filter(rare | Q(pk__in=list(waiting.values_list("pk", flat=True)[:MOST])))


def _is_common(words: str, field: str, topic: Topic | None) -> bool:
    """Whether the newest opinions hold a page full of it."""
    newest = Opinion.objects.published().order_by("-id")
    if topic is not None:
        newest = newest.filter(topic=topic)
    read = newest.values_list(field, flat=True)[:NEWEST]
    found = 0
    with connection.cursor() as cursor:
        inner, values = read.query.sql_with_params()
        cursor.execute(
            f"SELECT count(*) FROM (SELECT 1 FROM ({inner}) n WHERE n.{field} LIKE %s LIMIT %s) f",  # noqa: S608
            [*values, _like(words), ENOUGH],
        )
        found = cursor.fetchone()[0]
    return bool(found >= ENOUGH)


def _rare(words: str, field: str, topic: Topic | None) -> list[int]:
    values: dict[str, Any] = {
        "pairs": [words[n : n + 2] for n in range(len(words) - 1)], "like": _like(words),
        "most": MOST, "topic": topic.pk if topic else None,
    }  # fmt: skip
    scope = "AND topic_id = %(topic)s" if topic else ""
    with connection.cursor() as cursor:
        cursor.execute(_RARE.format(field=field, scope=scope), values)
        return [pk for (pk,) in cursor.fetchall()]


def _like(words: str) -> str:
    escaped = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
