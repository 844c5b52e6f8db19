"""Rulebooks: presets shipped with the product, and each place's own versions."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.db import transaction

from audit.actors import Actor
from audit.services import record
from congress.memory import forget_all
from congress.models import Congress, Rulebook, RuleValue
from congress.rules import KEYS, check_value
from congress.services.bodies import checked
from core.dates import local_date
from core.errors import InputInvalid, StateMoved

PRESETS = Path(__file__).resolve().parent.parent / "presets"


@dataclass(frozen=True)
class RuleInput:
    """What a rule is to say; `amount` for periods and counts, `value` for everything else."""

    key: str
    unit: str
    basis: str
    amount: int | None = None
    value: Any = None
    note: str = ""


@cache
def read_presets() -> tuple[tuple[dict[str, Any], tuple[RuleInput, ...]], ...]:
    """Read the preset files: (columns of the rulebook, its rules)."""
    found = []
    for path in sorted(PRESETS.glob("*.toml")):
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        law = data.get("law", "")
        rules = tuple(_rule_input(key, row, law) for key, row in data["rules"].items())
        head = {name: data.get(name, "") for name in ("preset", "name", "base", "effective_from")}
        found.append((head, rules))
    return tuple(found)


def _rule_input(key: str, row: Mapping[str, Any], law: str) -> RuleInput:
    basis = row.get("basis") or f"{law}{row['article']}"
    return RuleInput(
        key, row["unit"], basis, row.get("amount"), row.get("value"), row.get("note", "")
    )


def load_presets() -> int:
    """Make the stored presets equal to the shipped files; returns how many were changed.

    Runs after every migration and is harmless when repeated. Presets are product data: a place
    that wants other values makes a rulebook of its own.
    """
    changed = 0
    with transaction.atomic():
        books = Rulebook.objects.filter(congress=None).prefetch_related("values")
        stored = {(book.preset, book.effective_from): book for book in books}
        for head, rules in read_presets():
            changed += _load_preset(
                stored.get((head["preset"], head["effective_from"])), head, rules
            )
    if changed:
        forget_all()
    return changed


def _load_preset(
    book: Rulebook | None, head: Mapping[str, Any], rules: tuple[RuleInput, ...]
) -> bool:
    fresh = [RuleValue(**vars(rule)) for rule in rules]
    if book is not None:
        same = (book.name, book.base) == (head["name"], head["base"])
        if same and _contents(book.values.all()) == _contents(fresh):
            return False
        book.values.all().delete()
    book = book or Rulebook()
    for name, content in head.items():
        setattr(book, name, content)
    book.save()
    for value in fresh:
        value.rulebook = book
    RuleValue.objects.bulk_create(fresh)
    return True


def _contents(values: Iterable[RuleValue]) -> dict[str, tuple[Any, ...]]:
    return {v.key: (v.amount, v.unit, v.value, v.basis, v.note) for v in values}


def create_rulebook(
    *,
    actor: Actor,
    congress: Congress,
    effective_from: date,
    now: datetime,
    base: str = "",
    name: str = "",
    rules: Iterable[RuleInput] = (),
) -> Rulebook:
    """Give a congress a rulebook from a day on; what it leaves out is inherited from `base`.

    `base` is a preset's code (`county`, `qingdao-2021`, `shandong-township-2015`, …).
    """
    if base and not Rulebook.objects.filter(congress=None, preset=base).exists():
        raise InputInvalid("preset_unknown", f"没有“{base}”这个预设。", {"base": "请从列表中选。"})
    book = Rulebook(
        congress=congress,
        base=base,
        name=name or f"{congress.name}规则",
        effective_from=effective_from,
    )
    checked(book)
    with transaction.atomic():
        book.save()
        for rule in rules:
            _put(book, rule)
        record(actor=actor, action="congress.rulebook_created", obj=book, now=now)
    _forget_now_and_after_commit()
    return book


def copy_rulebook(*, actor: Actor, book: Rulebook, effective_from: date, now: datetime) -> Rulebook:
    """Make the next version of a place's rulebook, equal to this one until it is changed."""
    if book.congress is None:
        raise InputInvalid("preset_fixed", "预设不能直接改。请为本级人大新建规则，并选它为基础。")
    rules = [
        RuleInput(v.key, v.unit, v.basis, v.amount, v.value, v.note) for v in book.values.all()
    ]
    return create_rulebook(
        actor=actor,
        congress=book.congress,
        effective_from=effective_from,
        now=now,
        base=book.base,
        name=book.name,
        rules=rules,
    )


def change_rulebook(*, actor: Actor, book: Rulebook, now: datetime, **fields: Any) -> Rulebook:
    """Change name, base or first day of a version that is not yet in force."""
    unknown = set(fields) - {"name", "base", "effective_from"}
    if unknown:
        raise TypeError(f"a rulebook's {', '.join(sorted(unknown))} cannot be changed")
    refuse_if_fixed(Rulebook.objects.get(pk=book.pk), now)
    for name, value in fields.items():
        setattr(book, name, value)
    checked(book)
    with transaction.atomic():
        book.save()
        data = {"fields": sorted(fields)}
        record(actor=actor, action="congress.rulebook_changed", obj=book, now=now, data=data)
    _forget_now_and_after_commit()
    return book


def set_rule(*, actor: Actor, book: Rulebook, rule: RuleInput, now: datetime) -> RuleValue:
    """Write one rule into a version that is not yet in force.

    StateMoved once it is: matters counted by it already, so a change is a new version.
    InputInvalid when the content does not fit the rule.
    """
    refuse_if_fixed(book, now)
    with transaction.atomic():
        value = _put(book, rule)
        record(
            actor=actor,
            action="congress.rule_set",
            obj=book,
            now=now,
            data={"key": rule.key, "amount": rule.amount, "unit": rule.unit},
        )
    _forget_now_and_after_commit()
    return value


def remove_rule(*, actor: Actor, book: Rulebook, key: str, now: datetime) -> None:
    """Take a rule out of a version not yet in force; its value is inherited again."""
    refuse_if_fixed(book, now)
    with transaction.atomic():
        book.values.filter(key=key).delete()
        record(actor=actor, action="congress.rule_removed", obj=book, now=now, data={"key": key})
    _forget_now_and_after_commit()


def is_fixed(book: Rulebook, now: datetime) -> bool:
    """Tell whether a version may not be changed any more: a preset, or already counted by."""
    return book.congress_id is None or book.effective_from < local_date(now)


def refuse_if_fixed(book: Rulebook, now: datetime) -> None:
    """Raise StateMoved, saying what to do instead, when a version is fixed."""
    if book.congress_id is None:
        raise StateMoved("preset_fixed", "预设不能改。请为本级人大新建规则，并选它为基础。")
    if is_fixed(book, now):
        raise StateMoved(
            "rulebook_in_force",
            f"这个版本已从{book.effective_from:%Y年%-m月%-d日}起施行，"
            "改了会动到已经起算的期限。请新建一个版本，写明从哪天起。",
        )


def _put(book: Rulebook, rule: RuleInput) -> RuleValue:
    problem = check_value(rule.key, rule.amount, rule.unit, rule.value)
    if problem:
        label = KEYS[rule.key].label if rule.key in KEYS else rule.key
        raise InputInvalid("rule_invalid", f"{label}：{problem}", {rule.key: problem})
    value = book.values.filter(key=rule.key).first() or RuleValue(rulebook=book, key=rule.key)
    for name, content in vars(rule).items():
        setattr(value, name, content)
    checked(value)
    value.save()
    return value


def _forget_now_and_after_commit() -> None:
    forget_all()
    transaction.on_commit(forget_all)
