"""The geometry of the trend lines. Sizes are svg attributes: the policy allows no inline style."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

LEFT, RIGHT, TOP, BASE = 34, 296, 14, 122
GRID = (0, 50, 100)


def lines(
    labels: Sequence[str], series: Sequence[tuple[str, list[float | None]]]
) -> dict[str, Any]:
    """Percentages from 0 to 100 in a 330-wide box; a gap where there is no figure."""
    step = (RIGHT - LEFT) / max(len(labels) - 1, 1)
    told = {0, len(labels) - 1} | ({(len(labels) - 1) // 2} if len(labels) > 4 else set())
    return {
        "left": LEFT, "right": RIGHT,
        "grid": [{"y": _height(value), "text_y": _height(value) + 4, "value": value}
                 for value in GRID],
        "labels": [{"x": round(LEFT + step * n, 1), "words": words}
                   for n, words in enumerate(labels) if n in told],
        "series": _named([_line(n, name, values, step) for n, (name, values) in enumerate(series)]),
    }  # fmt: skip


def _line(number: int, name: str, values: list[float | None], step: float) -> dict[str, Any]:
    points = [
        (round(LEFT + step * place, 1), _height(value))
        for place, value in enumerate(values)
        if value is not None
    ]
    last = next((value for value in reversed(values) if value is not None), None)
    return {
        "name": name, "number": number + 1, "last": last,
        "points": " ".join(f"{x},{y}" for x, y in points),
        "dots": [{"x": x, "y": y} for x, y in points],
        "text_y": points[-1][1] + 4 if points else None,
    }  # fmt: skip


def _named(drawn: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Keep the numbers at the ends of the lines from lying on one another."""
    ends = sorted((one for one in drawn if one["points"]), key=lambda one: one["text_y"])
    for above, below in pairwise(ends):
        below["text_y"] = max(below["text_y"], above["text_y"] + 13)
    return drawn


def _height(value: float) -> float:
    return round(BASE - (BASE - TOP) * min(max(value, 0), 100) / 100, 1)
