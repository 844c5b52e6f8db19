"""What deputies and stations did beside the messages: receptions, check-ins, contacts, evidence."""

import random
from datetime import date, time, timedelta

from codes.rules.tokens import ALPHABET
from congress.selectors import is_working_day
from deputies.models import ContactRecord, Deputy, DutyRecord, Link
from liaison.demo.bulk import store
from liaison.demo.canaries import STAFF, Readers
from liaison.demo.world import County, World, moment
from stations.models import CheckIn, ChecklistItem, Reception, Station
from stations.rules.checklist import checklist_set
from stations.rules.receptions import parse_rule

THEMES = (
    "听听身边的烦心事", "老旧小区改造怎么改", "冬季供暖和燃气安全", "孩子上学和老人看病",
    "农田水利和道路", "物业服务好不好",
)  # fmt: skip
EVIDENCE = {
    "place": "单独一间，面积约三十平方米，门口有标牌。", "information": "代表姓名、照片、公开电话上墙。",
    "rules": "接待、受理、反馈三项制度，本届第一年通过。", "plan": "本年度活动计划已张贴，共十二项。",
    "files": "接待登记按月装订，存放在站内文件柜。", "material": "法律法规汇编、代表学习资料各一套。",
    "equipment": "会议桌一张，椅子十二把，电脑、显示屏各一台。", "platform": "电脑可登录本平台，站长和联络员会用。",
}  # fmt: skip
SUMMARY = (
    "接待{count}人次，主要谈了{theme}。能当场答复的已答复，其余{left}件记入台账，由联络站转办。"
)
PUBLIC = "本次接待{count}人次，围绕“{theme}”当面交流，{left}件事已转有关单位。"


def make_duties(world: World, county: County) -> None:
    """The stations' calendar, their opening checklist, and the deputies' own files."""
    stations = [s for s in county.stations if s.reception_rule]
    _receptions(world, county, stations)
    _checklist(world, county)
    _check_ins(world, county)
    _contacts(world, county)


def _receptions(world: World, county: County, stations: list[Station]) -> None:
    """By each station's own rule: some months behind, and what is planned ahead."""
    rng = world.rng("receptions", county.region.code)
    months = 2 if len(county.deputies) < 100 else 5
    start = world.days.as_of - timedelta(days=31 * months)
    until = world.days.as_of + timedelta(days=45)
    rosters: dict[str, list[Deputy]] = {}
    for deputy in county.deputies:
        rosters.setdefault(county.station_of[deputy.code].code, []).append(deputy)
    rows: list[Reception] = []
    present: list[list[Deputy]] = []
    for station in stations:
        first = len(rows)
        people = rosters.get(station.code) or county.deputies[:2]
        rule = parse_rule(station.reception_rule)
        assert rule is not None
        for n, day in enumerate(rule.days(start, until, is_working_day)):
            row = _reception(world, rng, station, day.on, rule.starts_at, rule.ends_at)
            row.deferred_from = day.deferred_from
            rows.append(row)
            present.append([people[n % len(people)], people[(n + 1) % len(people)]])
        _mark_one(world, station, rows[first:])
    store(rows, "stations.reception_planned", world.days.began)
    _record(world, county, rows, present)


def _mark_one(world: World, station: Station, rows: list[Reception]) -> None:
    """A mark in one record of each station: how many records there are hangs on the day."""
    mark = world.canaries.mark("")
    held = [row for row in rows if row.progress == "held"]
    if held:
        held[-1].summary += mark
        seen = Readers(station.region_code, STAFF, station=station.code)
        world.canaries.note(mark, f"stations.reception of {station.code} summary", seen)


def _reception(
    world: World, rng: random.Random, station: Station, on: date, starts: time, ends: time
) -> Reception:
    theme = rng.choice(THEMES)
    code = f"R{on:%y%m%d}-" + "".join(rng.choices(ALPHABET, k=6))
    row = Reception(
        code=code, station=station, on=on, starts_at=starts, ends_at=ends, theme=theme,
        audience="本辖区居民", capacity=10,
    )  # fmt: skip
    if on < world.days.as_of:
        count = rng.randint(0, 9)
        words = {"count": count, "theme": theme, "left": min(count, rng.randint(0, 3))}
        row.progress, row.visitors = "held", count
        row.summary = SUMMARY.format(**words) if count else "无人来访。"
        row.public_summary = PUBLIC.format(**words) if count else ""
    return row


