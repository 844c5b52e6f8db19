"""Strings planted in what must not leak: each unique, each with who may read it.

Who may read is written down here from the roles' meaning, not asked from `visible_to`: a check
that asked the code under test would find every leak allowed.
"""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from liaison.demo.world import Account

STAFF = ("town_staff", "congress_staff")
_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"


@dataclass(frozen=True)
class Readers:
    """The accounts that may read something: named things, and roles over a place."""

    region_code: str = ""
    roles: tuple[str, ...] = STAFF
    deputy: str | None = None
    station: str | None = None
    units: tuple[str, ...] = ()
    usernames: tuple[str, ...] = ()

    def include(self, account: "Account") -> bool:
        """Whether this account is one of them."""
        if account.username in self.usernames:
            return True
        if account.role in self.roles:
            return self.region_code.startswith(account.scope)
        named: dict[str, set[str | None]] = {
            "deputy": {self.deputy}, "station_keeper": {self.station},
            "unit_handler": set(self.units), "unit_head": set(self.units),
        }  # fmt: skip
        return account.scope in named.get(account.role, set())


@dataclass
class _Planted:
    text: str
    object: str = ""
    readers: "Readers | Callable[[], Readers] | None" = None

    def readable_by(self, accounts: Iterable["Account"]) -> list[str]:
        """The user names of those who may read it."""
        readers = self.readers() if callable(self.readers) else self.readers
        return sorted({a.username for a in accounts if readers and readers.include(a)})


@dataclass
class Canaries:
    """Plants the strings; with `on` false every text stays as it is."""

    on: bool
    seed: int
    planted: list[_Planted] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._rng = random.Random(f"{self.seed}:canaries")  # noqa: S311
        self._taken: set[str] = set()

    def mark(self, text: str) -> str:
        """The text with a unique mark at its end; say afterwards with `note` where it went."""
        return text + self.word(" 暗记") if self.on else text

    def word(self, before: str = "") -> str:
        """A mark alone: `before` and ten letters nobody else has."""
        return before + self._unique(10, _LETTERS)

    def digits(self, prefix: str, length: int) -> str:
        """A number nobody else has, for phones and certificates."""
        return prefix + self._unique(length - len(prefix), "0123456789")

    def note(self, text: str, obj: str, readers: Readers | Callable[[], Readers]) -> None:
        """Register what was planted in a text made by `mark`, or the whole text.

        A function is asked at the end of the story: messages and orders change hands.
        """
        if self.on:
            mark = text.rsplit("暗记", 1)[-1] if "暗记" in text else text
            self.planted.append(_Planted(mark, obj, readers))

    def listing(self, accounts: Iterable["Account"]) -> list[dict[str, object]]:
        """The manifest's rows."""
        everybody = list(accounts)
        return [
            {
                "text": one.text,
                "object": one.object,
                "readable_by": one.readable_by(everybody),
            }
            for one in self.planted
        ]

    def _unique(self, length: int, letters: str) -> str:
        while True:
            found = "".join(self._rng.choices(letters, k=length))
            if found not in self._taken:
                self._taken.add(found)
                return found
