import pytest

from tests.world import NOW, County, make_county
from voices.models import Message
from voices.selectors import route_of
from voices.services import Words, submit


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
