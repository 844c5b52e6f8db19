"""Who acts on a topic and who is told; which 代表之家 hosts it."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from accounts.models import Grant
from accounts.selectors import nearest_region_users, users_with_role
from congress.models import Unit
from deputies.models import Deputy
from stations.models import Station
from topics import states
from topics.models import Topic
from voices.selectors import station_for

STAFF = ("town_staff", "congress_staff")


def host_for(deputy_code: str | None, region_code: str) -> Station | None:
    """The 代表之家 of the town, else the station of the deputy or place, else none (staff act)."""
    if len(region_code) >= 9:
        home = Station.objects.public().filter(kind="home", region_code__startswith=region_code[:9])
        if found := home.order_by("id").first():
            return found
    elif deputy_code is None:
        return None
    code = station_for(deputy_code, region_code)
    return Station.objects.filter(code=code).first() if code else None


def host_people(topic: Topic, on: date) -> list[int]:
    """The keepers of the host, or the staff of the place."""
    found: list[int] = []
    if topic.host_id:
        found = users_with_role(
            "station_keeper", scope_kind=Grant.STATION, scope_code=topic.host_id, on=on
        )
    return found or nearest_region_users(*STAFF, region_code=topic.region_code, on=on)


def staff_people(topic: Topic, on: date) -> list[int]:
    return nearest_region_users(*STAFF, region_code=topic.region_code, on=on)


def deputy_people(topic: Topic, on: date) -> list[int]:
    """The account of the deputy who leads the topic."""
    return accounts_of([topic.deputy_id] if topic.deputy_id else [], on)


def accounts_of(deputy_codes: Iterable[str], on: date) -> list[int]:
    """Accounts of deputies, in one query."""
    grants = Grant.objects.active(on).filter(
        role="deputy", scope_kind=Grant.DEPUTY, scope_code__in=list(deputy_codes),
        user__is_active=True,
    )  # fmt: skip
    return sorted(set(grants.values_list("user_id", flat=True)))


def unit_accounts(units: Iterable[Unit], on: date) -> list[int]:
    """Accounts of handling units, in one query."""
    grants = Grant.objects.active(on).filter(
        role__in=("unit_handler", "unit_head"), scope_kind=Grant.UNIT,
        scope_code__in=[u.code for u in units], user__is_active=True,
    )  # fmt: skip
    return sorted(set(grants.values_list("user_id", flat=True)))


def moderators(region_code: str, on: date) -> list[int]:
    """Who reviews what people said: moderators of the place, else its staff."""
    found = nearest_region_users("moderator", region_code=region_code, on=on)
    return found or nearest_region_users(*STAFF, region_code=region_code, on=on)


def responsible(topic: Topic, on: date) -> list[int]:
    """Who has to act next."""
    if topic.state in (states.DRAFT, states.RETURNED):
        return deputy_people(topic, on) or host_people(topic, on)
    return host_people(topic, on)


def recipients(codes: list[str], audience: str, on: date) -> dict[str, list[int]]:
    """Who is reminded of topics, by audience of the rulebook's stages."""
    found: dict[str, list[int]] = defaultdict(list)
    for topic in Topic.objects.filter(code__in=codes):
        if audience == "owner":
            found[topic.code] = responsible(topic, on)
        elif audience == "station":
            found[topic.code] = host_people(topic, on)
        else:
            roles = STAFF if audience == "office" else ("congress_staff",)
            found[topic.code] = nearest_region_users(*roles, region_code=topic.region_code, on=on)
    return dict(found)


def titles(codes: list[str]) -> dict[str, str]:
    """What reminders call topics."""
    rows = Topic.objects.filter(code__in=codes).values_list("code", "title")
    return {code: f"议题「{title}」" for code, title in rows}


def deputy_named(code: str) -> Deputy | None:
    return Deputy.objects.filter(code=code).first()
