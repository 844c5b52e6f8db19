"""The desk's shell: what apps hang on its menu and its home, and the door every desk page has.

Apps fill the three registries in their `apps.py`; nothing here knows what a message is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import wraps
from typing import Any, TypeVar, cast

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache

from accounts.models import User
from core.errors import Forbidden

CountFn = Callable[[User, datetime], int]
COUNTED_TO = 100  # a number beside the menu says 99+ from here on
Allowed = Callable[[User], bool]
View = TypeVar("View", bound=Callable[..., HttpResponseBase])

LOGIN, FACTOR, ACCOUNT = "accounts:login", "accounts:factor", "accounts:account"
PASSWORD = "accounts:password"  # noqa: S105
LOGOUT = "accounts:logout"
HOME = "accounts_desk:home"
SHELL_PATHS = ("/desk/", "/account/")


@dataclass(frozen=True)
class Todo:
    """One thing a person has to do, on the home page.

    `due_words` is anything with `words` and `tone` (`congress.selectors.describe_due` gives it);
    left out, it is made from `due_on`. `post` makes the button a form instead of a link.
    """

    title: str
    url: str
    tag: str = ""
    detail: str = ""
    due_on: date | None = None
    due_words: Any = None
    action_label: str = "去看看"
    action_url: str = ""
    post: bool = False
    who: str = ""


@dataclass(frozen=True)
class MenuItem:
    """A line of the menu; `phone` puts it into the bar at the bottom of a phone (five fit)."""

    order: int
    label: str
    icon: str
    url_name: str
    allowed: Allowed
    count_fn: CountFn | None = None
    phone: bool = True


@dataclass(frozen=True)
class Card:
    """A card in the side column of the home page; no context, no card."""

    order: int
    template: str
    context_fn: Callable[[User, datetime], dict[str, Any] | None]


@dataclass(frozen=True)
class AccountLink:
    """A line on the page of one's own account that leads to another app's settings."""

    order: int
    label: str
    text: str
    icon: str
    url_name: str


TodoProvider = Callable[[User, datetime], Iterable[Todo]]

_menu: dict[str, MenuItem] = {}
_todos: list[TodoProvider] = []
_cards: dict[str, Card] = {}
_bell: list[tuple[CountFn, str]] = []
_links: dict[str, AccountLink] = {}


def register_menu(
    order: int,
    label: str,
    icon: str,
    url_name: str,
    perm: str | Allowed,
    *,
    count_fn: CountFn | None = None,
    phone: bool = True,
) -> None:
    """Put a page on the menu for whoever has `perm` (a permission, or a predicate on the user).

    `count_fn(user, now)` is the number beside the label; it must be one cheap query, so it counts
    with `counted`.
    """
    allowed = (lambda user: user.has_perm(perm)) if isinstance(perm, str) else perm
    _menu[url_name] = MenuItem(order, label, icon, url_name, allowed, count_fn, phone)


def counted(rows: QuerySet[Any]) -> int:
    """How many rows, to COUNTED_TO: that costs the same however many there are.

    An order that has an index makes the database look for the first hundred along it.
    """
    return rows[:COUNTED_TO].count()


def register_todo(provider: TodoProvider) -> TodoProvider:
    """Let `provider(user, now)` add to 「今天要做的」; nothing for whom it is not meant."""
    if provider not in _todos:
        _todos.append(provider)
    return provider


def register_card(
    order: int, template: str, context_fn: Callable[[User, datetime], dict[str, Any] | None]
) -> None:
    """Add a card to the home's side column; `context_fn(user, now)` is None for no card."""
    _cards[template] = Card(order, template, context_fn)


def register_bell(count_fn: CountFn, url_name: str) -> None:
    """Say how many notices are unread and where they are read."""
    _bell[:] = [(count_fn, url_name)]


def register_account_link(order: int, label: str, text: str, icon: str, url_name: str) -> None:
    """Add a line to 「我的账号」."""
    _links[url_name] = AccountLink(order, label, text, icon, url_name)


def account_links(user: User) -> list[dict[str, str]]:
    links = sorted(_links.values(), key=lambda link: (link.order, link.url_name))
    return [
        {"title": link.label, "second": link.text, "icon": link.icon, "url": reverse(link.url_name)}
        for link in links
    ]


def todos_of(user: User, now: datetime) -> list[Todo]:
    """Everything this person has to do, soonest first; what has no date comes last."""
    found = [todo for provider in _todos for todo in provider(user, now)]
    return sorted(found, key=lambda todo: (todo.due_on is None, todo.due_on or date.max))


