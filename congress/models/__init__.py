"""Models of the congress app, one file per register."""

from congress.models.bodies import Congress, Organ, Session, Term
from congress.models.calendar import CalendarDay, CalendarYear
from congress.models.regions import Region
from congress.models.rulebooks import Rulebook, RuleValue
from congress.models.units import Unit

__all__ = [
    "CalendarDay",
    "CalendarYear",
    "Congress",
    "Organ",
    "Region",
    "RuleValue",
    "Rulebook",
    "Session",
    "Term",
    "Unit",
]
