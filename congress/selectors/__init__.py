"""Reads of the congress app: places, rules in force, working days."""

from congress.rules import say_day
from congress.selectors.calendar import (
    calendar,
    describe_due,
    due_date,
    is_working_day,
    working_day_offset,
    working_days_left,
    year_table,
)
from congress.selectors.places import (
    congress_for_region,
    lineage,
    open_session,
    region_names,
    unit_tree,
    units_for,
)
from congress.selectors.rulebook import (
    presets,
    rulebook_differences,
    rulebook_for,
    rulebook_for_region,
    version_before,
    version_in_force,
)

__all__ = [
    "calendar",
    "congress_for_region",
    "describe_due",
    "due_date",
    "is_working_day",
    "lineage",
    "open_session",
    "presets",
    "region_names",
    "rulebook_differences",
    "rulebook_for",
    "rulebook_for_region",
    "say_day",
    "unit_tree",
    "units_for",
    "version_before",
    "version_in_force",
    "working_day_offset",
    "working_days_left",
    "year_table",
]
