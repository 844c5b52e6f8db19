"""Suggestions on the way: each story brings one to a state of the table and leaves it there."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from audit.actors import SYSTEM
from congress.models import Organ, Session
from congress.services import start_session
from congress.states import OrganKind
from deputies.models import Deputy, Seat
from liaison.demo import proposal_plots as plots
from liaison.demo.past_proposals import write_past_proposals
from liaison.demo.petition import Petition
from liaison.demo.stage import Stage, Story
from liaison.demo.world import County, Town, World
from proposals.rounds import joined_replies

Script = Callable[[Petition], Story]
SESSION = (160, 156)  # working days ago: opened, closed


def draft(p: Petition) -> Story:
    p.write((yield p.at(2, 20)))


def draft_joint(p: Petition) -> Story:
    p.write((yield p.at(4, 20)))
    p.cosign((yield p.at(3, 9)))


def submitted(p: Petition) -> Story:
    p.write((yield p.at(5, 20)))
    p.cosign((yield p.at(4, 9)))
    p.submit((yield p.at(2, 9)))


def returned(p: Petition) -> Story:
    p.write((yield p.at(9, 20)))
    p.submit((yield p.at(8, 9)))
    p.decide((yield p.at(6, 10)), "return_for_revision", note=plots.RETURN, exclusions=["empty"])


def diverted(p: Petition) -> Story:
    p.write((yield p.at(15, 20)))
    p.submit((yield p.at(14, 9)))
    p.decide((yield p.at(12, 10)), "divert", note=plots.DIVERT, exclusions=["relayed"])


def withdrawn(p: Petition) -> Story:
    p.write((yield p.at(30, 20)))
    p.cosign((yield p.at(29, 9)))
    p.submit((yield p.at(28, 9)))
    p.accept((yield p.at(27, 9)))
    p.withdraw((yield p.at(25, 9)))


def _accepted(p: Petition, before: int, secret: str = "") -> Story:
    p.write((yield p.at(before, 9)), secret=secret)
    p.cosign((yield p.at(before, 11)))
    p.submit((yield p.at(before, 14)))
    p.accept((yield p.at(before - 1, 10)))


def accepted(p: Petition) -> Story:
    yield from _accepted(p, 3)


def assigned(p: Petition) -> Story:
    yield from _accepted(p, 8)
    p.assign((yield p.at(5, 9)), co=p.matter.co)


def confidential(p: Petition) -> Story:
    """Seen by its signers, its unit and the office alone."""
    yield from _accepted(p, 20, plots.REPRISAL)
    p.assign((yield p.at(18, 9)))
    p.sign((yield p.at(17, 9)))


def two_tiers(p: Petition) -> Story:
    yield from _accepted(p, 9)
    p.assign((yield p.at(7, 9)), through="office")


def dispatched(p: Petition) -> Story:
    yield from _accepted(p, 30)
    p.assign((yield p.at(28, 9)), through="office")
    p.dispatch((yield p.at(26, 9)))
    p.sign((yield p.at(25, 9)))


def parted(p: Petition) -> Story:
    yield from _accepted(p, 26)
    p.assign((yield p.at(24, 9)), parts="traffic")
    p.sign((yield p.at(23, 9)))
    p.contact((yield p.at(12, 9)))


def _handled(p: Petition, before: int, secret: str = "") -> Story:
    yield from _accepted(p, before, secret)
    p.assign((yield p.at(before - 2, 15)), co=p.matter.co)
    p.sign((yield p.at(before - 4, 9)))
    p.contact((yield p.at(before - 10, 10)))


def key_item(p: Petition) -> Story:
    """重点督办 with its decision, by a leader and a committee."""
    yield from _handled(p, 60)
    organ = Organ.objects.filter(
        congress=p.county.congress, kind=OrganKind.SPECIAL_COMMITTEE
    ).first()
    assert organ is not None
    p.record((yield p.at(40, 9)), "supervise", kind="key", decision_reference="主任会议第21次会议纪要",
             leader="常委会副主任", organ=organ.code)  # fmt: skip
    p.record((yield p.at(39, 9)), "supervise", kind="leader", leader="副市长")


def _answered(p: Petition, before: int, after: int, outcome: str = "solved") -> Story:
    yield from _handled(p, before)
    p.reply((yield p.at(after + 2, 10)), outcome=outcome)
    p.pass_replies((yield p.at(after, 10)))


def replied(p: Petition) -> Story:
    yield from _answered(p, 60, 5, "in_progress")


def evaluated_unhappy(p: Petition) -> Story:
    yield from _answered(p, 70, 12, "reference")
    p.rate((yield p.at(6, 20)), "unsatisfied", 45, plots.UNHAPPY)


def evaluated(p: Petition) -> Story:
    yield from _answered(p, 70, 10)
    p.rate((yield p.at(4, 20)), "satisfied", 95)


def rehandling(p: Petition) -> Story:
    yield from _answered(p, 90, 40, "planned")
    p.rate((yield p.at(30, 20)), "unsatisfied", 40, plots.UNHAPPY)
    p.decide((yield p.at(12, 9)), "rehandle", reason=plots.AGAIN)
    p.sign((yield p.at(10, 9)))


def second_round(p: Petition) -> Story:
    """不满意, handled again, satisfied, published: the whole way."""
    yield from _answered(p, 140, 90, "in_progress")
    p.rate((yield p.at(84, 20)), "unsatisfied", 50, plots.UNHAPPY)
    p.decide((yield p.at(80, 9)), "rehandle", reason=plots.AGAIN)
    p.sign((yield p.at(78, 9)))
    p.contact((yield p.at(70, 9)))
    p.reply((yield p.at(62, 9)), text=plots.SECOND)
    p.pass_replies((yield p.at(60, 9)))
    p.rate((yield p.at(52, 20)), "satisfied", 96)
    p.decide((yield p.at(48, 9)), "close")
    _publish(p, (yield p.at(40, 9)))


def closed(p: Petition) -> Story:
    """Proposed at the session; published."""
    yield from _answered(p, 158, 100, "in_progress")
    p.rate((yield p.at(92, 20)), "basic", 82)
    p.decide((yield p.at(88, 9)), "close")
    _publish(p, (yield p.at(84, 9)))


def lapsed(p: Petition) -> Story:
    """Proposed at the session; nobody rated, the time went by."""
    yield from _answered(p, 158, 110)


def _publish(p: Petition, now: datetime) -> None:
    words = {"county": p.county.name}
    p.decide(now, "decide_publication", decision="public", title=p.matter.title,
             text=f"{p.matter.facts.format_map(words)}\n{p.matter.advice}",
             reply=joined_replies(p.proposal))  # fmt: skip


@dataclass(frozen=True)
class Play:
    """A script, the state it ends in, what it came from, how many sign beside the lead."""

    script: Script
    state: str
    source: str = "own"
    signers: int = 0


# What the small demo's second county plays: a neighbour to be kept out, not a second life.
NEIGHBOURS = (draft, submitted, accepted, confidential, replied, lapsed)


PLAYS = (
    Play(draft, "draft", "message"), Play(draft_joint, "draft", signers=1),
    Play(submitted, "submitted", "reception", 1), Play(submitted, "submitted", "research"),
    Play(returned, "returned", "inspection"), Play(diverted, "diverted"),
    Play(withdrawn, "withdrawn", signers=1), Play(accepted, "accepted", "group", 2),
    Play(accepted, "accepted", "topic"), Play(assigned, "assigned", "deliberation", 1),
    Play(confidential, "assigned"), Play(two_tiers, "assigned", "outside"),
    Play(dispatched, "assigned"), Play(parted, "assigned", "bill", 2),
    Play(key_item, "assigned", "research", 2), Play(replied, "replied", "message", 1),
    Play(evaluated_unhappy, "evaluated"), Play(evaluated, "evaluated", "reception"),
    Play(rehandling, "rehandling", signers=1), Play(second_round, "closed", "message", 1),
    Play(closed, "closed", "deliberation", 2), Play(lapsed, "closed", signers=1),
)  # fmt: skip


# What the deputies of a town's own congress play (乡镇人大), between its sessions.
def town_replied(p: Petition) -> Story:
    yield from _answered(p, 40, 6, "in_progress")


def town_closed(p: Petition) -> Story:
    """Published by the town's presidium."""
    yield from _answered(p, 90, 60)
    p.rate((yield p.at(54, 20)), "satisfied", 92)
    p.decide((yield p.at(50, 9)), "close")
    _publish(p, (yield p.at(45, 9)))


