"""What the kernel's tests share."""

import pytest
from django.db import connection

from tests.core.things import Thing


@pytest.fixture
def things(db):
    """Three in one county, two in its neighbour; the last one has no rank."""
    with connection.schema_editor() as editor:
        editor.create_model(Thing)
    places = ["370782", "370782100", "370782100001", "370783", "370783001"]
    return Thing.objects.bulk_create(
        Thing(code=f"T{n}", title=f"第{n}件", region_code=place, rank=None if n == 5 else n % 2)
        for n, place in enumerate(places, 1)
    )
