"""Finding deputies, and saying who they are."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Length, Replace, Reverse
from django.urls import reverse

from codes.registry import Target
from congress.models import Region
from congress.rules import prefixes_of
from congress.selectors import region_names
from congress.services.pinyin import sort_key
from congress.states import CongressLevel
from deputies.models import Deputy, Group, GroupMembership, Seat
from deputies.registry import place_of

LEVELS: dict[int, str] = {
    CongressLevel.NATIONAL: "全国",
    CongressLevel.PROVINCE: "省级",
    CongressLevel.CITY: "市级",
    CongressLevel.COUNTY: "县级",
    CongressLevel.TOWN: "乡镇",
}
HINTS_AT_MOST = 6
FOUND_AT_MOST = 20_000
_SHORTER = {
    "社区居民委员会": "社区", "社区村民委员会": "社区", "村民委员会": "村", "街道办事处": "街道",
}  # fmt: skip
SPELLED = Replace("pinyin", Value(" "), Value(""))


@dataclass(frozen=True)
class Hints:
    """What a searched word may also mean: places and groups."""

    places: list[Region] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)


def named(queryset: QuerySet[Deputy], word: str) -> QuerySet[Deputy]:
    """Those whose name begins or ends with `word`, whose initials begin so, or whose code it is.

    小明, wxm and wangxiao all find 王小明. Quick among a million: what a longer word finds is
    looked up by index first, in a query of its own, and sorted after: left to choose, the
    planner now and then walks the whole register in name order.
    """
    word = word.strip()
    if len(word) < 2:
        return _by_character(queryset, word) if word else queryset
    found: QuerySet[Any]
    if not word.isascii():
        found = queryset.annotate(backwards=Reverse("name")).filter(
            Q(name__startswith=word) | Q(backwards__startswith=word[::-1])
        )
    elif any(map(str.isdigit, word)):
        return queryset.filter(code=word.upper())
    else:
        letters = word.replace(" ", "").lower()
        queryset = queryset.filter(pinyin__gte=letters[:1])  # they all stand from there on
        found = queryset.annotate(spelled=SPELLED).filter(
            Q(initials__startswith=letters) | Q(spelled__startswith=letters)
        )
    ids = found.order_by().values_list("pk", flat=True)[:FOUND_AT_MOST]
    return queryset.filter(pk__in=list(ids))


def _by_character(queryset: QuerySet[Deputy], character: str) -> QuerySet[Deputy]:
    """By the first letter or family name, else by the last character of the given name.

    One in twenty is called 王 and they all stand together: the list is read from there on.
    """
    if character.isascii():
        letter = character.lower()
        return queryset.filter(initials__startswith=letter, pinyin__gte=letter)
    family = queryset.filter(name__startswith=character, pinyin__gte=sort_key(character))
    if family.order_by().exists():
        return family
    return queryset.annotate(backwards=Reverse("name")).filter(backwards__startswith=character)


def in_place(queryset: QuerySet[Any], region_code: str) -> QuerySet[Any]:
    """Those who keep contact in a division or anywhere below it."""
    return queryset.filter(region_code__startswith=region_code) if region_code else queryset


def at_level(queryset: QuerySet[Deputy], level: int) -> QuerySet[Deputy]:
    """Those with an active seat at this level."""
    return queryset.filter(levels__contains=[level])


def in_group(queryset: QuerySet[Deputy], group: Group) -> QuerySet[Deputy]:
    """Members of a group now."""
    inside = GroupMembership.objects.filter(
        group=group, deputy=OuterRef("pk"), ends_on__isnull=True
    )
    return queryset.filter(Exists(inside))


def hints(word: str) -> Hints:
    """The places and groups a word names: 密州街道, 汽车产业小组."""
    word = word.strip()
    if len(word) < 2:
        return Hints()
    places = Region.objects.in_use().filter(name__startswith=word)
    groups = Group.objects.filter(name__contains=word, ended_on__isnull=True)
    return Hints(
        list(places.order_by(Length("code"), "code")[:HINTS_AT_MOST]),
        list(groups.order_by("code")[:HINTS_AT_MOST]),
    )


def seats_of(deputies: Iterable[Deputy], *, all_terms: bool = False) -> dict[int, list[Seat]]:
    """The seats of many deputies in one query, highest level first; active ones only by default."""
    seats = Seat.objects.filter(deputy__in=[d.pk for d in deputies])
    if not all_terms:
        seats = seats.active()
    found: dict[int, list[Seat]] = defaultdict(list)
    for seat in seats.select_related("term__congress").order_by(
        "term__congress__level", "-term__number", "pk"
    ):
        found[seat.deputy_id].append(seat)
    return found


def place_words(codes: Iterable[str]) -> dict[str, str]:
    """「密州街道大华社区」: town and community of each place, or the county where it is one."""
    chains = {code: [part for part in prefixes_of(code)[::-1] if len(part) >= 6] for code in codes}
    names = region_names({part for chain in chains.values() for part in chain})
    return {
        code: "".join(_short(names.get(part, "")) for part in chain if len(part) > 6)
        or names.get(code[:6], "")
        for code, chain in chains.items()
    }


def _short(name: str) -> str:
    """兴华社区 for 兴华社区居民委员会: what people call it."""
    for ending, short in _SHORTER.items():
        if name.endswith(ending):
            return name.removesuffix(ending) + short
    return name


def level_words(levels: Iterable[int]) -> str:
    """「市级、县级」."""
    return "、".join(LEVELS[level] for level in sorted(levels) if level in LEVELS)


def code_target(code: str) -> Target | None:
    """What a deputy's printed code stands for (`codes.registry`)."""
    deputy = Deputy.objects.filter(code=code).first()
    if deputy is None:
        return None
    seats = seats_of([deputy])[deputy.pk]
    place = place_of(deputy)
    return Target(
        kind="deputy",
        code=deputy.code,
        title=deputy.name,
        subtitle=seats[-1].words if seats else "不再担任代表",
        place=place_words([deputy.region_code])[deputy.region_code],
        region_code=deputy.region_code,
        serving=deputy.serving,
        url=reverse("deputies:detail", args=[deputy.code]),
        phone=(deputy.office_phone if deputy.serving else "") or (place.phone if place else ""),
        photo_url=deputy.photo_url,
        facts=[place.name] if place else [],
        obj=deputy,
    )


def own_deputy(user: Any) -> Deputy | None:
    """The deputy an account belongs to, by its grant; None for everybody else."""
    codes = user.scope_codes("deputy", "deputies.view_deputy")
    return Deputy.objects.filter(code__in=codes).order_by("pk").first() if codes else None
