"""Handling units: the tree, merging, retiring."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from audit.actors import SYSTEM
from audit.models import Entry
from congress import registry
from congress.models import Unit
from congress.services import change_unit, create_unit, merge_unit, retire_unit
from congress.states import UnitKind
from core.errors import InputInvalid, StateMoved

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 2)


@pytest.fixture
def make(county, now):
    def make(code, name, congress=county, **fields):
        return create_unit(
            actor=SYSTEM,
            congress=congress,
            code=code,
            name=name,
            kind=UnitKind.DEPARTMENT,
            now=now,
            **fields,
        )

    return make


@pytest.fixture
def merges():
    heard = []
    registry.on_unit_merged(hear := lambda unit, into, now: heard.append((unit.code, into.code)))
    yield heard
    registry._unit_listeners.remove(hear)


def test_unit_sorts_by_its_short_name(make, county):
    make("a", "诸城市住房和城乡建设局", short_name="住建局")
    make("b", "诸城市教育和体育局", short_name="教体局")
    make("c", "诸城市公安局")
    assert [u.code for u in Unit.objects.all()] == ["b", "c", "a"]
    assert Unit.objects.get(code="a").label == "住建局"


def test_same_name_twice_is_refused_while_both_are_in_use(make, now):
    first = make("a", "市城管局")
    with pytest.raises(InputInvalid, match="同名"):
        make("b", "市城管局")
    retire_unit(actor=SYSTEM, unit=first, on=TODAY, now=now)
    make("b", "市城管局")
    assert Unit.objects.in_use().get().code == "b"


def test_parent_of_another_congress_and_circles_are_refused(make, congresses, now):
    top, below = make("a", "市政府"), None
    below = make("b", "市住建局", parent=top)
    with pytest.raises(InputInvalid, match="同一级人大"):
        make("x", "高密市住建局", congress=congresses["370785"], parent=top)
    with pytest.raises(InputInvalid, match="绕回"):
        change_unit(actor=SYSTEM, unit=top, parent=below, now=now)
    assert Unit.objects.get(code="a").parent is None
    assert not Unit.objects.filter(code="x").exists()


def test_change_unit_refuses_what_is_not_editable(make, now):
    with pytest.raises(TypeError):
        change_unit(actor=SYSTEM, unit=make("a", "市城管局"), code="b", now=now)


def test_merge_keeps_the_row_moves_the_children_and_tells(make, merges, now):
    old, new = make("old", "市城管局"), make("new", "市住建局")
    child = make("child", "环卫中心", parent=old)

    merge_unit(actor=SYSTEM, unit=old, into=new, on=TODAY, now=now)

    old.refresh_from_db()
    child.refresh_from_db()
    assert (old.name, old.merged_into, old.retired_on) == ("市城管局", new, TODAY)
    assert child.parent == new
    assert [u.code for u in Unit.objects.in_use()] == ["child", "new"]
    assert merges == [("old", "new")]
    entry = Entry.objects.get(action="congress.unit_merged")
    assert (entry.object_code, entry.data) == ("old", {"into": "new", "on": "2026-03-02"})


def test_merge_into_its_own_child_hangs_the_child_up_one(make, now):
    top = make("top", "市政府")
    old = make("old", "市城管局", parent=top)
    child = make("child", "环卫中心", parent=old)

    merge_unit(actor=SYSTEM, unit=old, into=child, on=TODAY, now=now)

    child.refresh_from_db()
    assert child.parent == top


def test_merge_refuses_itself_other_congresses_and_retired_ones(make, congresses, merges, now):
    a, b = make("a", "市城管局"), make("b", "市住建局")
    other = make("x", "高密市住建局", congress=congresses["370785"])
    with pytest.raises(InputInvalid, match="另一个单位"):
        merge_unit(actor=SYSTEM, unit=a, into=a, on=TODAY, now=now)
    with pytest.raises(InputInvalid, match="本级人大"):
        merge_unit(actor=SYSTEM, unit=a, into=other, on=TODAY, now=now)
    retire_unit(actor=SYSTEM, unit=b, on=TODAY, now=now)
    with pytest.raises(StateMoved, match="已经停用"):
        merge_unit(actor=SYSTEM, unit=a, into=b, on=TODAY, now=now)
    with pytest.raises(StateMoved):
        retire_unit(actor=SYSTEM, unit=b, on=TODAY, now=now)
    assert Unit.objects.get(code="a").merged_into is None
    assert merges == []


def test_database_refuses_a_merged_unit_that_still_works(make):
    a, b = make("a", "市城管局"), make("b", "市住建局")
    for wrong in ({"merged_into": b}, {"merged_into": a, "retired_on": TODAY}, {"parent": a}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Unit.objects.filter(pk=a.pk).update(**wrong)
