"""The geometry of the small charts. Sizes are svg attributes: the policy allows no inline style."""

from collections.abc import Sequence
from typing import Any

HEIGHT = 108
BASE_LINE = 128


def share(percent: float | None) -> float:
    """A percentage kept between 0 and 100, to one decimal."""
    return round(min(max(float(percent or 0), 0.0), 100.0), 1)


def bars(rows: Sequence[tuple[str, int]], *, hot: str | None = None) -> dict[str, Any]:
    """Bars in a 330-wide box: label, value, x, y, height; figures on the extremes and the last.

    `hot` names the bar the sentence above speaks of; without it the largest one is.
    """
    top = max((value for _, value in rows), default=0) or 1
    if hot is None and rows:
        hot = max(rows, key=lambda row: row[1])[0]
    step = 322 / max(len(rows), 1)
    told = {hot, rows[-1][0], min(rows, key=lambda row: row[1])[0]} if rows else set()
    drawn = [
        {
            "label": label,
            "value": value,
            "x": round(4 + step * place + step * 0.19, 1),
            "y": round(BASE_LINE - HEIGHT * value / top, 1),
            "height": round(HEIGHT * value / top, 1),
            "width": round(step * 0.62, 1),
            "middle": round(4 + step * (place + 0.5), 1),
            "figure_y": round(BASE_LINE - HEIGHT * value / top - 6, 1),
            "hot": label == hot,
            "figure": value if label in told or len(rows) <= 7 else None,
        }
        for place, (label, value) in enumerate(rows)
    ]
    return {"bars": drawn}
