"""Notices reach the inbox once and at once; channels outside by day, without harm to anybody."""

import json
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from audit.models import Entry
from core.errors import Forbidden, InputInvalid
from jobs.models import DueWork
from jobs.services import drain
from notifications import outside
from notifications.channels import add_channel, switch_channel
from notifications.delivery import PUSH, next_daytime, retry
from notifications.models import Channel, Delivery, Notification
from notifications.registry import register_label, register_resident_phone
from notifications.services import mark_read, notify, unread
from tests.world import make_user

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 20, 9, 30, tzinfo=SHANGHAI)
NIGHT = datetime(2026, 11, 20, 22, 30, tzinfo=SHANGHAI)
WORDS = "路灯坏了，找张三"


@pytest.fixture(autouse=True)
def kind():
    register_label("tests.kind", "新的交办单")


@pytest.fixture
def user() -> User:
    return make_user("song", "deputy", "deputy", "D1", "370782")


@pytest.fixture
def sink(settings, tmp_path):
    settings.NOTIFY_SINK_DIR = str(tmp_path / "sink")
    return tmp_path / "sink"


@pytest.fixture
def provider(monkeypatch):
    """The outer edge: remembers what it was handed; fails while `broken`."""

    class Provider:
        broken = False
        calls: list[tuple[str, str, str]] = []

        def send(self, channel, *, title, text):
            self.calls.append((channel.kind, title, text))
            if self.broken:
                raise ConnectionError

    found = Provider()
    found.calls = []
    monkeypatch.setattr(outside, "send", found.send)
    return found


def tell(user, key="k1", **more):
    return notify(
        user_ids=[user.pk], kind="tests.kind", obj=user, text=WORDS, key=key, now=NOW, **more
    )


def files(folder):
    return sorted(
        (json.loads(path.read_text()) for path in folder.glob("*.json")), key=lambda f: f["key"]
    )


def channel(user, kind="wecom", address="abcdef-123") -> Channel:
    return add_channel(user=user, kind=kind, address=address, label="工作群", now=NOW)


def test_notice_is_told_once_however_often_it_is_asked_for(user, sink):
    assert tell(user) == 1
    assert tell(user) == 0
    assert unread(user, NOW) == 1
    for _ in range(2):
        drain(now=NOW)
    key = f"k1:{user.pk}:inbox"
    assert files(sink) == [
        {"kind": "tests.kind", "recipient": "song", "channel": "inbox", "key": key, "text": WORDS}
    ]
    assert list(Delivery.objects.values_list("channel", "key")) == [("inbox", key)]


def test_retry_after_a_crash_between_file_and_commit_does_not_double(user, sink):
    tell(user)
    drain(now=NOW)
    # as if the commit had been lost: the work is open again, the file is there
    Delivery.objects.all().delete()
    DueWork.objects.update(done_at=None, claimed_until=None)
    drain(now=NOW)
    assert len(files(sink)) == 1
    assert Delivery.objects.count() == 1


def test_resident_is_told_on_the_receipt_page_and_we_say_that_no_sms_went(user, sink):
    notify(
        user_ids=[], kind="tests.kind", obj=user, text="已答复", key="k2", now=NOW,
        to_resident=True,
    )  # fmt: skip
    drain(now=NOW)
    row = Delivery.objects.get()
    assert (row.channel, row.note) == ("receipt", "没有接短信平台，已写入回执页")
    assert [f["recipient"] for f in files(sink)] == [f"resident:{user.pk}"]


def test_sms_provider_gets_the_number_and_no_words_of_a_resident(user, settings, monkeypatch):
    sent = []

    class Provider:
        def send(self, phone, text, key):
            sent.append((phone, text, key))
            return "已提交"

    settings.SMS_BACKEND = "somewhere.Provider"
    monkeypatch.setattr(outside, "sms_backend", Provider)
    register_resident_phone("accounts.user", lambda code: "13800138000")
    notify(
        user_ids=[], kind="tests.kind", obj=user, text=WORDS, key="k2", now=NOW, to_resident=True
    )
    for _ in range(2):
        drain(now=NOW)
    assert [(phone, WORDS in text) for phone, text, _ in sent] == [("13800138000", False)]
    assert Delivery.objects.get(channel="sms").note == "已提交"


def test_channel_outside_is_told_that_there_is_something_not_what(user, provider, sink):
    channel(user)
    tell(user)
    drain(now=NOW)
    assert [(kind, WORDS in text, "新的交办单" in text) for kind, _, text in provider.calls] == [
        ("wecom", False, True)
    ]
    assert [f["channel"] for f in files(sink)] == ["inbox", "wecom"]
    drain(now=NOW + timedelta(hours=1))
    assert len(provider.calls) == 1


