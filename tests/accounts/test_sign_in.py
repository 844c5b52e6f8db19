"""Signing in through the front door: what is said, what is locked, what is recorded."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import RecoveryCode, SecondFactor, User
from accounts.services.factors import present_code, secret_of, set_factor
from audit.models import Entry
from tests.world import make_user

pytestmark = pytest.mark.django_db
PASSWORD = "Vole-meadow-42"
LOGIN = "/login/"
FULL_WIDTH = "\uff53\uff4f\uff4e\uff47"  # song
FULL_DIGITS = "\uff11\uff12\uff13\uff14\uff15\uff16"
SECRET = b"twenty bytes of test"


@pytest.fixture
def deputy() -> User:
    return make_user("song", "deputy", "deputy", "D1", "370782")


@pytest.fixture
def staff() -> User:
    return make_user("wang", "congress_staff", "region", "370782", "370782")


def post(client, username, password=PASSWORD, **more):
    return client.post(LOGIN, {"username": username, "password": password, **more})


def actions() -> list[str]:
    mine = Entry.objects.filter(action__startswith="accounts.").order_by("id")
    return list(mine.values_list("action", flat=True))


def code(user, at=None) -> str:
    return present_code(SECRET, at or datetime.now(UTC))


def test_deputy_signs_in_with_name_and_password(client, deputy):
    assert client.get("/desk/").headers["Location"] == "/login/?next=%2Fdesk%2F"

    response = post(client, "song", next="/desk/?x=1")

    assert (response.status_code, response.headers["Location"]) == (302, "/desk/?x=1")
    assert client.get("/desk/").status_code == 200
    assert actions() == ["accounts.signed_in"]


@pytest.mark.parametrize("typed", [" SONG ", FULL_WIDTH, "Song"])
def test_name_is_taken_however_it_is_spelt(client, deputy, typed):
    assert post(client, typed).status_code == 302


def words(response) -> str:
    text = re.sub(
        r'(csrfmiddlewaretoken|username)" value="[^"]*"', r"\1", response.content.decode()
    )
    return re.sub(r'(<input[^>]*name="username"[^>]*?) ?value="[^"]*"', r"\1", text)


def test_unknown_wrong_and_switched_off_look_the_same(client, deputy):
    off = make_user("gone", "deputy", "deputy", "D2", "370782")
    User.objects.filter(pk=off.pk).update(is_active=False)

    answers = [
        post(client, "nobody"), post(client, "song", "Wrong-pass-1"), post(client, "gone"),
    ]  # fmt: skip

    assert [a.status_code for a in answers] == [400] * 3
    bodies = {re.sub(r'value="(nobody|song|gone)"', "", words(a)) for a in answers}
    assert len(bodies) == 1
    assert actions() == ["accounts.sign_in_failed"] * 3
    assert "_auth_user_id" not in client.session


def test_unknown_name_costs_a_hash_and_as_many_queries(client, deputy, monkeypatch):
    made, counts = [], []
    monkeypatch.setattr(User, "set_password", lambda self, raw: made.append(raw))
    for name in ("nobody", "song"):
        with CaptureQueriesContext(connection) as queries:
            post(client, name, "Wrong-pass-1")
        counts.append(len(queries))
    assert made == ["Wrong-pass-1"]
    assert counts[0] == counts[1]


def test_typed_name_of_nobody_is_not_kept_in_the_log(client):
    post(client, "my-secret-password")
    entry = Entry.objects.order_by("-id")[0]
    assert "my-secret" not in f"{vars(entry)}"
    assert entry.object_code == "0"


def test_five_failures_lock_for_a_quarter_of_an_hour(client, deputy):
    for _ in range(4):
        assert post(client, "song", "Wrong-pass-1").status_code == 400
    assert post(client, "song", "Wrong-pass-1").status_code == 429
    locked = post(client, "song")
    assert locked.status_code == 429
    assert "15分钟" in locked.content.decode()
    assert "accounts.sign_in_locked" in actions()

    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=14), tick=True):
        assert post(client, "song").status_code == 429
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=15, seconds=5), tick=True):
        assert post(client, "song").status_code == 302


def test_lock_holds_for_one_name_at_one_address(client, deputy, staff):
    for _ in range(5):
        post(client, "song", "Wrong-pass-1")
    # a colleague behind the same office address
    assert post(client, "wang").status_code == 302
    # the same person elsewhere: a stranger cannot shut her out
    elsewhere = client.post(
        LOGIN, {"username": "song", "password": PASSWORD}, REMOTE_ADDR="198.51.100.7"
    )
    assert elsewhere.status_code == 302


def test_another_spelling_is_no_way_around_the_lock(client, deputy):
    for spelling in ("song", "SONG", " song", FULL_WIDTH, "Song"):
        post(client, spelling, "Wrong-pass-1")
    assert post(client, "sOng").status_code == 429


def test_guessing_from_many_addresses_is_limited_by_name(client, deputy):
    for n in range(60):
        client.post(
            LOGIN, {"username": "song", "password": "Wrong-1a"}, REMOTE_ADDR=f"198.51.100.{n}"
        )
    again = client.post(
        LOGIN, {"username": "song", "password": PASSWORD}, REMOTE_ADDR="198.51.101.1"
    )
    assert again.status_code == 429


@pytest.mark.parametrize(
    "wanted",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "x"],
)
def test_next_of_another_site_is_ignored(client, deputy, wanted):
    assert post(client, "song", next=wanted).headers["Location"] == "/desk/"


def test_next_into_a_place_the_role_has_no_business_in_is_ignored(client, deputy):
    assert post(client, "song", next="/admin/").headers["Location"] == "/desk/"
    assert client.get("/login/?next=/admin/").headers["Location"] == "/desk/"


def test_session_key_changes_at_sign_in(client, deputy):
    client.session["kept"] = "1"
    before = client.session.session_key
    post(client, "song")
    assert client.session.session_key != before


def test_sign_out_takes_a_post_and_is_recorded(client, deputy):
    post(client, "song")
    assert client.get("/logout/").status_code == 405
    assert client.post("/logout/").headers["Location"] == "/login/?left=1"
    assert client.get("/desk/").status_code == 302
    assert actions() == ["accounts.signed_in", "accounts.signed_out"]


def test_session_ends_after_half_an_hour_of_silence(client, deputy):
    post(client, "song")
    client.get("/desk/")
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=31), tick=True):
        assert client.get("/desk/").status_code == 302


def test_session_ends_when_the_account_is_switched_off(client, deputy):
    post(client, "song")
    User.objects.filter(pk=deputy.pk).update(is_active=False)
    assert client.get("/desk/").status_code == 302


# --- second factor ----------------------------------------------------------------------------


def test_staff_without_second_factor_are_strangers_everywhere(client, staff):
    set_factor(user=staff, secret=SECRET, now=datetime.now(UTC))
    assert post(client, "wang").headers["Location"] == "/login/factor/"

    assert client.get("/desk/").headers["Location"] == "/login/?next=%2Fdesk%2F"
    assert client.get("/account/").status_code == 302
    assert client.get("/admin/").status_code == 302
    assert client.get("/api/v1/units/").wsgi_request.user.is_anonymous
    assert (
        client.get("/login/?next=%2Fdesk%2F").headers["Location"]
        == "/login/factor/?next=%2Fdesk%2F"
    )


def test_staff_pass_with_the_code_once(client, staff):
    set_factor(user=staff, secret=SECRET, now=datetime.now(UTC))
    post(client, "wang")
    before = client.session.session_key
    token = code(staff)

    response = client.post("/login/factor/", {"token": token, "next": "/account/"})

    assert response.headers["Location"] == "/account/"
    assert client.session.session_key != before
    assert client.get("/account/").status_code == 200
    # the same six digits do not work a second time
    client.post("/logout/")
    post(client, "wang")
    assert client.post("/login/factor/", {"token": token}).status_code == 400


@pytest.mark.parametrize("token", ["000000", "", "12345", FULL_DIGITS, "' OR 1=1 --", "-12345"])
def test_wrong_code_is_refused(client, staff, token):
    set_factor(user=staff, secret=SECRET, now=datetime.now(UTC))
    post(client, "wang")
    assert client.post("/login/factor/", {"token": token}).status_code == 400
    assert client.get("/desk/").status_code == 302


def test_codes_cannot_be_guessed_through(client, staff):
    set_factor(user=staff, secret=SECRET, now=datetime.now(UTC))
    post(client, "wang")
    for _ in range(10):
        client.post("/login/factor/", {"token": "000001"})
    answer = client.post("/login/factor/", {"token": code(staff)})
    assert answer.status_code == 400
    assert "再试" in answer.content.decode()
    assert client.get("/desk/").status_code == 302


def test_first_sign_in_enrols_and_shows_recovery_codes_once(client, staff):
    post(client, "wang")
    page = client.get("/login/factor/").content.decode()
    assert '<svg class="qr enrol"' in page
    factor = SecondFactor.objects.get(user=staff)
    assert not factor.confirmed
    assert client.post("/login/factor/", {"token": "000000"}).status_code == 400
    secret = secret_of(factor)

    done = client.post("/login/factor/", {"token": present_code(secret, datetime.now(UTC))})

    codes = re.findall(r"<code>([a-z2-9]{5}-[a-z2-9]{5})</code>", done.content.decode())
    assert len(codes) == 10
    assert client.get("/desk/").status_code == 200
    assert "accounts.factor_enrolled" in actions()
    # a recovery code opens once
    for expected in (302, 400):
        client.post("/logout/")
        post(client, "wang")
        used = client.post("/login/factor/", {"token": codes[0].upper()})
        assert used.status_code == expected
    assert RecoveryCode.objects.filter(user=staff, used_at=None).count() == 9


def test_secret_is_not_stored_in_the_clear(staff):
    factor = set_factor(user=staff, secret=SECRET, now=datetime.now(UTC))
    stored = bytes(SecondFactor.objects.get(pk=factor.pk).secret)
    assert SECRET not in stored
    assert SECRET.hex().encode() not in stored


def test_deputy_is_not_asked_for_a_factor(client, deputy):
    post(client, "song")
    assert client.get("/login/factor/").headers["Location"] == "/desk/"


# --- passwords --------------------------------------------------------------------------------


def test_temporary_password_must_be_changed_before_anything_else(client, deputy):
    User.objects.filter(pk=deputy.pk).update(must_change_password=True)
    assert post(client, "song", next="/account/").headers["Location"] == (
        "/login/password/?next=%2Faccount%2F"
    )
    assert client.get("/desk/").status_code == 302

    fresh = {"old": PASSWORD, "new": "Otter-river-77", "again": "Otter-river-77"}
    done = client.post("/login/password/", {**fresh, "next": "/account/"})

    assert done.headers["Location"] == "/account/"
    assert client.get("/account/").status_code == 200
    assert "accounts.password_changed" in actions()


def test_password_is_due_after_ninety_days_but_not_a_demo_one(client, deputy):
    old = datetime.now(UTC) - timedelta(days=91)
    User.objects.filter(pk=deputy.pk).update(password_changed_at=old)
    assert post(client, "song").headers["Location"] == "/login/password/"
    client.post("/logout/")
    User.objects.filter(pk=deputy.pk).update(password_ages=False)
    assert post(client, "song").headers["Location"] == "/desk/"


@pytest.mark.parametrize(
    "new",
    ["short-1A", "alllowercase", "12345678", "Password123", "xX1-song-22", "Xx1-gnos-22", PASSWORD],
)
def test_weak_or_used_password_is_refused(client, deputy, new):
    if new == "short-1A":
        new = "sh-1A"
    post(client, "song")
    answer = client.post("/login/password/", {"old": PASSWORD, "new": new, "again": new})
    assert answer.status_code == 400
    assert User.objects.get(pk=deputy.pk).check_password(PASSWORD)


def test_password_change_needs_the_old_one_and_ends_other_sessions(client, deputy):
    other = type(client)()
    post(client, "song")
    post(other, "song")
    wrong = {"old": "Nope-nope-1", "new": "Otter-river-77", "again": "Otter-river-77"}
    assert client.post("/login/password/", wrong).status_code == 400
    assert client.post("/login/password/", {**wrong, "old": PASSWORD}).status_code == 302
    assert client.get("/desk/").status_code == 200
    assert other.get("/desk/").status_code == 302


def test_passwords_are_never_shown_again(client, deputy):
    post(client, "song")
    page = client.post("/login/password/", {"old": "Nope-nope-1", "new": "A", "again": "B"})
    assert "Nope-nope-1" not in page.content.decode()


# --- own account ------------------------------------------------------------------------------


def test_new_recovery_codes_and_new_phone_need_a_present_code(client, staff):
    client.force_login(staff)
    assert client.post("/account/codes/", {"token": "000000"}).status_code == 400
    client.post("/account/phone/", {"token": "000000"})
    assert SecondFactor.objects.filter(user=staff, confirmed=True).exists()
    token = present_code(b"a factor for testing", datetime.now(UTC))

    assert client.post("/account/phone/", {"token": token}).status_code == 302

    assert not SecondFactor.objects.filter(user=staff).exists()
    assert client.get("/desk/").status_code == 302


def test_pages_carry_no_inline_script_or_style(client, staff):
    for url in (LOGIN, reverse("accounts:factor")):
        page = client.get(url).content.decode()
        assert not re.search(r"<script>|style=|onclick=", page)
    post(client, "wang")
    assert not re.search(r" style=| on\w+=", client.get("/login/factor/").content.decode())
