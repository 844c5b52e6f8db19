"""Twelve suggestions on twelve different courses, and what the rulebook says they must bring.

`Course.act` is what people do on a day at ten in the morning; `expected` is reckoned here from
the dates and the stages alone, by the calendar written here, without any code of the product.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from congress.services.calendar import SpecialDay
from handling.models import Order, Promise
from proposals.models import Proposal
from proposals.records import put_down
from proposals.services import update_promise
from tests.proposals.place import (
    Place,
    accepted,
    assigned,
    at,
    orders_of,
    submitted,
    work,
)
from workflows.engine import apply

START = date(2026, 11, 20)
DAYS = [START + timedelta(days=n) for n in range(1, 61)]
# Five nights in which nothing ran.
SILENT = {date(2026, 12, 29) + timedelta(days=n) for n in range(5)} - {date(2027, 1, 3)}
OFF = {date(2027, 1, 1): "元旦", date(2027, 1, 4): "元旦"}
WORKED = {date(2027, 1, 9): "元旦"}
STAGES: dict[int, tuple[str, ...]] = {
    -3: ("owner",), -1: ("owner",), 0: ("owner",), 1: ("owner", "office"), 3: ("office",),
    5: ("office",),
}  # fmt: skip
Told = tuple[str, str, str, int, date]


def special_days() -> list[SpecialDay]:
    off = [SpecialDay(day, False, name) for day, name in OFF.items()]
    return off + [SpecialDay(day, True, name) for day, name in WORKED.items()]


def works(day: date) -> bool:
    return day in WORKED or (day.weekday() < 5 and day not in OFF)


def shifted(day: date, count: int) -> date:
    """`count` working days later or earlier; the day itself for none."""
    step = timedelta(days=1 if count > 0 else -1)
    while count:
        day += step
        count -= (1 if step.days > 0 else -1) * works(day)
    return day


@dataclass(frozen=True)
class Run:
    """A period that ran: of what, by which rule, due when, whose, from and until which day."""

    item: str
    rule: str
    due: date
    owners: tuple[str, ...]
    since: date
    until: date | None = None


def told(run: Run, office: str, nights: list[date]) -> Iterator[Told]:
    """What a run brings: every stage once; stages of nights that were missed at the next one."""
    last = run.since
    for night in (n for n in nights if n > run.since and (run.until is None or n <= run.until)):
        passed = [s for s in STAGES if last < shifted(run.due, s) <= night]
        last = night
        audiences = {a for s in passed for a in STAGES[s]}
        people = [*(run.owners if "owner" in audiences else ()), office]
        if passed:
            for person in people if "office" in audiences else run.owners:
                yield (person, run.rule, run.item, max(passed), night)


def expected(runs: list[Run], office: str, nights: list[date]) -> set[Told]:
    return {one for run in runs for one in told(run, office, nights)}


class Season:
    """The twelve courses on one place. `runs` says in plain dates what ran when."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.names: dict[str, str] = {}
        self.made: dict[str, Proposal] = {}
        units = [unit.code for unit in place.county.units]
        county = place.county.code
        self.office = f"congress_staff_{county}"
        self.lead = f"deputy_{county}"
        self.first = (f"h_{units[0]}".lower(), f"unit_head_{county}", f"unit_handler_{county}")
        self.second = (f"h_{units[1]}".lower(), f"unit_handler_1_{county}")
        self.third = (f"h_{units[2]}".lower(), f"unit_handler_2_{county}")
        self.steps = self._steps()

    # --- what people do -----------------------------------------------------------------------

    def happen_on(self, day: date) -> None:
        """The day's steps, at ten in the morning."""
        for on, name, step in self.steps:
            if on == day:
                step(name, at(day.year, day.month, day.day, 10, 0))
                self._name_all(name)

    def before_the_window(self) -> None:
        for day in sorted({on for on, _, _ in self.steps if on <= START}):
            self.happen_on(day)

    def _name_all(self, name: str) -> None:
        made = self.made[name]
        self.names[made.code] = name
        for order in Order.objects.of(made):
            self.names[order.code] = name
        for promise in Promise.objects.filter(order__source_code=made.code):
            self.names[promise.code] = name

    def _steps(self) -> list[tuple[date, str, Callable[[str, Any], None]]]:
        d = date
        return [
            (d(2026, 11, 20), "short track", self._given(1, short=True)),
            (d(2026, 11, 24), "short track", self._contact),
            (d(2026, 9, 30), "three months", self._given(0, contact=True)),
            (d(2026, 11, 25), "co-handler", self._given(0, co=2)),
            (d(2027, 1, 4), "co-handler", self._opinion),
            (d(2026, 9, 28), "evaluation", self._given(0, contact=True)),
            (d(2026, 11, 27), "evaluation", self._answer),
            (d(2026, 12, 29), "evaluation", self._publish),
            (d(2026, 10, 12), "promise", self._given(0, contact=True)),
            (d(2026, 11, 24), "promise", self._promise),
            (d(2026, 12, 22), "promise", self._keep),
            (d(2026, 11, 23), "confidential",
             self._given(1, short=True, contact=True, confidential="怕报复")),
            (d(2026, 11, 12), "extended", self._given(2, short=True, contact=True)),
            (d(2026, 12, 9), "extended", self._extend),
            (d(2026, 11, 26), "returned", self._given(1, short=True, sign=False)),
            (d(2026, 11, 27), "returned", self._return),
            (d(2026, 11, 30), "returned", self._sign_and_contact),
            (d(2026, 11, 23), "early", self._given(1, short=True)),
            (d(2026, 12, 4), "early", self._finish),
            (d(2026, 12, 1), "unsigned", self._given(2, sign=False)),
            (d(2026, 12, 10), "unsigned", self._sign_and_contact),
            (d(2026, 12, 7), "waiting", self._submit),
            (d(2026, 12, 15), "waiting", self._accept_and_give),
            (d(2026, 12, 7), "two tiers", self._through),
            (d(2026, 12, 10), "two tiers", self._dispatch),
        ]  # fmt: skip

    def runs(self) -> list[Run]:
        """The periods of the steps above; the dates by the rulebook, counted by hand."""
        d = date
        nobody = (self.office,)
        return [
            # one month from 20 November; contact within 20 working days, made on the 24th
            Run("short track", "short_track_within", d(2026, 12, 20), self.second, START),
            Run("short track", "contact_within", d(2026, 12, 18), self.second, START,
                d(2026, 11, 24)),
            Run("three months", "reply_within", d(2026, 12, 30), self.first, d(2026, 9, 30)),
            # the co-handler's own month; the lead never contacted the deputy
            Run("co-handler", "co_opinion_within", d(2026, 12, 25), self.third, d(2026, 11, 25),
                d(2027, 1, 4)),
            Run("co-handler", "reply_within", d(2027, 2, 25), self.first, d(2026, 11, 25)),
            Run("co-handler", "contact_within", d(2026, 12, 23), self.first, d(2026, 11, 25)),
            # 20 working days to rate and to publish; the rating lapses when its day is over
            Run("evaluation", "feedback_within", d(2026, 12, 25), (self.lead,), d(2026, 11, 27),
                d(2026, 12, 25)),
            Run("evaluation", "publish_within", d(2026, 12, 25), nobody, d(2026, 11, 27),
                d(2026, 12, 29)),
            Run("promise", "promise", d(2026, 12, 18), self.first, d(2026, 11, 24),
                d(2026, 12, 22)),
            Run("confidential", "short_track_within", d(2026, 12, 23), self.second,
                d(2026, 11, 23)),
            Run("extended", "short_track_within", d(2026, 12, 12), self.third, d(2026, 11, 12),
                d(2026, 12, 9)),
            Run("extended", "short_track_within", d(2027, 1, 8), self.third, d(2026, 12, 9)),
            # two working days to sign; given back on the 27th, the heir begins anew
            Run("returned", "order_sign_within", d(2026, 11, 30), self.second, d(2026, 11, 26),
                d(2026, 11, 27)),
            Run("returned", "order_sign_within", d(2026, 12, 1), self.third, d(2026, 11, 27),
                d(2026, 11, 30)),
            Run("returned", "short_track_within", d(2026, 12, 27), self.third, d(2026, 11, 30)),
            Run("early", "short_track_within", d(2026, 12, 23), self.second, d(2026, 11, 23),
                d(2026, 12, 4)),
            Run("early", "feedback_within", d(2027, 1, 5), (self.lead,), d(2026, 12, 4),
                d(2026, 12, 4)),
            Run("unsigned", "order_sign_within", d(2026, 12, 3), self.third, d(2026, 12, 1),
                d(2026, 12, 10)),
            Run("unsigned", "reply_within", d(2027, 3, 1), self.third, d(2026, 12, 10)),
            Run("waiting", "assign_within", d(2026, 12, 14), nobody, d(2026, 12, 7),
                d(2026, 12, 15)),
            Run("two tiers", "assign_within", d(2026, 12, 14),
                (f"h_{self.place.office.code}".lower(),),
                d(2026, 12, 7), d(2026, 12, 10)),
        ]  # fmt: skip

    # --- one step each ------------------------------------------------------------------------

    def _given(self, unit: int, *, co: int | None = None, short: bool = False, sign: bool = True,
               contact: bool = False, **more: Any) -> Callable[[str, Any], None]:  # fmt: skip
        units = [u.code for u in self.place.county.units]

        def step(name: str, now: Any) -> None:
            data = {"units": [units[unit]], "short_track": short,
                    "co_units": [units[co]] if co is not None else []}  # fmt: skip
            self.made[name] = assigned(self.place, now=now, data=data, **more)
            if sign:
                self._sign(name, now)
            if contact:
                self._contact(name, now)

        return step

    def _orders(self, name: str) -> list[Order]:
        return orders_of(self.made[name])

    def _sign(self, name: str, now: Any) -> None:
        for order in self._orders(name):
            apply(order, "sign", actor=self.place.unit_user(order.unit), now=now)

    def _contact(self, name: str, now: Any) -> None:
        order = self._orders(name)[0]
        apply(order, "record_contact", actor=self.place.unit_user(order.unit), now=now,
              data={"on": now.date().isoformat(), "way": "phone", "person": "代表",
                    "content": "听取意见"})  # fmt: skip

    def _sign_and_contact(self, name: str, now: Any) -> None:
        self._sign(name, now)
        self._contact(name, now)

    def _opinion(self, name: str, now: Any) -> None:
        co = self._orders(name)[1]
        apply(co, "give_opinion", actor=self.place.unit_user(co.unit), now=now,
              data={"text": "同意主办单位意见"})  # fmt: skip

    def _answer(self, name: str, now: Any) -> None:
        work(self.place, self._orders(name)[0], now=now)

    def _publish(self, name: str, now: Any) -> None:
        made = self.made[name]
        made.refresh_from_db()
        apply(made, "decide_publication", actor=self.place.staff, now=now,
              data={"decision": "not_public", "why_not": "other"})  # fmt: skip

    def _rate_and_close(self, name: str, now: Any) -> None:
        made = self.made[name]
        made.refresh_from_db()
        made = apply(made, "evaluate", actor=self.place.user(self.place.lead), now=now,
                     data={"attitude": "satisfied", "result": "satisfied", "score": 90})  # fmt: skip
        apply(made, "close", actor=self.place.staff, now=now)
        self._publish(name, now)

    def _finish(self, name: str, now: Any) -> None:
        self._answer(name, now)
        self._rate_and_close(name, now)

    def _promise(self, name: str, now: Any) -> None:
        work(self.place, self._orders(name)[0], now=now, outcome="in_progress",
             promise="年底前更新", promise_on=date(2026, 12, 18))  # fmt: skip
        self._rate_and_close(name, now)

    def _keep(self, name: str, now: Any) -> None:
        promise = Promise.objects.get(order__source_code=self.made[name].code)
        update_promise(promise, actor=self.place.unit_user(promise.order.unit), outcome="kept",
                       note="已经更新", now=now)  # fmt: skip

    def _extend(self, name: str, now: Any) -> None:
        order = self._orders(name)[0]
        order = apply(order, "request_extension", actor=self.place.unit_user(order.unit), now=now,
                      data={"wanted_on": "2027-01-08", "reason": "要等招标"})  # fmt: skip
        apply(order, "decide_extension", actor=self.place.staff, now=now,
              data={"decision": "granted", "reason": "同意"})  # fmt: skip

    def _return(self, name: str, now: Any) -> None:
        order = self._orders(name)[0]
        order = apply(order, "request_return", actor=self.place.unit_user(order.unit), now=now,
                      data={"reason": "不是我们的职责"})  # fmt: skip
        apply(order, "decide_return", actor=self.place.staff, now=now,
              data={"decision": "granted", "unit": self.place.county.units[2].code,
                    "reason": "同意"})  # fmt: skip

    def _submit(self, name: str, now: Any) -> None:
        self.made[name] = submitted(self.place, now=now)

    def _accept_and_give(self, name: str, now: Any) -> None:
        made = apply(self.made[name], "accept", actor=self.place.staff, now=now,
                     data={"category": "construction"})  # fmt: skip
        unit = self.place.county.units[0].code
        self.made[name] = apply(made, "assign", actor=self.place.staff, now=now,
                                data={"units": [unit]})  # fmt: skip
        self._sign_and_contact(name, now)

    def _through(self, name: str, now: Any) -> None:
        self.made[name] = apply(accepted(self.place, now=now), "assign", actor=self.place.staff,
                                now=now, data={"through": self.place.office.code})  # fmt: skip

    def _dispatch(self, name: str, now: Any) -> None:
        put_down(self.made[name], "dispatch", actor=self.place.unit_user(self.place.office),
                 now=now, data={"units": [self.place.county.units[0].code]})  # fmt: skip
        self._sign_and_contact(name, now)
