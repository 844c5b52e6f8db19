"""Every page of the site on the demo data: where it is, who looks at it, how one gets there."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.test import Client
from django.utils import timezone
from django_otp import DEVICE_ID_SESSION_KEY

from accounts.models import SecondFactor, User
from accounts.roles import ROLES
from codes.models import Code
from deputies.models import Deputy
from handling import states as order_states
from handling.models import Order
from jobs.export_admin import write_export
from jobs.models import DueWork, Export
from jobs.services import prepare_run, start_run
from liaison.demo.seed import seed
from liaison.endpoints import endpoints
from proposals.models import Proposal
from stations.models import Station
from voices import states
from voices.models import Message
from workflows.engine import available

AS_OF = date(2026, 11, 20)
# One account of each role, as the demo names them.
PEOPLE = {
    "deputy": "zc_deputy6", "station_keeper": "zc_keeper3", "unit_handler": "zc_unit2",
    "congress_staff": "zc_staff1", "town_staff": "zc_town2", "moderator": "zc_moderator1",
    "auditor": "zc_auditor1", "security_admin": "zc_security1", "system_admin": "zc_system1",
}  # fmt: skip
# Answers that are no page: files, JSON, redirects; and what only a link from a page opens.
NO_PAGE = re.compile(
    r"^/(healthz|readyz|metrics|api/|statistics/\w+\.(csv|json)$|topics/feed/|photo/"
    r"|results/<.*photo|q/<str:token>$"
    r"|admin/(login|logout|jsi18n|autocomplete|r/|deputies/deputy/names))"
    r"|(\.svg|/photo/<str:signed>/|\.pdf|template/|/files?/.*)$"
    r"|^/desk/station/$|<url>|<app_label>|^/static|^/media|^/login/(factor|password)/"
    r"|/password_change/"
)
ARGUMENT = re.compile(r"<[^>]+>")


class Site:
    """The demo, once for a module."""

    def __init__(self) -> None:
        self.world = seed(scale="small", seed=7, as_of=AS_OF, canary=False)
        self.runs = {started: self._run(started=started) for started in (False, True)}
        self.exports = {written: self._export(written=written) for written in (False, True)}

    def _export(self, *, written: bool) -> str:
        """A register that is being written to a file, or is written."""
        user, now = self.people["congress_staff"], timezone.now()
        export = Export.objects.create(
            code=f"E261120-{written:d}", register="grids.grid", title="网格名册-20261120",
            kind="xlsx", total=8000, written=0 if written else 3000, created_by=user.pk,
            created_label=user.actor_label, created_at=now,
        )  # fmt: skip
        if written:
            write_export(DueWork(payload={"export": export.pk}), now)
        return export.code

    def _run(self, *, started: bool) -> str:
        """A step for three suggestions at once, asked for, or taken and partly refused."""
        user, now = self.people["congress_staff"], timezone.now()
        codes = Proposal.objects.visible_to(user).order_by("id").values_list("code", flat=True)[:3]
        run = prepare_run(actor=user, kind="proposals.urge", codes=codes, now=now)
        if started:
            start_run(run, actor=user, data={}, now=now)
        return run.code

    @cached_property
    def people(self) -> dict[str, User]:
        return {role: User.objects.get(username=name) for role, name in PEOPLE.items()}

    def client(self, role: str) -> Client:
        """Somebody who has signed in, with the second factor where the role needs one."""
        client = Client()
        if role:
            user = self.people[role]
            client.force_login(user)
            session = client.session
            factor = SecondFactor.objects.filter(user=user).first()
            if factor:
                session[DEVICE_ID_SESSION_KEY] = factor.persistent_id
                session.save()
        return client

    def token(self, kind: str, state: str = "active") -> str:
        return Code.objects.filter(kind=kind, state=state).order_by("id")[0].token

    def receipt(self, *, state: str, **more: Any) -> str:
        rows = Message.objects.filter(state=state, **more).order_by("id")
        return next(self.world.receipts[m.code] for m in rows if m.code in self.world.receipts)

    def message(self, role: str, state: str, action: str = "") -> Message | None:
        user = self.people[role]
        rows = Message.objects.visible_to(user).filter(state=state).order_by("-id")
        able = (m for m in rows if not action or _able(m, user, action))
        return next(able, None)

    def order(self, role: str, state: str, action: str = "") -> Order | None:
        user = self.people[role]
        rows = Order.objects.visible_to(user).filter(state=state).order_by("-id")
        able = (o for o in rows if not action or _able(o, user, action))
        return next(able, None)

    def station(self, role: str) -> str:
        return str(self.people[role].scope_codes("station")[0])

    def published(self) -> Message:
        rows = Message.objects.published().filter(photos__public=True)
        return rows.first() or Message.objects.published().first()  # type: ignore[return-value]


def _able(obj: Any, user: User, name: str) -> bool:
    return any(a.name == name and not a.blocked for a in available(obj, user, now=timezone.now()))


@dataclass(frozen=True)
class Stop:
    """One page. `where` gives the address, or None where the demo has no such thing."""

    name: str
    where: Callable[[Site], str | None]
    role: str = ""
    post: Callable[[Site], dict[str, str]] | None = None
    status: int = 200
    admin: bool = False


def _routes() -> list[Stop]:
    """Each route without arguments, seen by the first role that may."""
    found: dict[str, Stop] = {}
    for route in endpoints():
        pattern, permission = route["pattern"], route["permission"]
        if "GET" not in route["methods"] or NO_PAGE.search(pattern) or ARGUMENT.search(pattern):
            continue
        stock = pattern.startswith("/admin/") and pattern.endswith("/add/")
        roles = [] if stock else _roles(permission, pattern)
        for role in roles:
            name = f"{role or 'all'} {pattern}"
            found[name] = Stop(
                name, lambda site, at=pattern: at, role, admin=pattern.startswith("/admin/")
            )  # fmt: skip
    return list(found.values())


def _roles(permission: str, pattern: str) -> list[str]:
    if permission in ("public", "operator"):
        return [""]
    if pattern == "/desk/":
        return ["deputy", "station_keeper", "unit_handler", "congress_staff"]
    if permission == "staff":
        return ["congress_staff", "moderator", "security_admin"] if pattern == "/admin/" else [
            "congress_staff"
        ]  # fmt: skip
    if permission in ("desk", "signed in", "signed-in"):
        return ["deputy"]
    able = [r for r in PEOPLE if permission in ROLES[r].permissions]
    if pattern.startswith("/admin/"):
        able = [r for r in able if ROLES[r].admin]
    elif pattern.startswith("/desk/"):
        able = [r for r in able if ROLES[r].desk]
    return able[:1]


def _message_page(role: str, state: str) -> Stop:
    def where(site: Site) -> str | None:
        found = site.message(role, state)
        return f"/desk/messages/{found.code}/" if found else None

    return Stop(f"{role} message {state}", where, role)


def _message_form(role: str, state: str, action: str) -> Stop:
    def where(site: Site) -> str | None:
        found = site.message(role, state, action)
        return f"/desk/messages/{found.code}/{action}/" if found else None

    return Stop(f"{role} form {action}", where, role)


def _order_page(role: str, state: str, tail: str = "") -> Stop:
    def where(site: Site) -> str | None:
        found = site.order(role, state, tail if tail not in ("print", "letters/1") else "")
        return f"/desk/orders/{found.code}/{tail + '/' if tail else ''}" if found else None

    return Stop(f"{role} order {state} {tail}".strip(), where, role)


def _receipt(state: str, **more: Any) -> Stop:
    def post(site: Site) -> dict[str, str]:
        return {"receipt": site.receipt(state=state, **more)}

    words = " ".join([state, *more])
    return Stop(f"receipt {words}", lambda site: "/receipt/", post=post)


def _leave(site: Site) -> dict[str, str]:
    return {
        "kind": "problem", "text": "北门的路灯坏了三天", "place": "北门",
        "idempotency_key": "k" * 22,
    }  # fmt: skip


RESIDENT = [
    *(
        Stop(f"landing {kind}", lambda s, k=kind: f"/q/{s.token(k)}/")
        for kind in ("deputy", "station", "grid")
    ),
    Stop("landing revoked", lambda s: f"/q/{s.token('deputy', 'revoked')}/", status=404),
    Stop("landing retired", lambda s: f"/q/{s.token('deputy', 'retired')}/", status=410),
    Stop("landing unknown", lambda s: "/q/aaaaaaaaaa/", status=404),
    Stop("message form", lambda s: f"/q/{s.token('deputy')}/message/"),
    Stop(
        "message form refused", lambda s: f"/q/{s.token('deputy')}/message/", status=400,
        post=lambda s: {"kind": "", "text": "", "name": "吴先生", "phone": "12"},
    ),
    Stop("message sent", lambda s: f"/q/{s.token('deputy')}/message/", post=_leave, status=201),
    Stop("receipt wrong", lambda s: "/receipt/", post=lambda s: {"receipt": "ABC"}, status=400),
    *(_receipt(state) for state in states.STATES),
    _receipt("closed", round=2),
    Stop(
        "receipt rating without reason", lambda s: "/receipt/rate/", status=400,
        post=lambda s: {"receipt": s.receipt(state="answered"), "score": "unsatisfied"},
    ),
    Stop(
        "withdraw", lambda s: "/receipt/withdraw/",
        post=lambda s: {"receipt": s.receipt(state="received")},
    ),
    Stop("results searched", lambda s: "/results/?words=没有这个"),
    Stop("result", lambda s: f"/results/{s.published().code}/"),
    Stop(
        "follow", lambda s: f"/results/{s.published().code}/follow/", post=lambda s: {}, status=201
    ),
    Stop("statistics of a place", lambda s: "/statistics/370782/"),
    Stop("statistics of a year with nothing", lambda s: "/statistics/?year=2024"),
    Stop("statistics items", lambda s: "/statistics/items/?of=message.closed&place=370782"),
    Stop("wall of a place", lambda s: "/screen/370782/"),
    Stop("deputy", lambda s: f"/deputies/{_deputy().code}/"),
    Stop("deputies searched", lambda s: "/deputies/?words=没有这个"),
    Stop("station", lambda s: f"/stations/{_station().code}/"),
    Stop("nowhere", lambda s: "/nowhere/", status=404),
]  # fmt: skip


def _deputy() -> Deputy:
    return Deputy.objects.public().order_by("id")[0]


def _station() -> Station:
    return Station.objects.public().order_by("id")[0]


DESK = [
    *(_message_page("deputy", state) for state in states.STATES),
    *(_message_page("station_keeper", state) for state in ("under_review", "handling", "answered")),
    _message_page("congress_staff", "closed"),
    *(_message_form("deputy", "accepted", name) for name in ("answer", "refer", "pass_on")),
    _message_form("deputy", "received", "divert"),
    *(_message_form("station_keeper", "under_review", n) for n in ("transfer", "reply")),
    _message_form("congress_staff", "answered", "publish"),
    *(
        Stop(f"message queue {tab}", lambda s, t=tab: f"/desk/messages/?tab={t}", "station_keeper")
        for tab in ("waiting", "answered", "done", "todo&words=没有这个")
    ),
    *(_order_page("unit_handler", state) for state in order_states.STATES),
    *(_order_page("station_keeper", state) for state in ("replied", "return_requested")),
    *(_order_page("congress_staff", state) for state in order_states.STATES),
    *(
        _order_page("congress_staff", state, name)
        for state, name in (("return_requested", "decide_return"), ("replied", "send_back"))
    ),
    *(
        _order_page("unit_handler", "handling", name)
        for name in ("reply", "record_contact", "request_extension", "print")
    ),
    _order_page("unit_handler", "accepted", "letters/1"),
    *(
        Stop(f"order queue {tab}", lambda s, t=tab: f"/desk/orders/?tab={t}", "unit_handler")
        for tab in ("sign", "late", "done")
    ),
]  # fmt: skip


def _station_pages() -> list[Stop]:
    """Every page of a keeper's own station."""
    found = []
    for route in endpoints():
        pattern = route["pattern"]
        ours = pattern.startswith("/desk/station/<") and len(ARGUMENT.findall(pattern)) == 1
        if ours and "GET" in route["methods"] and not NO_PAGE.search(pattern):
            found.append(
                Stop(
                    f"keeper {pattern}",
                    lambda site, at=pattern: ARGUMENT.sub(site.station("station_keeper"), at),
                    "station_keeper",
                )
            )
    return found


