"""What upper apps tell the registers: kinds of duty, a deputy's station, who ends with a seat."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from audit.actors import Actor
from codes.models import Code

if TYPE_CHECKING:  # the models of grids ask `station_areas`
    from deputies.models import Deputy


@dataclass(frozen=True)
class Place:
    """The station a deputy is met at, in the words of a page. `code` is its printed code."""

    code: str
    name: str
    url: str
    address: str = ""
    phone: str = ""
    printed: Code | None = None


PlaceFinder = Callable[["Deputy"], Place | None]
Leaver = Callable[["Deputy", Actor, date, datetime], None]
AreaFinder = Callable[[list[str]], list[str]]

_duties: dict[str, str] = {
    "message": "处理群众留言",
    "reception": "接待群众",
    "appointment": "约见群众",
    "check_in": "到站履职",
    "patrol": "网格巡查",
    "contact": "联系群众",
    "suggestion": "提出建议",
    "topic": "组织议事",
    "meeting": "出席会议",
    "inspection": "视察调研",
    "training": "学习培训",
    "group": "小组活动",
    "report": "向选民述职",
    "honour": "受到表彰",
}
_place_finders: list[PlaceFinder] = []
_leavers: list[Leaver] = []
_area_finders: list[AreaFinder] = []


def register_duty_kind(name: str, label: str) -> None:
    """Make `name` a kind of duty, with the word the duty file shows for it."""
    if _duties.setdefault(name, label) != label:
        raise ValueError(f"duty kind {name} registered twice with different words")


def duty_kinds() -> dict[str, str]:
    """Every kind and its word, in the order the duty file lists them."""
    return dict(_duties)


def register_place_finder(finder: PlaceFinder) -> None:
    """`finder(deputy)` gives the station where this deputy, in office or not, is asked for."""
    if finder not in _place_finders:
        _place_finders.append(finder)


def place_of(deputy: "Deputy") -> Place | None:
    """The first station a finder knows for this deputy."""
    found = (finder(deputy) for finder in _place_finders)
    return next((place for place in found if place is not None), None)


def on_left_office(leaver: Leaver) -> None:
    """Call `leaver(deputy, actor, on, now)`, in the transaction, when the last seat has ended."""
    if leaver not in _leavers:
        _leavers.append(leaver)


def leavers() -> list[Leaver]:
    return list(_leavers)


def register_area_finder(finder: AreaFinder) -> None:
    """`finder(station codes)` gives the division codes these stations serve."""
    if finder not in _area_finders:
        _area_finders.append(finder)


def station_areas(codes: list[str]) -> list[str]:
    """Division codes a keeper of these stations looks after: whose gaps they see."""
    return [area for finder in _area_finders for area in finder(codes)] if codes else []
