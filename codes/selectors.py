"""Reads of codes: what a printed address means, and the addresses themselves."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet, Sum

from codes import registry
from codes.models import Code, DailyScan
from codes.registry import Panel, Target
from codes.rules import normal_token
from congress.memory import Shelf
from congress.selectors import rulebook_for_region
from core.postgres import Prepared

_LANDINGS_KEPT = 5_000  # with their texts some 25 to 125 MB when all are asked for
_LONGEST_CHAIN = 5  # successors of successors; ends a circle


def resolve(token: str) -> Code | None:
    """The code behind a token, in one query (none for what is no token).

    Every scan asks this and nothing else, so the statement is put together once: the ORM took
    six times as long to spell it out as PostgreSQL to answer.
    """
    known = normal_token(token)
    if known is None:
        return None
    columns, statement = _resolving()
    with connection.cursor() as cursor:
        cursor.execute(statement, [known])
        row = cursor.fetchone()
    return Code.from_db(connection.alias, columns, row) if row else None


@cache
def _resolving() -> tuple[list[str], Prepared]:
    fields = Code._meta.concrete_fields
    names = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    statement = f"SELECT {names} FROM codes_code WHERE token = %s"  # noqa: S608
    return [field.attname for field in fields], Prepared(statement)


_lately: Shelf[str, Code] = Shelf(seconds=5, most=_LANDINGS_KEPT)


def resolve_for_page(token: str) -> Code | None:
    """The same for the landing page, which may be five seconds old, and a cached page ten.

    Codes nobody issued are not remembered, so that guessing fills nothing.
    """
    known = _lately.get(token)
    if known is not None:
        return known
    code = resolve(token)
    return _lately.put(token, code) if code is not None else None


def forget_pages() -> None:
    """Drop what this process remembers of landing pages: a code has just been ended."""
    _lately.forget()
    _landings.forget()


def active_code(kind: str, target_code: str) -> Code | None:
    """The code that is printed for a target now."""
    return Code.objects.filter(kind=kind, target_code=target_code, state="active").first()


def active_codes(kind: str, target_codes: Iterable[str]) -> dict[str, Code]:
    """The codes in use of many targets, by target code, in one query."""
    found = Code.objects.filter(kind=kind, target_code__in=list(target_codes), state="active")
    return {code.target_code: code for code in found}


def code_path(code: Code) -> str:
    """`/q/<token>/`: CONTRACT fixes it, since it stands on walls."""
    return f"/q/{code.token}/"


def code_url(code: Code) -> str:
    """The address in the printed code, under the configured BASE_URL."""
    return f"{settings.BASE_URL}{code_path(code)}"


def short_address(code: Code) -> str:
    """The address as people read and type it: without scheme and closing slash."""
    parts = urlsplit(settings.BASE_URL)
    return f"{parts.netloc}{parts.path}{code_path(code)}".rstrip("/")


@dataclass(frozen=True)
class Landing:
    """Everything a code's page shows, but for the code itself."""

    target: Target | None
    panels: list[Panel]
    promise: str
    # The finished page by display mode, as old as what it shows: renewing a page that nobody
    # changed costs no template. Only what is the same for everybody is kept here.
    texts: dict[str, bytes] = field(default_factory=dict)

    @property
    def serving(self) -> bool:
        return self.target is not None and self.target.serving


_landings: Shelf[int, Landing] = Shelf(seconds=30, most=_LANDINGS_KEPT)


def landing(code: Code, *, today: date) -> Landing:
    """What the page of an active code shows, remembered for half a minute per process."""
    return _landings.get(code.pk) or _landings.put(code.pk, _landing(code, today))


def _landing(code: Code, today: date) -> Landing:
    target = registry.find_target(code)
    if target is None or not target.serving:
        return Landing(target, [], "")
    rules = rulebook_for_region(target.region_code, today)
    within = rules.duration("message_accept_within")
    return Landing(target, registry.panels(code, target), f"{within}内受理")


def way_on(code: Code) -> tuple[Code | None, Target | None]:
    """Where an ended code leads: the code in use after it with its target, or a place nearby.

    The first of the pair is the successor in use, if there is one.
    """
    current: Code | None = code
    for _ in range(_LONGEST_CHAIN):
        current = current.successor if current else None
        if current is None:
            break
        if current.state == "active":
            target = registry.find_target(current)
            if target is not None and target.serving:
                return current, target
    return None, registry.refuge(code)


def scans_by_day(code: Code, *, since: date) -> list[tuple[date, int]]:
    """Days with scans and how many, oldest first."""
    rows = DailyScan.objects.filter(code=code, on__gte=since).order_by("on")
    return list(rows.values_list("on", "count"))


def scan_count(codes: Iterable[Code], *, since: date) -> int:
    """How often any of these codes was opened since a day."""
    found = DailyScan.objects.filter(code__in=list(codes), on__gte=since)
    return int(found.aggregate(sum=Sum("count"))["sum"] or 0)


def printable_codes(kind: str, region: str = "") -> QuerySet[Code]:
    """Codes in use of one kind inside a division (everywhere without one), by place."""
    found = Code.objects.filter(kind=kind, state="active", region_code__startswith=region)
    return found.order_by("region_code", "point_code")
