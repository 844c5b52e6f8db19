"""What upper apps add to a station's public page: how its work goes (公开平台运行情况)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from stations.models import Station


@dataclass(frozen=True)
class Figure:
    """One number in words: 「今年收到留言 41 件」, with the list behind it if there is one."""

    label: str
    count: int
    unit: str
    url: str = ""


FigureSource = Callable[[Station, date], list[Figure]]
_sources: list[FigureSource] = []


def register_figures(source: FigureSource) -> None:
    """`source(station, today)` gives figures of this year; at most one query each."""
    if source not in _sources:
        _sources.append(source)


def figures_of(station: Station, today: date) -> list[Figure]:
    return [figure for source in _sources for figure in source(station, today)]
