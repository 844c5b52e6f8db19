"""Reads of the deputies app."""

from deputies.selectors.files import (
    DutyCount,
    contact_gaps,
    contact_totals,
    duty_counts,
    latest_duties,
)
from deputies.selectors.people import (
    LEVELS,
    Hints,
    at_level,
    code_target,
    hints,
    in_group,
    in_place,
    level_words,
    named,
    own_deputy,
    place_words,
    seats_of,
)

__all__ = [
    "LEVELS",
    "DutyCount",
    "Hints",
    "at_level",
    "code_target",
    "contact_gaps",
    "contact_totals",
    "duty_counts",
    "hints",
    "in_group",
    "in_place",
    "latest_duties",
    "level_words",
    "named",
    "own_deputy",
    "place_words",
    "seats_of",
]
