"""What the public pages, the wall and the staff's pages show of figures."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from stats.counting import PLACE
from stats.definitions import RATES, rates_of
from stats.drawing import lines
from stats.figures import Figures, Reading
from stats.kinds import KINDS
from stats.labels import labels, place_name

FEW = 10  # below so many items a rate says little
DIMENSION_WORDS = {
    PLACE: "地方", "unit": "承办单位", "category": "类别", "source": "来源", "session": "届次",
    "group": "代表团（小组）",
}  # fmt: skip
TREND = ("message.closed", "message.solved", "message.satisfied")
COMPARED = {
    "message": ("message.closed", "message.solved", "message.satisfied"),
    "proposal": ("proposal.replied", "proposal.on_time", "proposal.solved", "proposal.satisfied"),
    "topic": ("topic.planned", "topic.published"),
    "order": ("order.on_time", "order.replied", "order.solved"),
    "promise": ("promise.kept",),
}
SIZE = {
    "message": "received",
    "proposal": "counted",
    "topic": "approved",
    "order": "asked",
    "promise": "due",
}


def card(found: Reading, *, url: str = "", link: str = "") -> dict[str, Any]:
    """A rate as a card: figure, bar, fraction, 怎么算的, link."""
    return {"reading": found, "rate": found.rate, "value": found.value, "url": url, "link": link,
            "unit": KINDS[found.rate.kind].noun}  # fmt: skip


def cards(figures: Figures, kind: str) -> list[dict[str, Any]]:
    return [card(found) for found in figures.readings(kind)]


def size_of(kind: str) -> str:
    """The measure that says how many items there are."""
    return SIZE[kind]


def comparison(figures: Figures, kind: str, dimension: str) -> dict[str, Any] | None:
    """A table by place, unit, category, …: how many items first, then the rates with fractions.

    The largest come first; whoever has few items stands with its fraction, so that 1 of 1 is seen
    to be one.
    """
    keys = figures.keys(kind, dimension)
    rates = [RATES[code] for code in COMPARED[kind] if code in RATES]
    if not keys or not rates:
        return None
    names = labels(kind, dimension, keys)
    size = size_of(kind)
    rows = [
        (figures.counts(kind, dimension, key).get(size, 0), names[key],
         [figures.reading(rate, dimension, key) for rate in rates])
        for key in keys
    ]  # fmt: skip
    rows.sort(key=lambda row: (-row[0], row[1]))
    return {
        "caption": f"各{DIMENSION_WORDS[dimension]}",
        "head": [DIMENSION_WORDS[dimension], KINDS[kind].measures[size].label,
                 *(rate.name for rate in rates)],
        "rows": [(name, number, found) for number, name, found in rows if number],
        "few": any(0 < number < FEW for number, _, _ in rows),
    }  # fmt: skip


def trend_chart(points: Iterable[Figures], codes: Iterable[str] = TREND) -> dict[str, Any] | None:
    """Rates of the year so far at each month's end; None for fewer than two ends."""
    points = list(points)
    if len(points) < 2:
        return None
    rates = [RATES[code] for code in codes]
    found = [[point.reading(rate) for rate in rates] for point in points]
    dates = [f"{point.span.on.year % 100}年{point.span.on.month}月" for point in points]
    series = [(rate.name, [_drawn(row[n]) for row in found]) for n, rate in enumerate(rates)]
    return {
        "rates": rates, "drawn": lines(dates, series),
        "rows": list(zip([f"{p.span.on}" for p in points], found, strict=True)),
    }  # fmt: skip


def _drawn(found: Reading) -> float | None:
    return None if found.value is None else float(found.value)


def month_chart(figures: Figures, kind: str) -> dict[str, Any] | None:
    """What arrived month by month, with a sentence that says which was the most."""
    months = figures.months.get(kind, {})
    rows = [(str(n), months.get(str(n), 0)) for n in range(1, figures.span.on.month + 1)]
    if not any(number for _, number in rows):
        return None
    most = max(rows, key=lambda row: row[1])
    unit = KINDS[kind].noun
    sentence = f"{most[0]}月最多，{most[1]:,}{unit}；{rows[-1][0]}月还没过完。"
    return {
        "title": f"每月收到多少{unit}", "sentence": sentence, "rows": rows, "label_unit": "月",
        "value_name": f"{unit}数", "hot": most[0],
    }  # fmt: skip


def items_url(name: str, figures: Figures, of: str) -> str:
    """Where the very items of a measure are listed, as of the same day."""
    asked = {"of": of, "place": figures.scope, "until": figures.span.on.isoformat()}
    if figures.span.since:
        asked["since"] = figures.span.since.isoformat()
    return f"{reverse(name)}?{urlencode({k: v for k, v in asked.items() if v})}"


def definitions() -> list[dict[str, Any]]:
    """Every declared rate, by kind."""
    return [
        {"kind": kind, "rates": [
            {"rate": rate, "numerator": kind.measures[rate.numerator].label,
             "denominator": kind.measures[rate.denominator].label,
             "beside": RATES[rate.beside].name if rate.beside else ""}
            for rate in rates_of(kind.name)
        ]}
        for kind in KINDS.values()
    ]  # fmt: skip


def span_words(figures: Figures) -> str:
    """2026年1月1日至11月20日 · 诸城市."""
    on, since = figures.span.on, figures.span.since
    start = f"{since.year}年{since.month}月{since.day}日至" if since else "截至"
    end = f"{on.month}月{on.day}日" if since and since.year == on.year else (
        f"{on.year}年{on.month}月{on.day}日"
    )  # fmt: skip
    return f"{start}{end} · {place_name(figures.scope)}"
