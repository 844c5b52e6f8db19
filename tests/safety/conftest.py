"""Two seeded counties with a canary in whatever must not leak; shared by a whole module."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts.models import User
from core.dates import local_date
from handling.models import Order
from liaison.demo.manifest import manifest
from liaison.demo.seed import seed


@dataclass
class Planted:
    """The seeded world as its manifest tells it."""

    manifest: dict[str, Any]
    users: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.users = {row["username"]: row for row in self.manifest["users"]}

    @property
    def canaries(self) -> list[dict[str, Any]]:
        """`{text, object, readable_by}`."""
        return list(self.manifest["canaries"])

    def forbidden(self, username: str) -> dict[str, str]:
        """What this account (empty: a stranger) must never be shown: text -> where it stands."""
        return {c["text"]: c["object"] for c in self.canaries if username not in c["readable_by"]}

    def allowed(self, username: str) -> set[str]:
        """What this account may be shown."""
        return {c["text"] for c in self.canaries if username in c["readable_by"]}

    def of(self, code: str, what: str = "") -> list[dict[str, Any]]:
        """The canaries of one object."""
        return [c for c in self.canaries if f" {code} {what}" in f"{c['object']} "]

    def orders_of(self, messages: set[str]) -> list[str]:
        """Codes of the orders these messages led to."""
        found = Order.objects.filter(source_code__in=messages)
        return list(found.values_list("code", flat=True))

    def sign_in(self, username: str) -> Client:
        """A client at work as this account; the second factor comes with it."""
        client = Client(raise_request_exception=False)
        if username:
            client.force_login(User.objects.get(username=username))
        return client


@pytest.fixture(scope="module")
def planted(django_db_setup: None, django_db_blocker: Any) -> Iterator[Planted]:
    """Seeded once a module, inside a transaction that is rolled back at its end."""
    with django_db_blocker.unblock(), transaction.atomic():
        today = local_date(timezone.now())
        world = seed(scale="small", seed=7, as_of=today, canary=True)
        yield Planted(manifest(world))
        transaction.set_rollback(True)


@pytest.fixture
def inside(planted: Planted, db: None) -> Planted:
    """The seeded world for one test: what the test writes is undone after it."""
    return planted
