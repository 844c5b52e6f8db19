"""Recounting every rate from the log alone and holding it against the rows."""

from dataclasses import asdict, dataclass, field
from typing import Any

from stats.counting import Counts, count, count_by_log
from stats.definitions import used_measures
from stats.kinds import KINDS
from stats.rules import Kind, Span


@dataclass(frozen=True)
class Difference:
    """One number on which rows and log do not agree."""

    kind: str
    dimension: str
    place: str
    key: str
    measure: str
    rows: int
    log: int


@dataclass
class Verdict:
    """`compared` numbers, the differences among them, and what the log does not hold."""

    compared: int = 0
    differences: list[Difference] = field(default_factory=list)
    unlogged: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return not self.differences

    def as_json(self) -> dict[str, Any]:
        return {"holds": self.holds, **asdict(self)}


def check(span: Span, *, scope: str = "") -> Verdict:
    """Compare every measure of every rate, by place and by unit."""
    verdict = Verdict()
    for name, kind in KINDS.items():
        if kind.log is None:
            verdict.unlogged.append(name)
        else:
            verdict.unlogged += sorted(f"{name}.{measure}" for measure in kind.unlogged)
            _compare(verdict, kind, span, scope)
    return verdict


def _compare(verdict: Verdict, kind: Kind, span: Span, scope: str) -> None:
    rows, log = count(kind, span, scope=scope), count_by_log(kind, span, scope=scope)
    for place in sorted(rows.places.keys() | log.places.keys()):
        _numbers(verdict, kind, ("place", place, ""),
                 rows.places.get(place, {}), log.places.get(place, {}))  # fmt: skip
    known = [part for part in rows.parts.keys() | log.parts.keys()
             if part[1] in kind.log_dimensions]  # fmt: skip
    for town, dimension, key in sorted(known):
        part = (town, dimension, key)
        _numbers(verdict, kind, (dimension, town, key),
                 rows.parts.get(part, {}), log.parts.get(part, {}))  # fmt: skip


def _numbers(
    verdict: Verdict, kind: Kind, where: tuple[str, str, str], rows: Counts, log: Counts
) -> None:
    for measure in used_measures(kind):
        mine, theirs = rows.get(measure, 0), log.get(measure, 0)
        verdict.compared += 1
        if mine != theirs:
            verdict.differences.append(Difference(kind.name, *where, measure, mine, theirs))