def cards_of(user: User, now: datetime) -> list[dict[str, Any]]:
    """The side cards that have something to say: `{template, context}`."""
    cards = sorted(_cards.values(), key=lambda card: (card.order, card.template))
    filled = ((card.template, card.context_fn(user, now)) for card in cards)
    return [{"template": name, "context": context} for name, context in filled if context]


def desk_view(perm: str | None = None) -> Callable[[View], View]:
    """The door of a desk page: signed in, second factor given, a desk role, and `perm`.

    A stranger is sent to sign in and comes back; without the right it is 403. `perm` is the
    right in general; the object's own is checked by the selector, service or engine.
    """

    def decorate(view: View) -> View:
        @never_cache
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            away = door(request)
            if away is not None:
                return away
            user = cast(User, request.user)
            if not user.has_desk or (perm is not None and not user.has_perm(perm)):
                raise Forbidden()
            return view(request, *args, **kwargs)

        guarded.required_permission = perm or "desk"  # type: ignore[attr-defined]
        return cast(View, guarded)

    return decorate


def signed_in(view: View) -> View:
    """The door of pages for everybody with an account, whatever the role."""

    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return door(request) or view(request, *args, **kwargs)

    guarded.required_permission = "signed in"  # type: ignore[attr-defined]
    return cast(View, guarded)


def door(request: HttpRequest) -> HttpResponse | None:
    """Where this person has to go first (sign in, second factor, new password), or None."""
    user = request.user
    if isinstance(user, AnonymousUser) or not user.is_authenticated:
        return _send(request, LOGIN)
    name = user.unfinished_step(verified=bool(getattr(user, "otp_device", None)))
    return _send(request, name) if name else None


def _send(request: HttpRequest, name: str) -> HttpResponse:
    url = reverse(name)
    back = request.get_full_path() if request.method in ("GET", "HEAD") else ""
    if getattr(request, "htmx", False):  # a swapped-in login page would be nonsense
        return HttpResponse(headers={"HX-Redirect": url})
    return redirect(f"{url}?{urlencode({'next': back})}" if back else url)


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor for `base_desk.html`; lazy, so a page that shows no menu pays nothing."""
    user = getattr(request, "user", None)
    if not request.path_info.startswith(SHELL_PATHS) or user is None or user.is_anonymous:
        return {}
    person, now = cast(User, user), timezone.now()
    count_fn, inbox = _bell[0] if _bell else (None, "")
    return {
        "desk_menu": SimpleLazyObject(lambda: menu_of(person, request.path_info, now)),
        "desk_user": {
            "name": person.name,
            "role": role_words(person),
            "logout_url": reverse(LOGOUT),
        },
        "unread_count": SimpleLazyObject(lambda: count_fn(person, now) if count_fn else 0),
        "inbox_url": reverse(inbox) if inbox and person.has_desk else "",
        "desk_home": landing(person),
    }


def landing(user: User) -> str:
    """Where this person works: the desk, the admin, or the own account."""
    if user.has_desk:
        return reverse(HOME)
    return reverse("admin:index") if user.is_staff else reverse(ACCOUNT)


def menu_of(user: User, path: str, now: datetime) -> list[dict[str, Any]]:
    """The menu lines this person may follow, with the current page marked."""
    items = sorted(_menu.values(), key=lambda item: (item.order, item.url_name))
    rows = [(item, reverse(item.url_name)) for item in items if item.allowed(user)]
    home = reverse(HOME)
    under = [url for _, url in rows if path == url or (url != home and path.startswith(url))]
    current = max(under, key=len, default="")
    wanted = [url for item, url in rows if item.phone]
    # five fit; the last one is one's own account, the only way out on a phone
    slots = wanted if len(wanted) <= 5 else [*wanted[:4], wanted[-1]]
    return [
        {
            "label": item.label, "icon": item.icon, "url": url, "current": url == current,
            "count": _number(item.count_fn(user, now)) if item.count_fn else 0,
            "phone": url in slots,
        }
        for item, url in rows
    ]  # fmt: skip


def _number(count: int) -> int | str:
    return count if count < COUNTED_TO else f"{COUNTED_TO - 1}+"


def role_words(user: User) -> str:
    """What this person is here, for the corner of the page: 人大代表."""
    words = "、".join(dict.fromkeys(role.label for role in user.roles()))
    return words or ("超级用户" if user.is_superuser else "")
