"""Topics on the way: each story brings one topic to a state of the table and leaves it there."""

from collections.abc import Callable
from dataclasses import dataclass

from deputies.models import Deputy
from liaison.demo import topic_plots as plots
from liaison.demo.assembly_end import Assembly
from liaison.demo.cast import local
from liaison.demo.gridmap import short_name, town_of
from liaison.demo.matters import Matter
from liaison.demo.stage import Stage, Story
from liaison.demo.thread import Thread
from liaison.demo.topic_plots import Plot
from liaison.demo.world import County, World
from topics.services import counting
from topics.services.clustering import group_topic

Script = Callable[[Assembly], Story]


def draft(a: Assembly) -> Story:
    a.draft((yield a.at(2, 20)), -5, -15, secret=True)


def applied(a: Assembly) -> Story:
    """群众出题, waiting for the 代表之家."""
    a.propose((yield a.at(2, 19)), secret=True)


def applied_by_deputy(a: Assembly) -> Story:
    a.draft((yield a.at(3, 20)), -5, -15, secret=True)
    a.apply_for((yield a.at(2, 9)))


def returned(a: Assembly) -> Story:
    a.draft((yield a.at(9, 20)), 2, -10, secret=True)
    a.apply_for((yield a.at(8, 9)))
    a.decide(
        (yield a.at(6, 10)), "return_for_revision", "问题太大，请改成大家答得上来的一两个问题。"
    )


def rejected(a: Assembly) -> Story:
    a.propose((yield a.at(12, 19)), secret=True)
    a.decide((yield a.at(10, 10)), "reject", "已有同类议题正在办理，转给那个议题的代表一并考虑。")


def withdrawn(a: Assembly) -> Story:
    a.draft((yield a.at(12, 20)), 5, -5)
    a.apply_for((yield a.at(11, 9)))
    a.withdraw((yield a.at(9, 10)))


def approved(a: Assembly) -> Story:
    """党委点题, to be opened in some days."""
    a.dispatch((yield a.at(3, 10)), "party", -3, -14)


def collecting(a: Assembly) -> Story:
    """人大派题 with many questions, open and busy."""
    a.dispatch((yield a.at(9, 10)), "congress", 7, -9)
    yield from _speaking(a, 6, 4)
    a.say_in_secret((yield a.at(2, 12)), "我的情况比较特殊，想请代表单独来看一看。")
    a.say_in_secret((yield a.at(2, 14)), "这条是来吵架的，和议题没有关系。", reject=True)


def collecting_for_resident(a: Assembly) -> Story:
    """群众出题, approved, with its last day near."""
    a.propose((yield a.at(12, 19)))
    a.approve((yield a.at(10, 9)), 8, -2)
    yield from _speaking(a, 7, 5)
    a.say_in_secret((yield a.at(1, 18)), "再补一句：晚上去看最清楚。")


def _speaking(a: Assembly, first: int, then: int) -> Story:
    """Opinions on two days, each reviewed the next morning."""
    yield a.at(first, 8)
    a.fresh()
    yield from a.saying(a.at(first, 9), 12)
    a.review((yield a.at(first - 1, 15)))
    yield from a.saying(a.at(then, 10), 12)
    now = yield a.at(then - 1, 15)
    a.review(now)
    a.agree(now)


def researching(a: Assembly) -> Story:
    yield from _researched(a, 14)


def _researched(a: Assembly, start: int) -> Story:
    """代表荐题 up to 议前调研: opened and closed by the job loop."""
    a.draft((yield a.at(start + 4, 20)), start, start - 6)
    yield from _to_research(a, start)


def _to_research(a: Assembly, start: int) -> Story:
    a.apply_for((yield a.at(start + 3, 9)))
    a.approve((yield a.at(start + 2, 10)), start, start - 6)
    yield from _speaking(a, start - 1, start - 3)
    now = yield a.at(start - 8, 9)
    a.fresh()
    a.research(now)


def called(a: Assembly) -> Story:
    """A meeting is called for the days to come."""
    yield from _researched(a, 16)
    a.call((yield a.at(2, 10)), a.world.days.soon(3, 9))


def meeting(a: Assembly) -> Story:
    """Grown from a message, whose writer waits for what comes of it."""
    thread = _thread(a)
    yield from _voice(a, thread, 27)
    a.from_message((yield a.at(23, 20)), thread.message, 18, 12)
    yield from _to_research(a, 18)
    yield from _met(a, 5)


def _met(a: Assembly, before: int) -> Story:
    a.call((yield a.at(before + 3, 10)), a.at(before, 9))
    a.meet((yield a.at(before, 11)))
    a.support((yield a.at(before, 16)))


def planned(a: Assembly) -> Story:
    yield from _researched(a, 22)
    yield from _met(a, 8)
    a.plan((yield a.at(4, 10)))


def handling(a: Assembly) -> Story:
    yield from _researched(a, 30)
    yield from _handled(a, 16)


def _handled(a: Assembly, before: int) -> Story:
    yield from _met(a, before)
    a.plan((yield a.at(before - 2, 10)))
    a.hand_over((yield a.at(before - 3, 15)))
    a.sign((yield a.at(before - 5, 9)))


def _answered(a: Assembly, before: int, due: int) -> Story:
    a.reply((yield a.at(before, 10)), a.day(due))
    a.accept_replies((yield a.at(before, 15)))


