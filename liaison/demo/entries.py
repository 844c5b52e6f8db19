"""Stories that begin otherwise: a station's or a grid's code, a patrol, a proxy, a list."""

import io

from grids.services import record_patrol
from liaison.demo.canaries import STAFF, Readers
from liaison.demo.stage import Story
from liaison.demo.thread import Thread
from stations.services import confirm_appointment, request_appointment
from voices.imports import import_messages
from voices.models import Message
from voices.receipts import receipt_for
from voices.selectors import Route
from voices.services import Submitted, Words, enter, report, submit
from voices.states import KINDS


def station_code(t: Thread) -> Story:
    """The station's own code: no deputy, the keeper takes it to review at once."""
    now = yield t.at(3, 12)
    t.send(now, code=t.county.codes["station", t.station.code], contact=True)
    t.accept((yield t.at(2, 9)))


def station_answered(t: Thread) -> Story:
    now = yield t.at(16, 12)
    t.send(now, code=t.county.codes["station", t.station.code])
    t.accept((yield t.at(15, 9)))
    t.reply((yield t.at(13, 15)), outcome="explained")
    t.rate((yield t.at(12, 20)), "satisfied")
    t.publish((yield t.at(11, 9)))


def grid_code(t: Thread) -> Story:
    """The code on a grid's board leads to the deputy who serves there."""
    grid = t.county.grids_of[t.deputy.code][0]
    now = yield t.at(2, 18)
    t.send(now, code=t.county.codes["grid", grid.code])


def gap_code(t: Thread) -> Story:
    """The code of a grid nobody serves in: the town's station takes it."""
    served = {g.code for grids in t.county.grids_of.values() for g in grids}
    gaps = [g for g in t.county.grids if g.code not in served]
    grid = (gaps or t.county.grids)[t.number % len(gaps or t.county.grids)]
    now = yield t.at(2, 11)
    t.send(now, code=t.county.codes["grid", grid.code])


def patrol(t: Thread) -> Story:
    """巡查: a round with nothing found, then one that is reported, and so accepted at once."""
    grid = t.county.grids_of[t.deputy.code][0]
    now = yield t.at(8, 16)
    note = t.canaries.mark("沿网格走了一圈，没有发现异常。")
    record_patrol(actor=t.deputy_user, grid=grid, deputy=t.deputy, now=now, note=note)
    seen = Readers(grid.region_code, STAFF, deputy=t.deputy.code)
    t.canaries.note(note, f"grids.patrol of {grid.code} note", seen)
    now = yield t.at(3, 16)
    words = t.words(photo=True)
    done = report(
        words, actor=t.deputy_user, deputy=t.deputy, region_code=grid.region_code,
        grid_id=grid.pk, idempotency_key=t.key, now=now,
    )  # fmt: skip
    t.take(done, words)


def _entered(t: Thread, way: str, before: int) -> Story:
    now = yield t.at(before, 10)
    words = t.words(contact=way == "phone")
    done = enter(
        words, actor=t.keeper, station=t.station, deputy=t.deputy, way=way,
        idempotency_key=t.key, now=now,
    )  # fmt: skip
    t.take(done, words)


def spoken(t: Thread) -> Story:
    """当面说, typed in by the keeper, whose name stands on it."""
    yield from _entered(t, "oral", 4)
    t.accept((yield t.at(3, 9)))


def on_paper(t: Thread) -> Story:
    yield from _entered(t, "paper", 3)


def by_phone(t: Thread) -> Story:
    yield from _entered(t, "phone", 14)
    t.accept((yield t.at(13, 9)))
    t.answer((yield t.at(12, 16)), outcome="explained")
    t.rate((yield t.at(10, 12)), "satisfied")


def from_list(t: Thread) -> Story:
    """A line of the 12345 list, with its outside number kept."""
    now = yield t.at(6, 10)
    words, region = t.words(), t.deputy.region_code
    outside = f"12345-{t.rng.randrange(10**8):08d}"
    lines = (
        ("外部编号", "类别", "内容", "地点", "区划代码"),
        (outside, dict(KINDS)[words.kind], words.text, words.place, region),
    )
    sheet = "\n".join(",".join(line) for line in lines).encode()
    import_messages(io.BytesIO(sheet), actor=t.staff, now=now, dry_run=False)
    message = Message.objects.select_related("station").get(outside_number=outside)
    key = f"import:{region}:{outside}"
    receipt = receipt_for(key, "", words.kind, words.text, words.place)
    t.take(Submitted(message, receipt, new=True), words)
    t.station = message.station or t.station
    t.accept((yield t.at(5, 9)))


def wants_to_meet(t: Thread) -> Story:
    """想见代表: the station finds a place in a reception day."""
    now = yield t.at(5, 19)
    words = t.words(contact=True)
    meeting = Words(**{**vars(words), "kind": "meeting"})
    code = t.county.codes["deputy", t.deputy.code]
    route = Route(t.deputy.code, t.station.code, None, code.region_code)
    t.take(submit(meeting, code=code, route=route, idempotency_key=t.key, now=now), meeting)
    now = yield t.at(4, 9)
    t.accept(now)
    asked = request_appointment(
        actor=t.deputy_user, station=t.station, deputy=t.deputy, message_code=t.message.code,
        now=now,
    )  # fmt: skip
    now = yield t.at(3, 10)
    confirm_appointment(
        actor=t.keeper, appointment=asked, now=now, at=t.world.days.soon(6, 9),
        reply="约在联络站见，请带上合同，站里准备好茶水。",
    )  # fmt: skip
