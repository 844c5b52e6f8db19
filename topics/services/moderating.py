"""先审后发 in batches: each opinion in a savepoint of its own."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from core.errors import DomainError
from topics.models import Opinion
from workflows.engine import apply


@dataclass
class Moderated:
    """What was done, and what was not with the reason in words, by code."""

    done: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)


@transaction.atomic
def moderate(
    opinions: Iterable[Opinion], name: str, *, actor: Any, now: datetime,
    data: Mapping[str, Any] | None = None,
) -> Moderated:  # fmt: skip
    """Carry out one transition on many opinions; what cannot be done says why, the rest goes on."""
    result = Moderated()
    for opinion in opinions:
        try:
            apply(opinion, name, actor=actor, now=now, data=dict(data or {}))
        except DomainError as error:
            result.refused[opinion.code] = error.message
        else:
            result.done.append(opinion.code)
    return result
