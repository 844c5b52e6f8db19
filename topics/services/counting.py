"""Counters of a topic, set by the job and never in the request of somebody who speaks."""

from datetime import datetime

from django.db import connection, transaction

from topics.models import Opinion, Topic

_AGREED = """
UPDATE topics_opinion o SET agreed = c.n
FROM (SELECT a.opinion_id, count(*) AS n FROM topics_agreement a
      JOIN topics_opinion p ON p.id = a.opinion_id WHERE p.topic_id = %s GROUP BY 1) c
WHERE o.id = c.opinion_id AND o.agreed <> c.n
"""
_PEOPLE = """
SELECT count(*), count(DISTINCT c.person_key) FROM topics_opinion o
JOIN topics_contribution c ON c.id = o.contribution_id WHERE o.topic_id = %s
"""


@transaction.atomic
def recount(topic: Topic, *, now: datetime) -> Topic:
    """意见数, 参与人数 (distinct people), 赞同数. Group ranks are counted by `services.groups`."""
    with connection.cursor() as cursor:
        cursor.execute(_AGREED, [topic.pk])
        cursor.execute(_PEOPLE, [topic.pk])
        topic.opinion_count, topic.people_count = cursor.fetchone()
    topic.counted_at = now
    topic.save(update_fields=["opinion_count", "people_count", "counted_at"])
    return topic


def pending(topic: Topic) -> int:
    """How many opinions wait for review."""
    return int(Opinion.objects.filter(topic=topic, state="pending").count())
