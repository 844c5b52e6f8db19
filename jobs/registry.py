"""Which function does which kind of due work, and what recurs. Filled in `apps.py`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from jobs.models import DueWork

Handler = Callable[[DueWork, datetime], object]
ManyHandler = Callable[[list[DueWork], datetime], object]
# Above this many seconds of lease a kind goes one at a time, so that quick work never waits for it.
SLOW_LEASE = 60


class Mode(Enum):
    """How a kind is run: a row or a batch in one transaction, or outside of any."""

    ROW = "row"
    MANY = "many"
    OUTSIDE = "outside"


class Later(Exception):
    """Raised by a handler: not now, try at `at`; it does not count as an attempt."""

    def __init__(self, at: datetime) -> None:
        super().__init__(at.isoformat())
        self.at = at


@dataclass(frozen=True)
class Job:
    """One kind of due work. `lease` in seconds is how long a claim protects it from others."""

    kind: str
    mode: Mode
    one: Handler
    many: ManyHandler
    lease: int
    attempts: int

    @property
    def is_slow(self) -> bool:
        return self.mode is Mode.OUTSIDE or self.lease > SLOW_LEASE


@dataclass(frozen=True)
class Recurring:
    """A job whose row is made anew for every slot of length `every`."""

    job: Job
    every: timedelta


_jobs: dict[str, Job] = {}
_recurring: dict[str, Recurring] = {}


@dataclass(frozen=True)
class BulkKind:
    """A step that may be taken for many things at once, each for itself.

    `do(code, data, actor, now)` takes it for one and raises a DomainError that says why not; it
    looks the thing up among what the actor sees, and its own right is asked again. `describe(user,
    codes)` gives words and address of each. `form(user=)` is what is asked before it begins, its
    cleaned data goes into JSON. `back` is the route of the list one came from.
    """

    name: str
    label: str
    permission: str
    do: Callable[[str, dict[str, Any], Any, datetime], object]
    describe: Callable[[Any, list[str]], dict[str, tuple[str, str]]]
    back: str
    text: str = ""
    form: Callable[..., Any] | None = None


_bulk: dict[str, BulkKind] = {}


def register_bulk(kind: BulkKind) -> None:
    """Offer a step for many at once."""
    _bulk[kind.name] = kind


def bulk(name: str) -> BulkKind:
    """The step of that name. Raises KeyError for one nobody registered."""
    return _bulk[name]


def register(
    kind: str, handler: Handler, *, lease: int = 15, attempts: int = 8, outside: bool = False
) -> None:
    """Name the function that does `kind`: `handler(work, now)`.

    It runs in the transaction that marks the row done. With `outside` it runs in none (it calls
    the world, or commits in steps of its own) and must be safe to run twice.
    """

    def many(rows: list[DueWork], now: datetime) -> None:
        for row in rows:
            handler(row, now)

    mode = Mode.OUTSIDE if outside else Mode.ROW
    _jobs[kind] = Job(kind, mode, handler, many, lease, attempts)


def register_many(kind: str, handler: ManyHandler, *, lease: int = 15, attempts: int = 8) -> None:
    """Name a function that does a whole batch of `kind`: `handler(works, now)`.

    One transaction for the batch and its done marks; when it fails, its rows go one by one.
    """
    _jobs[kind] = Job(
        kind, Mode.MANY, lambda row, now: handler([row], now), handler, lease, attempts
    )


def register_recurring(
    kind: str,
    handler: Handler,
    *,
    every: timedelta,
    lease: int = 60,
    attempts: int = 3,
    outside: bool = False,
) -> None:
    """Do `kind` once in every slot of `every`; slots missed while nothing ran are skipped."""
    register(kind, handler, lease=lease, attempts=attempts, outside=outside)
    _recurring[kind] = Recurring(_jobs[kind], every)


def job(kind: str) -> Job | None:
    return _jobs.get(kind)


def jobs() -> dict[str, Job]:
    return dict(_jobs)


def recurring() -> dict[str, Recurring]:
    return dict(_recurring)
