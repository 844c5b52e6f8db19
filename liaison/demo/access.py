"""Accounts of every role in every county: one password, a known second factor where asked."""

from collections.abc import Iterator

from django.contrib.auth.hashers import make_password

from accounts.models import Grant, User
from accounts.roles import ROLES
from accounts.services.factors import secret_text, set_factor
from audit.actors import SYSTEM
from audit.services import record_many
from deputies.models import Deputy
from liaison.demo.bulk import store
from liaison.demo.canaries import Readers
from liaison.demo.names import distinct_person, person
from liaison.demo.scale import PASSWORD
from liaison.demo.world import Account, County, World

SECRET_BYTES = 20
_COMMON = (
    ("congress_staff", "staff", 2), ("moderator", "moderator", 1), ("auditor", "auditor", 1),
    ("security_admin", "security", 1), ("system_admin", "system", 1),
)  # fmt: skip

# username, name, role, code of the scope, where the account is managed
_Row = tuple[str, str, str, str, str]


def make_accounts(world: World) -> None:
    """Users with their grants; `world.accounts` lists them, the first county's first."""
    password = make_password(PASSWORD)  # one hash for all: a thousand would take minutes
    rows = [row for county in world.counties for row in _rows(world, county)]
    if world.scale.city:
        rows += list(_city_rows(world))
    rows += _canary_rows(world)
    users = [
        User(
            username=username, name=name, home_region_code=region, password=password,
            password_ages=False, password_changed_at=world.days.began,
            created_at=world.days.began,
        )
        for username, name, _, _, region in rows
    ]  # fmt: skip
    store(users, "accounts.created", world.days.began)
    _grants(world, rows, users)
    for row, user in zip(rows, users, strict=True):
        world.accounts.append(_account(world, row, user))
    _link_deputies(world)


def _rows(world: World, county: County) -> Iterator[_Row]:
    key, region = county.key, county.region.code
    rng, taken = world.rng("accounts", region), {d.name for d in county.deputies}

    def name() -> str:
        return distinct_person(rng, taken)[0]

    for n, deputy in enumerate(county.deputies, 1):
        yield f"{key}_deputy{n}", deputy.name, "deputy", deputy.code, deputy.region_code
    for n, station in enumerate(county.stations, 1):
        yield f"{key}_keeper{n}", name(), "station_keeper", station.code, station.region_code
    for n, town in enumerate(county.towns, 1):
        yield f"{key}_town{n}", name(), "town_staff", town.region.code, town.region.code
    for role, word, count in _COMMON:
        for n in range(1, count + 1):
            yield f"{key}_{word}{n}", name(), role, region, region
    for n, unit in enumerate(county.units.values(), 1):
        yield f"{key}_unit{n}", name(), "unit_handler", unit.code, unit.region_code
        yield f"{key}_head{n}", name(), "unit_head", unit.code, unit.region_code


def _canary_rows(world: World) -> Iterator[_Row]:
    """An account in each county whose very name must not be seen outside account management."""
    if not world.canaries.on:
        return
    for county in world.counties:
        region = county.region.code
        username = world.canaries.word(f"{county.key}_").lower()
        yield username, person(world.rng("canary", region))[0], "moderator", region, region
        managers = ("congress_staff", "auditor", "security_admin")
        seen = Readers(region, managers, usernames=(username,))
        world.canaries.note(username, f"accounts.user of {region} username", seen)


def _city_rows(world: World) -> Iterator[_Row]:
    """Staff of the city above: they see all of its counties, and no other city's."""
    city, rng, taken = world.scale.city, world.rng("accounts", world.scale.city), set[str]()
    for role, word, _ in _COMMON:
        yield f"city_{word}1", distinct_person(rng, taken)[0], role, city, city
    for n, unit in enumerate(world.city_units.values(), 1):
        yield f"city_unit{n}", distinct_person(rng, taken)[0], "unit_handler", unit.code, city


def _grants(world: World, rows: list[_Row], users: list[User]) -> None:
    grants = [
        Grant(
            user=user, role=role, scope_kind=ROLES[role].scope_kind, scope_code=scope,
            region_code=region, starts_on=world.days.began_on, reason="演示数据",
        )
        for (_, _, role, scope, region), user in zip(rows, users, strict=True)
    ]  # fmt: skip
    store(grants, "accounts.grant_given", world.days.began)


def _account(world: World, row: _Row, user: User) -> Account:
    username, _, role, scope, region = row
    if not ROLES[role].second_factor:
        return Account(user, role, scope, region)
    secret = world.rng("totp", username).randbytes(SECRET_BYTES)
    set_factor(user=user, secret=secret, now=world.days.began)
    return Account(user, role, scope, region, secret_text(secret))


def _link_deputies(world: World) -> None:
    by_code = {d.code: d for county in world.counties for d in county.deputies}
    linked = []
    for account in world.accounts:
        if account.role == "deputy":
            deputy = by_code[account.scope]
            deputy.user = account.user
            linked.append(deputy)
    Deputy.objects.bulk_update(linked, ["user"], batch_size=500)
    record_many(
        actor=SYSTEM, action="deputies.account_linked", objects=linked, now=world.days.began
    )
