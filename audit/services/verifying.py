"""Proving the log: every seal recomputed, every state replayed."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from django.apps import apps
from django.db import connection, transaction

from audit import registry
from audit.models import Entry, Seal
from audit.services.sealing import FIELDS, GENESIS, digest

SHOWN = 50  # of each kind of problem: one is enough to know


@dataclass
class Verdict:
    """What `verify` found: empty `problems` means the log holds."""

    entries: int = 0
    seals: int = 0
    head: str = GENESIS
    unsealed: int = 0
    problems: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return not self.problems


def verify(*, expected_head: str = "") -> Verdict:
    """Recompute every seal, then replay the log and compare with today's states.

    One snapshot, streamed: a change made meanwhile is not seen, and millions of entries are never
    in memory together. `expected_head` is a hash kept elsewhere that must be in the chain:
    without one, a log cut off at its end cannot be told from a shorter one.
    """
    with transaction.atomic():
        if not connection.savepoint_ids:  # cannot be said any more inside another transaction
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        verdict = _check_seals(expected_head)
        verdict.problems += chain(_broken_steps(), *map(_wrong_states, registry.replays()))
    return verdict


def _check_seals(expected_head: str) -> Verdict:
    verdict, after = Verdict(), 0
    rows = Entry.objects.order_by("id").values(*FIELDS).iterator(chunk_size=2000)
    stream = _Stream(rows)
    is_known = expected_head in ("", GENESIS)
    for one in Seal.objects.order_by("id").iterator(chunk_size=2000):
        hash_, count = digest(verdict.head, stream.upto(one.last_id))
        if (one.previous_hash, one.hash, one.count) != (verdict.head, hash_, count):
            verdict.problems.append(
                f"封印 {one.pk}（日志 {after + 1}–{one.last_id}）与内容不符："
                f"记 {one.count} 条，现 {count} 条"
            )
        after, verdict.head = one.last_id, one.hash
        verdict.seals += 1
        is_known = is_known or one.hash == expected_head
    verdict.unsealed = sum(1 for _ in stream.rest())
    verdict.entries = stream.count
    if not is_known:
        verdict.problems.append("另存的封印不在链上：日志被截去或换过")
    return verdict


class _Stream:
    """Entries in order, handed out up to an id."""

    def __init__(self, rows: Iterator[dict[str, Any]]) -> None:
        self._rows, self._waiting, self.count = rows, next(rows, None), 0

    def upto(self, last: int) -> Iterator[dict[str, Any]]:
        while self._waiting is not None and self._waiting["id"] <= last:
            row, self._waiting = self._waiting, next(self._rows, None)
            self.count += 1
            yield row

    def rest(self) -> Iterator[dict[str, Any]]:
        while self._waiting is not None:
            yield from self.upto(self._waiting["id"])


_STEPS = """
SELECT id, object_type, object_code, from_state, came FROM (
  SELECT id, object_type, object_code, from_state,
         lag(to_state) OVER (PARTITION BY object_type, object_code ORDER BY id) AS came
  FROM audit_entry WHERE to_state <> '') AS steps
WHERE from_state <> coalesce(came, '') ORDER BY id LIMIT %s
"""
_STATES = """
WITH told AS (
  SELECT DISTINCT ON (object_code) object_code AS code, to_state AS state FROM audit_entry
  WHERE object_type = %s AND to_state <> '' ORDER BY object_code, id DESC)
SELECT coalesce(told.code, stored.code), stored.state, told.state
FROM told FULL JOIN (SELECT {code} AS code, {state} AS state FROM {table}) AS stored
  ON stored.code = told.code
WHERE stored.state IS DISTINCT FROM told.state ORDER BY 1 LIMIT %s
"""


def _broken_steps() -> Iterator[str]:
    """Entries whose starting state is not where the entry before them ended."""
    with connection.cursor() as cursor:
        cursor.execute(_STEPS, [SHOWN])
        for pk, kind, code, start, came in cursor.fetchall():
            yield f"日志 {pk}：{kind} {code} 从「{start}」开始，而上一步停在「{came or '无'}」"


def _wrong_states(replay: registry.Replay) -> Iterator[str]:
    """Objects whose stored state is not the one their log ends in."""
    model = apps.get_model(replay.model)
    quote = connection.ops.quote_name
    sql = _STATES.format(
        table=quote(model._meta.db_table),
        code=quote(model._meta.get_field(replay.code_field).column),
        state=quote(model._meta.get_field(replay.state_field).column),
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [replay.model, SHOWN])
        for code, stored, told in cursor.fetchall():
            if stored is None:
                yield f"{replay.model} {code} 有日志而无记录"
            else:
                yield f"{replay.model} {code} 现为「{stored}」，日志停在「{told or '无'}」"
