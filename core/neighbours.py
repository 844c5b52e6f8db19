"""What apps that do not import one another offer each other: origins to begin from, doors to show.

Filled in `apps.py: ready`; nothing here knows what a topic or a suggestion is.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Origin:
    """A thing something new may begin with: what it is called, its words, its desk page."""

    code: str
    title: str
    words: str
    url: str


@dataclass(frozen=True)
class Door:
    """A button another app hangs on a thing's page."""

    label: str
    url: str
    icon: str


FindOrigin = Callable[[str, Any], Origin | None]
FindDoor = Callable[[Any, Any], Door | None]
_origins: dict[str, FindOrigin] = {}
_doors: dict[str, list[FindDoor]] = {}


def register_origin(kind: str, find: FindOrigin) -> None:
    """`find(code, user)` gives the thing when this person may begin something from it."""
    _origins[kind] = find


def origin_of(kind: str, code: str, user: Any) -> Origin | None:
    find = _origins.get(kind)
    return find(code, user) if find else None


def register_door(model: str, find: FindDoor) -> None:
    """`find(obj, user)` gives the door for this person, or None; `model` is a lower label."""
    _doors.setdefault(model, []).append(find)


def doors_of(obj: Any, user: Any) -> list[Door]:
    found = (find(obj, user) for find in _doors.get(obj._meta.label_lower, ()))
    return [door for door in found if door is not None]
