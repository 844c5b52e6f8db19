"""The very items behind a number, as far as the reader may see them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.urls import NoReverseMatch, reverse
from django.utils.text import Truncator

from core.errors import NotVisible
from handling.models import Order, Promise
from proposals.models import Proposal
from stats.counting import values_of
from stats.kinds import KINDS
from stats.rules import Kind, Measure, Span
from topics.models import Topic
from voices import states
from voices.models import Message


@dataclass(frozen=True)
class Listing:
    """How a kind's items are listed: who sees which, and what a row says.

    `public` gives what everybody may read, None when nobody outside may.
    """

    visible: Callable[[Any], QuerySet[Any]]
    public: Callable[[], QuerySet[Any]] | None
    row: Callable[[Any, bool], dict[str, Any]]


def measure_of(of: str) -> tuple[Kind, Measure]:
    """The kind and measure of `message.closed`. Raises NotVisible for any other word."""
    name, _, measure = of.partition(".")
    kind = KINDS.get(name)
    if kind is None or measure not in kind.measures:
        raise NotVisible()
    return kind, kind.measures[measure]


def items(rows: QuerySet[Any], kind: Kind, measure: Measure, span: Span, scope: str) -> Any:
    """Those of `rows` that are counted by the measure."""
    return rows.filter(pk__in=Named(kind.ids(measure), values_of(span, scope)))


class Named(RawSQL):
    """Raw SQL with named values, which Django's own joins to positional ones: spelt out here."""

    def __init__(self, sql: str, values: dict[str, Any]) -> None:
        names: list[str] = []
        parts = sql.split("%(")
        text = parts[0]
        for part in parts[1:]:
            name, _, rest = part.partition(")s")
            names.append(name)
            text += f"%s{rest}"
        super().__init__(text, [values[name] for name in names])


def _message(message: Message, public: bool) -> dict[str, Any]:
    link = ("voices:result", message.code) if public else ("voices_desk:message", message.code)
    title = (
        message.public_title if public else f"{message.code} {Truncator(message.text).chars(40)}"
    )
    return {
        "title": title, "url": reverse(link[0], args=[link[1]]),
        "second": message.get_state_display(),
        "tag": message.get_outcome_display(),
        "tone": "ok" if message.outcome == "solved" else "",
    }  # fmt: skip


def _order(order: Order, public: bool) -> dict[str, Any]:
    return {
        "title": f"{order.code} {order.title}", "tag": order.get_role_display(),
        "url": reverse("handling_desk:order", args=[order.code]),
        "second": f"{order.unit.name} · {order.get_state_display()}",
    }  # fmt: skip


def _promise(promise: Promise, public: bool) -> dict[str, Any]:
    return {
        "title": promise.text, "tag": promise.get_outcome_display(),
        "url": reverse("handling_desk:order", args=[promise.order.code]),
        "second": f"{promise.order.unit.name} · {promise.due_on:%Y-%m-%d}到期",
    }  # fmt: skip


def _promises(user: Any) -> QuerySet[Promise]:
    orders = Order.objects.visible_to(user)
    return Promise.objects.filter(order__in=orders).select_related("order__unit")


def _proposal(proposal: Proposal, public: bool) -> dict[str, Any]:
    title = proposal.publication.title if public else proposal.title
    return {
        "title": f"{proposal.number_words} {title}", "tag": proposal.get_outcome_display(),
        "url": _proposal_url(proposal, public), "second": proposal.get_state_display(),
        "tone": "ok" if proposal.outcome == "solved" else "",
    }  # fmt: skip


def _proposal_url(proposal: Proposal, public: bool) -> str:
    """The page of a suggestion, as soon as there is one."""
    name = "proposals:proposal" if public else "proposals_desk:proposal"
    try:
        return reverse(name, args=[proposal.code])
    except NoReverseMatch:
        return ""


def _topic(topic: Topic, public: bool) -> dict[str, Any]:
    name = "topics:topic" if public else "topics_desk:topic"
    return {
        "title": topic.title, "url": reverse(name, args=[topic.code]),
        "tag": topic.get_source_display(), "second": topic.get_state_display(),
    }  # fmt: skip


def _public_proposals() -> QuerySet[Proposal]:
    return Proposal.objects.published().select_related("publication")


def _published() -> QuerySet[Message]:
    return Message.objects.published().filter(state__in=(states.ANSWERED, states.CLOSED))


LISTINGS: dict[str, Listing] = {
    "message": Listing(Message.objects.visible_to, _published, _message),
    "proposal": Listing(Proposal.objects.visible_to, _public_proposals, _proposal),
    "topic": Listing(Topic.objects.visible_to, Topic.objects.public, _topic),
    "order": Listing(
        lambda user: Order.objects.visible_to(user).select_related("unit"), None, _order
    ),
    "promise": Listing(_promises, None, _promise),
}


def model_of(kind: Kind) -> Any:
    return apps.get_model(kind.model)
