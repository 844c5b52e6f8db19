"""What an order may come from. Upper apps say how a source is called and what they do on news."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from handling.models import Order, Promise
from workflows.registry import Change


@dataclass(frozen=True)
class Addressee:
    """Somebody a letter may be copied to; `usual` when the place's rules name them.

    `kind` is one of `ReplyCopy.KINDS`, or empty for a name that is only printed.
    """

    kind: str
    target: str
    name: str
    usual: bool = False

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.target}"


@dataclass(frozen=True)
class OrderSource:
    """One source type: its Chinese name, the page of one source, what to do when an order moves.

    `on_applied(order, change)` runs in the order's own transaction. `panel(order, user)` fills
    `template` on the unit's page in place of the bare text. `dress(letter, order, outcome)` gives
    the 答复函 the form this kind of source is answered in. `points(order)` are what is to be
    answered one by one (逐条答复); `copies(order, on)` whom its letter may be copied to (抄送).
    `settled(promise, actor, key, now)` tells whoever it concerns what became of a promise, where
    the source has no page of its own to settle it on; `promise_url(promise)` is that page else.
    """

    source_type: str
    label: str
    url: Callable[[str], str]
    on_applied: Callable[[Order, Change], None]
    template: str = ""
    css: str = ""
    panel: Callable[[Order, Any], dict[str, Any]] | None = None
    dress: Callable[[Any, Order, str], Any] | None = None
    points: Callable[[Order], list[str]] | None = None
    copies: Callable[[Order, date], list[Addressee]] | None = None
    settled: Callable[[Promise, Any, str, datetime], None] | None = None
    promise_url: Callable[[Promise], str] | None = None


_sources: dict[str, OrderSource] = {}


def register_source(source: OrderSource) -> None:
    _sources[source.source_type] = source


def source(source_type: str) -> OrderSource | None:
    return _sources.get(source_type)


def panel_of(order: Order, user: Any) -> dict[str, Any] | None:
    """What the source shows on the unit's page: `{template, css, card}`; None for nothing."""
    found = source(order.source_type)
    if found is None or found.panel is None:
        return None
    card = found.panel(order, user)
    return {"template": found.template, "css": found.css, "card": card}


def points_of(order: Order) -> list[str]:
    """What has to be answered point by point; nothing for a source without points."""
    found = source(order.source_type)
    return found.points(order) if found and found.points else []


def copies_of(order: Order, on: date) -> list[Addressee]:
    """Whom the letter may be copied to, the usual ones marked."""
    found = source(order.source_type)
    return found.copies(order, on) if found and found.copies else []


def pass_upward(change: Change) -> None:
    """Listener of the engine: tell an order's source that the order moved."""
    if isinstance(change.obj, Order):
        found = source(change.obj.source_type)
        if found:
            found.on_applied(change.obj, change)