def test_channels_are_quiet_at_night_the_inbox_is_not(user, provider):
    channel(user)
    notify(user_ids=[user.pk], kind="tests.kind", obj=user, text=WORDS, key="n", now=NIGHT)
    drain(now=NIGHT)
    assert Delivery.objects.filter(channel="inbox").count() == 1
    morning = datetime(2026, 11, 21, 8, tzinfo=SHANGHAI)
    drain(now=morning - timedelta(seconds=1))
    assert provider.calls == []
    drain(now=morning)
    assert len(provider.calls) == 1


@pytest.mark.parametrize(
    ("at", "expected"),
    [("07:59", "08:00"), ("08:00", "08:00"), ("20:59", "20:59"), ("21:00", "+08:00"),
     ("23:30", "+08:00"), ("00:10", "08:00")],
)  # fmt: skip
def test_day_is_from_eight_to_nine(at, expected):
    hour, minute = map(int, at.split(":"))
    found = next_daytime(datetime(2026, 11, 20, hour, minute, tzinfo=SHANGHAI))
    day = 21 if expected.startswith("+") else 20
    assert f"{found:%d %H:%M}" == f"{day} {expected.strip('+')}"


def test_read_notice_is_not_pushed(user, provider):
    channel(user)
    tell(user)
    mark_read(user=user, ids=None, now=NOW)
    drain(now=NOW)
    assert provider.calls == []


def test_failing_provider_backs_off_rests_and_never_blocks_the_inbox(user, provider):
    provider.broken = True
    row = channel(user)
    tell(user)
    tell(user, key="k2")
    drain(now=NOW)
    assert Delivery.objects.filter(channel="inbox").count() == 2
    # the second notice found the channel resting and did not even try
    assert len(provider.calls) == 1
    row.refresh_from_db()
    assert (row.failures, row.last_error) == (1, "ConnectionError")
    assert row.paused_until == NOW + timedelta(seconds=30)

    now = NOW
    for _ in range(400):
        now += timedelta(minutes=1)
        drain(now=now)
    dead = DueWork.objects.filter(kind=PUSH, dead_at__isnull=False)
    assert dead.count() == 2
    assert set(Delivery.objects.filter(channel="wecom").values_list("note", flat=True)) == {
        "ConnectionError"
    }
    assert {d.outcome for d in Delivery.objects.filter(channel="wecom")} == {"没送到"}


def test_provider_that_comes_back_is_used_again(user, provider):
    provider.broken = True
    row = channel(user)
    tell(user)
    drain(now=NOW)
    provider.broken = False
    drain(now=NOW + timedelta(minutes=2))
    row.refresh_from_db()
    assert (len(provider.calls), row.failures, row.paused_until) == (2, 0, None)
    assert Delivery.objects.get(channel="wecom").outcome == "已送出"


def test_push_whose_worker_died_in_mid_call_is_not_sent_twice(user, provider):
    row = channel(user)
    tell(user)
    notice = Notification.objects.get()
    Delivery.objects.create(
        notification=notice, channel="wecom", target=row, key=f"{notice.key}:wecom{row.pk}",
        started_at=NOW,
    )  # fmt: skip
    drain(now=NOW)
    assert provider.calls == []
    assert Delivery.objects.get(channel="wecom").outcome == "结果不明"


def test_staff_with_the_right_send_again_what_nobody_knows(user, provider):
    row = channel(user)
    tell(user)
    notice = Notification.objects.get()
    lost = Delivery.objects.create(
        notification=notice, channel="wecom", target=row, key=f"{notice.key}:wecom{row.pk}",
        started_at=NOW,
    )  # fmt: skip
    drain(now=NOW)
    staff = make_user("sys", "system_admin", "region", "370782", "370782")
    with pytest.raises(Forbidden):
        retry(delivery=lost, actor=user, now=NOW)
    assert retry(delivery=lost, actor=staff, now=NOW)
    drain(now=NOW)
    assert len(provider.calls) == 1
    assert not retry(delivery=lost, actor=staff, now=NOW)
    assert Entry.objects.filter(action="notifications.retried").count() == 1


def test_switched_off_channel_and_account_get_nothing(user, provider):
    row = channel(user)
    tell(user)
    switch_channel(user=user, channel=row, on=False, now=NOW)
    drain(now=NOW)
    switch_channel(user=user, channel=row, on=True, now=NOW)
    User.objects.filter(pk=user.pk).update(is_active=False)
    tell(user, key="k9")
    drain(now=NOW)
    assert provider.calls == []


