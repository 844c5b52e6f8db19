"""Deputies' groups, studios, and the 三联 ties between people."""

from congress.models import Organ
from congress.states import OrganKind
from deputies.models import Deputy, Group, GroupMembership, Link, Studio
from deputies.services.numbers import new_codes
from deputies.states import GroupKind, LinkKind, OwnerKind
from liaison.demo.bulk import store
from liaison.demo.gridmap import short_name, town_of
from liaison.demo.names import person
from liaison.demo.world import County, World

PROFESSIONS = (
    "现代农业", "教育", "医疗卫生", "物业", "汽车产业", "预制菜", "法律服务", "文旅", "金融",
    "生物医药", "服装纺织", "智能装备", "茶叶", "城市规划", "城市管理", "诉前调解", "民主议事", "养老服务",
)  # fmt: skip
# kind and code of the owner, place, name, words
_Owner = tuple[str, str, str, str, str]


def make_groups(world: World, county: County) -> None:
    """One group by place for each town; specialised ones across the levels."""
    organs = list(Organ.objects.filter(congress=county.congress, kind=OrganKind.SPECIAL_COMMITTEE))
    large = len(county.deputies) > 100
    fields = PROFESSIONS if large else PROFESSIONS[:3]
    codes = iter(new_codes(Group, len(county.towns) + len(fields)))
    common = {"term": county.term, "founded_on": world.days.began_on}
    areas = [
        Group(
            code=next(codes), name=f"{town.region.name}代表小组", kind=GroupKind.AREA,
            region_code=town.region.code, **common,
        )
        for town in county.towns
    ]  # fmt: skip
    special = [
        Group(
            code=next(codes), name=f"{field}专业代表小组", kind=GroupKind.PROFESSION, field=field,
            counterpart=organs[n % len(organs)], region_code=county.region.code, **common,
        )
        for n, field in enumerate(fields)
    ]  # fmt: skip
    groups = store([*areas, *special], "deputies.group_created", world.days.began)
    _members(world, county, areas, special)
    _studios(world, county, groups)
    _ties(world, county, special, organs)


def _members(world: World, county: County, areas: list[Group], special: list[Group]) -> None:
    rng = world.rng("groups", county.region.code)
    lists = [(group, town.deputies) for group, town in zip(areas, county.towns, strict=True)]
    size = min(25, max(6, len(county.deputies) // 40))
    lists += [(group, rng.sample(county.deputies, size)) for group in special]
    rows = [
        GroupMembership(group=group, deputy=deputy, convenor=n < 2, starts_on=world.days.began_on)
        for group, members in lists
        for n, deputy in enumerate(members)
    ]
    about = [row.group for row in rows]
    store(rows, "deputies.group_joined", world.days.began, about=about)


def _studios(world: World, county: County, groups: list[Group]) -> None:
    """One for every deputy, and some of groups and stations: more studios than deputies."""
    assert county.size is not None
    owners: list[_Owner] = [
        (OwnerKind.DEPUTY, d.code, d.region_code, f"{d.name}代表云工作室", d.introduction)
        for d in county.deputies
    ]
    special = [g for g in groups if g.kind == GroupKind.PROFESSION]
    further: list[_Owner] = [
        (OwnerKind.GROUP, g.code, g.region_code, f"{g.name}云工作室", "") for g in special
    ]
    homes = [s for s in county.stations if s.kind in ("home", "parlour", "online")]
    further += [(OwnerKind.STATION, s.code, s.region_code, f"{s.name}云工作室", "") for s in homes]
    owners += _mixed(further)[: county.size.studios - len(owners)]
    codes = new_codes(Studio, len(owners))
    rows = [
        Studio(
            code=code, owner_kind=kind, owner_code=owner, region_code=region, name=name,
            introduction=words, opened_on=world.days.began_on,
        )
        for code, (kind, owner, region, name, words) in zip(codes, owners, strict=True)
    ]  # fmt: skip
    store(rows, "deputies.studio_opened", world.days.began)


def _mixed(rows: list[_Owner]) -> list[_Owner]:
    """Groups and stations by turns, so that a short list has both."""
    first = [row for row in rows if row[0] == OwnerKind.GROUP]
    second = [row for row in rows if row[0] == OwnerKind.STATION]
    found = []
    for n in range(max(len(first), len(second))):
        found += first[n : n + 1] + second[n : n + 1]
    return found


def _ties(world: World, county: County, special: list[Group], organs: list[Organ]) -> None:
    rng = world.rng("ties", county.region.code)
    region, starts_on = county.region.code, world.days.began_on
    members = [person(rng)[0] for _ in range(max(3, len(county.deputies) // 30))]
    rows = [
        Link(
            kind=LinkKind.MEMBER_DEPUTY, deputy=deputy, other=f"{members[n % len(members)]}委员",
            region_code=region, starts_on=starts_on,
        )
        for n, deputy in enumerate(county.deputies[::2])
    ]  # fmt: skip
    rows += [
        Link(
            kind=LinkKind.DEPUTY_VOTER, deputy=deputy, other=_voters(county, deputy),
            region_code=region, starts_on=starts_on,
        )
        for deputy in county.deputies
    ]  # fmt: skip
    rows += [
        Link(
            kind=LinkKind.COMMITTEE_GROUP, group=group, organ=organs[n % len(organs)],
            region_code=region, starts_on=starts_on,
        )
        for n, group in enumerate(special)
    ]  # fmt: skip
    store(rows, "deputies.link_tied", world.days.began)


def _voters(county: County, deputy: Deputy) -> str:
    town = town_of(county, deputy.region_code)
    village = next((v for v in town.villages if v.code == deputy.region_code), town.region)
    return f"{short_name(village)}选民"