TOWN_PLAYS = (Play(submitted, "submitted", signers=1), Play(town_replied, "replied"),
              Play(town_closed, "closed", signers=1))  # fmt: skip


def raise_proposals(world: World, stage: Stage) -> list[tuple[Play, Petition]]:
    """Put every county's suggestions on the stage, after its session; `NEIGHBOURS` at small."""
    played: list[tuple[Play, Petition]] = []
    for county in world.counties:
        people = _seated(county) if county.size else []
        if not people:
            continue
        session, played_first = _hold_session(world, county), bool(played)
        if world.scale.name == "county":
            write_past_proposals(world, county, session)
        for number, play in enumerate(PLAYS * (2 if world.scale.name == "county" else 1)):
            if world.scale.name == "small" and played_first and play.script not in NEIGHBOURS:
                continue
            petition = _petition(world, county, people, play, number)
            stage.add(play.script(petition))
            played.append((play, petition))
        played += _town_plays(world, stage, county)
    return played


def _town_plays(world: World, stage: Stage, county: County) -> list[tuple[Play, Petition]]:
    """The first town of the county with a congress of its own."""
    town = next((t for t in county.towns if t.term and t.term.seats.exists()), None)
    if town is None or town.term is None:
        return []
    seats = town.term.seats.select_related("deputy").order_by("deputy__code")
    people, played = [seat.deputy for seat in seats], []
    for number, play in enumerate(TOWN_PLAYS):
        petition = _petition(world, county, people, play, number, town)
        stage.add(play.script(petition))
        played.append((play, petition))
    return played


def _seated(county: County) -> list[Deputy]:
    """Deputies of the county's congress whose seats stay what they are."""
    stays = county.deputies[:-3]
    seats = Seat.objects.filter(term=county.term, deputy__in=stays).order_by("deputy__code")
    return [seat.deputy for seat in seats.select_related("deputy")]


def _hold_session(world: World, county: County) -> Session:
    opened, closed_ = (world.days.day(before) for before in SESSION)
    held = county.term.sessions.aggregate(last=Max("number"))["last"]
    return start_session(
        actor=SYSTEM, term=county.term, number=held + 1, opens_on=opened, closes_on=closed_,
        now=world.days.began,
    )  # fmt: skip


def _petition(
    world: World, county: County, people: list[Deputy], play: Play, number: int,
    town: Town | None = None,
) -> Petition:  # fmt: skip
    lead = people[number % len(people)]
    others = [people[(number + n) % len(people)] for n in range(1, play.signers + 1)]
    matter = plots.ADVICE[number % len(plots.ADVICE)]
    signers = [d for d in dict.fromkeys(others) if d.pk != lead.pk]
    return Petition(world, county, lead, signers, matter, number, play.source, town)
