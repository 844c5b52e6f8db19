"""Accounts, grants and keys through the admin's pages."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import ApiKey, Grant, SecondFactor, User
from accounts.services.factors import set_factor
from accounts.services.keys import issue_key
from audit.actors import SYSTEM
from audit.models import Entry
from tests.world import make_county, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def county():
    return make_county()


@pytest.fixture
def admin(county, client):
    client.force_login(county.users["security_admin"])
    return client


def url(name, *args):
    return reverse(f"admin:accounts_{name}", args=args)


def actions(prefix="accounts."):
    found = Entry.objects.filter(action__startswith=prefix).order_by("id")
    return list(found.values_list("action", flat=True))


def test_new_account_shows_its_temporary_password_once(admin):
    page = admin.post(
        url("user_new"), {"username": "xin", "name": "辛来", "home_region_code": "370782001"}
    )
    password = re.search(r'id="secret">([^<]+)<', page.content.decode())[1]
    user = User.objects.get(username="xin")
    assert user.check_password(password)
    assert user.must_change_password
    assert "no-store" in page["Cache-Control"]
    assert password not in admin.get(url("user_change", user.pk)).content.decode()
    assert actions() == ["accounts.created"]


@pytest.mark.parametrize(
    "data",
    [{"username": "a", "name": "辛", "home_region_code": "370782"},
     {"username": "xin", "name": "辛", "home_region_code": "3707"},
     {"username": "xin", "name": "辛", "home_region_code": "x"},
     {"username": "security_admin_370782", "name": "辛", "home_region_code": "370782"}],
)  # fmt: skip
def test_account_that_cannot_be_is_refused(admin, data):
    before = User.objects.count()
    assert admin.post(url("user_new"), data).status_code in (400, 403)
    assert (User.objects.count(), actions()) == (before, [])


def test_grant_is_given_by_looking_the_place_up(admin, county):
    user = make_user("xin", "deputy", "deputy", county.deputy.code, "370782")
    page = url("user_grant", user.pk)
    looked = admin.post(page, {"role": "unit_handler", "place": "供电", "find": "1"})
    assert looked.status_code == 200
    code = county.units[1].code
    assert f'value="{code}"' in looked.content.decode()
    assert user.grants.count() == 1

    done = admin.post(
        page, {"role": "unit_handler", "place": "供电", "scope_code": code, "reason": "任命文件"}
    )

    assert done.status_code == 302
    grant = user.grants.get(role="unit_handler")
    assert (grant.scope_kind, grant.scope_code, grant.reason) == ("unit", code, "任命文件")
    assert actions() == ["accounts.grant_given"]


def test_place_that_was_not_in_the_list_is_refused(admin, county):
    user = make_user("xin", "deputy", "deputy", county.deputy.code, "370782")
    page = url("user_grant", user.pk)
    for data in (
        {"role": "unit_handler", "place": "", "scope_code": county.units[1].code},
        {"role": "town_staff", "place": "供电", "scope_code": county.units[1].code},
        {"role": "boss", "place": "供电"},
    ):
        assert admin.post(page, data).status_code == 400
    assert (user.grants.count(), actions()) == (1, [])


def test_grant_is_ended_not_deleted(admin, county):
    grant = county.users["moderator"].grants.get()
    yesterday = timezone.localdate() - timedelta(days=1)
    assert admin.post(url("grant_delete", grant.pk), {"post": "yes"}).status_code == 403
    assert admin.post(url("grant_end", grant.pk), {"ends_on": str(yesterday)}).status_code == 302
    grant.refresh_from_db()
    assert grant.ends_on == yesterday
    assert not User.objects.get(pk=grant.user_id).has_role("moderator")


def test_own_grant_cannot_be_ended(admin, county):
    grant = county.users["security_admin"].grants.get()
    admin.post(url("grant_end", grant.pk), {"ends_on": "2020-01-01"})
    grant.refresh_from_db()
    assert grant.ends_on is None


def test_reset_unlock_switch_and_factor(admin, county):
    user = county.users["town_staff"]
    set_factor(user=user, secret=b"x" * 20, now=datetime.now(UTC))
    for name in ("reset", "factor", "unlock", "switch"):
        assert admin.get(url(f"user_{name}", user.pk)).status_code == 200
        assert admin.post(url(f"user_{name}", user.pk)).status_code in (200, 302)
    user.refresh_from_db()
    assert (user.is_active, user.must_change_password) == (False, True)
    assert not SecondFactor.objects.filter(user=user).exists()
    assert actions() == [
        "accounts.password_reset", "accounts.factor_reset", "accounts.unlocked",
        "accounts.switched_off",
    ]  # fmt: skip


def test_key_is_shown_once_and_revoked(admin, county):
    user = county.users["congress_staff"]
    page = admin.post(url("user_key", user.pk), {"label": "数据交换"})
    text = re.search(r'id="secret">([^<]+)<', page.content.decode())[1]
    key = ApiKey.objects.get()
    assert text.startswith(key.prefix)
    assert admin.post(url("apikey_revoke", key.pk)).status_code == 302
    key.refresh_from_db()
    assert key.revoked_at is not None


def test_neighbours_accounts_are_not_there(admin, county):
    neighbour = make_county("370783", "寿光市")
    other = neighbour.users["moderator"]
    key, _ = issue_key(user=other, label="", expires_on=None, actor=SYSTEM, now=datetime.now(UTC))
    assert other.username not in admin.get(url("user_changelist")).content.decode()
    for name, pk in (
        ("user_change", other.pk), ("user_reset", other.pk), ("user_grant", other.pk),
        ("grant_end", other.grants.get().pk), ("apikey_revoke", key.pk),
    ):  # fmt: skip
        assert admin.get(url(name, pk)).status_code == 404
        # nobody changes an entry by hand, so that page refuses every POST alike
        refused = 403 if name == "user_change" else 404
        assert admin.post(url(name, pk)).status_code == refused
    assert User.objects.get(pk=other.pk).check_password("Vole-meadow-42")


@pytest.mark.parametrize("role", ["auditor", "congress_staff", "system_admin", "town_staff"])
def test_other_staff_read_at_most(client, county, role):
    client.force_login(county.users[role])
    user = county.users["moderator"]
    for name in ("new",):
        assert client.post(url(f"user_{name}"), {}).status_code == 403
    for name in ("reset", "factor", "unlock", "switch", "grant", "key", "details"):
        assert client.post(url(f"user_{name}", user.pk), {}).status_code in (403, 404)
    page = client.get(url("user_change", user.pk))
    assert page.status_code == (200 if role in ("auditor", "congress_staff") else 403)
    assert Grant.objects.filter(user=user, ends_on=None).exists()
    assert actions() == []


def test_admin_is_for_staff_only(client, county):
    client.force_login(county.users["deputy"])
    assert client.get("/admin/").status_code in (302, 403)
    client.force_login(county.users["security_admin"])
    assert client.get("/admin/").status_code == 200


def test_admin_has_one_way_to_change_a_password_and_one_way_out(admin):
    assert admin.get("/admin/password_change/").headers["Location"] == "/login/password/"
    assert admin.post("/admin/logout/").headers["Location"] == "/login/?left=1"
    assert actions() == ["accounts.signed_out"]


def test_lists_take_as_many_queries_for_30_rows_as_for_1(admin, county):
    for name in ("user_changelist", "grant_changelist", "apikey_changelist"):
        counts = []
        for round_ in range(2):
            for n in range(1 if round_ == 0 else 29):
                user = make_user(f"{name}{round_}{n}", "town_staff", "region", "370782", "370782")
                issue_key(user=user, label="", expires_on=None, actor=SYSTEM, now=datetime.now(UTC))
            admin.get(url(name))
            with CaptureQueriesContext(connection) as queries:
                assert admin.get(url(name)).status_code == 200
            counts.append(len(queries))
        assert counts[0] == counts[1], name
