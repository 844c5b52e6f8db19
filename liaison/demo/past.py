"""The ways a matter of the past went, step by step, into the ledger."""

import random
from datetime import datetime

from accounts.models import User
from audit.actors import SYSTEM, ResidentActor
from core.crypto import blind_index, encrypt
from core.dates import local_date
from liaison.demo.cast import local
from liaison.demo.ledger import Ledger
from liaison.demo.matters import Matter
from liaison.demo.names import mobile, person
from liaison.demo.pace import Pace
from liaison.demo.past_orders import PastOrder
from liaison.demo.world import County, World
from voices import receipts, states
from voices.models import Answer, Message, MessageContact, Rating

RESIDENT = ResidentActor("", "")
OPENINGS = (
    "", "您好，", "代表您好，", "想反映一件事：", "麻烦问一下，", "不知道该找谁，就扫了这个码。",
    "村里人让我来说一声，", "第一次用这个，",
)  # fmt: skip
CLOSINGS = (
    "", "谢谢。", "盼回复。", "麻烦了。", "这事不止我一家。", "已经好一阵子了。", "能早点解决最好。",
    "有进展请告诉我。", "先谢谢了。", "附近住的都有这个感觉。",
)  # fmt: skip
SCORES = {"satisfied": 55, "basic": 22, "unsatisfied": 4, "": 19}  # "" is never rated
AGAIN = "好了没几天又是老样子。"


