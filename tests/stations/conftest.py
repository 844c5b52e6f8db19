"""One county with one of everything, and its neighbour."""

import pytest

from congress.memory import forget_all
from tests.world import County, make_county


@pytest.fixture(autouse=True)
def _nothing_remembered():
    forget_all()
    yield
    forget_all()


@pytest.fixture
def county(db) -> County:
    return make_county()


@pytest.fixture
def neighbour(db) -> County:
    return make_county("370783", "寿光市")