def _moderate(site: Site) -> str | None:
    found = site.message("moderator", "answered")
    return f"/admin/moderation/{found.code}/" if found else None


def _admin(model: Any, path: str) -> Callable[[Site], str | None]:
    def where(site: Site) -> str | None:
        return f"/admin/{path}/{model.objects.order_by('id')[0].pk}/change/"

    return where


ADMIN = [
    Stop(
        "admin statistics", lambda s: "/admin/statistics/?kind=order", "congress_staff", admin=True
    ),
    Stop(
        "admin statistics items",
        lambda s: "/admin/statistics/items/?of=order.asked",
        "congress_staff",
        admin=True,
    ),
    Stop("moderate", _moderate, "moderator", admin=True),
    Stop("admin message", _admin(Message, "voices/message"), "congress_staff", admin=True),
    Stop("admin order", _admin(Order, "handling/order"), "congress_staff", admin=True),
    Stop("admin deputy", _admin(Deputy, "deputies/deputy"), "congress_staff", admin=True),
]
from tests.browser.proposal_desk_stops import PROPOSAL_DESK  # noqa: E402  they need `Stop`
from tests.browser.proposal_stops import PROPOSALS  # noqa: E402
from tests.browser.topic_desk_stops import TOPIC_DESK  # noqa: E402
from tests.browser.topic_stops import TOPICS  # noqa: E402

STOPS = [
    *_routes(), *RESIDENT, *DESK, *_station_pages(), *ADMIN, *TOPICS, *TOPIC_DESK, *PROPOSALS,
    *PROPOSAL_DESK,
]  # fmt: skip
