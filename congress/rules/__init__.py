"""Pure rules of the congress app: which rules exist, how due dates are counted and said."""

from congress.rules.calendar import Calendar, DueDate, DueWords, say_day
from congress.rules.regions import kind_of, level_of, parent_code_of, prefixes_of
from congress.rules.rulebook import KEYS, Duration, Rule, RuleKey, RuleSet, check_value, merge

__all__ = [
    "KEYS",
    "Calendar",
    "DueDate",
    "DueWords",
    "Duration",
    "Rule",
    "RuleKey",
    "RuleSet",
    "check_value",
    "kind_of",
    "level_of",
    "merge",
    "parent_code_of",
    "prefixes_of",
    "say_day",
]
