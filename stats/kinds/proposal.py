"""Deputies' suggestions (代表建议) as they stood at the end of a day.

S are the accepted ones without 撤回 and 转来信; what was merged is answered separately and counts
by itself (DOMAIN §2.9, trap 22). Feedback is that of the latest round rated, the worst of its
forms. The first reply is held against its due day: as extended, and as it was at 交办.
"""

from stats.rules import Kind, Measure

_DAY = "AT TIME ZONE 'Asia/Shanghai')::date"
_RANK = "CASE {} WHEN 'satisfied' THEN 1 WHEN 'basic' THEN 2 ELSE 3 END"
_RESULT, _ATTITUDE = _RANK.format("e.result"), _RANK.format("e.attitude")
# The latest round rated: round, worst result, worst attitude, forms with a score (five digits) and
# the sum of scores (eight), in one number, since the largest of numbers is found faster than the
# largest of arrays.
_FORMS = f"""(SELECT f.proposal_id, max(f.round * 1000000000000000 + f.result * 100000000000000
    + f.attitude * 10000000000000 + f.scored * 100000000 + f.points) AS last
  FROM (SELECT e.proposal_id, e.round, max({_RESULT}) AS result, max({_ATTITUDE}) AS attitude,
      count(e.score) AS scored, coalesce(sum(e.score), 0) AS points
    FROM proposals_evaluation e WHERE e.at < %(until)s
    GROUP BY e.proposal_id, e.round) AS f GROUP BY f.proposal_id)"""  # noqa: S608
_SHEETS = """(SELECT s.proposal_id, (10 * sum(s.total))::bigint AS tenths, count(*) AS sheets
  FROM proposals_scoresheet s WHERE s.at < %(until)s GROUP BY s.proposal_id)"""
_PAST = """(SELECT e.to_state FROM audit_entry e WHERE e.object_type = 'proposals.proposal'
  AND e.object_code = p.code AND e.at < %(until)s AND e.to_state <> ''
  ORDER BY e.id DESC LIMIT 1)"""
_OUTCOME = """coalesce((SELECT r.outcome FROM proposals_assignment r
  WHERE r.proposal_id = p.id AND r.replied_at < %(until)s ORDER BY r.round DESC LIMIT 1), '')"""


def _rows(state: str, outcome: str, which: str) -> str:
    return f"""
SELECT p.id, p.code, p.region_code, p.category, p.source_kind AS source, p.delegation_id,
  p.term_id, p.session_id, p.series, o.unit_id, {state} AS state, {outcome} AS outcome,
  p.due_on, p.published_at < %(until)s AS public,
  (a.replied_at {_DAY} AS replied_on, a.due_on AS answer_due, a.original_due_on AS first_due,
  p.id IN (SELECT f.proposal_id FROM proposals_facereply f WHERE f.way = 'face'
    AND f.at < %(until)s) AS face,
  coalesce(forms.last / 1000000000000000, 0) AS rated_round,
  forms.last / 100000000000000 %% 10 AS result, forms.last / 10000000000000 %% 10 AS attitude,
  forms.last / 100000000 %% 100000 AS scored, forms.last %% 100000000 AS points,
  sheets.tenths, sheets.sheets
FROM proposals_proposal p
LEFT JOIN proposals_assignment a ON a.proposal_id = p.id AND a.round = 1
LEFT JOIN handling_order o ON o.source_type = 'proposals.proposal' AND o.source_code = p.code
  AND o.round = p.round AND o.role IN ('sole', 'lead')
  AND o.state NOT IN ('reassigned', 'stopped')
LEFT JOIN {_FORMS} AS forms ON forms.proposal_id = p.id
LEFT JOIN {_SHEETS} AS sheets ON sheets.proposal_id = p.id
WHERE p.accepted_at < %(until)s AND p.accepted_at >= %(since)s AND {which}
  AND p.region_code LIKE %(place)s
"""  # noqa: S608  parts of our own


