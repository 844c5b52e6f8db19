"""What a code's page shows: targets by kind, and the panels upper apps put under them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse

from codes.models import Code


@dataclass(frozen=True)
class Target:
    """Who or what a code stands for, in the words of a landing page."""

    kind: str
    code: str
    title: str
    subtitle: str
    place: str
    region_code: str
    serving: bool
    url: str
    phone: str = ""
    photo_url: str = ""
    verb: str = "给代表留言"
    facts: list[str] = field(default_factory=list)
    obj: Any = None


Finder = Callable[[str], Target | None]
ManyFinder = Callable[[list[str]], dict[str, Target]]
_finders: dict[str, Finder] = {}
_many_finders: dict[str, ManyFinder] = {}
PanelContext = Callable[[Code, Target], dict[str, Any] | None]
_panels: list[tuple[int, str, PanelContext, bool]] = []
_refuges: list[Callable[[Code], Target | None]] = []
OwnPage = Callable[[HttpRequest, Code, Target], HttpResponse]
_pages: dict[str, OwnPage] = {}
SignedIn = Callable[[HttpRequest, Code, Target], HttpResponse | None]
_signed_in: list[SignedIn] = []


def register_target(kind: str, finder: Finder) -> None:
    """`finder(target_code)` gives what codes of this kind stand for, or None when it is gone."""
    _finders[kind] = finder


def register_many_targets(kind: str, many: ManyFinder) -> None:
    """`many(target_codes)` finds thousands (for posters) in a few queries, by target code.

    Any app above the kind's own may offer it, knowing more: a deputy's station, say.
    """
    _many_finders[kind] = many


def find_target(code: Code) -> Target | None:
    finder = _finders.get(code.kind)
    return finder(code.target_code) if finder else None


def find_targets(kind: str, target_codes: Iterable[str]) -> dict[str, Target]:
    """What many codes of one kind stand for, by target code; those that are gone are left out."""
    wanted = list(target_codes)
    if kind in _many_finders:
        return _many_finders[kind](wanted)
    finder = _finders.get(kind)
    found = ((code, finder(code)) for code in wanted) if finder else ()
    return {code: target for code, target in found if target is not None}


def register_panel(
    order: int, template: str, context: PanelContext, *, elder: bool = False
) -> None:
    """Put a section on every landing page; `context` gives None to leave it out.

    Orders in use: 10 topics, 20 results, 30 next reception. `elder` keeps it on the elder
    landing too, where it must hold words only: that page has five choices and no more.
    """
    _panels.append((order, template, context, elder))
    _panels.sort(key=lambda panel: panel[:2])


@dataclass(frozen=True)
class Panel:
    """One filled section of a landing page."""

    template: str
    context: dict[str, Any]
    elder: bool


def panels(code: Code, target: Target) -> list[Panel]:
    """The sections this code shows."""
    found = ((name, context(code, target), elder) for _, name, context, elder in _panels)
    return [Panel(name, content, elder) for name, content, elder in found if content is not None]


def register_refuge(function: Callable[[Code], Target | None]) -> None:
    """Where the page of an ended code leads when no successor is named (a station nearby)."""
    _refuges.append(function)


def refuge(code: Code) -> Target | None:
    """The first refuge anybody knows for this code."""
    found = (function(code) for function in _refuges)
    return next((target for target in found if target is not None), None)


def register_page(kind: str, page: OwnPage) -> None:
    """Codes of this kind lead to a page of their own instead of the landing page (a topic's)."""
    _pages[kind] = page


def own_page(kind: str) -> OwnPage | None:
    return _pages.get(kind)


def register_signed_in(function: SignedIn) -> None:
    """What else a code does for somebody who is signed in (a deputy checks in at a station)."""
    _signed_in.append(function)


def signed_in_response(request: HttpRequest, code: Code, target: Target) -> HttpResponse | None:
    answers = (function(request, code, target) for function in _signed_in)
    return next((answer for answer in answers if answer is not None), None)
