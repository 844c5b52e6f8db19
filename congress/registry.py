"""What upper apps hang on this one: who must know of loaded years and merged units."""

from collections.abc import Callable
from datetime import datetime

from congress.models import Unit

CalendarListener = Callable[[list[int], datetime], None]

_listeners: list[CalendarListener] = []


def on_calendar_loaded(listener: CalendarListener) -> CalendarListener:
    """Call `listener(years, now)` whenever years of the calendar were loaded or changed.

    It runs in the loading transaction, after the new days can be seen, and recounts what was
    provisional (暂定). Registering the same function twice is harmless.
    """
    if listener not in _listeners:
        _listeners.append(listener)
    return listener


def calendar_listeners() -> list[CalendarListener]:
    """Return who is called, in the order of registration."""
    return list(_listeners)


UnitListener = Callable[[Unit, Unit, datetime], None]

_unit_listeners: list[UnitListener] = []


def on_unit_merged(listener: UnitListener) -> UnitListener:
    """Call `listener(unit, into, now)` in the transaction that merges a unit into another."""
    if listener not in _unit_listeners:
        _unit_listeners.append(listener)
    return listener


def unit_listeners() -> list[UnitListener]:
    """Return who is called, in the order of registration."""
    return list(_unit_listeners)
