"""How many people stand behind each group, and in which order groups are read."""

from datetime import datetime

from django.db import connection, transaction

from topics.models import Topic

REST = (
    "其他"  # `suggested_name` of the one group of what fits nowhere; a person may call it otherwise
)

# A text counts for the one who said it first, a person counts once: 500 copies are one voice
# whether one sent them or 500 did, and so are 500 texts of one person.
_COUNT = """
WITH said AS (
  SELECT o.group_id, o.fingerprint, c.person_key,
    row_number() OVER (PARTITION BY o.group_id, o.fingerprint ORDER BY o.id) AS turn
  FROM topics_opinion o JOIN topics_contribution c ON c.id = o.contribution_id
  WHERE o.topic_id = %(topic)s AND o.state = 'approved' AND o.group_id IS NOT NULL
), counted AS (
  SELECT g.id, count(s.fingerprint) AS opinions,
    count(DISTINCT s.person_key) FILTER (WHERE s.turn = 1) AS people,
    count(*) FILTER (WHERE s.turn = 1) AS texts, g.suggested_name = %(rest)s AS rest
  FROM topics_opiniongroup g LEFT JOIN said s ON s.group_id = g.id
  WHERE g.topic_id = %(topic)s GROUP BY g.id
), ranked AS (
  SELECT id, opinions, people,
    row_number() OVER (ORDER BY people = 0, rest, people DESC, texts DESC, id) AS place
  FROM counted
)
UPDATE topics_opiniongroup g SET people = r.people, opinions_count = r.opinions, rank = r.place
FROM ranked r WHERE r.id = g.id
  AND (g.people, g.opinions_count, g.rank) IS DISTINCT FROM (r.people, r.opinions, r.place)
"""


@transaction.atomic
def recount_groups(topic: Topic, *, now: datetime) -> int:
    """Count people and published opinions of every group and rank them; how many rows changed.

    By people, then by distinct texts; 「其他」 last, empty groups after it. One statement.
    """
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"topic": topic.pk, "rest": REST})
        return int(cursor.rowcount)
