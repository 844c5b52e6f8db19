"""Open data: the table, the document, and what their fields mean."""

from collections.abc import Iterator
from typing import Any

from stats.definitions import RATES
from stats.figures import TOTAL, Figures, Reading, as_json
from stats.kinds import KINDS
from stats.labels import labels, place_name

VERSION = 1
FIELDS = {
    "as_of": ("截至日期", "string", "数字按这一天结束时的状态统计，YYYY-MM-DD。"),
    "since": ("起始日期", "string", "只算这一天（含）以后收到的；承诺按到期日。"),
    "place": ("区划代码", "string", "统计用区划代码；空为本平台各地合计。"),
    "place_name": ("地方", "string", "区划名称。"),
    "rate": ("指标代码", "string", "稳定不变，如 message.closed。"),
    "name": ("指标名称", "string", "两个不同的满意率名称不同，代码也不同。"),
    "formula": ("公式编号", "string", "算法的编号，如 M3；定义见 definitions。"),
    "version": ("公式版本", "integer", "算法的含义变了，版本加一。"),
    "dimension": ("分组", "string", "total 合计，place 下级地方，unit 承办单位，category 类别，source 来源。"),
    "key": ("组代码", "string", "合计为空；下级地方为空的是没有落到下一级的。"),
    "key_name": ("组名称", "string", "组代码的名称。"),
    "numerator": ("分子", "integer", "件数。"),
    "denominator": ("分母", "integer", "件数；为0时率为空，不是100%。"),
    "percent": ("率", ["number", "null"], "由分子分母重新计算，一位小数，四舍五入；"
                "不足全部的不写100，不为零的不写0，此时两位小数。分母为0时为空。"),
}  # fmt: skip
HEADER = [words for words, _, _ in FIELDS.values()]
SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "公开统计开放数据",
    "description": "data.csv 的每一行、data.json 的 rows 的每一项。件数不含任何个人信息，最细到乡镇街道。",
    "version": VERSION,
    "type": "object",
    "properties": {
        name: {"title": title, "type": kind, "description": words}
        for name, (title, kind, words) in FIELDS.items()
    },
    "required": list(FIELDS),
}


def table(figures: Figures) -> Iterator[list[Any]]:
    """The lines of data.csv in the order of HEADER."""
    for row in rows(figures):
        yield list(row.values())


def rows(figures: Figures) -> Iterator[dict[str, Any]]:
    """One row for every rate and group with anything in it."""
    for kind in KINDS:
        for dimension in figures.body.get(kind, {}):
            keys = figures.keys(kind, dimension)
            names = labels(kind, dimension, keys) if dimension != TOTAL else {"": "合计"}
            for key in keys:
                for found in figures.readings(kind, dimension, key):
                    if dimension == TOTAL or found.denominator:
                        yield _row(figures, found, dimension, key, names[key])


def _row(figures: Figures, found: Reading, dimension: str, key: str, name: str) -> dict[str, Any]:
    rate, span = found.rate, figures.span
    return {
        "as_of": span.on.isoformat(), "since": span.since.isoformat() if span.since else "",
        "place": figures.scope, "place_name": place_name(figures.scope), "rate": rate.code,
        "name": rate.name, "formula": rate.formula, "version": rate.version,
        "dimension": dimension, "key": key, "key_name": name, "numerator": found.numerator,
        "denominator": found.denominator,
        "percent": None if found.value is None else float(found.value),
    }  # fmt: skip


def document(figures: Figures) -> dict[str, Any]:
    """data.json: definitions and rows."""
    return {
        "version": VERSION, "schema": "/statistics/schema.json",
        "counted_at": figures.taken_at.isoformat(),
        "definitions": [as_json(figures.reading(rate)) for rate in RATES.values()],
        "rows": list(rows(figures)),
    }  # fmt: skip