class Past:
    """One matter and the people around it."""

    def __init__(
        self, world: World, county: County, ledger: Ledger, rng: random.Random, code: str,
        matter: Matter, pace: Pace,
    ) -> None:  # fmt: skip
        self.world, self.county, self.ledger = world, county, ledger
        self.rng, self.code, self.pace = rng, code, pace
        self.deputy = rng.choice(county.deputies)
        self.station = county.station_of[self.deputy.code]
        self.matter = local(county, self.deputy.region_code, matter)
        self.receipt = ""

    # --- the ways -----------------------------------------------------------------------------

    def by_deputy(self) -> None:
        """Accepted and answered by the deputy."""
        self._begin(self.deputy.code)
        self._accept()
        self._answer("answer", self._deputy_user, "deputy", f"{self.deputy.name}代表")
        self._end()

    def whole_loop(self) -> None:
        """群众扫码 → 代表受理 → 联络站审核 → 转交部门 → 答复 → 评价."""
        self._to_unit()
        self._reply()
        self._end()

    def second_round(self) -> None:
        """Unsatisfied once; handled again within the time of the rules."""
        self._to_unit()
        self._reply()
        message, now = self.message, self.pace.after(1, 4)
        self._rated("unsatisfied", AGAIN, now)
        self.ledger.step(
            message, "rate", RESIDENT, now, to=states.UNDER_REVIEW, score="unsatisfied"
        )
        message.round = self.ledger.entries[-1].round = 2
        self._due("message_rehandle_within", now)
        self._transfer()
        self._reply()
        self._end()

    def at_station(self) -> None:
        """The station's own code: no deputy, answered by the station."""
        self._begin(None)
        now = self.pace.after(1, 3)
        self.ledger.step(self.message, "accept", self._keeper, now, to=states.UNDER_REVIEW)
        self._due("message_review_within", now)
        self._reply()
        self._end()

    def diverted(self) -> None:
        self._begin(self.deputy.code)
        now = self.pace.after(0, 3)
        door = self.rng.choice(("petition", "court", "elsewhere", "not_accepted", "emergency"))
        self.message.door, self.message.door_words = door, states.DOORS[door][1]
        self.ledger.step(self.message, "divert", self._deputy_user, now, door=door)
        self._no_due(now)

    def withdrawn(self) -> None:
        self._begin(self.deputy.code)
        now = self.pace.after(0, 2)
        self.ledger.step(self.message, "withdraw", RESIDENT, now)
        self._no_due(now)

    # --- the steps ----------------------------------------------------------------------------

    @property
    def _deputy_user(self) -> User:
        return self.world.account("deputy", self.deputy.code).user

    @property
    def _keeper(self) -> User:
        return self.world.account("station_keeper", self.station.code).user

    def _begin(self, deputy: str | None) -> None:
        now, rng = self.pace.now, self.rng
        text = rng.choice(OPENINGS) + self.matter.text + rng.choice(CLOSINGS)
        kind = "deputy" if deputy else "station"
        code = self.county.codes[kind, deputy or self.station.code]
        self.receipt = receipts.receipt_for(
            f"demo:{self.world.seed}:{self.code}", code.token, self.matter.kind, text,
            self.matter.spot,
        )  # fmt: skip
        self.message = Message(
            code=self.code, state=states.RECEIVED, region_code=code.region_code,
            receipt_hash=receipts.receipt_hash(self.receipt), kind=self.matter.kind, text=text,
            place=self.matter.spot, token=code, deputy_id=deputy, station_id=self.station.code,
        )  # fmt: skip
        self.ledger.begin(self.message, "voices.message.received", RESIDENT, now, channel="scan")
        self._due("message_accept_within", now)
        if rng.random() < 0.3:
            self._contact(now)

    def _contact(self, now: datetime) -> None:
        phone, name = mobile(self.rng), person(self.rng)[0]
        self.ledger.add(
            MessageContact(
                message=self.message, consent_at=now, consent_version=states.CONSENT_VERSION,
                name_sealed=encrypt(name, binding=f"message:{self.code}:name"),
                phone_sealed=encrypt(phone, binding=f"message:{self.code}:phone"),
                phone_index=blind_index(phone, purpose="phone"),
            )
        )  # fmt: skip

    def _accept(self) -> None:
        now = self.pace.after(0, 4)
        signed = f"{self.deputy.name}代表"
        self.ledger.step(
            self.message, "accept", self._deputy_user, now, to=states.ACCEPTED, signed=signed
        )
        self._due("message_handle_within", now)

    def _to_unit(self) -> None:
        self._begin(self.deputy.code)
        self._accept()
        now = self.pace.after(0, 2)
        self.message.deputy_opinion = self.matter.opinion
        signed = f"{self.deputy.name}代表"
        self.ledger.step(self.message, "refer", self._deputy_user, now, signed=signed)
        self._due("message_review_within", now)
        self._transfer()

    def _transfer(self) -> None:
        """To the unit and back: its order is opened, worked on and answered."""
        message, now = self.message, self.pace.after(1, 3)
        rule = "message_handle_within" if message.round == 1 else "message_rehandle_within"
        order = PastOrder(self.world, self.county, self.ledger, self.rng, self.matter)
        order.open(message, self._keeper, rule, now)
        self.ledger.step(
            message, "transfer", self._keeper, now, units=[order.order.unit.code],
            orders=[order.order.code],
        )  # fmt: skip
        self._due(rule, now)
        order.work(self.pace)
        self._due("message_reply_within", self.pace.now)
        self.order = order

    def _reply(self) -> None:
        if self.message.state == states.HANDLING:
            self.order.accepted(self._keeper, self.pace.after(0, 3))
        else:
            self.pace.after(1, 4)
        self._answer("reply", self._keeper, "station", self.station.name)

    def _answer(self, name: str, actor: User, kind: str, by: str) -> None:
        now = self.pace.after(1, 6) if name == "answer" else self.pace.now
        message, outcome = self.message, self.matter.outcome
        self.ledger.add(
            Answer(
                message=message, round=message.round, by_kind=kind, by=by,
                text=self.matter.answer, outcome=outcome, at=now,
            )
        )  # fmt: skip
        message.outcome = outcome
        late = bool(message.due_on and local_date(now) > message.due_on)
        self.ledger.step(message, name, actor, now, outcome=outcome, signed=by, late=late)
        self._due("message_feedback_within", now, clock=False)

    def _end(self) -> None:
        """Rated, or closed when nobody did in time; some are published."""
        score = self.rng.choices(list(SCORES), list(SCORES.values()))[0]
        message = self.message
        if score == "unsatisfied" and message.round == 1:
            score = "basic"  # a first 不满意 has a round of its own to tell
        if not score and self.pace.left < 22:
            score = "satisfied"  # too young to have lapsed
        if score:
            now = self.pace.after(1, 6)
            self._rated(score, AGAIN if score == "unsatisfied" else "", now)
            self.ledger.step(message, "rate", RESIDENT, now, to=states.CLOSED, score=score)
            message.closed_at = now
        else:
            now = self.pace.after(20, 21)
            self.ledger.step(message, "lapse", SYSTEM, now)
        self._no_due(now)
        if self.rng.random() < 0.4:
            self._publish()

    def _rated(self, score: str, reason: str, now: datetime) -> None:
        message = self.message
        message.score = score
        self.ledger.add(
            Rating(message=message, round=message.round, score=score, reason=reason, at=now)
        )

    def _publish(self) -> None:
        message, now = self.message, self.pace.after(0, 3)
        message.public_title, message.public_text = self.matter.title, self.matter.text
        message.public_answer = self.matter.answer
        message.publication, message.published_at = "published", now
        moderator = self.world.account("moderator", self.county.region.code).user
        self.ledger.step(message, "publish", moderator, now)

    def _due(self, rule: str, now: datetime, *, clock: bool = True) -> None:
        message = self.message
        if clock:
            due = self.ledger.clock(message, rule, now)
        else:
            self.ledger.stop(message, now)
            due = self.ledger.due(rule, message.region_code, local_date(now))
        message.due_on = message.original_due_on = due.on
        message.basis, message.provisional = due.basis, due.provisional

    def _no_due(self, now: datetime) -> None:
        self.message.due_on = None
        self.ledger.stop(self.message, now)
