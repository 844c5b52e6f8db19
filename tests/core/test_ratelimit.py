from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from core.errors import TooMany
from core.models import RateBucket
from core.ratelimit import hit, purge

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)


def after(seconds):
    return NOW + timedelta(seconds=seconds)


def test_hit_refuses_after_the_limit_and_says_when_to_come_back(db):
    for second in range(3):
        hit("submit", "10.0.0.1", limit=3, window=600, now=after(second))
    with pytest.raises(TooMany) as caught:
        hit("submit", "10.0.0.1", limit=3, window=600, now=after(60))
    assert caught.value.retry_after == 540
    assert caught.value.message == "操作太频繁了，请9分钟后再试。"


def test_hit_counts_keys_and_buckets_apart(db):
    hit("submit", "10.0.0.1", limit=1, window=600, now=NOW)
    hit("submit", "10.0.0.2", limit=1, window=600, now=NOW)
    hit("receipt", "10.0.0.1", limit=1, window=600, now=NOW)
    assert RateBucket.objects.count() == 3


def test_hit_opens_a_new_window_when_the_old_is_over(db):
    hit("submit", "a", limit=1, window=60, now=NOW)
    with pytest.raises(TooMany):
        hit("submit", "a", limit=1, window=60, now=after(59))
    hit("submit", "a", limit=1, window=60, now=after(60))
    bucket = RateBucket.objects.get()
    assert (bucket.hits, bucket.expires_at) == (1, after(120))


def test_refused_hits_do_not_prolong_the_window(db):
    hit("submit", "a", limit=1, window=60, now=NOW)
    for second in (10, 30, 59):
        with pytest.raises(TooMany):
            hit("submit", "a", limit=1, window=60, now=after(second))
    assert RateBucket.objects.get().expires_at == after(60)


def test_hit_stores_no_address(db):
    hit("submit", "203.0.113.77", limit=1, window=60, now=NOW)
    assert "203.0.113.77" not in str(RateBucket.objects.values())


def test_hit_is_one_statement(db, django_assert_num_queries):
    with django_assert_num_queries(1):
        hit("submit", "a", limit=1, window=60, now=NOW)


def test_hit_inside_a_transaction_is_refused(db):
    with pytest.raises(RuntimeError), transaction.atomic():
        hit("submit", "a", limit=1, window=60, now=NOW)
    assert not RateBucket.objects.exists()


def test_purge_takes_only_what_is_over(db):
    hit("submit", "old", limit=1, window=60, now=NOW)
    hit("submit", "new", limit=1, window=600, now=NOW)
    assert purge(after(60)) == 1
    assert RateBucket.objects.get().expires_at == after(600)


@pytest.fixture
def committed(django_db_setup, django_db_blocker):
    """Really committed rows, as threads need them; cleared by hand."""
    assert connection.settings_dict["NAME"].startswith("test_"), "run the whole file"
    with django_db_blocker.unblock():
        yield
        RateBucket.objects.all().delete()
        connection.close()


def test_hit_loses_no_count_among_threads(committed):
    def try_once(_):
        try:
            hit("submit", "a", limit=20, window=60, now=NOW)
            return True
        except TooMany:
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        allowed = list(pool.map(try_once, range(100)))
    assert allowed.count(True) == 20
    assert RateBucket.objects.get().hits == 100
