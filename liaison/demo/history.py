"""A year of closed matters: who wrote, how long it took, what came of it."""

from collections.abc import Iterator
from datetime import date, timedelta

from congress.selectors import is_working_day
from liaison.demo.ledger import Ledger, numbers
from liaison.demo.matters import MATTERS
from liaison.demo.pace import Pace
from liaison.demo.past import Past
from liaison.demo.scale import shares
from liaison.demo.world import County, World
from voices.receipts import display

# Which way matters went, in hundredths.
WAYS = {
    "by_deputy": 30, "whole_loop": 48, "second_round": 7, "at_station": 6, "diverted": 5,
    "withdrawn": 4,
}  # fmt: skip
LAST_DAYS = 8  # working days: what is younger than this is told by the stories


def write_history(world: World) -> None:
    """Write the closed matters of the scale; nothing for the small one."""
    if not world.scale.history:
        return
    workdays = list(_workdays(world))
    counties = [county for county in world.counties if county.size]
    weights = [len(county.deputies) for county in counties]
    ledger = Ledger()
    for county, count in zip(counties, shares(world.scale.history, weights), strict=True):
        _county(world, county, count, workdays, ledger)
    ledger.write()


def _workdays(world: World) -> Iterator[date]:
    last = world.days.day(LAST_DAYS)
    for before in range(world.scale.history_days, 0, -1):
        day = world.days.as_of - timedelta(days=before)
        if day <= last and is_working_day(day):
            yield day


def _county(world: World, county: County, count: int, workdays: list[date], ledger: Ledger) -> None:
    rng = world.rng("history", county.region.code)
    codes = numbers("M", "voices_message_number", count)
    # in the order of time, so that numbers rise with it; the last fortnight leaves room to end
    starts = sorted(rng.random() for _ in range(count))
    for code, share in zip(codes, starts, strict=True):
        pace = Pace(rng, workdays, int(share * (len(workdays) - 10)))
        past = Past(world, county, ledger, rng, code, rng.choice(MATTERS), pace)
        getattr(past, rng.choices(list(WAYS), list(WAYS.values()))[0])()
        world.receipts[code] = display(past.receipt)
