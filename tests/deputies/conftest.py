"""Two counties under one city, with terms, so that a neighbour exists to be kept out."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from django.test import Client

from audit.actors import SYSTEM
from congress.models import Congress, Region, Term
from deputies.models import Deputy, Group
from deputies.services import create_group, open_seat, register_deputy
from tests.world import NOW, County, make_county


@dataclass
class Place:
    """A county with its term; `county` has one of everything."""

    county: County
    term: Term

    @property
    def code(self) -> str:
        return self.county.code

    @property
    def village(self) -> str:
        return f"{self.code}001001"

    @property
    def staff(self) -> Any:
        return self.county.users["congress_staff"]

    def deputy(self, name: str = "李春和", *, seat: bool = True, **fields: Any) -> Deputy:
        """A registered person, with a seat in the county's term unless told otherwise."""
        fields.setdefault("region_code", self.village)
        deputy = register_deputy(actor=SYSTEM, name=name, now=NOW, **fields)
        if seat:
            open_seat(actor=SYSTEM, deputy=deputy, term=self.term, now=NOW)
        return deputy

    def group(self, name: str = "汽车产业小组", **fields: Any) -> Group:
        return create_group(
            actor=SYSTEM, name=name, kind="profession", region_code=self.code, now=NOW, **fields
        )


def make_place(code: str, name: str) -> Place:
    county = make_county(code, name)
    congress = Congress.objects.get(code=f"C{code}")
    Congress.objects.filter(pk=congress.pk).update(name=f"{name}人民代表大会")
    congress.refresh_from_db()
    term = Term.objects.create(congress=congress, number=19, starts_on=date(2022, 1, 15))
    return Place(county, term)


@pytest.fixture
def here(db: None) -> Place:
    return make_place("370782", "诸城市")


@pytest.fixture
def there(db: None) -> Place:
    return make_place("370783", "寿光市")


@pytest.fixture
def city_term(db: None) -> Term:
    """The term of the city above both counties."""
    region = Region.objects.create(
        code="3707", level="city", name="潍坊市", full_name="山东省潍坊市", parent_code="37"
    )
    congress = Congress.objects.create(
        code="C3707", region=region, name="潍坊市人民代表大会", level=3
    )
    return Term.objects.create(congress=congress, number=18, starts_on=date(2022, 2, 1))


@pytest.fixture
def staff_client(here: Place, client: Client) -> Client:
    client.force_login(here.staff)
    return client
