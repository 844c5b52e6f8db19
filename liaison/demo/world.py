"""What the makers of demo data share: the plan, who was made already, chance that repeats."""

import random
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from accounts.models import User
from codes.models import Code
from congress.models import Congress, Region, Term, Unit
from congress.selectors import working_day_offset
from core.dates import LOCAL_ZONE
from deputies.models import Deputy
from grids.models import Grid
from liaison.demo.canaries import Canaries
from liaison.demo.scale import CountySize, Scale
from stations.models import Station


@dataclass(frozen=True)
class Account:
    """A demo account as the manifest lists it."""

    user: User
    role: str
    scope: str
    region_code: str
    totp: str = ""

    @property
    def username(self) -> str:
        return self.user.username


@dataclass
class Town:
    """A town or street with its villages; `congress` only where one is elected."""

    region: Region
    villages: list[Region]
    congress: Congress | None = None
    term: Term | None = None
    stations: list[Station] = field(default_factory=list)
    deputies: list[Deputy] = field(default_factory=list)


@dataclass
class County:
    """One county and everything that was made in it."""

    region: Region
    key: str
    size: CountySize | None
    towns: list[Town]
    congress: Congress
    term: Term
    deputies: list[Deputy] = field(default_factory=list)
    grids: list[Grid] = field(default_factory=list)
    stations: list[Station] = field(default_factory=list)
    units: dict[str, Unit] = field(default_factory=dict)
    station_of: dict[str, Station] = field(default_factory=dict)
    grids_of: dict[str, list[Grid]] = field(default_factory=dict)
    codes: dict[tuple[str, str], Code] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.region.name


class Days:
    """Moments of the story, counted in working days before the day the demo is made for."""

    def __init__(self, as_of: date) -> None:
        self.as_of = as_of
        self.began_on = as_of - timedelta(days=420)
        self._known: dict[int, date] = {}

    def day(self, before: int) -> date:
        """The working day so many working days before `as_of`; the last one for 1."""
        if before not in self._known:
            self._known[before] = working_day_offset(self.as_of, -before)
        return self._known[before]

    def at(self, before: int, hour: int, minute: int = 0) -> datetime:
        return moment(self.day(before), hour, minute)

    def soon(self, ahead: int, hour: int) -> datetime:
        """A moment to come, so many working days after `as_of`."""
        return moment(working_day_offset(self.as_of, ahead), hour)

    @property
    def end(self) -> datetime:
        """Half past midnight of `as_of`: everything told here lies behind."""
        return moment(self.as_of, 0, 30)

    @property
    def began(self) -> datetime:
        """When the registers were set up: long before the first message."""
        return moment(self.began_on, 9, 0)


def moment(day: date, hour: int, minute: int = 0) -> datetime:
    """A time of day in China."""
    return datetime.combine(day, time(hour, minute), tzinfo=LOCAL_ZONE)


@dataclass
class World:
    """One run of the seeding."""

    scale: Scale
    seed: int
    days: Days
    canaries: Canaries
    counties: list[County] = field(default_factory=list)
    accounts: list[Account] = field(default_factory=list)
    codes: list[Code] = field(default_factory=list)
    receipts: dict[str, str] = field(default_factory=dict)
    higher_terms: dict[str, Term] = field(default_factory=dict)
    city_units: dict[str, Unit] = field(default_factory=dict)
    _index: dict[tuple[str, str], Account] = field(default_factory=dict)
    _indexed: int = 0

    def rng(self, *about: object) -> random.Random:
        """Chance of its own for each subject, so that one list's length moves no other."""
        return random.Random(":".join(map(str, (self.seed, *about))))  # noqa: S311

    def account(self, role: str, scope: str) -> Account:
        """The first account with this role in this scope; LookupError when there is none."""
        while self._indexed < len(self.accounts):
            account = self.accounts[self._indexed]
            self._index.setdefault((account.role, account.scope), account)
            self._indexed += 1
        return self._index[role, scope]
