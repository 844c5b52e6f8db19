"""Orders on units (交办单) as they stood at the end of a day.

A unit that took over another's work answers for it, also in the figures of days before: the
register knows no other name for it any more. A due date is the one in force on that day; an
extension agreed later does not reach back.
"""

from stats.rules import Kind, Measure

_DAY = "AT TIME ZONE 'Asia/Shanghai')::date"
_LATER = """(SELECT DISTINCT ON (x.order_id) x.order_id, x.before_on FROM handling_extension x
  WHERE x.granted AND x.decided_at >= %(until)s ORDER BY x.order_id, x.decided_at)"""
_LAST = """(SELECT DISTINCT ON (y.order_id) y.order_id, y.outcome, y.version FROM handling_reply y
  ORDER BY y.order_id, y.version DESC)"""
_CONTACT = "o.id IN (SELECT c.order_id FROM handling_contactrecord c WHERE c.at < %(until)s)"


def _rows(state: str, replied: str, outcome: str, which: str) -> str:
    return f"""
SELECT o.id, o.code, o.region_code, o.unit_id, o.source_type AS source, o.role,
  {state} AS state, coalesce(o.signed_at < %(until)s, false) AS signed,
  ({replied} {_DAY} AS replied_on, coalesce(later.before_on, o.due_on) AS due_on,
  o.original_due_on, {_CONTACT} AS contacted, {outcome} AS outcome
FROM handling_order o
LEFT JOIN {_LAST} AS last ON last.order_id = o.id
LEFT JOIN {_LATER} AS later ON later.order_id = o.id
WHERE o.assigned_at < %(until)s AND o.assigned_at >= %(since)s AND o.region_code LIKE %(place)s
  AND {which}
"""  # noqa: S608  parts of our own


_STOOD = "o.state_at < %(until)s"
_UNANSWERED = (
    "(o.replied_at IS NULL OR o.replied_at >= %(until)s) AND coalesce(last.version, 1) < 2"
)
_PAST = """coalesce((SELECT e.to_state FROM audit_entry e
  WHERE e.object_type = 'handling.order' AND e.object_code = o.code AND e.at < %(until)s
    AND e.to_state <> '' ORDER BY e.id DESC LIMIT 1), 'assigned')"""
_REPLY = """(SELECT y.{} FROM handling_reply y WHERE y.order_id = o.id AND y.at < %(until)s
  ORDER BY y.version DESC LIMIT 1)"""
# stood still since; not answered by then, so only waiting; answered by then or more than once
ROWS = (
    _rows("o.state", "o.replied_at", "coalesce(last.outcome, '')", _STOOD),
    _rows("'handling'", "NULL::timestamptz", "''", f"NOT ({_STOOD}) AND {_UNANSWERED}"),
    _rows(
        _PAST, _REPLY.format("at"), f"coalesce({_REPLY.format('outcome')}, '')",
        f"NOT ({_STOOD}) AND NOT ({_UNANSWERED})",
),
)  # fmt: skip

LOG = f"""
SELECT code, region_code, unit, role, state, signed, (replied_at {_DAY} AS replied_on,
  due_on::date, original::date AS original_due_on, contacted, outcome
FROM (
  SELECT object_code AS code, (array_agg(region_code ORDER BY id DESC))[1] AS region_code,
    (array_agg(coalesce(data->>'to', data->>'unit') ORDER BY id DESC)
      FILTER (WHERE action IN ('handling.order.assigned', 'handling.order.taken_over')))[1] AS unit,
    max(data->>'role') FILTER (WHERE action = 'handling.order.assigned') AS role,
    (array_agg(to_state ORDER BY id DESC)
      FILTER (WHERE to_state <> '' AND at < %(until)s))[1] AS state,
    bool_or(transition = 'sign' AND at < %(until)s) AS signed,
    max(at) FILTER (WHERE transition = 'reply' AND at < %(until)s) AS replied_at,
    (array_agg(data->>'due_on' ORDER BY id DESC)
      FILTER (WHERE data ? 'due_on' AND (action IN ('handling.order.assigned',
        'handling.order.recounted') OR (transition IN ('decide_extension', 'request_extension')
        AND at < %(until)s))))[1] AS due_on,
    (array_agg(data->>'due_on' ORDER BY id DESC)
      FILTER (WHERE action IN ('handling.order.assigned', 'handling.order.recounted')))[1]
      AS original,
    bool_or(transition = 'record_contact' AND at < %(until)s) AS contacted,
    coalesce((array_agg(data->>'outcome' ORDER BY id DESC)
      FILTER (WHERE transition = 'reply' AND at < %(until)s))[1], '') AS outcome,
    min(at) AS began
  FROM audit_entry WHERE object_type = 'handling.order' GROUP BY object_code) AS told
WHERE began < %(until)s AND began >= %(since)s AND region_code LIKE %(place)s
"""  # noqa: S608  parts of our own

_GIVEN = "state NOT IN ('reassigned', 'stopped')"
_ASKED = f"{_GIVEN} AND role <> 'co'"
_REPLIED = f"{_ASKED} AND state IN ('replied', 'accepted')"

ORDER = Kind(
    name="order",
    label="交办单",
    noun="件",
    model="handling.Order",
    arrived="assigned_at",
    rows=ROWS,
    log=LOG,
    keys=("unit_id", "source"),
    dimensions={"unit": "u.code", "source": "source"},
    log_dimensions={"unit": "unit"},
    named="JOIN congress_unit u ON u.id = unit_id",
    told={
        "state": "state", "role": "role", "signed": "signed", "contacted": "contacted",
        "outcome": "outcome", "in_time": "replied_on <= due_on",
        "in_first_time": "replied_on <= original_due_on", "late": "due_on < %(on)s",
        "first_late": "original_due_on < %(on)s",
    },
    measures={
        "all": Measure("全部交办", "true"),
        "given": Measure("交办", _GIVEN),
        "signed": Measure("签收", f"{_GIVEN} AND signed"),
        "asked": Measure("应答复", _ASKED),
        "replied": Measure("已答复", _REPLIED),
        "due": Measure("已到期或已答复", f"({_REPLIED}) OR ({_ASKED} AND late)"),
        "on_time": Measure("按期答复", f"{_REPLIED} AND in_time"),
        "due_original": Measure(
            "按原期限已到期或已答复", f"({_REPLIED}) OR ({_ASKED} AND first_late)"
        ),
        "on_time_original": Measure(
            "按原期限答复", f"{_REPLIED} AND in_first_time"
        ),
        "contacted": Measure("答复前有沟通记录", f"{_REPLIED} AND contacted"),
        "solved": Measure("答复为已解决", f"{_REPLIED} AND outcome = 'solved'"),
        "overdue": Measure("逾期未答复", f"{_ASKED} AND late"
                           " AND state IN ('assigned', 'signed', 'return_requested', 'handling')"),
    },
)  # fmt: skip
