"""An order of the past: given, signed, worked on, answered, accepted."""

import random
from datetime import date, datetime

from accounts.models import User
from core.dates import add_months, local_date
from handling import states
from handling.models import ContactRecord, Order, Promise, Reply
from liaison.demo.ledger import Ledger
from liaison.demo.matters import Matter
from liaison.demo.names import person
from liaison.demo.pace import Pace
from liaison.demo.world import County, World
from voices.models import Message

SIGN, RETURN = "message_sign_within", "order_return_within"
CONTENT = "到现场看过，已与联络站沟通处理办法和时间。"


class PastOrder:
    """One order from beginning to end."""

    order: Order

    def __init__(
        self, world: World, county: County, ledger: Ledger, rng: random.Random, matter: Matter
    ) -> None:
        self.world, self.county, self.ledger, self.rng = world, county, ledger, rng
        self.matter = matter

    def open(self, message: Message, keeper: User, rule: str, now: datetime) -> None:
        """交办 to the matter's unit, with its due date and the clock for signing."""
        unit = self.county.units.get(self.matter.unit) or self.county.units["office"]
        on = local_date(now)
        due = self.ledger.due(rule, message.region_code, on)
        self.order = Order(
            code=self.ledger.order_numbers.take(), state=states.ASSIGNED, round=message.round,
            region_code=message.region_code, source_type="voices.message",
            source_code=message.code, station_code=message.station_id or "", unit=unit,
            role=states.SOLE, title=self.matter.title, text=f"群众反映：{self.matter.text}",
            place=message.place, instruction="请现场查看后办理。", assigned_by=keeper.name,
            assigned_at=now, due_on=due.on, original_due_on=due.on, basis=due.basis,
            provisional=due.provisional, due_rule=rule, sign_rule=SIGN,
            return_until=self.ledger.due(RETURN, message.region_code, on).on,
        )  # fmt: skip
        self.ledger.begin(
            self.order, "handling.order.assigned", keeper, now, source=message.code,
            unit=unit.code, role=states.SOLE, due_on=due.on.isoformat(),
        )  # fmt: skip
        self.ledger.clock(self.order, SIGN, now)

    def work(self, pace: Pace) -> None:
        """Signed, mostly talked over, answered; what is not done yet comes with a promise."""
        handler = self.world.account("unit_handler", self.order.unit.code).user
        now = pace.after(0, 2)
        self.ledger.step(self.order, "sign", handler, now)
        self.ledger.clock(self.order, self.order.due_rule, now)
        if self.rng.random() < 0.8:
            self._talk(handler, pace.after(1, 5))
        self._answer(handler, pace.after(2, 14))

    def accepted(self, keeper: User, now: datetime) -> None:
        self.ledger.step(self.order, "accept_reply", keeper, now)

    def _talk(self, handler: User, now: datetime) -> None:
        on = local_date(now)
        self.ledger.add(
            ContactRecord(
                order=self.order, by=handler.name, at=now, on=on,
                way=self.rng.choice(("site", "phone", "visit")), person="联络站", content=CONTENT,
            )
        )  # fmt: skip
        self.ledger.step(self.order, "record_contact", handler, now, on=on.isoformat(), way="site")

    def _answer(self, handler: User, now: datetime) -> None:
        outcome = "reference" if self.matter.outcome == "explained" else self.matter.outcome
        on = local_date(now)
        self.order.unit_name = self.order.unit.name
        self.ledger.add(
            Reply(
                order=self.order, unit_name=self.order.unit_name, by=handler.name, at=now,
                version=1, outcome=outcome, text=self.matter.reply,
                signer=f"{person(self.rng)[0][0]}局长",
                letter_number=f"函复〔{now.year}〕{self.rng.randint(1, 98)}号",
                contact=f"办公室 {self.order.unit.phone}",
            )
        )  # fmt: skip
        if outcome in ("in_progress", "planned"):
            self._promise(on)
        late = on > self.order.due_on
        self.ledger.step(self.order, "reply", handler, now, version=1, outcome=outcome, late=late)
        self.ledger.stop(self.order, now)

    def _promise(self, on: date) -> None:
        due = add_months(on, 4)
        kept = due < self.world.days.as_of and self.rng.random() < 0.8
        self.ledger.add(
            Promise(
                code=self.ledger.promise_numbers.take(), order=self.order,
                text=self.matter.promise or "两个月内完成并告知联络站", due_on=due,
                original_due_on=due, outcome="kept" if kept else "open",
                settled_at=self.world.days.end if kept else None,
            )
        )  # fmt: skip
