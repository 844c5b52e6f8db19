"""What one process remembers of slow-changing reference data, for a few seconds at a time.

Rules and holidays are asked for by every due badge and change a few times a year: a query each
time would cost more than the page. A change made in another process is seen after `seconds`;
one made here at once, because the services call `forget_all`. See docs/decisions.
"""

import time
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)

_memories: "list[Memory[Any] | Shelf[Any, Any]]" = []


class Memory(Generic[T]):
    """The result of `load`, kept for `seconds`."""

    def __init__(self, load: Callable[[], T], *, seconds: float) -> None:
        self._load = load
        self._seconds = seconds
        self._kept: tuple[float, T] | None = None
        _memories.append(self)

    def get(self) -> T:
        """Return what is remembered, loading it anew when it is older than `seconds`."""
        kept = self._kept
        if kept is None or time.monotonic() - kept[0] > self._seconds:
            kept = (time.monotonic(), self._load())
            self._kept = kept
        return kept[1]

    def forget(self) -> None:
        """Drop what is remembered; the next `get` reads again."""
        self._kept = None


class Shelf(Generic[K, T]):
    """Many things by key, each kept for `seconds` of its own: they are not all read anew at once.

    At most `most` are kept; a full shelf is emptied, which costs one reading each.
    """

    def __init__(self, *, seconds: float, most: int) -> None:
        self._seconds, self._most = seconds, most
        self._kept: dict[K, tuple[float, T]] = {}
        _memories.append(self)

    def get(self, key: K) -> T | None:
        """Return what is kept under this key and not too old."""
        kept = self._kept.get(key)
        return kept[1] if kept and time.monotonic() - kept[0] <= self._seconds else None

    def put(self, key: K, value: T) -> T:
        """Keep a value and give it back."""
        if len(self._kept) >= self._most:
            self._kept.clear()
        self._kept[key] = (time.monotonic(), value)
        return value

    def drop(self, key: K) -> None:
        """Forget one key."""
        self._kept.pop(key, None)

    def forget(self) -> None:
        """Forget every key."""
        self._kept.clear()


def forget_all() -> None:
    """Drop everything remembered in this process: after a change, and between tests."""
    for memory in _memories:
        memory.forget()
