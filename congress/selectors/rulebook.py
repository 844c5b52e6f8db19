"""The rules in force: a place's own, its presets, the enclosing places', the nation's, ours.

Order (docs/decisions): own rulebook, the preset it is based on, the same for each enclosing
congress, `national`, `default`. Each from the version in force on the day asked for, which is
the day a clock started; so a rule changed in mid-flight moves no running deadline.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.db.models import QuerySet

from congress.memory import Memory
from congress.models import Congress, Rulebook, RuleValue
from congress.rules import KEYS, Rule, RuleSet, merge, prefixes_of
from congress.states import Measure

NATIONAL, DEFAULT = "national", "default"
_MAX_BASES = 5  # a preset may be based on another; this ends a circle


@dataclass
class _Version:
    id: int
    effective_from: date
    base: str
    rules: dict[str, Rule] = field(default_factory=dict)


@dataclass
class _Shelf:
    """All rulebooks, and the rule sets already put together from them."""

    places: dict[str, list[_Version]] = field(default_factory=dict)
    presets: dict[str, list[_Version]] = field(default_factory=dict)
    merged: dict[tuple[int, ...], RuleSet] = field(default_factory=dict)

    def layers(self, region_code: str, on: date) -> Iterator[_Version]:
        for code in prefixes_of(region_code):
            version = _in_force(self.places, code, on)
            if version:
                yield version
                yield from self._bases(version.base, on)
        yield from self._bases(NATIONAL, on)
        yield from self._bases(DEFAULT, on)

    def _bases(self, preset: str, on: date) -> Iterator[_Version]:
        for _ in range(_MAX_BASES):
            version = _in_force(self.presets, preset, on)
            if version is None:
                return
            yield version
            preset = version.base


def _in_force(shelf: Mapping[str, list[_Version]], key: str, on: date) -> _Version | None:
    versions = (v for v in shelf.get(key, ()) if v.effective_from <= on)
    return max(versions, key=lambda v: v.effective_from, default=None)


def _load() -> _Shelf:
    shelf, versions, names = _Shelf(), {}, {}
    rows = Rulebook.objects.values_list(
        "id", "congress__region_code", "preset", "effective_from", "base", "name"
    )
    for pk, region_code, preset, effective_from, base, name in rows.order_by("id"):
        versions[pk], names[pk] = _Version(pk, effective_from, base), name
        shelves, key = (shelf.presets, preset) if preset else (shelf.places, region_code)
        shelves.setdefault(key, []).append(versions[pk])
    values = RuleValue.objects.values_list(
        "rulebook_id", "key", "amount", "unit", "value", "basis", "note"
    )
    for book, key, amount, unit, value, basis, note in values:
        if book in versions:
            rule = Rule(key, amount, Measure(unit), value, basis, note, names[book])
            versions[book].rules[key] = rule
    return shelf


_shelf = Memory(_load, seconds=15)


def rulebook_for_region(region_code: str, on: date) -> RuleSet:
    """Return the rules at a place (any division code, a grid's too) in force on a day."""
    shelf = _shelf.get()
    layers = list(shelf.layers(region_code, on))
    ids = tuple(version.id for version in layers)
    found = shelf.merged.get(ids)
    if found is None:
        found = shelf.merged[ids] = merge(version.rules for version in layers)
    return found


def rulebook_for(congress: Congress | None, on: date) -> RuleSet:
    """Return a congress's rules in force on a day; without one, the national skeleton."""
    return rulebook_for_region(congress.region_code if congress else "", on)


def version_in_force(congress: Congress, on: date) -> Rulebook | None:
    """Return the congress's own rulebook of that day, if it has one."""
    versions = Rulebook.objects.filter(congress=congress, effective_from__lte=on)
    return versions.order_by("-effective_from").first()


def version_before(book: Rulebook) -> Rulebook | None:
    """Return the version that this one follows: its place's earlier one, else its base."""
    if book.congress_id:
        earlier = Rulebook.objects.filter(
            congress=book.congress_id, effective_from__lt=book.effective_from
        )
        found = earlier.order_by("-effective_from").first()
        if found:
            return found
    base = book.base if book.congress_id else "national"
    others = presets().filter(preset=base).exclude(pk=book.pk)
    return others.filter(effective_from__lte=book.effective_from).first() or others.first()


def presets() -> QuerySet[Rulebook]:
    """Return the presets shipped with the product that a place can be based on."""
    return Rulebook.objects.filter(congress=None).order_by("preset", "-effective_from")


@dataclass(frozen=True)
class Difference:
    """One rule in which two versions differ; empty words where a version does not say."""

    key: str
    label: str
    before: str
    after: str
    before_basis: str
    after_basis: str


def rulebook_differences(older: Rulebook, newer: Rulebook) -> list[Difference]:
    """Return the rules two versions do not agree on, in the order of the rule list."""
    olds, news = _own_rules(older), _own_rules(newer)
    found = []
    for key, known in KEYS.items():
        old, new = olds.get(key), news.get(key)
        if _content(old) != _content(new):
            words = [str(r) if r else "" for r in (old, new)]
            bases = [r.basis if r else "" for r in (old, new)]
            found.append(Difference(key, known.label, *words, *bases))
    return found


def _content(rule: Rule | None) -> tuple[object, ...]:
    return (rule.amount, rule.unit, rule.value, rule.basis) if rule else ()


def _own_rules(book: Rulebook) -> dict[str, Rule]:
    return {
        v.key: Rule(v.key, v.amount, Measure(v.unit), v.value, v.basis, v.note, book.name)
        for v in book.values.all()
    }