def _record(
    world: World, county: County, rows: list[Reception], present: list[list[Deputy]]
) -> None:
    """Who was there, the duty files, and that the record is nobody else's to read."""
    through = Reception.deputies.through
    pairs = {
        (row.pk, deputy.pk): (row, deputy)
        for row, people in zip(rows, present, strict=True)
        for deputy in people
    }
    through.objects.bulk_create(
        (through(reception_id=row, deputy_id=deputy) for row, deputy in pairs), batch_size=2000
    )
    held = [(row, deputy) for row, deputy in pairs.values() if row.progress == "held"]
    _duties(world, county, [
        (deputy, "reception", row.on, f"在{row.station.name}接待群众：{row.theme}",
         "stations.reception", row.code)
        for row, deputy in held
    ])  # fmt: skip


_Duty = tuple[Deputy, str, date, str, str, str]


def _duties(world: World, county: County, rows: list[_Duty]) -> None:
    seats = {}
    for seat in county.term.seats.filter(deputy__in=county.deputies):
        seats[seat.deputy_id] = seat
    for town in county.towns:
        for seat in town.term.seats.filter(deputy__in=town.deputies) if town.term else ():
            seats[seat.deputy_id] = seat  # the nearest congress counts
    DutyRecord.objects.bulk_create(
        (
            DutyRecord(
                deputy=deputy, seat=seats.get(deputy.pk), kind=kind, on=on, title=title[:120],
                source_type=source, source_code=code, created_at=moment(on, 17),
            )
            for deputy, kind, on, title, source, code in rows
        ),
        batch_size=2000,
    )  # fmt: skip


def _checklist(world: World, county: County) -> None:
    """Two stations in three are complete; the rest lack an item or two, to be seen and mended."""
    rng = world.rng("checklist", county.region.code)
    _, items = checklist_set("eight_four")
    asked = [item.code for item in items if not item.shown]
    rows = []
    for station in county.stations:
        missing = rng.sample(asked, 2) if rng.random() < 0.35 else []
        for code in asked:
            if code not in missing:
                rows.append(
                    ChecklistItem(
                        station=station, item=code, evidence=EVIDENCE[code],
                        checked_on=world.days.day(30),
                    )
                )  # fmt: skip
    store(rows, "stations.evidence_noted", world.days.began, about=[r.station for r in rows])


def _check_ins(world: World, county: County) -> None:
    rng = world.rng("check-ins", county.region.code)
    rows = []
    for deputy in county.deputies:
        for before in rng.sample(range(1, 45), rng.randint(0, 3)):
            at = world.days.at(before, rng.randint(8, 16), rng.randrange(60))
            station = county.station_of[deputy.code]
            rows.append(CheckIn(station=station, deputy=deputy, on=at.date(), at=at))
    made = store(rows, "stations.checked_in", world.days.began, about=[r.station for r in rows])
    _duties(world, county, [
        (row.deputy, "check_in", row.on, f"到{row.station.name}履职", "stations.checkin", str(row.pk))
        for row in made
    ])  # fmt: skip


def _contacts(world: World, county: County) -> None:
    """联系记录 for two ties in three: the rest is the list of who was not contacted."""
    rng = world.rng("contacts", county.region.code)
    staff = world.account("congress_staff", county.region.code).user
    ties = Link.objects.filter(region_code=county.region.code).order_by("pk")
    links = list(ties.select_related("deputy", "group"))
    chosen = rng.sample(links, len(links) * 2 // 3)
    if len(chosen) > 300:
        chosen = chosen[:300]
    rows = []
    for link in chosen:
        content = world.canaries.mark(
            rng.choice(
                (
                    "谈了村里吃水和修路的事。",
                    "走访三户，了解低保和看病情况。",
                    "电话联系，问了最近的履职打算。",
                )
            )
        )
        rows.append(
            ContactRecord(
                link=link, on=world.days.day(rng.randint(2, 60)), content=content,
                way=rng.choice(("走访", "电话", "座谈")), recorded_by=staff,
            )
        )  # fmt: skip
    made = store(rows, "deputies.contact_recorded", world.days.began, about=[r.link for r in rows])
    seen = Readers(county.region.code, STAFF)
    for row in made:
        about = row.link.deputy or row.link.group
        what = f"deputies.contactrecord of {about.code if about else ''} content"
        world.canaries.note(row.content, what, seen)
