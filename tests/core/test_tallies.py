"""Many counts in one statement."""

from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.tallies import count_together


def test_each_is_counted_and_one_statement_is_sent(db):
    Group.objects.all().delete()
    Group.objects.bulk_create(Group(name=name) for name in ("甲组", "甲二组", "乙组"))
    rows = Group.objects.all()
    with CaptureQueriesContext(connection) as seen:
        found = count_together({
            "all": rows, "inside": rows.filter(name__startswith="甲").order_by("name"),
            "first": rows[:2], "nobody's": rows.none(),
        })  # fmt: skip
    assert found == {"all": 3, "inside": 2, "first": 2, "nobody's": 0}
    assert len(seen) == 1


def test_nothing_to_count_asks_nothing(db):
    with CaptureQueriesContext(connection) as seen:
        assert count_together({"none": Group.objects.none()}) == {"none": 0}
    assert len(seen) == 0
