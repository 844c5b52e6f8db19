"""Topics (议题) as they stood at the end of a day: from approval to the published result."""

from stats.rules import Kind, Measure

ROWS = (
    """
SELECT t.id, t.code, t.region_code, t.source, t.state FROM topics_topic t
WHERE t.created_at < %(until)s AND t.state_at < %(until)s AND t.created_at >= %(since)s
  AND t.region_code LIKE %(place)s
""",
    """
SELECT t.id, t.code, t.region_code, t.source, coalesce((SELECT e.to_state FROM audit_entry e
  WHERE e.object_type = 'topics.topic' AND e.object_code = t.code AND e.at < %(until)s
    AND e.to_state <> '' ORDER BY e.id DESC LIMIT 1), 'draft') AS state
FROM topics_topic t
WHERE t.created_at < %(until)s AND t.state_at >= %(until)s AND t.created_at >= %(since)s
  AND t.region_code LIKE %(place)s
""",
)
LOG = """
SELECT object_code AS code, (array_agg(region_code ORDER BY id DESC))[1] AS region_code,
  (array_agg(to_state ORDER BY id DESC) FILTER (WHERE to_state <> ''))[1] AS state
FROM audit_entry WHERE object_type = 'topics.topic' AND at < %(until)s
GROUP BY object_code
HAVING bool_or(from_state = '' AND to_state <> '' AND at >= %(since)s)
  AND (array_agg(region_code ORDER BY id DESC))[1] LIKE %(place)s
"""

_ASKED = "state NOT IN ('draft', 'withdrawn')"
_APPROVED = f"{_ASKED} AND state NOT IN ('applied', 'returned', 'rejected')"
_ENDED = "state IN ('published', 'archived')"

TOPIC = Kind(
    name="topic",
    label="码上议事",
    noun="个",
    model="topics.Topic",
    arrived="created_at",
    rows=ROWS,
    log=LOG,
    keys=("source",),
    dimensions={"source": "source"},
    log_dimensions={},
    told={"state": "state"},
    measures={
        "all": Measure("全部议题", "true"),
        "asked": Measure("申请的议题", _ASKED),
        "approved": Measure("审议通过", _APPROVED),
        "planned": Measure(
            "形成方案", f"{_APPROVED} AND state IN ('planned', 'handling', 'published', 'archived')"
        ),
        "published": Measure("公开结果", _ENDED),
    },
)
