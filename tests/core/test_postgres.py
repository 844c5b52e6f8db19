"""Prepared statements do what the plain ones do; a connection's end is noticed without asking."""

import pytest
from django.db import connection
from django.db.utils import InternalError
from django.test.utils import CaptureQueriesContext

from core.postgres import Prepared

ADD = Prepared("SELECT %(a)s::int + %(b)s::int, %(a)s::int, '100%%'")
SIZES = Prepared("SELECT id FROM unnest(%s::int[]) AS id WHERE id > %s ORDER BY id")


def fetch(sql, values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def prepared():
    return {name for (name,) in fetch("SELECT name FROM pg_prepared_statements", None)}


@pytest.mark.django_db
def test_answers_of_a_prepared_statement():
    assert fetch(ADD, {"a": 1, "b": 2}) == [(3, 1, "100%")]
    assert fetch(ADD, {"b": 20, "a": 10}) == [(30, 10, "100%")]
    assert fetch(SIZES, [[3, 1, 2], 1]) == [(2,), (3,)]
    assert fetch(SIZES, [[], 1]) == []


@pytest.mark.django_db
def test_read_and_planned_once_and_told_as_meant():
    fetch(SIZES, [[1], 0])
    known = prepared()
    with CaptureQueriesContext(connection) as queries:
        fetch(SIZES, [[5, 6], 5])
    assert len(queries) == 1
    told, sent = queries[0]["sql"].split(" -- ")
    assert told == SIZES
    assert sent.startswith("EXECUTE house_")
    assert sent.endswith("(ARRAY[5,6], 5)")
    assert prepared() == known


@pytest.mark.django_db(transaction=True)
def test_a_new_connection_prepares_anew_and_a_broken_transaction_stays_broken():
    assert fetch(SIZES, [[1], 0]) == [(1,)]
    connection.close()
    assert fetch(SIZES, [[2], 0]) == [(2,)]
    connection.set_autocommit(False)
    try:
        with pytest.raises(Exception, match="division by zero"):
            fetch("SELECT 1/0", None)
        with pytest.raises(InternalError):
            fetch(ADD, {"a": 1, "b": 2})
    finally:
        connection.rollback()
        connection.set_autocommit(True)
    assert fetch(ADD, {"a": 1, "b": 2}) == [(3, 1, "100%")]


@pytest.mark.django_db(transaction=True)
def test_a_live_connection_is_not_asked_and_a_dead_one_is_noticed():
    connection.ensure_connection()
    assert connection.is_usable()  # asked once, since it may have rested
    sent = []
    cursor_class = connection.connection.cursor_factory

    class Counting(cursor_class):
        def execute(self, query, vars=None):
            sent.append(query)
            super().execute(query, vars)

    connection.connection.cursor_factory = Counting
    assert connection.is_usable()
    assert sent == []
    pid = connection.connection.info.backend_pid
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    finally:
        other.close()
    assert not connection.is_usable()
    assert sent == ["SELECT 1"]
    connection.close()
