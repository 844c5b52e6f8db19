import pytest

from tests.proposals.place import Place, make_place


@pytest.fixture
def place(db) -> Place:
    return make_place()
