from datetime import date

import pytest

from handling.models import Order, Promise
from tests.world import NOW, County, make_county
from voices.models import Message
from voices.selectors import route_of
from voices.services import Words, submit
from workflows.engine import apply

YEAR_END = date(2026, 12, 31)


@pytest.fixture
def county(db) -> County:
    return make_county()


@pytest.fixture
def neighbour(db) -> County:
    return make_county("370785", "高密市")


@pytest.fixture
def message(county: County) -> Message:
    """A message to the deputy by the deputy's own code."""
    return say(county).message


def say(county: County, kind: str = "deputy", text: str = "路灯坏了三天，晚上看不见路", **more):
    code = county.codes[kind]
    key = more.pop("key", "k" * 20)
    return submit(
        Words("problem", text, **more), code=code, route=route_of(code), idempotency_key=key,
        now=NOW,
    )  # fmt: skip


def promised(county: County, message: Message, text: str = "年底前换新线路", on: date = YEAR_END):
    """The message answered by its station on a unit's reply that promises something."""
    deputy, keeper = county.users["deputy"], county.users["station_keeper"]
    head = county.users["unit_head"]
    message = apply(message, "accept", actor=deputy, now=NOW)
    message = apply(message, "refer", actor=deputy, now=NOW, data={"opinion": ""})
    asked = {"units": [county.units[0].code], "title": "路灯不亮", "text": "请修"}
    message = apply(message, "transfer", actor=keeper, now=NOW, data=asked)
    order = apply(Order.objects.of(message).get(), "sign", actor=head, now=NOW)
    said = {"outcome": "in_progress", "text": "先换灯", "signer": "局长", "promise": text,
            "promise_on": on}  # fmt: skip
    apply(order, "reply", actor=head, now=NOW, data=said)
    message.refresh_from_db()
    apply(message, "reply", actor=keeper, now=NOW, data={"outcome": "in_progress", "text": "在办"})
    return Promise.objects.get(order=order)
