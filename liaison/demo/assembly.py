"""One topic with the people around it, and the steps each of them may take up to the plan.

Everything goes through `topics.services` and the engine, by the account that would do it.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from accounts.models import User
from congress.models import Unit
from deputies.models import Deputy
from handling.models import Order
from liaison.demo.canaries import STAFF, Readers
from liaison.demo.stage import Story
from liaison.demo.topic_plots import Plot
from liaison.demo.world import County, World
from stations.models import Station
from topics import services, states
from topics.models import Opinion, Topic
from topics.services import Invitees, TopicDraft
from voices.models import Message
from voices.receipts import display
from workflows.engine import apply

TOPIC_ROLES = (*STAFF, "moderator")


@dataclass
class Convening:
    """The course of one topic up to its plan; `number` tells it from the others of its county."""

    world: World
    county: County
    deputy: Deputy
    plot: Plot
    number: int
    scope: str
    topic: Topic = field(init=False)
    _spoken: int = 0

    def __post_init__(self) -> None:
        self.rng = self.world.rng("topic", self.county.region.code, self.number)
        self.station: Station = self.county.station_of[self.deputy.code]
        self.canaries = self.world.canaries

    # --- who and when -------------------------------------------------------------------------

    def at(self, before: int, hour: int) -> datetime:
        return self.world.days.at(before, hour, self.rng.randrange(60))

    def day(self, before: int) -> date:
        """A day of the story; a negative one lies ahead."""
        if before > 0:
            return self.world.days.day(before)
        return self.world.days.as_of + timedelta(days=-before)

    @property
    def leader(self) -> User:
        return self.world.account("deputy", self.deputy.code).user

    @property
    def keeper(self) -> User:
        """Of the host: a resident's topic goes to the 代表之家 of the town."""
        return self.world.account("station_keeper", self.topic.host_id or "").user

    @property
    def staff(self) -> User:
        return self.world.account("congress_staff", self.county.region.code).user

    @property
    def moderator(self) -> User:
        return self.world.account("moderator", self.county.region.code).user

    def units(self, fields: tuple[str, ...]) -> list[Unit]:
        known = self.county.units
        return list({u.pk: u for u in (known.get(f, known["office"]) for f in fields)}.values())

    def handler(self, order: Order) -> User:
        return self.world.account("unit_handler", order.unit.code).user

    def readers(self) -> Readers:
        """Who may read what is not public of this topic."""
        return Readers(
            self.topic.region_code, TOPIC_ROLES, deputy=self.topic.deputy_id,
            station=self.topic.host_id,
        )  # fmt: skip

    # --- 议题征集 -----------------------------------------------------------------------------

    def fields(self, opens: int = 0, closes: int = 0, *, secret: bool = False) -> TopicDraft:
        """What is written into it; days are working days ago, ahead when negative."""
        plot = self.plot
        planned = bool(opens or closes)
        summary = self.canaries.mark(plot.summary) if secret else plot.summary
        return TopicDraft(
            plot.title[:60], summary, [(q, "") for q in plot.questions], self.scope,
            opens_on=self.day(opens) if planned else None,
            closes_on=self.day(closes) if planned else None,
            departments=self.units(plot.measures[0].leads), host=self.station,
        )  # fmt: skip

    def draft(self, now: datetime, opens: int, closes: int, *, secret: bool = False) -> None:
        fields = self.fields(opens, closes, secret=secret)
        self.topic = services.draft_topic(fields, actor=self.leader, deputy=self.deputy, now=now)
        self._planted(fields)

    def from_message(self, now: datetime, message: Message, opens: int, closes: int) -> None:
        self.topic = services.from_messages(
            [message], self.fields(opens, closes), actor=self.leader, deputy=self.deputy, now=now
        )

    def propose(self, now: datetime, *, secret: bool = False) -> None:
        """群众出题 by the deputy's code."""
        fields, phone = self.fields(secret=secret), self.canaries.digits("154", 11)
        done = services.propose_topic(
            fields, code=self.county.codes["deputy", self.deputy.code], idempotency_key=self.key,
            now=now, phone=phone, consent=True,
        )  # fmt: skip
        self.topic = done.topic
        self.world.receipts[done.topic.code] = display(done.receipt)
        self._note_phone(phone)
        self._planted(fields)

    def dispatch(self, now: datetime, source: str, opens: int, closes: int) -> None:
        self.topic = services.dispatch_topic(
            self.fields(opens, closes), actor=self.staff, source=source, host=self.station,
            deputy=self.deputy, now=now,
        )  # fmt: skip

    def _planted(self, fields: TopicDraft) -> None:
        if "暗记" in fields.summary:
            name = f"topics.topic {self.topic.code} summary"
            self.canaries.note(fields.summary, name, self.readers)

    def apply_for(self, now: datetime) -> None:
        self._act("apply", self.leader, {}, now)

    def approve(self, now: datetime, opens: int, closes: int) -> None:
        data = {"opens_on": self.day(opens), "closes_on": self.day(closes)}
        self._act("approve", self.keeper, data, now)

    def decide(self, now: datetime, name: str, reason: str) -> None:
        """退回修改 or 不予通过; the reason is between the host and who applied."""
        marked = self.canaries.mark(reason)
        self._act(name, self.keeper, {"reason": marked}, now)
        self.canaries.note(marked, f"topics.topic {self.topic.code} review_note", self.readers)

    def withdraw(self, now: datetime) -> None:
        self._act("withdraw", self.leader, {}, now)

    # --- 码上留言 -----------------------------------------------------------------------------

    @property
    def key(self) -> str:
        return f"demo:{self.world.seed}:{self.county.region.code}:topic:{self.number}"

    def saying(self, first: datetime, count: int = 99) -> Story:
        """The next so many of the plot's sayings, some minutes apart; some leave a phone."""
        at = first
        for question, text in self.plot.said[self._spoken : self._spoken + count]:
            now = yield at
            self._one(question, text, self._spoken, now)
            self._spoken += 1
            at = now + timedelta(minutes=self.rng.randint(3, 25))

    def _one(self, question: int, text: str, place: int, at: datetime) -> list[Opinion]:
        phone = self.canaries.digits("154", 11) if place % 4 == 0 else ""
        done = services.speak(
            self.topic, {question: text}, idempotency_key=f"{self.key}:{place}", now=at,
            device_key=f"{self.key}:device:{place}", phone=phone, consent=bool(phone),
        )  # fmt: skip
        self.world.receipts.setdefault(self.topic.code, display(done.receipt))
        self._note_phone(phone)
        return done.opinions

    def _note_phone(self, phone: str) -> None:
        """A number on no page: it is shown once, to who gives a reason (decision 0703)."""
        if phone:
            name = f"topics.topic {self.topic.code} contact phone"
            self.canaries.note(phone, name, Readers(roles=()))

    def say_in_secret(self, now: datetime, text: str, *, reject: bool = False) -> None:
        """Something that waits for review, or was refused."""
        marked = self.canaries.mark(text)
        place = 900 + int(reject)
        opinion = self._one(1, marked, place, now)[0]
        self.canaries.note(marked, f"topics.opinion {opinion.code} text", self.readers)
        if reject:
            reason = {"reason": "与本议题无关，已请当事人另行反映"}
            apply(opinion, "reject", actor=self.moderator, now=now, data=reason)

    def review(self, now: datetime) -> None:
        """The moderator lets through what waits."""
        waiting = self.topic.opinions.filter(state=states.OPINION_PENDING)
        services.moderate(list(waiting), "approve", actor=self.moderator, now=now)

    def agree(self, now: datetime) -> None:
        for place, opinion in enumerate(self.topic.opinions.published().order_by("id")[:3]):
            for device in range(self.rng.randint(1, 4 - place)):
                services.agree(opinion, device_key=f"{self.key}:agrees:{device}", now=now)

    # --- 码上议事 -----------------------------------------------------------------------------

    def research(self, now: datetime) -> None:
        data = {
            "on": now.date(), "place": self.plot.place, "people": f"{self.deputy.name}代表、居委会、群众",
            "text": "到现场看了，情况和大家说的一致；问了十几户，都盼着早办。",
        }  # fmt: skip
        self._act("record_research", self.leader, data, now)

    def call(self, now: datetime, starts_at: datetime) -> None:
        names = ["王女士", "李师傅", "陈大爷"]
        asked = Invitees(
            deputies=[self.deputy], units=self.units(self.plot.measures[0].leads),
            experts=["规划设计院张工"], residents=names,
        )  # fmt: skip
        services.call_meeting(
            self.topic, starts_at=starts_at, place=self.station.name, agenda=self.plot.title,
            invite=asked, actor=self.leader, now=now,
        )  # fmt: skip

    def meet(self, now: datetime) -> None:
        meeting = self.topic.meetings.get()
        for attendee in meeting.attendees.exclude(name="陈大爷"):
            services.mark_present(meeting, attendee, actor=self.leader, now=now)
        data = {
            "meeting": str(meeting.number), "minutes": self.plot.minutes, "agreed": self.plot.plan
        }  # fmt: skip
        self._act("hold_meeting", self.leader, data, now)

    def support(self, now: datetime) -> None:
        services.count_support(
            self.topic, unit="household", matter="同意方案", supporters=81, total=91,
            how="网格员逐户上门签字", on=now.date(), actor=self.leader, now=now,
        )  # fmt: skip

    def plan(self, now: datetime) -> None:
        for measure in self.plot.measures:
            services.add_part(
                self.topic, measure.text, self.units(measure.leads), self.units(measure.co),
                measure.without, actor=self.leader, now=now,
            )  # fmt: skip
        self._act("adopt_plan", self.leader, {"text": self.plot.plan}, now)

    def _act(self, name: str, actor: User, data: dict[str, Any], now: datetime) -> None:
        self.topic = apply(self.topic, name, actor=actor, data=data, now=now)

    def fresh(self) -> None:
        """As the job loop left it."""
        self.topic.refresh_from_db()
