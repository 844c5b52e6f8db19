"""Machine keys: issued by the command, hashed, expiring, revocable."""

from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import ApiKey, User
from accounts.services.keys import find_key, issue_key, revoke_key
from audit.actors import SYSTEM
from audit.models import Entry
from core.dates import local_date
from core.errors import Forbidden
from tests.voices.conftest import say
from tests.world import make_county, make_user
from voices.models import Message

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 1, 30, tzinfo=UTC)


@pytest.fixture
def user() -> User:
    return make_user("machine", "congress_staff", "region", "370782", "370782")


def issued(*arguments: str) -> str:
    out = StringIO()
    call_command("issue_key", *arguments, stdout=out)
    return out.getvalue().strip()


def test_issued_key_opens_the_api_as_its_account(client, user):
    text = issued("Machine")

    response = client.get("/api/v1/units/", headers={"Authorization": f"Key {text}"})

    assert response.status_code == 200
    key = ApiKey.objects.get()
    assert text not in f"{vars(key)}"
    assert key.last_used_on == local_date(datetime.now(UTC))


@pytest.mark.parametrize(
    "header",
    ["Key", "Key x", "Key a b", "Key aaaaaaaa.bbbb", "Key " + "a" * 5000, "Key é"],
)
def test_wrong_key_is_refused(client, user, header):
    issued("machine")
    response = client.get("/api/v1/units/", headers={"Authorization": header})
    assert response.status_code == 401


def test_broken_key_is_bad_input(client, user):
    response = client.get("/api/v1/units/", headers={"Authorization": "key \x00"})
    assert response.status_code == 400


def test_key_with_broken_characters_is_no_server_error(client, user):
    answer = client.get("/api/v1/units/", headers={"Authorization": "Key aaaaaaaa.\x00"})
    assert answer.status_code == 400
    assert find_key("aaaaaaaa.\x00", now=NOW) is None


def test_right_prefix_with_another_secret_is_refused(user):
    text = issued("machine")
    prefix = text.partition(".")[0]
    assert find_key(text, now=NOW) == ApiKey.objects.get()
    assert find_key(f"{prefix}.{'A' * 43}", now=NOW) is None
    assert find_key(text[:-1], now=NOW) is None


def test_key_works_through_its_last_day(user):
    key, text = issue_key(user=user, label="", expires_on=date(2026, 11, 21), actor=SYSTEM, now=NOW)
    assert find_key(text, now=datetime(2026, 11, 21, 15, 59, tzinfo=UTC)) == key
    assert find_key(text, now=datetime(2026, 11, 21, 16, 0, tzinfo=UTC)) is None


def test_revoked_key_and_switched_off_account_open_nothing(user):
    key, text = issue_key(user=user, label="", expires_on=None, actor=SYSTEM, now=NOW)
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert find_key(text, now=NOW) is None
    User.objects.filter(pk=user.pk).update(is_active=True)
    assert find_key(text, now=NOW) == key

    assert revoke_key(key=key, actor=SYSTEM, now=NOW)
    assert not revoke_key(key=key, actor=SYSTEM, now=NOW)

    assert find_key(text, now=NOW) is None
    log = Entry.objects.filter(action__startswith="accounts.key").order_by("id")
    assert list(log.values_list("action", "object_code")) == [
        ("accounts.key_issued", key.code), ("accounts.key_revoked", key.code),
    ]  # fmt: skip


def test_only_security_admin_of_the_region_issues(user):
    for role, region in (("system_admin", "370782"), ("security_admin", "370783")):
        stranger = make_user(f"{role}{region}", role, "region", region, region)
        with pytest.raises(Forbidden):
            issue_key(user=user, label="", expires_on=None, actor=stranger, now=NOW)
    assert not ApiKey.objects.exists()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["nobody"], 1), (["machine", "--expires", "soon"], 2),
     (["machine", "--expires", str(local_date(datetime.now(UTC)) - timedelta(1))], 2)],
)  # fmt: skip
def test_command_says_what_is_wrong(user, arguments, code):
    with pytest.raises(CommandError) as caught:
        issued(*arguments)
    assert caught.value.returncode == code
    assert not ApiKey.objects.exists()


def test_session_writes_need_the_csrf_token(user):
    from rest_framework.test import APIClient

    client = APIClient(enforce_csrf_checks=True)
    client.force_login(user)
    assert client.post("/api/v1/units/", {}).status_code == 403


def test_key_acts_as_its_account_and_within_its_rights(client):
    county, neighbour = make_county(), make_county("370785", "高密市")
    mine, theirs = say(county).message, say(neighbour, key="n" * 20).message
    text = issued(county.users["deputy"].username)
    header = {"Authorization": f"Key {text}"}
    done = client.post(f"/api/v1/messages/{mine.code}/actions/accept/", headers=header)
    assert (done.status_code, Message.objects.get(pk=mine.pk).state) == (200, "accepted")
    step = Entry.objects.of(mine).get(transition="accept")
    assert step.actor_id == county.users["deputy"].pk
    foreign = client.post(f"/api/v1/messages/{theirs.code}/actions/accept/", headers=header)
    assert (foreign.status_code, Message.objects.get(pk=theirs.pk).state) == (404, "received")
    denied = client.post(f"/api/v1/messages/{mine.code}/actions/transfer/", headers=header)
    assert denied.status_code == 403
    none = client.post(f"/api/v1/messages/{theirs.code}/actions/accept/")
    assert none.status_code in (401, 403, 404)
