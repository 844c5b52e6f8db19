"""Seats that ended or rest: a deputy who left and the one who took over, one suspended."""

from liaison.demo.canaries import Readers
from liaison.demo.stage import Stage, Story
from liaison.demo.world import County, World
from workflows.engine import apply


def change_seats(world: World, stage: Stage) -> None:
    """In the small demo only: the large registers keep the full number in office."""
    if world.scale.name != "small":
        return
    for county in world.counties:
        stage.add(_left(world, county))
        stage.add(_suspended(world, county))


def _left(world: World, county: County) -> Story:
    """Moved away; the printed code leads to the successor."""
    leaving, heir = county.deputies[-1], county.deputies[-2]
    now = yield world.days.at(25, 9)
    staff = world.account("congress_staff", county.region.code).user
    note = world.canaries.mark("人大常委会公告第12号")
    for seat in leaving.seats.all():
        data = {
            "on": now.date().isoformat(), "reason": "moved", "note": note, "successor": heir.code,
        }  # fmt: skip
        apply(seat, "terminate", actor=staff, data=data, now=now)
        _note(world, county, note, f"deputies.seat {seat.code} end_note")


def _suspended(world: World, county: County) -> Story:
    resting = county.deputies[-3]
    now = yield world.days.at(18, 9)
    staff = world.account("congress_staff", county.region.code).user
    note = world.canaries.mark("主席团报告第3号")
    for seat in resting.seats.all():
        data = {"on": now.date().isoformat(), "reason": "custody", "note": note}
        apply(seat, "suspend", actor=staff, data=data, now=now)
        _note(world, county, note, f"deputies.seat {seat.code} end_note")


def _note(world: World, county: County, note: str, what: str) -> None:
    world.canaries.note(note, what, Readers(county.region.code))
