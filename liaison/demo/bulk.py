"""Writing many rows of a register at once, each with its entry in the log."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Model

from audit.actors import SYSTEM
from audit.services import record_many

M = TypeVar("M", bound=Model)


def store(
    rows: Iterable[M], action: str, now: datetime, *, about: Sequence[Model] = (),
    to_state: str = "", **extra: Any,
) -> list[M]:  # fmt: skip
    """Insert the rows and log each, or the things they are `about`, as the service would."""
    made = list(rows)
    if made:
        type(made[0])._default_manager.bulk_create(made, batch_size=1000, **extra)
        record_many(actor=SYSTEM, action=action, objects=about or made, now=now, to_state=to_state)
    return made
