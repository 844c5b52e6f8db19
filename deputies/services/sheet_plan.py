"""What a sheet of deputies without problems asks for."""

from dataclasses import dataclass, field
from typing import Any

from deputies.models import Deputy, Seat


@dataclass
class PersonRow:
    """One person of the sheet: the row in the register, and what the sheet says of it."""

    number: int
    deputy: Deputy
    is_new: bool
    said: dict[str, Any] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)


@dataclass
class SeatRow:
    """One seat of the sheet."""

    person: PersonRow
    seat: Seat
    is_new: bool
    delegation: str = ""
    changed: set[str] = field(default_factory=set)


@dataclass
class Plan:
    """What a sheet without problems asks for."""

    people: list[PersonRow] = field(default_factory=list)
    seats: list[SeatRow] = field(default_factory=list)
    delegations: dict[tuple[int, str], int] = field(default_factory=dict)
    memberships: list[tuple[PersonRow, int]] = field(default_factory=list)
    studios: list[tuple[PersonRow, str]] = field(default_factory=list)
    added: int = 0
    changed: int = 0
