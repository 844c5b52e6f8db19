"""A unit is renamed or merged after it answered: what it answered keeps the name of that day."""

from io import BytesIO

import pytest
from django.test import Client
from docx import Document

from congress.services import change_unit, merge_unit
from core.dates import local_date
from handling.models import Order
from tests.voices.conftest import promised, say
from tests.world import NOW, County, make_county
from voices.receipts import display
from workflows.engine import apply

OLD, NEW = "住建局", "住房和城乡建设管理中心"


@pytest.fixture
def county(db) -> County:
    return make_county()


@pytest.fixture
def said(county):
    """A published message answered on a reply of the unit."""
    said = say(county)
    promised(county, said.message)
    said.message.refresh_from_db()
    apply(
        said.message, "publish", actor=county.users["moderator"], now=NOW,
        data={"title": "路灯", "text": "路灯坏了", "answer": "在换", "photos": []},
    )  # fmt: skip
    return said


def rename(county: County) -> None:
    change_unit(actor=county.users["congress_staff"], unit=county.units[0], now=NOW, name=NEW)


def merge(county: County) -> None:
    staff, into = county.users["congress_staff"], county.units[1]
    change_unit(actor=staff, unit=into, now=NOW, name=NEW)
    merge_unit(actor=staff, unit=county.units[0], into=into, on=local_date(NOW), now=NOW)


def desk(county: County) -> Client:
    client = Client()
    client.force_login(county.users["station_keeper"])
    return client


@pytest.mark.parametrize("change", [rename, merge])
def test_an_old_letter_prints_the_old_name(county, said, change):
    code = Order.objects.get().code
    change(county)
    client = desk(county)
    for address in (f"/desk/orders/{code}/letters/1/", f"/desk/orders/{code}/print/"):
        shown = client.get(address).content.decode()
        assert OLD in shown
        assert NEW not in shown
    file = client.get(f"/desk/orders/{code}/letters/1/docx/").getvalue()
    lines = [row.text for row in Document(BytesIO(file)).paragraphs]
    assert lines.count(OLD) == 2
    assert NEW not in "".join(lines)


@pytest.mark.parametrize("change", [rename, merge])
def test_the_pages_of_what_was_answered_keep_the_old_name(county, said, change):
    change(county)
    for page in (
        Client().get(f"/results/{said.message.code}/?after={change.__name__}"),
        Client().post("/receipt/", {"receipt": display(said.receipt)}),
    ):
        assert OLD in page.content.decode()
        assert NEW not in page.content.decode()


def test_a_letter_that_waits_for_review_keeps_its_name_and_a_new_version_has_the_new_one(county):
    message = say(county).message
    deputy, keeper, head = (county.users[r] for r in ("deputy", "station_keeper", "unit_head"))
    message = apply(message, "accept", actor=deputy, now=NOW)
    message = apply(message, "refer", actor=deputy, now=NOW, data={"opinion": ""})
    asked = {"units": [county.units[0].code], "title": "路灯不亮", "text": "请修"}
    apply(message, "transfer", actor=keeper, now=NOW, data=asked)
    order = apply(Order.objects.get(), "sign", actor=head, now=NOW)
    said = {"outcome": "solved", "text": "换好了", "signer": "局长"}
    order = apply(order, "reply", actor=head, now=NOW, data=said)
    order = apply(order, "send_back", actor=keeper, now=NOW, data={"reason": "再写清楚"})
    rename(county)
    order = Order.objects.get()
    apply(order, "reply", actor=head, now=NOW, data=said)
    letters = [
        desk(county).get(f"/desk/orders/{order.code}/letters/{n}/").content.decode() for n in (1, 2)
    ]
    assert [(OLD in text, NEW in text) for text in letters] == [(True, False), (False, True)]
