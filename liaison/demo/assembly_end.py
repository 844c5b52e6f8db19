"""A topic from its plan on: orders, their replies, the result and what people think of it."""

from datetime import date, datetime
from typing import Any

from handling.models import Order
from liaison.demo.assembly import Convening
from liaison.demo.names import person
from liaison.demo.pictures import picture
from liaison.demo.topic_plots import Plot
from topics import services
from workflows.engine import apply


class Assembly(Convening):
    """The whole course of one topic."""

    def hand_over(self, now: datetime) -> list[Order]:
        data = {"track": "reply_within", "instruction": "请按方案办理，办前与代表沟通。"}
        self._act("hand_over", self.keeper, data, now)
        return self.orders()

    def orders(self) -> list[Order]:
        return list(Order.objects.of(self.topic).select_related("unit").order_by("id"))

    def sign(self, now: datetime) -> None:
        for order in self.orders():
            apply(order, "sign", actor=self.handler(order), now=now)

    def reply(self, now: datetime, due: date) -> None:
        """Co-handlers say theirs, then the units answer; what is under way comes with a promise."""
        orders = self.orders()
        for order in orders:
            if order.role == "co":
                words = {"text": "我单位配合施工和现场秩序。"}
                apply(order, "give_opinion", actor=self.handler(order), now=now, data=words)
        for order in [o for o in orders if o.role != "co"]:
            self._answer(order, now, due)

    def accept_replies(self, now: datetime) -> None:
        for order in [o for o in self.orders() if o.state == "replied"]:
            apply(order, "accept_reply", actor=self.keeper, now=now)

    def _answer(self, order: Order, now: datetime, due: date) -> None:
        part = order.topic_parts.get()
        measure = self.plot.measures[part.number - 1]
        open_ = measure.outcome in ("in_progress", "promised")
        data: dict[str, Any] = {
            "outcome": "in_progress" if open_ else "solved", "text": measure.words,
            "signer": f"{person(self.rng)[0][0]}局长",
        }  # fmt: skip
        if open_:
            data |= {"promise": f"按期完成：{measure.text}"[:60], "promise_on": due}
        apply(order, "reply", actor=self.handler(order), now=now, data=data)

    def outcomes(self, now: datetime) -> None:
        for part, measure in zip(self.topic.parts.all(), self.plot.measures, strict=True):
            services.tell_outcome(part, measure.outcome, measure.words, actor=self.keeper, now=now)

    def write(self, now: datetime, *, photo: str = "") -> None:
        plot = self.plot
        answers = {
            q: (_summed(plot, q.number), plot.adopted, plot.not_adopted)
            for q in self.topic.questions.all()
        }
        shots = [picture(photo), picture(photo, mended=True)] if photo else [None, None]
        services.write_result(
            self.topic, plot.result, answers, actor=self.keeper, now=now,
            pictures_before=[s for s in shots[:1] if s], pictures_after=[s for s in shots[1:] if s],
        )  # fmt: skip

    def publish(self, now: datetime) -> None:
        self._act("publish", self.moderator, {}, now)

    def rate(self, now: datetime) -> None:
        """Three who spoke and the deputy."""
        scores = ("satisfied", "satisfied", "basic")
        rows = self.topic.contributions.filter(opinions__isnull=False).order_by("id")[:3]
        for spoken, score in zip(rows, scores, strict=False):
            services.rate_topic(
                self.topic, contribution=spoken, score=score, reason="", actor=services.RESIDENT,
                now=now,
            )  # fmt: skip
        services.rate_topic(
            self.topic, deputy=self.deputy, score="satisfied", reason="", actor=self.leader,
            now=now,
        )  # fmt: skip

    def archive(self, now: datetime) -> None:
        self._act("archive", self.moderator, {}, now)


def _summed(plot: Plot, number: int) -> str:
    said = [text for question, text in plot.said if question == number]
    return f"共有{len(said)}类说法，最集中的是：{said[0]}" if said else "这个问题没有人回答。"
