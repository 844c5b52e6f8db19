"""What a rate is, and what a kind of item tells of itself. No database here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from core.dates import LOCAL_ZONE

TOWN = 9  # digits of a street's or town's code: the finest place shown to everybody


@dataclass(frozen=True)
class Measure:
    """A yes-or-no of an item, or with `value` a number of it to be added up.

    `sql` speaks of the kind's `told` alone; `label` is what a fraction calls it.
    """

    label: str
    sql: str
    value: str = ""


@dataclass(frozen=True)
class Kind:
    """One kind of item: where its facts stand as of a moment, by its rows and by the log alone.

    `rows` (parts that add up, each simple enough to be read in parallel) and `log` are SELECTs
    with `%(until)s`, `%(since)s`, `%(on)s`, `%(place)s` (a LIKE pattern); `log` reads nothing but
    `audit_entry`. Both give `region_code`; `rows` gives `id`, `code` and the
    `keys`. `log_dimensions` are those the log knows as well, `unlogged` the measures it does
    not hold; None for `log` means none of them.

    `told` are the few things measures ask of an item, by name, each an expression over the facts
    with few values. Items that are alike in them and in all `keys` (columns of the facts) are
    brought together first and are counted as one; dimensions are expressions over the keys and
    over the tables that `named` joins to the groups, so that names are looked up for a group and
    not for each item. `log_dimensions` are columns of the log's facts.
    """

    name: str
    label: str
    noun: str
    model: str
    arrived: str
    rows: tuple[str, ...]
    log: str | None
    keys: tuple[str, ...]
    dimensions: Mapping[str, str]
    log_dimensions: Mapping[str, str]
    told: Mapping[str, str]
    measures: Mapping[str, Measure]
    named: str = ""
    unlogged: frozenset[str] = frozenset()

    @property
    def facts(self) -> str:
        """All parts of `rows` in one."""
        return " UNION ALL ".join(self.rows)

    def ids(self, measure: Measure) -> str:
        """A SELECT of the items that a measure counts."""
        told = ", ".join(f"{sql} AS {name}" for name, sql in self.told.items())
        facts = f"SELECT id, {told} FROM ({self.facts}) AS facts"  # noqa: S608  parts of our own
        return f"SELECT id FROM ({facts}) AS told WHERE {measure.sql}"  # noqa: S608


@dataclass(frozen=True)
class Rate:
    """A declared rate. Numerator and denominator are names of measures of its kind.

    `formula` and `version` name the definition for whoever quotes the figure: a change of meaning
    is a new version. `source` says where the definition comes from, `excluded` what is left out,
    `how` the same to a reader without our words. With `mean` the value is an average of points,
    whose sum is kept in parts of 1/`per`.
    """

    code: str
    formula: str
    name: str
    kind: str
    numerator: str
    denominator: str
    how: str
    excluded: str
    source: str
    version: int = 1
    mean: bool = False
    per: int = 1
    beside: str = ""

    @property
    def mark(self) -> str:
        """M3·v1: formula and version in one."""
        return f"{self.formula}·v{self.version}"


@dataclass(frozen=True)
class Span:
    """What is counted: items that arrived in [since, on], as they stood at the end of `on`."""

    on: date
    since: date | None = None

    @property
    def until(self) -> datetime:
        """The first moment that does not count any more."""
        return datetime.combine(self.on + timedelta(days=1), time.min, LOCAL_ZONE)

    @property
    def start(self) -> datetime:
        day = self.since or date(1900, 1, 1)
        return datetime.combine(day, time.min, LOCAL_ZONE)

    @property
    def key(self) -> str:
        return f"{self.since or 'all'}:{self.on}"


def year_to(on: date) -> Span:
    """The calendar year so far: what 「今年」 means on every page."""
    return Span(on, date(on.year, 1, 1))
