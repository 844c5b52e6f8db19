"""Numbers come from sequences: no row is ever waited for."""

from django.db import connection


def next_topic_code() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('topics_topic_number')")
        return f"T{cursor.fetchone()[0]:06d}"
