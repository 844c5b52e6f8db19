"""Whose turn it is, by role: pure."""

from typing import Any

from voices import states


def my_turn(user: Any) -> tuple[str, ...]:
    """States in which it is this person's turn: the deputy's first, the station's afterwards."""
    if user.has_role("moderator"):
        return ()
    if user.has_role("station_keeper", "town_staff", "congress_staff"):
        return (states.RECEIVED, states.UNDER_REVIEW, states.HANDLING, *states.ADDED)
    return (states.RECEIVED, states.ACCEPTED, *states.ADDED)
