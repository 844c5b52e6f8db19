"""A session ends by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

START = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


def is_signed_in(client) -> bool:
    return client.get("/admin/").status_code == 200


@pytest.fixture
def clock():
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


def test_thirty_minutes_of_silence_sign_a_person_out(clock, admin_client):
    assert is_signed_in(admin_client)
    clock.shift(timedelta(minutes=31))
    assert not is_signed_in(admin_client)


def test_a_click_every_20_minutes_keeps_a_person_signed_in_for_12_hours(clock, admin_client):
    assert is_signed_in(admin_client)
    for _ in range(35):
        clock.shift(timedelta(minutes=20))
        assert is_signed_in(admin_client)
    clock.shift(timedelta(minutes=21))
    assert not is_signed_in(admin_client)


def test_reading_without_an_account_sets_no_cookie_and_asks_no_session(
    client, db, django_assert_num_queries
):
    with django_assert_num_queries(0):
        response = client.get("/healthz")
    assert response.cookies == {}


def test_a_click_writes_the_session_once_a_minute(clock, admin_client):
    def sessions_written() -> list[str]:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as queries:
            admin_client.get("/admin/")
        return [q["sql"] for q in queries if "UPDATE" in q["sql"] and "django_session" in q["sql"]]

    sessions_written()
    clock.shift(timedelta(seconds=30))
    assert sessions_written() == []
    clock.shift(timedelta(seconds=31))
    assert len(sessions_written()) == 1
