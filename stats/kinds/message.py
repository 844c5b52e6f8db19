"""Residents' messages (留言) as they stood at the end of a day.

An item that has not moved since then is read off its row. One that has, in its first round and
accepted by then, is set back by its own times: nothing in a first round happens twice. The rest,
which are few (not accepted yet, passed on, opened again), are set back by the log and by the
answers and ratings that were there.
"""

from stats.rules import Kind, Measure

_AGAIN = """(SELECT DISTINCT ON (r.message_id) r.message_id, r.score FROM voices_rating r
  WHERE r.round > 1 AND r.at < %(until)s ORDER BY r.message_id, r.round DESC)"""
_INSIDE = """m.created_at < %(until)s AND m.created_at >= %(since)s
  AND m.region_code LIKE %(place)s"""
_BY_TIMES = "m.round = 1 AND m.accepted_at IS NOT NULL AND m.accepted_at < %(until)s"


def _rows(state: str, outcome: str, score: str, due: str, which: str) -> str:
    return f"""
SELECT m.id, m.code, m.region_code, m.kind AS category, m.channel AS source, {state} AS state,
  {outcome} AS outcome, {score} AS score, {due} AS due_on, coalesce(again.score, '') AS again
FROM voices_message m LEFT JOIN {_AGAIN} AS again ON again.message_id = m.id
WHERE {_INSIDE} AND {which}
"""  # noqa: S608  parts of our own


_STOOD = "m.state_at < %(until)s"
_PAST = """coalesce((SELECT e.to_state FROM audit_entry e
  WHERE e.object_type = 'voices.message' AND e.object_code = m.code AND e.at < %(until)s
    AND e.to_state <> '' ORDER BY e.id DESC LIMIT 1), 'received')"""
_OUTCOME = """coalesce((SELECT a.outcome FROM voices_answer a
  WHERE a.message_id = m.id AND a.at < %(until)s ORDER BY a.id DESC LIMIT 1), '')"""
_SCORE = """coalesce((SELECT r.score FROM voices_rating r
  WHERE r.message_id = m.id AND r.at < %(until)s ORDER BY r.round DESC LIMIT 1), '')"""
_ANSWERED = "m.answered_at < %(until)s"
ROWS = (
    _rows("m.state", "m.outcome", "m.score", "m.due_on", _STOOD),
    _rows(
        f"CASE WHEN {_ANSWERED} THEN 'answered' ELSE 'accepted' END",
        f"CASE WHEN {_ANSWERED} THEN m.outcome ELSE '' END", "''", "NULL::date",
        f"m.state_at >= %(until)s AND {_BY_TIMES}",
    ),
    _rows(
        _PAST, _OUTCOME, _SCORE, "NULL::date", f"m.state_at >= %(until)s AND NOT ({_BY_TIMES})"
    ),
)  # fmt: skip

LOG = """
SELECT object_code AS code, (array_agg(region_code ORDER BY id DESC))[1] AS region_code,
  (array_agg(to_state ORDER BY id DESC) FILTER (WHERE to_state <> ''))[1] AS state,
  coalesce((array_agg(data->>'outcome' ORDER BY id DESC)
    FILTER (WHERE transition IN ('answer', 'reply')))[1], '') AS outcome,
  coalesce((array_agg(data->>'score' ORDER BY id DESC)
    FILTER (WHERE transition = 'rate'))[1], '') AS score,
  coalesce((array_agg(data->>'score' ORDER BY id DESC)
    FILTER (WHERE transition = 'rate' AND data->>'score' <> ''
      AND (told_round > 1)))[1], '') AS again
FROM (SELECT *, round - (CASE WHEN to_state = 'under_review' AND transition = 'rate'
        THEN 1 ELSE 0 END) AS told_round
      FROM audit_entry
      WHERE object_type = 'voices.message' AND at < %(until)s) AS told
GROUP BY object_code
HAVING bool_or(from_state = '' AND to_state <> '' AND at >= %(since)s)
  AND (array_agg(region_code ORDER BY id DESC))[1] LIKE %(place)s
"""

_KEPT = "state NOT IN ('withdrawn', 'diverted')"
_RATED = f"{_KEPT} AND score <> ''"
_CLOSED = "state = 'closed'"

MESSAGE = Kind(
    name="message",
    label="群众留言",
    noun="件",
    model="voices.Message",
    arrived="created_at",
    rows=ROWS,
    log=LOG,
    keys=("category", "source"),
    dimensions={"category": "category", "source": "source"},
    log_dimensions={},
    told={
        "state": "state",
        "outcome": "outcome",
        "score": "score",
        "again": "again",
        "late": "due_on < %(on)s",
    },
    measures={
        "all": Measure("全部来件", "true"),
        "received": Measure("收到", _KEPT),
        "withdrawn": Measure("撤回", "state = 'withdrawn'"),
        "diverted": Measure("分流", "state = 'diverted'"),
        "accepted": Measure("受理", f"{_KEPT} AND state <> 'received'"),
        "answered": Measure("答复", f"{_KEPT} AND outcome <> ''"),
        "closed": Measure("办结", _CLOSED),
        "solved": Measure("已解决", f"{_CLOSED} AND outcome = 'solved' AND score <> 'unsatisfied'"),
        "open": Measure(
            "在办", f"{_KEPT} AND {_CLOSED.replace('=', '<>')} AND state <> 'answered'"
        ),
        "overdue": Measure(
            "逾期",
            "state IN ('received', 'accepted', 'under_review', 'handling') AND late",
        ),
        "rated": Measure("收到的评价", _RATED),
        "satisfied": Measure("满意", f"{_KEPT} AND score = 'satisfied'"),
        "content": Measure("满意和基本满意", f"{_KEPT} AND score IN ('satisfied', 'basic')"),
        "unsatisfied": Measure("不满意", f"{_KEPT} AND score = 'unsatisfied'"),
        "rated_again": Measure("重新办理后的评价", f"{_KEPT} AND again <> ''"),
        "satisfied_again": Measure("重新办理后满意", f"{_KEPT} AND again = 'satisfied'"),
    },
)
