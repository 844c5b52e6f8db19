"""Rows inserted without the ORM's compiler are the rows the ORM would have written."""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.forms.models import model_to_dict
from django.test.utils import CaptureQueriesContext

from audit.models import Entry
from core.rows import insert
from notifications.models import Clock
from tests.world import NOW

pytestmark = pytest.mark.django_db


def entry(**more):
    return Entry(
        at=NOW, actor_kind="system", actor_label="系统", action="x.y", object_type="a.b",
        object_code="1", data={"数": [1, None, "‘引号’ %s"]}, **more,
    )  # fmt: skip


def clock(code="M1"):
    return Clock(
        object_type="a.b", object_code=code, region_code="370782", name="x",
        due_on=date(2026, 3, 2), started_on=date(2026, 3, 1), original_due_on=date(2026, 3, 2),
        basis="依据",
        stages=[[-1, ["owner"]]],
    )  # fmt: skip


def test_same_row_as_the_orm_writes():
    ours, theirs = entry(), entry()
    insert(ours)
    theirs.save()
    read = [model_to_dict(Entry.objects.get(pk=pk), exclude=["id"]) for pk in (ours.pk, theirs.pk)]
    assert ours.pk != theirs.pk
    assert read[0] == read[1]
    assert not ours._state.adding


def test_several_models_in_one_statement():
    rows = entry(), clock(), clock("M2")
    with CaptureQueriesContext(connection) as queries:
        insert(*rows)
    assert len(queries) == 1
    assert Entry.objects.get(pk=rows[0].pk).data == rows[0].data
    assert [Clock.objects.get(pk=row.pk).object_code for row in rows[1:]] == ["M1", "M2"]


def test_all_or_nothing():
    insert(clock())
    with pytest.raises(IntegrityError), transaction.atomic():
        insert(entry(), clock())  # a second running clock on the same object
    assert not Entry.objects.filter(action="x.y").exists()
    assert Clock.objects.count() == 1
