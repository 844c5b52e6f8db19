"""Every address that takes a POST, with a thing of the other county: not found, nothing written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import FieldError
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.roles import ROLES
from jobs.models import Export
from jobs.services import prepare_run
from stations.models import Station
from tests.safety.conftest import Planted
from tests.safety.test_leaks import account
from tests.safety.walk import post_routes
from tests.safety.written import NOT_COUNTED
from workflows.registry import workflows

THERE = "370785"
# Of the whole house, of nobody's county: there is no foreign one.
EVERYBODYS = {"audit.seal", "jobs.duework", "congress.calendaryear", "congress.region",
              "notifications.delivery"}  # fmt: skip
# One person's own, wherever that is: somebody else's is planted below.
OWN = {"jobs.bulkrun", "jobs.export"}
# Where a model says to which place a row belongs; the first that it has.
PLACES = ("region_code", "home_region_code", "congress__region_code", "term__congress__region_code",
          "user__home_region_code", "station__region_code", "seat__region_code",
         "deputy__region_code", "order__region_code", "topic__region_code")  # fmt: skip
# What the `<code>` of an address names.
NAMED = {
    "messages": "voices.message", "orders": "handling.order", "station": "stations.station",
    "grids": "grids.grid", "topics": "topics.topic", "proposals": "proposals.proposal",
    "opinions": "topics.contribution", "promises": "handling.promise",
    "moderation": "voices.message", "publication": "topics.topic",
}  # fmt: skip
TYPED = {"reason": "一定要改", "text": "别县的人写的", "on": "2026-01-05", "name": "改名", "content": "改",
         "opinion": "改", "outcome": "solved", "signer": "某", "post": "yes",
         "way": "走访", "username": "", "ends_on": "2026-01-05"}  # fmt: skip


def foreign(label: str) -> Any:
    """A row of the other county, or None where the model has none."""
    if label in OWN:
        return apps.get_model(label)._base_manager.first()
    try:
        model = apps.get_model(label)
    except (LookupError, ValueError):  # an app that is not there, or no thing in the address
        return None
    for place in PLACES:
        try:
            return model._base_manager.filter(**{f"{place}__startswith": THERE}).first()
        except FieldError:
            continue
    return None


@pytest.fixture(autouse=True)
def their_run(inside: Planted) -> None:
    """Something the other county's office is about to do to many, and a file it is waiting for."""
    rows = inside.users.values()
    name = next(u["username"] for u in rows
                if u["role"] == "congress_staff" and u["scope"].startswith(THERE))  # fmt: skip
    user, now = User.objects.get(username=name), timezone.now()
    prepare_run(actor=user, kind="proposals.urge", codes=["J1"], now=now)
    Export.objects.create(
        code="E1", register="grids.grid", kind="csv", total=9, created_by=user.pk, created_at=now
    )


def address(pattern: str) -> str | None:
    """The pattern with the neighbours' things in it; None where there are none to try."""
    admin = re.match(r"/admin/(\w+)/(\w+)/<", pattern)
    kinds = [part for part in pattern.split("/") if part in NAMED]
    label = f"{admin[1]}.{admin[2]}" if admin else NAMED[kinds[-1]] if kinds else ""
    row = foreign(label)
    if row is None:
        return None
    code = getattr(row, "code", "")
    known = {"code": code, "object_id": row.pk, "pk": row.pk, "item": "place", "promise": code}
    if admin is None and isinstance(row, Station):
        known |= _of_station(row)
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda m: str(known.get(m[1], "1")), pattern)


def _of_station(station: Station) -> dict[str, Any]:
    """What hangs on a station: somebody of its roster, a reception."""
    member, reception = station.roster.first(), station.receptions.first()
    return {"pk": member.pk if member else 1, "number": reception.code if reception else 1}


def turns(pattern: str) -> Iterator[str]:
    """The pattern once for each step of the table it is about."""
    kind = next((NAMED[part] for part in pattern.split("/") if part in NAMED), "deputies.seat")
    name = re.search(r"<(?:str:)?(name|transition)>", pattern)
    flow = workflows().get(kind)
    if name is None or flow is None:
        yield pattern
        return
    for step in flow.transitions:
        yield pattern.replace(name[0], step.name)


def targets() -> list[tuple[str, str]]:
    """(address, the right it asks for) of every POST with a thing of the other county."""
    found = []
    for route in post_routes():
        for pattern in turns(route["pattern"]):
            url = address(pattern)
            if url:
                found.append((url, route["permission"]))
    return found


def told(role: str, url: str, permission: str) -> set[int]:
    """Who has the right learns nothing by it; who lacks it may be told so, or sent to the door."""
    if url.startswith("/admin/") and not ROLES[role].admin:
        return {302, 403, 404, 405}
    granted = ROLES[role].permissions | {"signed in", "signed-in"}
    if url.startswith("/admin/") and url.endswith(("/change/", "/delete/")):
        return {403, 404}  # registers without Django's own forms refuse them for every row
    return {404, 405} if permission in granted else {403, 404, 405}


def refused_blindly(client: Client, url: str, status: int) -> bool:
    """Refused before the thing was looked for: one that never was is answered the same."""
    never_was = re.sub(r"(?<=/)([A-Z])\d+(?=/)", r"\g<1>99999999", url)
    return status == 403 and never_was != url and client.post(never_was, TYPED).status_code == 403


def fingerprint() -> dict[str, str]:
    """A hash over the content of every table."""
    tables = sorted({m._meta.db_table for m in apps.get_models()} - NOT_COUNTED)
    with connection.cursor() as cursor:
        found = {}
        for table in tables:
            cursor.execute(f"SELECT md5(string_agg(t::text, '' ORDER BY t::text)) FROM {table} t")
            found[table] = cursor.fetchone()[0]
    return found


def test_the_walk_has_something_to_try(inside: Planted):
    tried = {url for url, _ in targets()}
    for part in ("/desk/promises/", "/desk/messages/", "/desk/orders/", "/desk/station/",
                 "/desk/grids/", "/admin/deputies/deputy/", "/admin/accounts/user/",
                 "/api/v1/messages/"):  # fmt: skip
        assert any(url.startswith(part) for url in tried), part
    models = {re.match(r"/admin/(\w+)/(\w+)/<", route["pattern"]) for route in post_routes()}
    untried = {f"{m[1]}.{m[2]}" for m in models if m and foreign(f"{m[1]}.{m[2]}") is None}
    later = {label for label in untried if label.startswith(("topics.", "proposals."))}
    assert untried - later <= EVERYBODYS | {"accounts.apikey", "moderation.opinions"}


@pytest.mark.parametrize("role", list(ROLES))
def test_things_of_the_other_county_are_not_found_and_stay_as_they_are(inside: Planted, role: str):
    client = inside.sign_in(account(inside, "zc", role))
    before, wrong = fingerprint(), []
    for url, permission in targets():
        status = client.post(url, TYPED).status_code
        if status not in told(role, url, permission) and not refused_blindly(client, url, status):
            wrong.append((url, permission, status))
    after = fingerprint()
    assert wrong == []
    assert {table for table in after if after[table] != before[table]} == set()
