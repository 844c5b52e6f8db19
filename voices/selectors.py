"""Reads of messages: routes, queues, the public ones, the resident's timeline."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import zip_longest
from typing import Any

from django.db.models import Max

from accounts.models import Grant
from accounts.selectors import nearest_region_users, users_with_role
from audit.models import Entry
from codes.models import Code
from codes.registry import Target, find_target
from codes.selectors import resolve
from congress.memory import Shelf
from congress.models import Unit
from congress.selectors import say_day
from core.errors import NotVisible
from core.likeness import most_alike
from deputies.models import Deputy
from grids.models import GridService
from handling.models import Order, Promise
from handling.states import ACCEPTED
from stations.models import Station, StationRole
from voices import states
from voices.models import Message
from voices.registry import Step, routing_of, step_providers
from workflows.registry import workflow_of

STAFF = ("town_staff", "congress_staff")
KINDS_NEAR = ["home", "station", "point", "room", "shop", "parlour", "online"]


@dataclass(frozen=True)
class Route:
    """Where a code's messages go. Codes of rows, so that it can be kept in memory."""

    deputy: str | None
    station: str | None
    grid_id: int | None
    region_code: str


class NoSuchCode(NotVisible):
    """Wrong, made-up, foreign, revoked: the same words for each."""

    def __init__(self) -> None:
        super().__init__(
            "no_such_code",
            "这个二维码不能用了，或者不是我们的。请向联络站工作人员核实，不要输入个人信息。",
        )


def open_code(token: str) -> tuple[Code, Target]:
    """An active code and what it stands for. Raises NotVisible, alike for every other one."""
    code = resolve(token)
    target = find_target(code) if code and code.state == "active" else None
    if code is None or target is None or not target.serving:
        raise NoSuchCode
    return code, target


@dataclass(frozen=True)
class Door:
    """An active code, what it stands for, and where its messages go."""

    code: Code
    target: Target
    route: Route


_DOORS_KEPT = 5_000
_doors: Shelf[str, Door] = Shelf(seconds=30, most=_DOORS_KEPT)
_first: Shelf[tuple[Any, ...], "FirstToAct"] = Shelf(seconds=30, most=_DOORS_KEPT)


def open_door(token: str) -> Door:
    """What a submission needs to know of a code, remembered for half a minute per process.

    So a crowd at one poster costs six queries once. `services.submit` asks in the statement that
    numbers the message whether all of it still holds (code, deputy, station, grants), and looks
    everything up anew when it does not.
    """
    name = token.lower()
    found = _doors.get(name)
    if found is None:
        code, target = open_code(token)
        found = _doors.put(name, Door(code, target, route_of(code)))
    return found


def close_door(code: Code) -> None:
    """Forget what was remembered of a code."""
    _doors.drop(code.token)


def route_of(code: Code) -> Route:
    """Deputy first; the station beside; a grid's serving deputy; else the place's station."""
    if code.kind == "station":
        return Route(None, code.target_code, None, code.region_code)
    if code.kind == "grid":
        service = (
            GridService.objects.filter(
                grid__code=code.target_code, ends_on__isnull=True, deputy__serving=True
            )
            .select_related("deputy", "grid")
            .order_by("starts_on", "id")
            .first()
        )
        deputy = service.deputy.code if service else None
        station = station_for(deputy, code.region_code)
        return Route(deputy, station, service.grid_id if service else None, code.region_code)
    if code.kind == "deputy":
        station = station_for(code.target_code, code.region_code)
        return Route(code.target_code, station, None, code.region_code)
    routing = routing_of(code.kind)
    if routing is None:  # a code one signs in with, say
        raise NoSuchCode
    found: Route = routing(code)
    return found


def station_for(deputy_code: str | None, region_code: str) -> str | None:
    """The deputy's own station, else the nearest one of the town, else none (staff act)."""
    if deputy_code:
        own = (
            StationRole.objects.filter(
                deputy__code=deputy_code, ends_on__isnull=True, station__closed_on__isnull=True
            )
            .order_by("starts_on")
            .values_list("station__code", flat=True)
            .first()
        )
        if own:
            return str(own)
    near = Station.objects.public().filter(region_code__startswith=region_code[:9])
    found = {s.region_code + s.kind: s.code for s in near.order_by("-id")}
    for length in (12, 9):
        for kind in KINDS_NEAR:
            for key, code in found.items():
                if key.endswith(kind) and key.startswith(region_code[:length]):
                    return code
    return None


def station_people(message: Message, on: date) -> list[int]:
    """The keepers of the message's station, or the staff of the place."""
    found: list[int] = []
    if message.station_id:
        found = users_with_role(
            "station_keeper", scope_kind=Grant.STATION, scope_code=message.station_id, on=on
        )
    return found or nearest_region_users(*STAFF, region_code=message.region_code, on=on)


def deputy_people(message: Message, on: date) -> list[int]:
    """The deputy's account, or the station's people when there is no deputy."""
    if not message.deputy_id:
        return station_people(message, on)
    found = users_with_role("deputy", scope_kind=Grant.DEPUTY, scope_code=message.deputy_id, on=on)
    return found or station_people(message, on)


def responsible(message: Message, on: date) -> list[int]:
    """Who has to act next: the deputy at the start, the station afterwards."""
    if message.state in (states.RECEIVED, states.ACCEPTED, *states.ADDED):
        return deputy_people(message, on)
    return station_people(message, on)


@dataclass(frozen=True)
class FirstToAct:
    """Who is told of a new message, and what must still hold for it: their grants, no newer one."""

    users: list[int]
    grants: list[int]
    newest_grant: int


