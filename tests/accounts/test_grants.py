"""What a grant gives, who may give one, and that administrators are kept apart."""

from datetime import date, timedelta

import pytest

from accounts.models import Grant, User
from accounts.roles import ROLES
from accounts.services.grants import end_grant, give_grant
from accounts.services.people import create_account, reset_password, set_active
from audit.models import Entry
from core.errors import Forbidden, InputInvalid
from tests.world import NOW, make_county, make_user

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


@pytest.fixture
def county():
    return make_county()


@pytest.fixture
def admin(county) -> User:
    return county.users["security_admin"]


def newcomer(region="370782") -> User:
    return User.objects.create_user("new", None, name="新来", home_region_code=region)


def grant_entries() -> int:
    return Entry.objects.filter(action__startswith="accounts.grant").count()


def test_security_admin_grants_within_the_region(county, admin):
    user = newcomer()

    grant = give_grant(
        user=user, role="town_staff", scope_code="370782001", actor=admin, now=NOW,
        ends_on=TODAY + timedelta(30), reason="党组会议纪要",
    )  # fmt: skip

    assert (grant.scope_kind, grant.region_code) == ("region", "370782001")
    assert user.region_prefixes("voices.view_message") == ["370782001"]
    entry = Entry.objects.get(action="accounts.grant_given")
    assert (entry.object_code, entry.region_code, entry.actor_id) == (
        grant.code, "370782001", admin.pk,
    )  # fmt: skip


@pytest.mark.parametrize("scope", ["370783", "37", "3707"])
def test_nobody_grants_above_or_beside_the_own_region(county, admin, scope):
    make_county("370783", "寿光市")
    from congress.models import Region

    for code, level, parent in (("37", "province", ""), ("3707", "city", "37")):
        Region.objects.get_or_create(
            code=code, defaults={
                "level": level, "name": code, "full_name": code, "parent_code": parent,
            },
        )  # fmt: skip
    user, before = newcomer(), Grant.objects.count()
    with pytest.raises(Forbidden):
        give_grant(user=user, role="town_staff", scope_code=scope, actor=admin, now=NOW)
    assert (Grant.objects.count(), grant_entries()) == (before, 0)


def test_nobody_grants_to_or_ends_the_own(county, admin):
    with pytest.raises(Forbidden):
        give_grant(user=admin, role="auditor", scope_code="370782", actor=admin, now=NOW)
    with pytest.raises(Forbidden):
        end_grant(grant=admin.grants.get(), ends_on=TODAY, actor=admin, now=NOW)
    assert grant_entries() == 0


@pytest.mark.parametrize("role", [r for r in ROLES if r != "security_admin"])
def test_no_other_role_gives_grants(county, role):
    user = newcomer()
    with pytest.raises(Forbidden):
        give_grant(
            user=user, role="auditor", scope_code="370782", actor=county.users[role], now=NOW
        )
    assert (user.grants.count(), grant_entries()) == (0, 0)


@pytest.mark.parametrize(
    ("role", "scope"), [("nobody", "370782"), ("town_staff", "999999"), ("unit_head", "370782")]
)
def test_unknown_role_or_place_is_refused(county, admin, role, scope):
    with pytest.raises(InputInvalid):
        give_grant(user=newcomer(), role=role, scope_code=scope, actor=admin, now=NOW)
    assert grant_entries() == 0


def test_same_grant_twice_is_one(county, admin):
    user = newcomer()
    first, second = (
        give_grant(user=user, role="town_staff", scope_code="370782001", actor=admin, now=NOW)
        for _ in range(2)
    )
    assert first == second
    assert (user.grants.count(), grant_entries()) == (1, 1)


def test_ended_grant_stays_and_gives_nothing(county, admin):
    user = newcomer()
    grant = give_grant(user=user, role="moderator", scope_code="370782", actor=admin, now=NOW)

    end_grant(grant=grant, ends_on=date(2000, 1, 1), actor=admin, now=NOW)

    grant.refresh_from_db()
    # never before its first day: the row keeps its dates in order
    assert grant.ends_on == grant.starts_on
    old = Grant.objects.create(
        user=user, role="auditor", scope_kind="region", scope_code="370782", region_code="370782",
        starts_on=date(2020, 1, 1), ends_on=TODAY - timedelta(1),
    )  # fmt: skip
    with pytest.raises(InputInvalid):
        end_grant(grant=old, ends_on=TODAY + timedelta(9), actor=admin, now=NOW)


