"""Who holds which role where: the people a notice goes to; what a grant can name."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Q

from accounts.models import Grant
from accounts.registry import Place, register_scope, scope
from congress.models import Organ, Region, Unit
from core.postgres import Prepared
from core.visibility import prefix_q

FOUND = 20
# Asked several times by every step of every workflow: read and planned once per connection.
_HOLDERS = """
SELECT g.scope_code, g.user_id FROM accounts_grant g JOIN accounts_user u ON u.id = g.user_id
WHERE g.role = ANY(%s) AND g.scope_kind = %s AND u.is_active
  AND g.starts_on <= %s AND (g.ends_on IS NULL OR g.ends_on >= %s)
"""
_OF_SCOPE = Prepared(f"{_HOLDERS} AND g.scope_code = %s")
_AROUND = Prepared(f"{_HOLDERS} AND starts_with(%s, g.scope_code)")


def _holders(sql: str, roles: tuple[str, ...], kind: str, on: date, code: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, [list(roles), kind, on, on, code])
        return cursor.fetchall()


def users_with_role(*roles: str, scope_kind: str, scope_code: str, on: date) -> list[int]:
    """Ids of active accounts whose grant of one of `roles` names exactly this scope."""
    found = _holders(_OF_SCOPE, roles, scope_kind, on, scope_code)
    return sorted({user for _, user in found})


def nearest_region_users(*roles: str, region_code: str, on: date) -> list[int]:
    """Ids of accounts holding one of `roles` in the smallest region that contains the place."""
    found = _holders(_AROUND, roles, Grant.REGION, on, region_code)
    longest = max((len(code) for code, _ in found), default=0)
    return sorted({user for code, user in found if len(code) == longest})


def find_region(code: str) -> Place | None:
    """A region as the scope of a grant."""
    return next(iter(_regions(Region.objects.filter(code=code))), None)


def search_regions(text: str, prefixes: list[str]) -> list[Place]:
    found = _matching(Region.objects.in_use(), text, prefixes, "code")
    return _regions(found.order_by("code"))


def find_organ(code: str) -> Place | None:
    """A body of a congress as the scope of a grant."""
    return next(iter(_bodies(Organ.objects.filter(code=code))), None)


def search_organs(text: str, prefixes: list[str]) -> list[Place]:
    return _bodies(_matching(Organ.objects.filter(retired_on=None), text, prefixes, "region_code"))


def find_unit(code: str) -> Place | None:
    """A handling unit as the scope of a grant."""
    return next(iter(_bodies(Unit.objects.filter(code=code))), None)


def search_units(text: str, prefixes: list[str]) -> list[Place]:
    return _bodies(_matching(Unit.objects.in_use(), text, prefixes, "region_code"))


def register_rows(kind: str, rows: Callable[[], Any]) -> None:
    """Let grants name rows with `code`, `name` and `region_code` (a deputy, a station)."""

    def places(found: Any) -> list[Place]:
        return [Place(*row) for row in found.values_list("code", "name", "region_code")[:FOUND]]

    register_scope(
        kind,
        find=lambda code: next(iter(places(rows().filter(code=code))), None),
        search=lambda text, prefixes: places(_matching(rows(), text, prefixes, "region_code")),
    )


def _matching(rows: Any, text: str, prefixes: list[str], field: str) -> Any:
    words = Q(name__icontains=text) | Q(code__startswith=text)
    inside = Q() if "" in prefixes else prefix_q(field, prefixes)
    return rows.filter(words & inside)


def _regions(rows: Any) -> list[Place]:
    return [
        Place(code, full_name, code)
        for code, full_name in rows.values_list("code", "full_name")[:FOUND]
    ]


def _bodies(rows: Any) -> list[Place]:
    columns = rows.values_list("code", "name", "region_code", "congress__region_code")[:FOUND]
    return [Place(code, name, place or above) for code, name, place, above in columns]


def scope_names(grants: Iterable[Grant]) -> dict[tuple[str, str], str]:
    """The words for what each grant names, by (kind, code)."""
    names: dict[tuple[str, str], str] = {}
    for grant in grants:
        key = (grant.scope_kind, grant.scope_code)
        known = scope(grant.scope_kind)
        if key not in names:
            place = known.find(grant.scope_code) if known else None
            names[key] = place.label if place else grant.scope_code
    return names
