"""A session's suggestions that ran their course: rows with their log, in bulk (`ledger`)."""

import random
from datetime import datetime, timedelta

from accounts.models import User
from audit.actors import SYSTEM
from congress.models import Session
from core.dates import local_date
from deputies.models import Deputy, Seat
from deputies.services.ties import DutyRow, record_duties
from handling import states as order_states
from handling.models import ContactRecord, Order, Promise, Reply
from liaison.demo.ledger import Ledger, numbers
from liaison.demo.proposal_plots import ADVICE, UNHAPPY, Advice
from liaison.demo.world import County, World
from proposals import states
from proposals.models import (
    Assignment,
    Evaluation,
    Proposal,
    Publication,
    Review,
    Signature,
    Version,
)
from proposals.rules import pairs_of
from proposals.selectors import series_key
from proposals.services.numbers import number_was_given

SESSION_ITEMS = 560  # with the stories on the way, a session's six hundred
FATES = {"closed": 84, "evaluated": 6, "withdrawn": 6, "diverted": 4}
RESULTS = {"satisfied": 72, "basic": 20, "lapsed": 8}
OUTCOMES = {"solved": 48, "in_progress": 28, "planned": 10, "reference": 9, "not_now": 5}
SOURCES = ("own", "own", "own", "reception", "research", "inspection", "group", "deliberation")
_PLACES = "东关 西关 南湖 北街 老城 新城 站前 河东 河西 园区 三里庄 辛兴 枳沟 贾悦 相州 昌城 百尺河 石桥子"
PLACES = _PLACES.split()


def write_past_proposals(world: World, county: County, session: Session) -> None:
    """Write the closed ones of a session; numbers go on behind them."""
    ledger, rng = Ledger(), world.rng("past proposals", county.region.code)
    seats = list(
        Seat.objects.filter(term=county.term, deputy__in=county.deputies[:-3])
        .select_related("deputy", "term").order_by("deputy__code")
    )  # fmt: skip
    codes = numbers("J", "proposals_proposal_number", SESSION_ITEMS)
    past = _Past(world, county, session, ledger, rng, seats)
    for code in codes:
        past.tell(code)
    ledger.write()
    number_was_given(past.key, past.number)
    record_duties(
        past.duties(), kind="suggestion", source_type="proposals.proposal", now=world.days.end
    )