def test_address_is_kept_encrypted_and_bound_to_its_owner(user):
    row = channel(user, address="secret-token-1")
    row.refresh_from_db()
    assert b"secret" not in bytes(row.address)
    assert outside.address_of(row) == "secret-token-1"
    row.user_id += 1
    with pytest.raises(Exception, match="bound"):
        outside.address_of(row)


@pytest.mark.parametrize(
    ("kind", "address"),
    [("wecom", "a/../b"), ("wecom", "x?y=1"), ("mail", "nobody"), ("webhook", "https://10.0.0.1/"),
     ("webhook", "http://ok.example/"), ("feishu", ""), ("pigeon", "x"), ("dingtalk", "a b c"),
     ("wecom", "k" * 201)],
)  # fmt: skip
def test_address_that_leads_elsewhere_is_refused(user, settings, kind, address):
    settings.NOTIFY_WEBHOOK_HOSTS = ["ok.example"]
    with pytest.raises(InputInvalid):
        channel(user, kind, address)
    assert not Channel.objects.exists()


@pytest.mark.parametrize(
    ("kind", "address", "url"),
    [("wecom", "abc", "wecombot://abc/"), ("dingtalk", "abc key", "dingtalk://key@abc/"),
     ("feishu", "abc", "feishu://abc/"),
     ("webhook", "https://ok.example/in", "jsons://ok.example/in")],
)  # fmt: skip
def test_addresses_become_what_apprise_understands(settings, kind, address, url):
    settings.NOTIFY_WEBHOOK_HOSTS = ["ok.example"]
    made = outside.apprise_url(kind, address)
    assert made.startswith(url)


def test_at_most_five_channels(user):
    for n in range(5):
        channel(user, "mail", f"a{n}@example.com")
    with pytest.raises(InputInvalid):
        channel(user, "mail", "a6@example.com")


def test_operators_hear_of_work_that_was_given_up(settings, monkeypatch):
    said = []
    monkeypatch.setattr(outside, "alert", said.append)
    settings.NOTIFY_STAFF_URLS = ["json://localhost"]
    drain(now=NOW)
    assert said == []
    for n in range(3):
        DueWork.objects.create(kind="gone", key=str(n), run_at=NOW, dead_at=NOW)
    drain(now=NOW + timedelta(minutes=59))
    drain(now=NOW + timedelta(minutes=61))
    drain(now=NOW + timedelta(hours=5))
    assert [words[:8] for words in said] == ["近一小时有3件后"[:8]]


# --- pages ------------------------------------------------------------------------------------


def test_inbox_shows_mine_only_and_marks_read(client, user):
    other = make_user("wu", "deputy", "deputy", "D2", "370782")
    tell(user)
    tell(other, key="other")
    foreign = Notification.objects.get(user=other)
    client.force_login(user)

    page = client.get("/desk/inbox/").content.decode()
    assert page.count(WORDS) == 1
    assert client.get(f"/desk/inbox/{foreign.pk}/").status_code == 404
    mine = Notification.objects.get(user=user)
    assert client.get(f"/desk/inbox/{mine.pk}/").status_code == 302
    client.post("/desk/inbox/read/", {"id": str(foreign.pk)})
    assert (unread(user, NOW), unread(other, NOW)) == (0, 1)
    client.post("/desk/inbox/read/", {"id": "' OR 1"})
    assert client.get("/desk/inbox/?show=unread").status_code == 200


def test_inbox_takes_as_many_queries_for_30_rows_as_for_1(client, user):
    client.force_login(user)
    client.get("/desk/inbox/")  # the first click of a session writes down when it was
    counts = []
    for n in range(30):
        tell(user, key=f"q{n}")
        if n in (0, 29):
            with CaptureQueriesContext(connection) as queries:
                client.get("/desk/inbox/")
            counts.append(len(queries))
    assert counts[0] == counts[1]


def test_bell_counts(client, user):
    tell(user)
    client.force_login(user)
    assert "消息，1条未读" in client.get("/desk/").content.decode()


def test_channel_pages_are_the_owners(client, user):
    row = channel(user)
    stranger = make_user("wu", "deputy", "deputy", "D2", "370782")
    client.force_login(stranger)
    assert client.post(f"/account/channels/{row.pk}/", {"do": "remove"}).status_code == 404
    assert Channel.objects.filter(pk=row.pk, is_on=True).exists()
    client.force_login(user)
    page = client.get("/account/channels/").content.decode()
    assert "工作群" in page
    assert "abcdef-123" not in page
    bad = client.post("/account/channels/", {"kind": "mail", "address": "x", "label": ""})
    assert bad.status_code == 400
    good = client.post("/account/channels/", {"kind": "mail", "address": "a@b.cn", "label": ""})
    assert good.status_code == 302
    client.post(f"/account/channels/{row.pk}/", {"do": "remove"})
    assert Channel.objects.count() == 1
