"""Which columns hold sealed values, and bringing all of them under the current key.

An app that seals a column says so in its `apps.py` (`register_sealed`); a test fails for a
binary column nobody spoke for. `manage.py rotate_keys` goes through them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import transaction

from core.crypto import CryptoError, blind_index, decrypt, needs_rotation, rotate

CHUNK = 500


@dataclass(frozen=True)
class Sealed:
    """The sealed columns of a model. `binding(row, column)` is what they were sealed with.

    `indexes` are (column of the blind index, sealed column, purpose).
    """

    model: str
    columns: tuple[str, ...]
    binding: Callable[[Any, str], str]
    related: tuple[str, ...] = ()
    indexes: tuple[tuple[str, str, str], ...] = ()

    @property
    def written(self) -> list[str]:
        return [*self.columns, *(index for index, _, _ in self.indexes)]


@dataclass
class Rotated:
    """What came of one model: rows read, rows written, keys of rows that do not open."""

    seen: int = 0
    changed: int = 0
    broken: list[int] = field(default_factory=list)


_sealed: dict[str, Sealed] = {}


def register_sealed(sealed: Sealed) -> None:
    _sealed[sealed.model] = sealed


def sealed_models() -> list[Sealed]:
    return list(_sealed.values())


def rotate_model(sealed: Sealed, *, chunk: int = CHUNK) -> Rotated:
    """Seal every value with the first key and build every blind index from the last one.

    Chunk by chunk, each its own transaction: interrupted, it is simply run again, and what is
    current stays as it is. A row that does not open is left alone and named.
    """
    done = Rotated()
    last: int | None = 0
    while last is not None:
        last = _rotate_chunk(sealed, last, chunk, done)
    return done


def _rotate_chunk(sealed: Sealed, after: int, chunk: int, done: Rotated) -> int | None:
    """Bring up the next rows; the key of the last one, or None when there are no more."""
    manager = apps.get_model(sealed.model)._base_manager
    waiting = manager.select_related(*sealed.related).filter(pk__gt=after).order_by("pk")
    changed = []
    with transaction.atomic():
        rows: list[Any] = list(waiting.select_for_update(of=("self",))[:chunk])
        for row in rows:
            try:
                if _brought_up(row, sealed):
                    changed.append(row)
            except CryptoError:
                done.broken.append(row.pk)
        manager.bulk_update(changed, sealed.written)
    done.seen += len(rows)
    done.changed += len(changed)
    return rows[-1].pk if rows else None


def _brought_up(row: Any, sealed: Sealed) -> bool:
    """Whether something of the row was not current; it is now."""
    changed = False
    for name in sealed.columns:
        blob = getattr(row, name)
        if blob and needs_rotation(blob):
            setattr(row, name, rotate(blob, binding=sealed.binding(row, name)))
            changed = True
    for index, name, purpose in sealed.indexes:
        blob = getattr(row, name)
        if blob and getattr(row, index) is not None:
            plain = decrypt(blob, binding=sealed.binding(row, name))
            fresh = blind_index(plain, purpose=purpose)
            changed |= bytes(getattr(row, index)) != fresh
            setattr(row, index, fresh)
    return changed