def first_to_act(message: Message, on: date) -> FirstToAct:
    """Who is told of a new message; remembered for half a minute per process and addressee.

    Whoever uses it asks whether `grants` are all in force and `newest_grant` is still the newest.
    """
    key = _addressee(message, on)
    found = _first.get(key)
    if found is None:
        newest = Grant.objects.aggregate(newest=Max("id"))["newest"] or 0  # before the reading
        users = responsible(message, on)
        held = Grant.objects.active(on).filter(user_id__in=users).values_list("id", flat=True)
        found = _first.put(key, FirstToAct(users, list(held), newest))
    return found


def forget_first_to_act(message: Message, on: date) -> None:
    """Look the people of this message's addressee up anew."""
    _first.drop(_addressee(message, on))


def _addressee(message: Message, on: date) -> tuple[Any, ...]:
    return message.deputy_id, message.station_id, message.region_code, on


def recipients(codes: list[str], audience: str, on: date) -> dict[str, list[int]]:
    """Who is reminded of messages, by audience of the rulebook's stages."""
    asked: dict[Any, list[int]] = {}
    found: dict[str, list[int]] = defaultdict(list)
    for message in Message.objects.filter(code__in=codes):
        key = (message.deputy_id, message.station_id, message.region_code, message.state)
        if key not in asked:
            asked[key] = _audience(message, audience, on)
        found[message.code] = asked[key]
    return dict(found)


def _audience(message: Message, audience: str, on: date) -> list[int]:
    if audience == "owner":
        return responsible(message, on)
    if audience == "station":
        return station_people(message, on)
    if audience == "office":
        return nearest_region_users(*STAFF, region_code=message.region_code, on=on)
    return nearest_region_users("congress_staff", region_code=message.region_code, on=on)


def titles(codes: list[str]) -> dict[str, str]:
    """What reminders call messages: never their words."""
    return {code: f"留言 {code}" for code in codes}


def public_timeline(message: Message, *, now: datetime) -> list[Step]:
    """What the writer may see of the way: who did what, in the table's public words."""
    flow = workflow_of(message)
    words = {t.log_action: t.public for t in flow.transitions if t.public}
    words["voices.message.received"] = "您的留言送到了"
    entries = [e for e in Entry.objects.of(message) if e.action in words]
    names = _unit_names(entries)
    own = [_step(entry, words[entry.action], names, now) for entry in entries]
    if not any(entry.to_state in states.ADDED for entry in entries):
        return own
    more = [step for provider in step_providers() for step in provider(message, now)]
    return sorted(own + more, key=lambda step: step.at)


def _unit_names(entries: Iterable[Entry]) -> dict[str, str]:
    """What the units of these entries were called when they answered, or are called today."""
    asked = [pair for entry in entries for pair in _asked(entry)]
    codes = {unit for unit, _ in asked}
    names = dict(Unit.objects.filter(code__in=codes).values_list("code", "name")) if codes else {}
    answered = Order.objects.filter(code__in=[order for _, order in asked]).exclude(unit_name="")
    by_order = dict(answered.values_list("code", "unit_name")) if codes else {}
    return names | {unit: by_order[order] for unit, order in asked if order in by_order}


def _asked(entry: Entry) -> Iterable[tuple[str, str]]:
    """Each unit with its order."""
    return zip_longest(entry.data.get("units", []), entry.data.get("orders", []), fillvalue="")


_SCORES = dict(states.SCORES)


def _step(entry: Entry, words: str, names: dict[str, str], now: datetime) -> Step:
    data = entry.data
    text = words.format(
        actor=data.get("signed") or entry.actor_label,
        units="、".join(names.get(code, code) for code in data.get("units", [])),
        to=data.get("to", ""),
        score=_SCORES.get(data.get("score", ""), ""),
        round=entry.round,
    )
    when = say_day(entry.at, now).split(" ")[0]
    return Step(text, when, entry.actor_label, entry.at, entry.action, entry.round)


def order_steps(message: Message) -> list[Order]:
    """All orders of a message with their units, oldest first."""
    return list(Order.objects.of(message).select_related("unit").order_by("id"))


def promises_of(message: Message) -> list[Promise]:
    """What the units promised in replies that passed, soonest first."""
    rows = Promise.objects.filter(order__in=Order.objects.of(message).filter(state=ACCEPTED))
    return list(rows.select_related("order__unit"))


def similar_published(region_code: str, text: str, *, limit: int = 3) -> list[Message]:
    """Published matters of the same town that say about the same (shared pairs of characters)."""
    near = Message.objects.published().filter(region_code__startswith=region_code[:9])
    return _alike(
        near.order_by("-published_at"), text, lambda m: m.public_title + m.public_text, limit
    )


def similar_open(user: Any, message: Message, *, limit: int = 5) -> list[Message]:
    """Messages still to be answered that say about the same, of those this person may read."""
    near = Message.objects.visible_to(user).filter(
        region_code__startswith=message.region_code[:9], state__in=states.OPEN
    )
    return _alike(
        near.exclude(pk=message.pk).order_by("-id"), message.text, lambda m: m.text, limit
    )


def _alike(rows: Any, text: str, words: Callable[[Message], str], limit: int) -> list[Message]:
    """Of the first 200 rows those that share at least 30 % of their pairs, most alike first."""
    return most_alike(rows[:200], text, words, share=0.3, limit=limit)


def serving_deputies(region_code: str) -> Any:
    """Deputies a message may be passed on to: of the same county, in office."""
    return Deputy.objects.public().filter(region_code__startswith=region_code[:6])


def to_review(user: Any) -> Any:
    """What waits for a decision on publication: answered or closed and not decided yet."""
    rows = Message.objects.visible_to(user)
    return rows.filter(state__in=(states.ANSWERED, states.CLOSED), publication="private")
