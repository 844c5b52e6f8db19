import pytest
from django.contrib.auth.models import AnonymousUser

from core.errors import NotVisible
from core.models import RateBucket
from core.visibility import ScopedQuerySet, prefix_q
from tests.core.things import Person, Thing


def codes(queryset):
    return sorted(queryset.values_list("code", flat=True))


def test_unsaid_scope_shows_nothing(things):
    queryset = ScopedQuerySet(Thing)
    assert list(queryset.visible_to(Person(prefixes=("370782",)))) == []
    assert Thing.objects.count() == 5


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        (Person(prefixes=("370782",)), ["T1", "T2", "T3"]),
        (Person(prefixes=("370782100", "370783001")), ["T2", "T3", "T5"]),
        (Person(prefixes=("370782", "370782")), ["T1", "T2", "T3"]),
        (Person(prefixes=()), []),
        (Person(prefixes=("",)), []),
        (Person(prefixes=("%",)), []),
        (Person(prefixes=("37078_",)), []),
        (Person(prefixes=("370782",), is_active=False), []),
        (Person(prefixes=("370782",), is_authenticated=False), []),
        (Person(is_superuser=True), ["T1", "T2", "T3", "T4", "T5"]),
        (Person(is_superuser=True, is_active=False), []),
        (AnonymousUser(), []),
    ],
)
def test_visible_to_by_region_prefix(things, person, expected):
    assert codes(Thing.objects.visible_to(person)) == expected


def test_visible_to_narrows_a_queryset(things):
    narrowed = Thing.objects.filter(rank=1).visible_to(Person(prefixes=("370782",)))
    assert codes(narrowed) == ["T1", "T3"]


def test_get_visible_or_404_finds_within_scope(things):
    person = Person(prefixes=("370782",))
    assert Thing.objects.get_visible_or_404(person, code="T2") == things[1]


@pytest.mark.parametrize(
    "lookup",
    [
        {"code": "T4"}, {"code": "absent"}, {"pk": "letters"}, {"pk": 2**70}, {"code": "a\0b"},
        {"rank": None, "code": "T5"},
    ],
)  # fmt: skip
def test_get_visible_or_404_tells_absent_and_out_of_scope_alike(things, lookup):
    with pytest.raises(NotVisible) as caught:
        Thing.objects.get_visible_or_404(Person(prefixes=("370782",)), **lookup)
    assert caught.value.as_dict() == NotVisible().as_dict()


def test_get_visible_or_404_does_not_hide_our_mistakes(things):
    person = Person(prefixes=("370782",))
    with pytest.raises(Thing.MultipleObjectsReturned):
        Thing.objects.get_visible_or_404(person, state="new")


def test_prefix_q_of_nothing_matches_nothing(db):
    assert not RateBucket.objects.filter(prefix_q("key", [])).exists()


def test_prefix_q_uses_an_index_of_patterns(things):
    sql = str(Thing.objects.filter(prefix_q("region_code", ["370782"])).query)
    assert "LIKE 370782%" in sql