class _Past:
    """The course of each, told into the ledger."""

    def __init__(
        self, world: World, county: County, session: Session, ledger: Ledger,
        rng: random.Random, seats: list[Seat],
    ) -> None:  # fmt: skip
        self.world, self.county, self.session = world, county, session
        self.ledger, self.rng, self.seats = ledger, rng, seats
        self.staff = world.account("congress_staff", county.region.code).user
        self.number, self.key = 0, ""
        self._signed: list[tuple[Proposal, Seat, bool]] = []

    def tell(self, code: str) -> None:
        """From the draft to whatever came of it."""
        matter = self.rng.choice(ADVICE)
        seats = self.rng.sample(self.seats, self.rng.choice((1, 1, 2, 3)))
        fate = self._one(FATES)
        p = self._draft(code, matter, seats)
        self.ledger.step(p, "submit", self._user(seats[0].deputy), self.at(158), series="session")
        if fate in ("withdrawn", "diverted"):
            name = {"withdrawn": "withdraw", "diverted": "divert"}[fate]
            actor = self._user(seats[0].deputy) if fate == "withdrawn" else self.staff
            now = self.at(156)
            self._review(p, fate, now)
            self.ledger.step(p, name, actor, now)
            return
        self._accept(p, seats)
        order, assignment = self._assign(p, matter)
        replied = self._reply(p, order, assignment, matter)
        self._end(p, seats[0].deputy, replied, fate, matter)

    def at(self, before: int) -> datetime:
        return self.world.days.at(before, self.rng.randint(9, 17), self.rng.randrange(60))

    def _one(self, weights: dict[str, int]) -> str:
        return self.rng.choices(list(weights), list(weights.values()))[0]

    def _user(self, deputy: Deputy) -> User:
        return self.world.account("deputy", deputy.code).user

    def _draft(self, code: str, matter: Advice, seats: list[Seat]) -> Proposal:
        now, lead = self.at(159), seats[0]
        title = matter.title.replace("关于", f"关于{self.rng.choice(PLACES)}片区", 1)
        p = Proposal(
            code=code, state=states.DRAFT, region_code=self.county.region.code,
            term=self.county.term, session=self.session, series=states.SESSION,
            lead=lead.deputy, seat=lead, title=title, title_pairs=pairs_of(title),
            facts=matter.facts.format(county=self.county.name), advice=matter.advice,
            category=matter.category, source_kind=self.rng.choice(SOURCES),
        )  # fmt: skip
        self.ledger.begin(p, "proposals.proposal.drafted", self._user(lead.deputy), now)
        self.ledger.add(Version(proposal=p, number=1, title=p.title, facts=p.facts,
                                advice=p.advice, by=lead.deputy.name, at=now))  # fmt: skip
        for place, seat in enumerate(seats, 1):
            self.ledger.add(
                Signature(
                    proposal=p, deputy=seat.deputy, seat=seat, lead=place == 1, place=place,
                    state=states.CONFIRMED, version=1, invited_at=now, answered_at=now,
                )
            )  # fmt: skip
        return p

    def _review(self, p: Proposal, kind: str, now: datetime) -> None:
        self.ledger.add(Review(proposal=p, by=self.staff.name, at=now, kind=kind, version=1))

    def _accept(self, p: Proposal, seats: list[Seat]) -> None:
        now = self.at(156)
        self.number += 1
        p.number, p.series_key = self.number, series_key(p)
        self.key = p.series_key
        self._review(p, "accepted", now)
        self.ledger.step(p, "accept", self.staff, now, number=p.number_words)
        self._signed += [(p, seat, seat is seats[0]) for seat in seats]

    def _assign(self, p: Proposal, matter: Advice) -> tuple[Order, Assignment]:
        now = self.at(154)
        on = local_date(now)
        unit = self.county.units.get(matter.unit) or self.county.units["office"]
        due = self.ledger.due("reply_within", p.region_code, on)
        order = Order(
            code=self.ledger.order_numbers.take(), state=order_states.ASSIGNED, round=1,
            region_code=p.region_code, source_type="proposals.proposal", source_code=p.code,
            unit=unit, role=order_states.SOLE, title=p.title, text=f"{p.facts}\n\n{p.advice}",
            assigned_by=self.staff.name, assigned_at=now, due_on=due.on, original_due_on=due.on,
            basis=due.basis, provisional=due.provisional, due_rule="reply_within",
            sign_rule="order_sign_within", counted_from=on, contact_required=True,
            return_until=self.ledger.due("order_return_within", p.region_code, on).on,
        )  # fmt: skip
        self.ledger.begin(order, "handling.order.assigned", self.staff, now, source=p.code)
        assignment = Assignment(
            proposal=p, by=self.staff.name, at=now, round=1, kind="sole", rule="reply_within",
            counted_from=on, due_on=due.on, original_due_on=due.on, basis=due.basis,
            provisional=due.provisional,
        )  # fmt: skip
        self.ledger.add(assignment)
        self.ledger.step(p, "assign", self.staff, now, units=[unit.code], orders=[order.code])
        return order, assignment

    def _reply(self, p: Proposal, order: Order, assignment: Assignment, matter: Advice) -> datetime:
        handler = self.world.account("unit_handler", order.unit.code).user
        self.ledger.step(order, "sign", handler, self.at(152))
        talked = self.at(self.rng.randint(130, 148))
        self.ledger.add(
            ContactRecord(
                order=order, by=handler.name, at=talked, on=local_date(talked), way="visit",
                person="领衔代表", content="当面听取意见。",
            )
        )  # fmt: skip
        self.ledger.step(order, "record_contact", handler, talked)
        outcome, before = self._one(OUTCOMES), self.rng.randint(95, 128)
        now = self.at(before)
        order.unit_name = order.unit.name
        self.ledger.add(
            Reply(
                order=order, unit_name=order.unit_name, by=handler.name, at=now, version=1,
                outcome=outcome,
                text=matter.reply, signer="主要负责人", letter_number=f"〔{now.year}〕{self.number}号",
            )
        )  # fmt: skip
        if outcome in ("in_progress", "planned"):
            self._promise(order, matter, now)
        late = local_date(now) > order.due_on
        self.ledger.step(order, "reply", handler, now, version=1, outcome=outcome, late=late)
        passed = self.at(before - 2)
        self.ledger.step(order, "accept_reply", self.staff, passed)
        p.outcome, p.replied_at = outcome, passed
        assignment.replied_at, assignment.outcome = passed, outcome
        self.ledger.step(p, "request_rating", SYSTEM, passed, outcome=outcome)
        return passed

    def _promise(self, order: Order, matter: Advice, now: datetime) -> None:
        on = local_date(now) + timedelta(days=70)
        self.ledger.add(
            Promise(
                code=self.ledger.promise_numbers.take(), order=order,
                text=matter.promise or "按计划完成", due_on=on, original_due_on=on,
                outcome=self.rng.choice(("kept", "kept", "kept", "broken")), note="回访核实",
                settled_at=self.world.days.end,
            )
        )  # fmt: skip

    def _end(self, p: Proposal, lead: Deputy, replied: datetime, fate: str, matter: Advice) -> None:
        result = "unsatisfied" if fate == "evaluated" else self._one(RESULTS)
        row = Evaluation(proposal=p, deputy=lead, round=1, asked_at=replied)
        self.ledger.add(row)
        if result == "lapsed":
            self.ledger.step(p, "close", SYSTEM, replied + timedelta(days=30), lapsed=True)
        else:
            now = replied + timedelta(days=self.rng.randint(2, 20))
            row.at, row.result = now, result
            row.attitude = "basic" if result == "unsatisfied" else "satisfied"
            row.score = {"satisfied": 95, "basic": 80}.get(result, 45) + self.rng.randint(-4, 4)
            row.reason = UNHAPPY if result == "unsatisfied" else ""
            p.satisfaction, p.evaluated_at = result, now
            self.ledger.step(p, "evaluate", self._user(lead), now, to=states.EVALUATED,
                             result=result)  # fmt: skip
            if fate == "closed":
                self.ledger.step(p, "close", self.staff, now + timedelta(days=3))
        if fate == "closed" and self.rng.random() < 0.5:
            self._publish(p, matter, replied + timedelta(days=34))

    def _publish(self, p: Proposal, matter: Advice, now: datetime) -> None:
        self.ledger.add(
            Publication(
                proposal=p, code=p.code, region_code=p.region_code, decision="public",
                title=p.title, text=f"{p.facts}\n\n{p.advice}", reply=matter.reply,
                decided_by=self.staff.name, decided_at=now,
            )
        )  # fmt: skip
        p.published_at = now
        self.ledger.step(p, "decide_publication", self.staff, now, decision="public")

    def duties(self) -> list[DutyRow]:
        """What the signers' files say of it; asked for when the rows have their keys."""
        return [
            (seat.deputy_id, seat.pk, local_date(p.accepted_at),
             f"{'领衔' if lead else '联名'}提出代表建议{p.number_words}", p.code)
            for p, seat, lead in self._signed
            if p.accepted_at
        ]  # fmt: skip
