"""Rows of the past with their log: the bulk path for matters that ended long ago.

Each step is looked up in the declared table and refused when the table does not allow it, so
replaying the log gives the stored states (`verify_audit`). Nobody is told and nothing waits.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Model

from audit.actors import Actor
from audit.models import Entry
from congress.rules import DueDate, Duration
from congress.selectors import due_date, rulebook_for_region
from core.dates import local_date
from notifications.clocks import stages_for
from notifications.models import Clock
from workflows.registry import workflow_of

BATCH = 2000


class Numbers:
    """Draws codes of a series in blocks, so that a thousand orders cost a few queries."""

    def __init__(self, prefix: str, sequence: str) -> None:
        self._prefix, self._sequence = prefix, sequence
        self._left: list[str] = []

    def take(self) -> str:
        """The next code."""
        if not self._left:
            self._left = numbers(self._prefix, self._sequence, 500)[::-1]
        return self._left.pop()


def numbers(prefix: str, sequence: str, count: int) -> list[str]:
    """So many codes of a series at once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s) FROM generate_series(1, %s)", [sequence, count])
        return [f"{prefix}{number:08d}" for (number,) in cursor.fetchall()]


@dataclass
class Ledger:
    """Collects rows of many models and writes them in the order they depend on each other."""

    rows: dict[type[Model], list[Model]] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    order_numbers: Numbers = field(default_factory=lambda: Numbers("B", "handling_order_number"))
    promise_numbers: Numbers = field(
        default_factory=lambda: Numbers("C", "handling_promise_number")
    )
    _durations: dict[tuple[str, str], Duration] = field(default_factory=dict)
    _dues: dict[tuple[Duration, date], DueDate] = field(default_factory=dict)
    _stages: dict[str, Any] = field(default_factory=dict)
    _running: dict[str, Clock] = field(default_factory=dict)

    def add(self, row: Any) -> Any:
        """Keep a row to be written; models come out in the order they first came in."""
        self.rows.setdefault(type(row), []).append(row)
        return row

    def begin(self, obj: Any, action: str, actor: Actor, at: datetime, **log: Any) -> Any:
        """A new object in its initial state, and the first entry of its timeline."""
        if obj.state not in workflow_of(obj).initial:
            raise ValueError(f"{obj.state} is no initial state")
        obj.created_at = obj.state_at = at
        self._log(obj, action, actor, at, "", obj.state, "", log)
        return self.add(obj)

    def step(
        self, obj: Any, name: str, actor: Actor, at: datetime, *, to: str = "", **log: Any
    ) -> None:
        """One transition of the table. ValueError when the table has no such step."""
        row = workflow_of(obj).transition(name)
        target = to or (row.targets[0] if row and row.targets else obj.state)
        if row is None or obj.state not in row.sources or target not in (*row.targets, obj.state):
            raise ValueError(f"{name} does not lead from {obj.state} to {target}")
        if row.stamps:
            setattr(obj, row.stamps, at)
        before, obj.state = obj.state, target
        if target != before:
            obj.state_at = at
        self._log(obj, row.log_action, actor, at, before, target, name, log)

    def due(self, rule: str, region_code: str, on: date) -> DueDate:
        """A rule's due date as `handling.selectors.due_for` gives it, counted once per length.

        The rules did not change in the year told here: they are asked for once per town.
        """
        place = (rule, region_code[:9])
        if place not in self._durations:
            self._durations[place] = rulebook_for_region(region_code, on).duration(rule)
        key = (self._durations[place], on)
        if key not in self._dues:
            self._dues[key] = due_date(on, self._durations[place])
        return self._dues[key]

    def clock(self, obj: Any, rule: str, at: datetime) -> DueDate:
        """Run a rule on an object, ending the clock before."""
        self.stop(obj, at)
        on = local_date(at)
        due = self.due(rule, obj.region_code, on)
        town = obj.region_code[:9]
        if town not in self._stages:
            self._stages[town] = stages_for(obj.region_code, on)
        clock = Clock(
            object_type=obj._meta.label_lower, object_code=obj.code, region_code=obj.region_code,
            name=rule, round=obj.round, started_on=on, due_on=due.on, original_due_on=due.on,
            basis=due.basis, provisional=due.provisional, stages=self._stages[town],
        )  # fmt: skip
        self._running[obj.code] = self.add(clock)
        return due

    def stop(self, obj: Any, at: datetime) -> None:
        """End the running clock of an object, if any."""
        clock = self._running.pop(obj.code, None)
        if clock:
            clock.stopped_at = at

    def write(self) -> None:
        """Store everything. ValueError when a clock still runs: the past is over."""
        if self._running:
            raise ValueError("a clock of the past still runs")
        for model, rows in self.rows.items():
            model._default_manager.bulk_create(rows, batch_size=BATCH)
        self.entries.sort(key=lambda entry: entry.at)  # stable: one object's steps keep their order
        Entry.objects.bulk_create(self.entries, batch_size=BATCH)

    def _log(
        self, obj: Any, action: str, actor: Actor, at: datetime, before: str, after: str,
        name: str, log: dict[str, Any],
    ) -> None:  # fmt: skip
        self.entries.append(
            Entry(
                at=at, actor_kind=actor.actor_kind, actor_id=actor.actor_id,
                actor_label=actor.actor_label, action=action, transition=name,
                object_type=obj._meta.label_lower, object_code=obj.code,
                region_code=obj.region_code, from_state=before, to_state=after, round=obj.round,
                data=log,
            )
        )  # fmt: skip