def half_done(a: Assembly) -> Story:
    """派题 at work: units have answered, the result is being written."""
    a.dispatch((yield a.at(40, 10)), "congress", 36, 30)
    yield from _speaking(a, 35, 33)
    now = yield a.at(28, 9)
    a.fresh()
    a.research(now)
    yield from _handled(a, 22)
    yield from _answered(a, 6, -60)
    a.outcomes((yield a.at(3, 10)))


def published(a: Assembly) -> Story:
    yield from _researched(a, 60)
    yield from _published(a)


def _published(a: Assembly) -> Story:
    yield from _handled(a, 44)
    yield from _answered(a, 24, -40)
    a.outcomes((yield a.at(16, 10)))
    a.write((yield a.at(15, 15)), photo="market")
    a.publish((yield a.at(13, 9)))
    a.rate((yield a.at(11, 20)))


def archived(a: Assembly) -> Story:
    """党委点题 of last season, ended."""
    a.dispatch((yield a.at(80, 10)), "party", 76, 70)
    yield from _speaking(a, 75, 73)
    now = yield a.at(68, 9)
    a.fresh()
    a.research(now)
    yield from _handled(a, 62)
    yield from _answered(a, 50, -100)
    a.outcomes((yield a.at(46, 10)))
    a.write((yield a.at(45, 15)))
    a.publish((yield a.at(43, 9)))
    a.archive((yield a.at(12, 9)))


def _thread(a: Assembly) -> Thread:
    """The one voice a topic grows from."""
    words = Matter(
        "problem", a.plot.title, f"{a.plot.summary}能不能想想办法。", "{village}", "office",
        "好几位居民都说过，不是一家的事，建议列为议题让大家议。", "按方案办理。",
        "您反映的事议过了，也办了，具体写在议题页上。",
    )  # fmt: skip
    matter = local(a.county, a.deputy.region_code, words)
    return Thread(a.world, a.county, a.deputy, matter, 900 + a.number)


def _voice(a: Assembly, thread: Thread, before: int) -> Story:
    thread.send((yield a.at(before, 19)), contact=True)
    thread.accept((yield a.at(before - 1, 9)))


def clinic(a: Assembly) -> Story:
    """From one resident's message to a rated result: the whole story."""
    thread = _thread(a)
    yield from _voice(a, thread, 74)
    a.from_message((yield a.at(70, 20)), thread.message, 66, 60)
    yield from _to_research(a, 66)
    yield from _published(a)
    thread.answer((yield a.at(10, 10)))
    thread.rate((yield a.at(8, 20)), "satisfied")


@dataclass(frozen=True)
class Play:
    """A story with its plot, the state its topic ends in, and how wide it asks.

    The first county plays all of them, the others those that are `everywhere`.
    """

    script: Script
    plot: Plot
    state: str
    width: int = 9  # length of the scope's code: 6 the county, 9 the town
    everywhere: bool = True


PLAYS = (
    Play(clinic, plots.CLINIC, "published", everywhere=False),
    Play(collecting, plots.INDUSTRY, "collecting", 6),
    Play(handling, plots.CHARGING, "handling", everywhere=False),
    Play(draft, plots.PARK, "draft"), Play(applied, plots.BUS, "applied"),
    Play(returned, plots.MARKET, "returned"), Play(rejected, plots.CHARGING, "rejected"),
    Play(withdrawn, plots.SOLAR, "withdrawn"), Play(approved, plots.BUS, "approved", 6),
    Play(collecting_for_resident, plots.HEATING, "collecting"),
    Play(researching, plots.PARK, "researching", everywhere=False),
    Play(meeting, plots.SOLAR, "meeting", everywhere=False),
    Play(planned, plots.PARK, "planned", everywhere=False),
    Play(archived, plots.CHARGING, "archived"),
    Play(applied_by_deputy, plots.HEATING, "applied", everywhere=False),
    Play(called, plots.BUS, "researching", everywhere=False),
    Play(half_done, plots.INDUSTRY, "handling", 6, everywhere=False),
    Play(published, plots.MARKET, "published", everywhere=False),
)  # fmt: skip


def raise_topics(world: World, stage: Stage) -> list[tuple[Play, Assembly]]:
    """Put every county's topics on the stage: every state and source in each."""
    played = []
    for first, county in enumerate(c for c in world.counties if c.size):
        for number, play in enumerate(PLAYS):
            if first and not play.everywhere:
                continue
            deputy = county.deputies[number % min(7, len(county.deputies))]
            assembly = _assembly(world, county, play, number, deputy)
            stage.add(play.script(assembly))
            played.append((play, assembly))
    return played


def _assembly(world: World, county: County, play: Play, number: int, deputy: Deputy) -> Assembly:
    region = deputy.region_code
    town = town_of(county, region)
    village = next((v for v in town.villages if v.code == region), town.region)
    words = {
        "village": short_name(village), "county": county.name,
        "town": town.region.name.removeprefix(county.name),
    }  # fmt: skip
    return Assembly(
        world,
        county,
        deputy,
        play.plot.fill(words),
        number,
        region[: play.width],
    )


def settle(world: World, played: list[tuple[Play, Assembly]]) -> None:
    """What the job loop would have counted and grouped by now."""
    for _, assembly in played:
        topic = getattr(assembly, "topic", None)
        if topic is None:
            continue
        counting.recount(topic, now=world.days.end)
        if topic.opinions.published().count() >= 10:
            group_topic(topic, now=world.days.end)
