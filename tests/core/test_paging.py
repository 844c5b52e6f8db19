"""Pages by key: every row once, in order, both ways, whatever the order and its ties."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.signing import Signer
from django.db.models import F, IntegerField, Value
from django.db.models.functions import Length, NullIf
from django.test import RequestFactory

from core.errors import InputInvalid
from core.models import RateBucket
from core.paging import keyset_page, pager_urls

NOW = datetime(2026, 11, 21, 8, 30, 15, 123_456, tzinfo=UTC)


@pytest.fixture
def buckets(db):
    """23 rows with many equal values."""
    RateBucket.objects.bulk_create(
        RateBucket(key=f"k{n:02}", hits=n % 3, expires_at=NOW + timedelta(microseconds=n % 5))
        for n in range(23)
    )
    return RateBucket.objects.all()


def walk(queryset, order, size):
    """All pages forwards, then back again from the last."""
    pages, cursor = [], None
    for _ in range(300):  # an end, even for a walk in circles
        page = keyset_page(queryset, order=order, cursor=cursor, size=size)
        pages.append(page)
        cursor = page.next_cursor
        if cursor is None:
            break
    else:
        pytest.fail("the pages never end")
    back = [pages[-1]]
    while back[-1].prev_cursor and len(back) <= len(pages):
        cursor = back[-1].prev_cursor
        back.append(keyset_page(queryset, order=order, cursor=cursor, size=size))
    return pages, back[::-1]


ORDERS = [
    (),
    ("pk",),
    ("-key",),
    ("hits",),
    ("-hits",),
    ("-hits", "expires_at"),
    ("hits", "-expires_at"),
    ("-expires_at", "hits", "-pk"),
]


def plain(order):
    names = [name.removeprefix("-") for name in order]
    if "pk" in names or "key" in names:
        return order
    return (*order, "-pk" if order and order[-1].startswith("-") else "pk")


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("size", [1, 5, 22, 23, 24])
def test_pages_hold_every_row_once_in_order_both_ways(buckets, order, size):
    expected = list(buckets.order_by(*plain(order)))
    forwards, backwards = walk(buckets, order, size)
    assert [row for page in forwards for row in page.rows] == expected
    assert all(len(page.rows) == size for page in forwards[:-1])
    assert forwards[0].prev_cursor is None
    assert forwards[-1].next_cursor is None
    if len(expected) % size == 0:
        assert [page.rows for page in backwards] == [page.rows for page in forwards]
    assert backwards[0].rows == forwards[0].rows
    assert backwards[0].prev_cursor is None


@pytest.mark.parametrize("order", [("third",), ("-third",), ("-third", "hits"), ("hits", "third")])
def test_pages_with_empty_values(buckets, order):
    third = NullIf(F("hits"), Value(1), output_field=IntegerField())
    queryset = buckets.annotate(third=third)
    forwards, backwards = walk(queryset, order, 4)
    rows = [row for page in forwards for row in page.rows]
    assert rows == list(queryset.order_by(*plain(order)))
    assert backwards[0].rows == forwards[0].rows


def test_pages_by_a_related_column(db, django_assert_num_queries):
    order = ("content_type__app_label", "-codename")
    expected = list(Permission.objects.order_by(*order, "-pk"))
    assert len(expected) > 20
    forwards, _ = walk(Permission.objects.all(), order, 17)
    assert [row for page in forwards for row in page.rows] == expected
    with django_assert_num_queries(1):
        keyset_page(Permission.objects.all(), order=order, cursor=forwards[0].next_cursor, size=17)


def test_pages_by_an_annotation(db):
    queryset = ContentType.objects.annotate(length=Length("model"))
    forwards, _ = walk(queryset, ("-length",), 7)
    rows = [row for page in forwards for row in page.rows]
    assert rows == list(queryset.order_by("-length", "-pk"))


def test_a_row_inserted_before_does_not_shift_the_next_page(buckets):
    first = keyset_page(buckets, order=("key",), cursor=None, size=5)
    RateBucket.objects.create(key="a", hits=0, expires_at=NOW)
    second = keyset_page(buckets, order=("key",), cursor=first.next_cursor, size=5)
    assert [row.key for row in second.rows] == ["k05", "k06", "k07", "k08", "k09"]


def test_going_back_to_the_beginning_gives_a_full_first_page(buckets):
    first = keyset_page(buckets, order=("key",), cursor=None, size=5)
    second = keyset_page(buckets, order=("key",), cursor=first.next_cursor, size=5)
    RateBucket.objects.filter(key__in=["k00", "k01"]).delete()
    back = keyset_page(buckets, order=("key",), cursor=second.prev_cursor, size=5)
    assert [row.key for row in back.rows] == ["k02", "k03", "k04", "k05", "k06"]
    assert back.prev_cursor is None


def test_a_page_of_nothing(db):
    for cursor in (None, ""):
        page = keyset_page(Group.objects.all(), order=("name",), cursor=cursor, size=5)
        assert (page.rows, page.next_cursor, page.prev_cursor) == ([], None, None)


def test_a_page_is_one_query_at_any_depth(buckets, django_assert_num_queries):
    deep = walk(buckets, ("-hits",), 5)[0][3]
    for cursor in (None, deep.prev_cursor, deep.next_cursor):
        with django_assert_num_queries(1):
            keyset_page(buckets, order=("-hits",), cursor=cursor, size=5)


def forged(*parts):
    return Signer(salt="core.paging").sign_object(list(parts))


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "eyJ:abc",
        "a" * 5_000,
        "路灯",
        "\0",
        forged("00000000", 0, [1, "k"]),
        forged("00000000"),
        Signer(salt="another").sign_object([1, 2, 3]),
        Signer(salt="core.paging").sign("not json"),
    ],
)
def test_a_forged_cursor_is_bad_input(buckets, cursor):
    with pytest.raises(InputInvalid) as caught:
        keyset_page(buckets, order=("hits",), cursor=cursor, size=5)
    assert caught.value.code == "bad_cursor"


def test_a_changed_cursor_or_one_of_another_order_is_bad_input(buckets):
    cursor = keyset_page(buckets, order=("hits",), cursor=None, size=5).next_cursor
    with pytest.raises(InputInvalid):
        keyset_page(buckets, order=("-hits",), cursor=cursor, size=5)
    with pytest.raises(InputInvalid):
        keyset_page(
            buckets, order=("hits",), cursor=("f" if cursor[0] != "f" else "g") + cursor[1:], size=5
        )


@pytest.mark.parametrize("size", [0, -1, 1_001])
def test_a_page_has_a_sensible_size(db, size):
    with pytest.raises(ValueError, match="rows"):
        keyset_page(Session.objects.all(), order=(), cursor=None, size=size)


def test_pager_urls_keep_the_rest_of_the_query(buckets):
    page = keyset_page(buckets, order=("hits",), cursor=None, size=5)
    request = RequestFactory().get("/?state=open&q=路灯&cursor=old")
    urls = pager_urls(request, page)
    assert urls["before"] == ""
    assert urls["after"].startswith("?state=open&q=%E8%B7%AF%E7%81%AF&cursor=")
    assert "old" not in urls["after"]