_STOOD = "p.state_at < %(until)s"
_BY_TIMES = """CASE WHEN a.replied_at < %(until)s THEN 'replied'
  WHEN p.assigned_at < %(until)s THEN 'assigned' ELSE 'accepted' END"""
_FIRST = "CASE WHEN a.replied_at < %(until)s THEN a.outcome ELSE '' END"
# stood still since; in its first round, where nothing happens twice; in a later one
ROWS = (
    _rows("p.state", "p.outcome", _STOOD),
    _rows(_BY_TIMES, _FIRST, f"NOT ({_STOOD}) AND p.round = 1"),
    _rows(_PAST, _OUTCOME, f"NOT ({_STOOD}) AND p.round > 1"),
)  # fmt: skip

_LOG_RESULT = _RANK.format("data->>'result'")
_LOG_ATTITUDE = _RANK.format("data->>'attitude'")
LOG = f"""
WITH told AS (SELECT * FROM audit_entry
  WHERE object_type = 'proposals.proposal' AND at < %(until)s),
forms AS (SELECT code, max(ARRAY[round, result, attitude, scored, points]) AS last FROM (
    SELECT object_code AS code, round, max({_LOG_RESULT}) AS result,
      max({_LOG_ATTITUDE}) AS attitude, count(data->>'score') AS scored,
      coalesce(sum((data->>'score')::int), 0) AS points
    FROM told WHERE transition = 'evaluate' AND data ? 'result' GROUP BY object_code, round) AS f
  GROUP BY code),
orders AS (SELECT object_code AS code, max(data->>'source') AS source,
    max(data->>'role') AS role, min(round) AS round,
    (array_agg(to_state ORDER BY id DESC) FILTER (WHERE to_state <> ''))[1] AS state,
    (array_agg(data->>'due_on' ORDER BY id DESC) FILTER (WHERE data ? 'due_on'
      AND (action IN ('handling.order.assigned', 'handling.order.recounted')
        OR transition IN ('decide_extension', 'request_extension'))))[1]::date AS due,
    (array_agg(data->>'due_on' ORDER BY id DESC) FILTER (WHERE action IN
      ('handling.order.assigned', 'handling.order.recounted')))[1]::date AS first
  FROM audit_entry WHERE object_type = 'handling.order' GROUP BY object_code),
due AS (SELECT source AS code, max(due) AS due,
    (array_agg(least(first, due) ORDER BY due DESC, code))[1] AS first
  FROM orders WHERE round = 1 AND role <> 'co' AND state NOT IN ('reassigned', 'stopped')
  GROUP BY source)
SELECT told.object_code AS code,
  (array_agg(told.region_code ORDER BY told.id DESC))[1] AS region_code,
  (array_agg(told.to_state ORDER BY told.id DESC) FILTER (WHERE told.to_state <> ''))[1] AS state,
  coalesce((array_agg(told.data->>'outcome' ORDER BY told.id DESC)
    FILTER (WHERE told.transition = 'request_rating'))[1], '') AS outcome,
  (min(told.at) FILTER (WHERE told.transition = 'request_rating') {_DAY} AS replied_on,
  max(due.due) AS answer_due, max(due.first) AS first_due,
  bool_or(told.action = 'proposals.record.face_reply' AND told.data->>'way' = 'face') AS face,
  coalesce(max(forms.last[1]), 0) AS rated_round, max(forms.last[2]) AS result,
  max(forms.last[3]) AS attitude, max(forms.last[4]) AS scored, max(forms.last[5]) AS points
FROM told LEFT JOIN forms ON forms.code = told.object_code
LEFT JOIN due ON due.code = told.object_code
GROUP BY told.object_code
HAVING min(told.at) FILTER (WHERE told.transition = 'accept') >= %(since)s
  AND (array_agg(told.region_code ORDER BY told.id DESC))[1] LIKE %(place)s
"""  # noqa: S608  parts of our own

