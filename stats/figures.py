"""Figures of one place: numbers by kind, dimension and key, and the rates made of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from core.fractions import percent, words
from stats.counting import PLACE, Counts, Tally
from stats.definitions import rates_of
from stats.kinds import KINDS
from stats.rules import Rate, Span

TOTAL = "total"
_BELOW = {0: 6, 2: 4, 4: 6, 6: 9, 9: 12, 12: 15}  # digits of the places inside a place
Body = dict[str, dict[str, dict[str, Counts]]]


@dataclass(frozen=True)
class Reading:
    """A rate with both sides of its fraction."""

    rate: Rate
    numerator: int
    denominator: int

    @property
    def value(self) -> Decimal | None:
        return percent(self.numerator, self.denominator, mean=self.rate.mean, per=self.rate.per)

    @property
    def words(self) -> str:
        """「73.0%」, or 「—」 when there is nothing to divide by."""
        return words(self.value, mean=self.rate.mean)

    @property
    def numerator_name(self) -> str:
        return KINDS[self.rate.kind].measures[self.rate.numerator].label

    @property
    def denominator_name(self) -> str:
        return KINDS[self.rate.kind].measures[self.rate.denominator].label


@dataclass(frozen=True)
class Figures:
    """What was counted in one place. `months` is what arrived, by kind and month."""

    scope: str
    span: Span
    taken_at: datetime
    body: Body
    months: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def counts(self, kind: str, dimension: str = TOTAL, key: str = "") -> Counts:
        return self.body.get(kind, {}).get(dimension, {}).get(key, {})

    def keys(self, kind: str, dimension: str) -> list[str]:
        return list(self.body.get(kind, {}).get(dimension, {}))

    def reading(self, rate: Rate, dimension: str = TOTAL, key: str = "") -> Reading:
        return reading(rate, self.counts(rate.kind, dimension, key))

    def readings(self, kind: str, dimension: str = TOTAL, key: str = "") -> list[Reading]:
        return [self.reading(rate, dimension, key) for rate in rates_of(kind)]


def reading(rate: Rate, counts: Mapping[str, int]) -> Reading:
    """A rate of some numbers; what was not counted is zero."""
    return Reading(rate, counts.get(rate.numerator, 0), counts.get(rate.denominator, 0))


def body_of(tallies: Mapping[str, Tally], scope: str) -> Body:
    """The numbers of one place out of those of all."""
    digits = digits_below(scope, tallies)
    body: Body = {}
    for name, tally in tallies.items():
        parts = {label: tally.by(scope, label) for label in KINDS[name].dimensions}
        parts[PLACE] = tally.below(scope, digits)
        body[name] = {TOTAL: {"": tally.total(scope)}, **parts}
    return body


def digits_below(scope: str, tallies: Mapping[str, Tally]) -> int:
    """How long the codes of the places inside are: of a single county its towns, at the top too."""
    if not scope:
        counties = {code[:6] for tally in tallies.values() for code in tally.places}
        return 9 if len(counties) == 1 else 6
    return _BELOW.get(len(scope), 15)


def as_json(found: Reading) -> dict[str, Any]:
    """A reading with its definition, as the command, the API and the open data give it."""
    rate = found.rate
    return {
        "code": rate.code, "name": rate.name, "kind": rate.kind, "formula": rate.formula,
        "version": rate.version, "numerator": found.numerator, "denominator": found.denominator,
        "numerator_name": found.numerator_name, "denominator_name": found.denominator_name,
        "percent": None if found.value is None else float(found.value), "text": found.words,
        "unit": "分" if rate.mean else "%", "how": rate.how, "excluded": rate.excluded,
        "source": rate.source,
    }  # fmt: skip
