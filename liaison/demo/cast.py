"""Who plays which story: the scripts, and where each is to be found at the end."""

from collections.abc import Callable
from dataclasses import dataclass

from liaison.demo import endings, entries, stories
from liaison.demo.gridmap import short_name, town_of
from liaison.demo.matters import MATTERS, Matter
from liaison.demo.stage import Stage, Story
from liaison.demo.thread import Thread
from liaison.demo.world import County, World

Script = Callable[[Thread], Story]
PLAYERS = 7  # so many deputies share the stories of one round
WORK = [matter for matter in MATTERS if matter.kind in ("problem", "advice")]


@dataclass(frozen=True)
class Part:
    """A script with the state its message ends in, and its matter when only one will do."""

    script: Script
    state: str
    matter: int | None = None
    everywhere: bool = True


PARTS = (
    Part(stories.new, "received", 2), Part(stories.review, "under_review"),
    Part(stories.handling, "handling", 20), Part(endings.closed_and_published, "closed", 3),
    Part(endings.answered, "answered", 0), Part(stories.new_due_soon, "received"),
    Part(stories.new_overdue, "received"), Part(stories.accepted, "accepted"),
    Part(stories.assigned, "handling", 3), Part(stories.replied, "handling"),
    Part(endings.second_round, "under_review", 21), Part(endings.closed_basic, "closed", 1),
    Part(stories.return_asked, "handling"), Part(endings.withdrawn_at_work, "withdrawn"),
    Part(endings.diverted_discipline, "diverted"), Part(stories.joint_opined, "handling", 14),
    Part(entries.station_code, "under_review"), Part(stories.signed, "handling", everywhere=False),
    Part(stories.appended, "received", everywhere=False),
    Part(stories.accepted_overdue, "accepted", everywhere=False),
    Part(stories.sent_back, "accepted", everywhere=False),
    Part(stories.passed_on, "received", everywhere=False),
    Part(stories.review_overdue, "under_review", everywhere=False),
    Part(stories.assigned_overdue, "handling", everywhere=False),
    Part(stories.handling_overdue, "handling", 21, everywhere=False),
    Part(stories.return_refused, "handling", everywhere=False),
    Part(stories.reassigned, "handling", everywhere=False),
    Part(stories.extension_asked, "handling", 22, everywhere=False),
    Part(stories.extension_granted, "handling", everywhere=False),
    Part(stories.reply_sent_back, "handling", 0, everywhere=False),
    Part(stories.replied_again, "handling", everywhere=False),
    Part(stories.joint_waiting, "handling", 13, everywhere=False),
    Part(stories.parted, "handling", everywhere=False),
    Part(endings.answered_by_deputy, "answered", 7, everywhere=False),
    Part(endings.closed_by_deputy, "closed", 15, everywhere=False),
    Part(endings.lapsed, "closed", everywhere=False),
    Part(endings.second_round_handling, "handling", everywhere=False),
    Part(endings.second_round_closed, "closed", 6, everywhere=False),
    Part(endings.unsatisfied_twice, "closed", everywhere=False),
    Part(endings.reopened, "under_review", everywhere=False),
    Part(endings.diverted_petition, "diverted", everywhere=False),
    Part(endings.diverted_emergency, "diverted", everywhere=False),
    Part(endings.withdrawn_early, "withdrawn", everywhere=False),
    Part(endings.published_at_work, "handling", 9, everywhere=False),
    Part(endings.publication_rejected, "closed", everywhere=False),
    Part(endings.publication_hidden, "closed", everywhere=False),
    Part(entries.station_answered, "closed", 10, everywhere=False),
    Part(entries.grid_code, "received", everywhere=False),
    Part(entries.gap_code, "received", everywhere=False),
    Part(entries.patrol, "accepted", everywhere=False),
    Part(entries.spoken, "accepted", everywhere=False),
    Part(entries.on_paper, "received", everywhere=False),
    Part(entries.by_phone, "closed", everywhere=False),
    Part(entries.from_list, "under_review", everywhere=False),
    Part(entries.wants_to_meet, "accepted", 17, everywhere=False),
)  # fmt: skip


def raise_curtain(world: World, stage: Stage) -> list[tuple[Part, Thread]]:
    """Put every county's stories on the stage; the first county plays all of them."""
    played = []
    for first, county in enumerate(c for c in world.counties if c.size):
        number = 0
        for turn in range(world.scale.live):
            for part in PARTS:
                if first and not part.everywhere:
                    continue
                thread = _thread(world, county, part, number, turn)
                stage.add(part.script(thread))
                played.append((part, thread))
                number += 1
    return played


def _thread(world: World, county: County, part: Part, number: int, turn: int) -> Thread:
    players = county.deputies[turn * PLAYERS : (turn + 1) * PLAYERS]
    deputy = players[number % len(players)]
    matter = MATTERS[part.matter] if part.matter is not None else WORK[number % len(WORK)]
    return Thread(world, county, deputy, local(county, deputy.region_code, matter), number)


def local(county: County, region_code: str, matter: Matter) -> Matter:
    """The matter with the names of a place in it."""
    town = town_of(county, region_code)
    village = next((v for v in town.villages if v.code == region_code), town.region)
    return matter.fill(
        {
            "village": short_name(village), "county": county.name,
            "town": town.region.name.removeprefix(county.name),
        }
    )  # fmt: skip
