import pytest

from tests.world import County, make_county


@pytest.fixture
def county(db: None) -> County:
    return make_county()


@pytest.fixture
def neighbour(db: None) -> County:
    return make_county("370785", "高密市")
