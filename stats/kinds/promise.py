"""Promises in replies (承诺台账). A promise counts from the day it falls due."""

from stats.rules import Kind, Measure

ROWS = """
SELECT p.id, p.code, o.region_code, o.unit_id, o.source_type AS source, p.due_on,
  CASE WHEN p.settled_at < %(until)s THEN p.outcome ELSE 'open' END AS outcome
FROM handling_promise p JOIN handling_order o ON o.id = p.order_id
WHERE o.assigned_at < %(until)s AND p.due_on >= (%(since)s AT TIME ZONE 'Asia/Shanghai')::date
  AND o.region_code LIKE %(place)s
"""

PROMISE = Kind(
    name="promise",
    label="答复承诺",
    noun="项",
    model="handling.Promise",
    arrived="due_on",
    rows=(ROWS,),
    log=None,
    keys=("unit_id", "source"),
    dimensions={"unit": "u.code", "source": "source"},
    log_dimensions={},
    named="JOIN congress_unit u ON u.id = unit_id",
    told={"outcome": "outcome", "due": "due_on <= %(on)s"},
    measures={
        "all": Measure("全部承诺", "true"),
        "due": Measure("到期的承诺", "due OR outcome IN ('kept', 'broken')"),
        "kept": Measure("兑现", "outcome = 'kept'"),
        "broken": Measure("未兑现", "outcome = 'broken'"),
    },
)
