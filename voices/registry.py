"""What apps above add to the residents' pages: receipts, routes and results of their own."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse

from codes.models import Code

Row = dict[str, Any]
Answer = Callable[[HttpRequest, Any], HttpResponse]
Latest = Callable[[str, int], list[tuple[datetime, Row]]]
Routing = Callable[[Code], Any]


@dataclass(frozen=True)
class ReceiptKind:
    """Receipts that open something else than a message; `POST /receipt/` stays the only door.

    `find` gets the keyed hash of a receipt and gives what it opens, or None. `page` shows it,
    `acts` are what may be done with it (`rate`, `append`, `withdraw`); `refused` says what can be
    done instead of an act that is not among them.
    """

    find: Callable[[bytes], Any]
    page: Answer
    acts: Mapping[str, Answer]
    refused: str


@dataclass(frozen=True)
class ResultsTab:
    """A further part of 码上公开, at `?tab=<name>`; `context(request)` fills its template."""

    name: str
    label: str
    template: str
    context: Callable[[HttpRequest], dict[str, Any]]


@dataclass(frozen=True)
class Step:
    """One step of a timeline in plain words; `when` has day precision for residents."""

    words: str
    when: str
    who: str
    at: datetime
    action: str
    round: int


StepProvider = Callable[[Any, datetime], list[Step]]
_receipts: list[ReceiptKind] = []
_steps: list[StepProvider] = []
_tabs: dict[str, ResultsTab] = {}
_latest: list[Latest] = []
_routes: dict[str, Routing] = {}
_doors: dict[str, Callable[[str], str]] = {}


def register_receipt(kind: ReceiptKind) -> None:
    _receipts.append(kind)


def opened_by(receipt_hash: bytes) -> tuple[ReceiptKind, Any] | None:
    """What a receipt that belongs to no message opens."""
    for kind in _receipts:
        found = kind.find(receipt_hash)
        if found is not None:
            return kind, found
    return None


def register_results(tab: ResultsTab, latest: Latest) -> None:
    """Show an app's published results beside those of messages.

    `latest(region_prefix, most)` gives the newest rows of a place with the moment each became
    public; an empty prefix is everywhere. They stand under 办好的事.
    """
    _tabs[tab.name] = tab
    _latest.append(latest)


def results_tab(name: str) -> ResultsTab | None:
    return _tabs.get(name)


def results_tabs(base: str, current: str) -> list[Row]:
    """The tabs of 码上公开 for `partials/switch.html`; none while there is only one."""
    if not _tabs:
        return []
    first = {"label": "群众反映", "url": base, "current": not current}
    others = [
        {"label": tab.label, "url": f"{base}?tab={tab.name}", "current": tab.name == current}
        for tab in _tabs.values()
    ]
    return [first, *others]


def with_latest(rows: Iterable[tuple[datetime, Row]], region_prefix: str, most: int) -> list[Row]:
    """These rows and those of the apps above, newest first."""
    found = [*rows, *(pair for latest in _latest for pair in latest(region_prefix, most))]
    found.sort(key=lambda pair: pair[0], reverse=True)
    return [row for _, row in found[:most]]


def register_route(kind: str, routing: Routing) -> None:
    """Where messages by a code of this kind go: `routing(code)` gives a `selectors.Route`."""
    _routes[kind] = routing


def routing_of(kind: str) -> Routing | None:
    return _routes.get(kind)


def register_steps(provider: StepProvider) -> None:
    """Let an app above add steps to the timeline of a message it took over: `(message, now)`."""
    _steps.append(provider)


def step_providers() -> list[StepProvider]:
    return list(_steps)


def register_door(transition: str, url: Callable[[str], str]) -> None:
    """Let a step of the message's panel begin on another app's page: `url(message code)`."""
    _doors[transition] = url


def door_of(transition: str) -> Callable[[str], str] | None:
    return _doors.get(transition)


Eraser = Callable[[bytes, Any, datetime], str]
Purger = Callable[[datetime, int], int]
_erasers: list[Eraser] = []
_purgers: list[Purger] = []


def register_retention(eraser: Eraser, purger: Purger) -> None:
    """Let an app forget what its receipts open: `eraser(receipt_hash, actor, now)` says in words
    what it cleared or nothing, `purger(now, batch)` how many contacts it forgot by age.
    """
    _erasers.append(eraser)
    _purgers.append(purger)


def erasers() -> list[Eraser]:
    return list(_erasers)


def purgers() -> list[Purger]:
    return list(_purgers)
