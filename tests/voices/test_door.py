"""What is remembered of a printed code, and what never is."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.services.grants import end_grant
from accounts.services.people import set_active
from audit.models import Entry
from codes.models import Code
from core.dates import local_date
from core.errors import NotVisible
from deputies.models import Deputy
from notifications.models import Clock, Notification
from stations.models import Station
from tests.world import NOW, make_user
from voices.models import Message
from voices.selectors import open_door, route_of
from voices.services import Words, submit

pytestmark = pytest.mark.django_db


@pytest.fixture
def code(county):
    return county.codes["deputy"]


def test_code_is_looked_up_once(code):
    first = open_door(code.token)
    with CaptureQueriesContext(connection) as queries:
        again = open_door(code.token.upper())
    assert (len(queries), again.code, again.route) == (0, code, route_of(code))
    assert first.target.title == again.target.title


def test_revoked_code_takes_nothing_though_it_is_remembered(client, code):
    open_door(code.token)
    Code.objects.filter(pk=code.pk).update(state="revoked")
    answer = client.post(f"/q/{code.token}/message/", {"kind": "problem", "text": "路灯坏了"})
    assert answer.status_code == 404
    assert not Message.objects.exists()
    assert not Clock.objects.exists()
    with pytest.raises(NotVisible):
        open_door(code.token)


def told(message):
    return set(Notification.objects.filter(object_code=message.code).values_list("user", flat=True))


def send(client, code, text):
    answer = client.post(f"/q/{code.token}/message/", {"kind": "problem", "text": text})
    assert answer.status_code == 201
    return Message.objects.get(text=text)


def test_revoked_grant_hears_nothing_more_and_the_next_in_line_does(client, county, code):
    deputy, keeper = county.users["deputy"], county.users["station_keeper"]
    assert told(send(client, code, "第一件")) == {deputy.pk}
    grant, admin = deputy.grants.get(), county.users["security_admin"]
    end_grant(grant=grant, ends_on=local_date(timezone.now()) - timedelta(days=1), actor=admin,
              now=timezone.now())  # fmt: skip
    assert told(send(client, code, "第二件")) == {keeper.pk}


def test_new_grant_hears_of_the_next_message(client, county, code):
    send(client, code, "第一件")
    second = make_user("second", "deputy", "deputy", county.deputy.code, county.code)
    assert told(send(client, code, "第二件")) == {county.users["deputy"].pk, second.pk}


def test_switched_off_account_hears_nothing_more(client, county, code):
    send(client, code, "第一件")
    set_active(user=county.users["deputy"], active=False, actor=county.users["security_admin"],
               now=timezone.now())  # fmt: skip
    assert told(send(client, code, "第二件")) == {county.users["station_keeper"].pk}


def test_closed_station_gets_no_more_messages_though_it_is_remembered(client, county, code):
    assert send(client, code, "第一件").station_id == county.station.code
    Station.objects.filter(pk=county.station.pk).update(closed_on="2026-11-01")
    assert send(client, code, "第二件").station_id is None


def test_deputy_out_of_office_takes_nothing_though_remembered(client, county, code):
    send(client, code, "第一件")
    Deputy.objects.filter(pk=county.deputy.pk).update(serving=False)
    answer = client.post(f"/q/{code.token}/message/", {"kind": "problem", "text": "第二件"})
    assert (answer.status_code, Message.objects.count()) == (404, 1)


def test_what_is_remembered_is_asked_for_in_the_statement_of_the_number(client, code):
    for text in ("第一件", "第二件"):
        send(client, code, text)
    with CaptureQueriesContext(connection) as queries:
        send(client, code, "第三件")
    reads = [q["sql"] for q in queries if q["sql"].lstrip().startswith("SELECT")]
    about = [sql for sql in reads if "accounts_grant" in sql or "codes_code" in sql]
    assert len(about) == 1
    assert "voices_message_number" in about[0]


def test_message_log_and_clock_come_together(code):
    door = open_door(code.token)
    with CaptureQueriesContext(connection) as queries:
        done = submit(
            Words("problem", "路灯坏了"), code=door.code, route=door.route, idempotency_key="k",
            now=NOW,
        )  # fmt: skip
    kept = [q["sql"] for q in queries if "INSERT INTO" in q["sql"]]
    together = [sql for sql in kept if "voices_message" in sql]
    assert len(together) == 1
    assert "audit_entry" in together[0]
    assert "notifications_clock" in together[0]
    message = Message.objects.get(pk=done.message.pk)
    assert Entry.objects.of(message).get().action == "voices.message.received"
    clock = Clock.objects.get(object_code=message.code)
    assert (clock.due_on, clock.stopped_at, clock.name) == (
        message.due_on, None, "message_accept_within",
    )  # fmt: skip
