"""What the public pages show of a deputy (DBF 58): who, which seats, what was done."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet
from django.urls import reverse

from codes.models import Code
from codes.registry import find_target
from codes.selectors import active_code, code_path
from congress.models import Congress, Region
from congress.states import CongressLevel, RegionLevel
from deputies.models import Deputy, DutyRecord, Group, Seat, Studio
from deputies.registry import Place, duty_kinds, place_of
from deputies.selectors.people import (
    at_level,
    in_group,
    in_place,
    named,
    place_words,
    seats_of,
)
from deputies.states import OwnerKind

TOWNS_AT_MOST = 400


@dataclass(frozen=True)
class Search:
    """What somebody looks for; every part may be empty."""

    word: str = ""
    level: int | None = None
    region: Region | None = None
    group: Group | None = None

    @property
    def is_empty(self) -> bool:
        return not (self.word or self.level or self.region or self.group)


@dataclass(frozen=True)
class DutyLine:
    """One line of the duty summary."""

    label: str
    this_year: int
    this_term: int


@dataclass(frozen=True)
class DeputyPage:
    """Everything on one deputy's page."""

    deputy: Deputy
    seats: list[Seat]
    place_words: str
    place: Place | None
    groups: list[Group]
    studio: Studio | None
    duties: list[DutyLine]
    message_url: str


@dataclass(frozen=True)
class Onward:
    """Whom to turn to instead of somebody who serves no longer."""

    title: str
    subtitle: str
    url: str


def public_deputies(search: Search) -> QuerySet[Deputy]:
    """Serving deputies that fit, to be read by `("pinyin", "id")`."""
    found = named(Deputy.objects.public(), search.word)
    if search.level:
        found = at_level(found, search.level)
    if search.region:
        found = in_place(found, search.region.code)
    if search.group:
        found = in_group(found, search.group)
    return found


def towns_to_choose(limit: int = TOWNS_AT_MOST) -> list[tuple[str, list[tuple[str, str]]]]:
    """Towns and streets under each county that has a congress here, for a select."""
    counties = dict(
        Congress.objects.filter(level=CongressLevel.COUNTY)
        .order_by("region_code").values_list("region_code", "region__name")[:limit]
    )  # fmt: skip
    towns = Region.objects.in_use().filter(level=RegionLevel.TOWN, parent_code__in=counties)
    rows: dict[str, list[tuple[str, str]]] = {code: [] for code in counties}
    for code, name, parent in towns.order_by("code").values_list("code", "name", "parent_code"):
        rows[parent].append((code, name))
    if sum(map(len, rows.values())) > limit:  # a province: by county, or the select never ends
        return [("", [(code, counties[code]) for code in rows])]
    return [(counties[code], [(code, f"{counties[code]}全部"), *rows[code]]) for code in rows]


def deputy_page(deputy: Deputy, *, today: date) -> DeputyPage:
    """The page of a serving deputy, in a handful of queries."""
    seats = seats_of([deputy])[deputy.pk]
    code = active_code("deputy", deputy.code)
    since = min((seat.term.starts_on for seat in seats), default=date(today.year, 1, 1))
    groups = Group.objects.filter(
        memberships__deputy=deputy, memberships__ends_on__isnull=True, ended_on__isnull=True
    )
    return DeputyPage(
        deputy=deputy,
        seats=seats,
        place_words=place_words([deputy.region_code])[deputy.region_code],
        place=place_of(deputy),
        groups=list(groups.order_by("kind", "code")),
        studio=Studio.objects.filter(
            owner_kind=OwnerKind.DEPUTY, owner_code=deputy.code, closed_on__isnull=True
        ).first(),
        duties=duty_lines(deputy, since=since, today=today),
        message_url=code_path(code) if code else "",
    )


def duty_lines(deputy: Deputy, *, since: date, today: date) -> list[DutyLine]:
    """How often each kind of thing was done this year and since `since`."""
    rows = DutyRecord.objects.filter(deputy=deputy).standing().order_by()
    year = Q(on__gte=date(today.year, 1, 1))
    found = {
        kind: (this_year, this_term)
        for kind, this_year, this_term in rows.filter(on__gte=min(since, date(today.year, 1, 1)))
        .values_list("kind")
        .annotate(year=Count("pk", filter=year), term=Count("pk", filter=Q(on__gte=since)))
    }
    return [DutyLine(label, *found[kind]) for kind, label in duty_kinds().items() if kind in found]


def onward_from(deputy: Deputy) -> Onward | None:
    """The successor's page if one was named, else the station."""
    ended = (
        Code.objects.filter(kind="deputy", target_code=deputy.code, successor__isnull=False)
        .select_related("successor").order_by("-ended_at").first()
    )  # fmt: skip
    successor = ended.successor if ended else None
    if successor is not None and successor.state == "active":
        target = find_target(successor)
        if target is not None and target.serving:
            return Onward(target.title, target.subtitle or target.place, code_path(successor))
    place = place_of(deputy)
    return Onward(place.name, place.address, place.url) if place else None


def public_url(deputy: Deputy) -> str:
    return reverse("deputies:detail", args=[deputy.code])
