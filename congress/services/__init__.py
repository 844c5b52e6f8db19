"""Writes of the congress app. Each records who did it and forgets what the process remembered."""

from congress.services.bodies import create_congress, create_organ, start_session, start_term
from congress.services.calendar import load_calendar, load_year
from congress.services.calendar_sheets import import_calendar
from congress.services.regions import import_regions
from congress.services.rulebooks import (
    RuleInput,
    change_rulebook,
    copy_rulebook,
    create_rulebook,
    load_presets,
    remove_rule,
    set_rule,
)
from congress.services.unit_sheets import import_units
from congress.services.units import change_unit, create_unit, merge_unit, retire_unit

__all__ = [
    "RuleInput",
    "change_rulebook",
    "change_unit",
    "copy_rulebook",
    "create_congress",
    "create_organ",
    "create_rulebook",
    "create_unit",
    "import_calendar",
    "import_regions",
    "import_units",
    "load_calendar",
    "load_presets",
    "load_year",
    "merge_unit",
    "remove_rule",
    "retire_unit",
    "set_rule",
    "start_session",
    "start_term",
]