_S = "state NOT IN ('withdrawn', 'diverted')"
_REPLIED = "state IN ('replied', 'evaluated', 'rehandling', 'closed')"
_RATED = f"{_REPLIED} AND rated"

PROPOSAL = Kind(
    name="proposal",
    label="代表建议",
    noun="件",
    model="proposals.Proposal",
    arrived="accepted_at",
    rows=ROWS,
    log=LOG,
    keys=("category", "source", "delegation_id", "term_id", "session_id", "series", "unit_id"),
    dimensions={
        "unit": "u.code", "category": "category", "source": "source",
        "session": "concat(t.number, '-', n.number, '-', series)", "group": "g.code",
    },
    log_dimensions={},
    named="""JOIN congress_term t ON t.id = term_id
      LEFT JOIN congress_session n ON n.id = session_id
      LEFT JOIN deputies_delegation g ON g.id = delegation_id
      LEFT JOIN congress_unit u ON u.id = unit_id""",
    told={
        "state": "state", "outcome": "outcome", "public": "public", "face": "face",
        "late": "due_on < %(on)s", "in_time": "replied_on <= answer_due",
        "in_first_time": "replied_on <= first_due", "answer_late": "answer_due < %(on)s",
        "first_late": "first_due < %(on)s", "rated": "rated_round > 0",
        "rated_again": "rated_round > 1", "result": "result", "attitude": "attitude",
        "with_points": "scored > 0", "with_sheets": "sheets > 0",
    },
    unlogged=frozenset({"tenths", "sheets"}),
    measures={
        "all": Measure("立案的", "true"),
        "counted": Measure("立案", _S),
        "withdrawn": Measure("立案后撤回", "state = 'withdrawn'"),
        "assigned": Measure("交办", f"{_S} AND state <> 'accepted'"),
        "replied": Measure("已答复", _REPLIED),
        "closed": Measure("办结", "state = 'closed'"),
        "open": Measure("在办", f"{_S} AND state <> 'closed'"),
        "due": Measure(
            "已到期或已答复", f"({_REPLIED}) OR (state = 'assigned' AND answer_late)"
        ),
        "on_time": Measure("按期答复", f"{_REPLIED} AND in_time"),
        "due_original": Measure(
            "按原期限已到期或已答复",
            f"({_REPLIED}) OR (state = 'assigned' AND first_late)",
        ),
        "on_time_original": Measure("按原期限答复", f"{_REPLIED} AND in_first_time"),
        "overdue": Measure(
            "逾期未答复", "state IN ('assigned', 'rehandling') AND late"
        ),
        "face": Measure("面复", f"{_REPLIED} AND face"),
        "solved": Measure("已解决", f"{_REPLIED} AND outcome = 'solved'"),
        "fulfilled": Measure(
            "已解决、正在解决和列入计划",
            f"{_REPLIED} AND outcome IN ('solved', 'in_progress', 'planned')",
        ),
        "rated": Measure("收到的反馈", _RATED),
        "satisfied": Measure("结果满意", f"{_RATED} AND result = 1"),
        "content": Measure("结果满意和基本满意", f"{_RATED} AND result <= 2"),
        "unsatisfied": Measure("结果不满意", f"{_RATED} AND result = 3"),
        "attitude": Measure("态度满意", f"{_RATED} AND attitude = 1"),
        "rated_again": Measure("重新办理后的反馈", f"{_RATED} AND rated_again"),
        "satisfied_again": Measure(
            "重新办理后满意", f"{_RATED} AND rated_again AND result = 1"
        ),
        "points": Measure("落实评分合计", f"{_RATED} AND with_points", "points"),
        "scored": Measure("评分份数", f"{_RATED} AND with_points", "scored"),
        "tenths": Measure("测评总分（十分之一分）", f"{_S} AND with_sheets", "tenths"),
        "sheets": Measure("测评表", f"{_S} AND with_sheets", "sheets"),
        "published": Measure("公开", f"{_REPLIED} AND public"),
    },
)  # fmt: skip