def test_grant_is_good_from_its_first_day_through_its_last():
    grant = Grant(starts_on=date(2026, 3, 2), ends_on=date(2026, 3, 9))
    days = [date(2026, 3, 1) + timedelta(n) for n in range(10)]
    assert [d.day for d in days if grant.active_on(d)] == list(range(2, 10))


# --- the roles table --------------------------------------------------------------------------


def test_administrators_are_kept_apart():
    perms = {role: ROLES[role].permissions for role in ROLES}
    message = {p for p in perms["congress_staff"] if p.startswith(("voices.", "handling."))}
    for role in ("security_admin", "system_admin", "auditor"):
        assert not perms[role] & message
    manages = ("accounts.add_grant", "accounts.change_grant", "accounts.delete_grant",
               "accounts.add_user", "accounts.reset_user")  # fmt: skip
    for role in ROLES:
        if role != "security_admin":
            assert not perms[role] & set(manages), role
    writes = ("add_", "change_", "delete_", "reset_", "revive_")
    assert not [p for p in perms["auditor"] if p.split(".")[1].startswith(writes)]


def test_nobody_is_granted_what_belongs_to_residents_and_the_loop(county):
    boss = User.objects.create_superuser("root", "Vole-meadow-42", name="值班")
    for perm in ("workflows.run_due", "voices.rate_message_as_resident"):
        assert not boss.has_perm(perm)
        assert not any(perm in role.permissions for role in ROLES.values())


def test_right_over_an_object_needs_a_grant_that_covers_it(county):
    neighbour = make_county("370783", "寿光市")
    staff = county.users["congress_staff"]
    assert staff.has_perm("congress.change_unit", county.units[0])
    assert not staff.has_perm("congress.change_unit", neighbour.units[0])
    assert staff.has_perm("congress.change_unit")
    # the right in one region, the other role in another: they do not add up
    Grant.objects.create(
        user=staff, role="moderator", scope_kind="region", scope_code="370783",
        region_code="370783", starts_on=date(2022, 1, 1),
    )  # fmt: skip
    fresh = User.objects.get(pk=staff.pk)
    assert not fresh.has_perm("congress.change_unit", neighbour.units[0])
    assert fresh.has_perm("voices.publish_message", neighbour.station) is True


def test_object_that_belongs_nowhere_is_covered_by_nobody(county):
    assert not county.users["congress_staff"].has_perm("congress.change_unit", object())


def test_switched_off_account_may_nothing(county):
    user = county.users["congress_staff"]
    user.is_active = False
    assert not user.has_perm("congress.change_unit")
    user.is_superuser = True
    assert not user.has_perm("congress.change_unit")


# --- accounts ---------------------------------------------------------------------------------


def test_new_account_gets_a_temporary_password(county, admin):
    user, password = create_account(
        username="Xin.Lai", name="辛来", home_region_code="370782001", actor=admin, now=NOW
    )
    assert user.username == "xin.lai"
    assert user.check_password(password)
    assert user.must_change_password
    assert Entry.objects.get(action="accounts.created").region_code == "370782001"


@pytest.mark.parametrize("username", ["ab", "a b c", "宋玉梅", "a/b/c", "", "x" * 61])
def test_odd_username_is_refused(county, admin, username):
    with pytest.raises(InputInvalid):
        create_account(
            username=username, name="某", home_region_code="370782", actor=admin, now=NOW
        )


def test_username_is_unique_in_every_spelling(county, admin):
    make_user("twice", "deputy", "deputy", "D1", "370782")
    with pytest.raises(InputInvalid):
        create_account(username="TWICE", name="某", home_region_code="370782", actor=admin, now=NOW)


def test_accounts_outside_the_region_are_out_of_reach(county, admin):
    stranger = make_user("far", "deputy", "deputy", "D1", "370783")
    with pytest.raises(Forbidden):
        create_account(username="abc", name="某", home_region_code="370783", actor=admin, now=NOW)
    with pytest.raises(Forbidden):
        reset_password(user=stranger, actor=admin, now=NOW)
    with pytest.raises(Forbidden):
        set_active(user=stranger, active=False, actor=admin, now=NOW)
    assert not User.objects.visible_to(admin).filter(pk=stranger.pk).exists()
    assert Entry.objects.filter(action__startswith="accounts.").count() == 0


def test_nobody_switches_himself_off(county, admin):
    with pytest.raises(InputInvalid):
        set_active(user=admin, active=False, actor=admin, now=NOW)
