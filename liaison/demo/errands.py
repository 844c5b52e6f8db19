"""What units do with an order, and what the station decides about it."""

from datetime import datetime
from functools import partial
from typing import Any

from audit.actors import Actor
from handling.models import Order
from liaison.demo.names import person
from liaison.demo.thread import Thread, after, pictures
from workflows.engine import apply


class Errand:
    """One order in the story of a thread."""

    def __init__(self, thread: Thread, order: Order) -> None:
        self.thread, self.order = thread, order

    def sign(self, now: datetime) -> None:
        self._unit("sign", {}, now)

    def contact(self, now: datetime) -> None:
        content = self._mark("到现场看过，情况属实；已与联络站沟通，先处理急的，再报方案。")
        data = {
            "on": now.date().isoformat(), "way": "site", "person": self.thread.station.name,
            "content": content,
        }  # fmt: skip
        self._unit("record_contact", data, now)
        self._note(content, "contact record")

    def ask_return(self, now: datetime, suggested: str) -> None:
        reason = self._mark("该处不在本单位管护范围，按职责分工应由其他单位办理。")
        self._unit("request_return", {"reason": reason, "suggested": suggested}, now)
        self._note(reason, "return reason")

    def refuse_return(self, now: datetime) -> None:
        reason = self._mark("三定方案里这一项明确由贵单位承担，请继续办理。")
        self._station("decide_return", {"decision": "refused", "reason": reason}, now)
        self._note(reason, "return decision")

    def grant_return(self, now: datetime, field: str) -> "Errand":
        """Give it to another unit; returns the errand of the new order."""
        reason = self._mark("同意退回，改由职责单位办理。")
        unit = self.thread.unit(field)
        data = {"decision": "granted", "unit": unit.code, "reason": reason}
        self._station("decide_return", data, now)
        self._note(reason, "return decision")
        heir = Order.objects.select_related("unit").get(previous=self.order)
        return Errand(self.thread, heir)

    def ask_extension(self, now: datetime, days: int) -> None:
        reason = self._mark("材料已订购，到货和施工需要时间，申请延期。")
        wanted = after(_start_of(self.order), days)
        self._unit("request_extension", {"wanted_on": wanted, "reason": reason}, now)
        self._note(reason, "extension reason")

    def grant_extension(self, now: datetime) -> None:
        data = {"decision": "granted", "reason": "理由充分，同意延期，请按新期限办结。"}
        self._station("decide_extension", data, now)

    def opine(self, now: datetime) -> None:
        text = self._mark("我单位可承担现场秩序维护和后续巡查，意见如上，请主办单位汇总。")
        self._unit("give_opinion", {"text": text}, now)
        lead = self.order.lead
        assert lead is not None
        seen = partial(self.thread.order_readers, self.order, lead)
        self.thread.canaries.note(text, f"handling.order {self.order.code} opinion", seen)

    def reply(
        self, now: datetime, *, text: str = "", outcome: str = "", photo: bool = False,
        secret: bool = True,
    ) -> None:  # fmt: skip
        """A version of the reply; what is under way or planned comes with its promise.

        `secret` until the station lets it through: such a reply carries a mark.
        """
        matter = self.thread.matter
        body = text or matter.reply
        if secret:
            body = self._mark(body)
        outcome = outcome or _outcome(matter.outcome)
        signer, _ = person(self.thread.rng)
        number = self.thread.rng.randint(10, 98)
        data = {
            "outcome": outcome, "text": body, "signer": f"{signer[0]}局长",
            "letter_number": f"函复〔{now.year}〕{number}号",
            "contact": f"办公室 {self.order.unit.phone}"[:60],
        }  # fmt: skip
        if outcome in ("in_progress", "planned"):
            data |= {
                "promise": matter.promise or "两个月内完成并告知联络站",
                "promise_on": after(now, 200),
            }
        self._unit("reply", data, now, pictures(matter, photo))
        if secret:
            self._note(body, "reply")

    def send_back(self, now: datetime) -> None:
        reason = self._mark("答复没有说明完成时间，请补充后再报。")
        self._station("send_back", {"reason": reason}, now)
        self._note(reason, "send back reason")

    # --- how ----------------------------------------------------------------------------------

    def _mark(self, text: str) -> str:
        return self.thread.canaries.mark(text)

    def _note(self, text: str, what: str) -> None:
        seen = partial(self.thread.order_readers, self.order)
        self.thread.canaries.note(text, f"handling.order {self.order.code} {what}", seen)

    def _unit(self, name: str, data: dict[str, Any], now: datetime, files: Any = None) -> None:
        self._act(name, self.thread.handler(self.order), data, now, files)

    def _station(self, name: str, data: dict[str, Any], now: datetime) -> None:
        self._act(name, self.thread.keeper, data, now)

    def _act(
        self, name: str, actor: Actor, data: dict[str, Any], now: datetime, files: Any = None
    ) -> None:
        self.order.refresh_from_db()
        self.order = apply(self.order, name, actor=actor, data=data, files=files, now=now)


def _start_of(order: Order) -> datetime:
    return datetime.combine(order.due_on, datetime.min.time())


def _outcome(outcome: str) -> str:
    """A unit's word for what the station calls 已说明."""
    return "reference" if outcome == "explained" else outcome
