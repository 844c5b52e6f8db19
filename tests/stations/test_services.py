"""Register, roster, receptions, appointments, check-ins, checklist: through the services."""

from datetime import date, datetime, time, timedelta
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
from PIL import Image

from audit.actors import SYSTEM
from audit.models import Entry
from codes.models import Code
from codes.selectors import active_code, resolve
from congress.memory import forget_all
from congress.models import CalendarDay, CalendarYear
from core.errors import InputInvalid, StateMoved
from core.images import read_image
from deputies.models import DutyRecord
from stations import services
from stations.models import Appointment, CheckIn, Reception, Station, StationRole
from stations.rules.coordinates import GCJ02, Point, from_wgs84
from stations.selectors import (
    checklist,
    nearest_station,
    next_reception,
    place_of_deputy,
    station_page,
)
from stations.selectors.places import target_of
from tests.world import NOW

pytestmark = pytest.mark.django_db
ZONE = ZoneInfo("Asia/Shanghai")
TODAY = NOW.date()
GIVEN = {"actor": SYSTEM, "now": NOW}


def log(action):
    return list(
        Entry.objects.filter(action=f"stations.{action}").values_list("object_code", flat=True)
    )


def open_station(county, **fields):
    given = {"name": "北关社区联络站", "kind": "station", "region_code": f"{county.code}001001"}
    return services.create_station(**GIVEN, **(given | fields))


def plan(county, on=None, **fields):
    given = {
        "station": county.station, "on": on or TODAY + timedelta(days=5), "starts_at": time(9),
        "ends_at": time(11), "theme": "小区停车", "audience": "东街居民", "deputies": [county.deputy],
    }  # fmt: skip
    return services.plan_reception(**GIVEN, **(given | fields))


# --- register ---------------------------------------------------------------------------------


def test_new_station_gets_its_code_and_one_spelling(county):
    place = Point(35.99502, 119.40259)
    station = open_station(
        county, reception_rule="每月15号上午9:00-11:00（遇节假日顺延）",
        point=from_wgs84(place, GCJ02), datum=GCJ02,
    )  # fmt: skip

    assert station.reception_rule == "每月15日 9:00–11:00，逢节假日顺延"
    assert (float(station.latitude), float(station.longitude)) == (35.99502, 119.40259)
    assert station.datum == GCJ02
    assert active_code("station", station.code).label == station.name
    assert log("opened") == [station.code]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"region_code": "999999"}, "region_code"),
        ({"reception_rule": "有空就来"}, "reception_rule"),
        ({"name": ""}, "name"),
        ({"kind": "castle"}, "kind"),
        ({"point": Point(119.4, 35.9)}, "latitude"),
    ],
)
def test_wrong_station_is_refused_and_nothing_is_written(county, fields, field):
    before = (Station.objects.count(), Code.objects.count())
    with pytest.raises(InputInvalid) as refused:
        open_station(county, **fields)

    assert field in refused.value.fields
    assert (Station.objects.count(), Code.objects.count()) == before


def test_change_is_recorded_by_field_and_only_when_something_changed(county):
    services.change_station(**GIVEN, station=county.station, phone="0536-1234567")
    services.change_station(**GIVEN, station=county.station, phone="0536-1234567")

    entry = Entry.objects.get(action="stations.changed")
    assert entry.data == {"fields": ["phone"]}


def test_renamed_station_is_printed_under_its_new_name(county):
    services.change_station(**GIVEN, station=county.station, name="东街新站")
    assert active_code("station", county.station.code).label == "东街新站"


def test_station_cannot_stand_above_itself(county):
    child = open_station(county, parent=county.station)
    with pytest.raises(InputInvalid):
        services.change_station(**GIVEN, station=county.station, parent=child)
    county.station.refresh_from_db()
    assert county.station.parent is None


def test_closing_ends_roster_receptions_and_leads_the_code_on(county):
    other = open_station(county)
    day = plan(county)
    services.close_station(**GIVEN, station=county.station, reason="撤并", successor=other)
    day.refresh_from_db()

    assert not StationRole.objects.filter(station=county.station, ends_on=None).exists()
    assert (day.progress, day.cancel_reason) == ("cancelled", "撤并")
    old = resolve(county.codes["station"].token)
    assert (old.state, old.successor.target_code) == ("retired", other.code)
    with pytest.raises(StateMoved):
        services.close_station(**GIVEN, station=county.station, reason="撤并")


def test_reopened_station_has_a_new_code(county):
    services.close_station(**GIVEN, station=county.station, reason="装修")
    services.reopen_station(**GIVEN, station=county.station)

    assert active_code("station", county.station.code).token != county.codes["station"].token
    with pytest.raises(StateMoved):
        services.reopen_station(**GIVEN, station=county.station)


# --- roster -----------------------------------------------------------------------------------


def test_roster_takes_deputies_and_others(county):
    entry = services.add_to_roster(**GIVEN, station=county.station, role="head", name="李站长")
    services.end_role(**GIVEN, entry=entry)

    assert (entry.name, entry.ends_on) == ("李站长", TODAY)
    with pytest.raises(StateMoved):
        services.end_role(**GIVEN, entry=entry)


@pytest.mark.parametrize(
    "wrong", [{"role": "deputy"}, {"role": "liaison"}, {"role": "chef", "name": "某"}]
)
def test_roster_refuses_nobody_and_unknown_roles(county, wrong):
    with pytest.raises(InputInvalid):
        services.add_to_roster(**GIVEN, station=county.station, **wrong)
    assert StationRole.objects.count() == 1


def test_roster_refuses_the_same_person_twice_and_who_left_office(county, neighbour):
    with pytest.raises(InputInvalid):
        services.add_to_roster(**GIVEN, station=county.station, role="deputy", deputy=county.deputy)
    neighbour.deputy.serving = False
    with pytest.raises(InputInvalid):
        services.add_to_roster(
            **GIVEN, station=county.station, role="deputy", deputy=neighbour.deputy
        )
    assert StationRole.objects.filter(station=county.station).count() == 1


def test_who_leaves_office_leaves_the_roster(county):
    services.leave_office(county.deputy, SYSTEM, TODAY, NOW)
    assert not StationRole.objects.filter(deputy=county.deputy, ends_on=None).exists()
    assert log("role_ended") == [county.station.code]


# --- receptions -------------------------------------------------------------------------------


def test_planned_reception_is_recorded(county):
    day = plan(county)
    assert (day.progress, list(day.deputies.all())) == ("planned", [county.deputy])
    assert log("reception_planned") == [day.code]


@pytest.mark.parametrize(
    ("missing", "field"),
    [
        ({"theme": " "}, "theme"), ({"audience": ""}, "audience"), ({"deputies": []}, "deputies"),
        ({"on": TODAY - timedelta(days=1)}, "on"), ({"ends_at": time(8)}, "ends_at"),
    ],
)  # fmt: skip
def test_reception_without_one_of_the_four_is_refused(county, missing, field):
    with pytest.raises(InputInvalid) as refused:
        plan(county, **missing)
    assert list(refused.value.fields) == [field]
    assert not Reception.objects.exists()


def test_two_receptions_at_one_time_are_refused(county):
    plan(county)
    with pytest.raises(StateMoved):
        plan(county)
    assert Reception.objects.count() == 1


def test_rule_plans_each_day_once_and_defers_holidays(county):
    year = CalendarYear.objects.filter(year=2027).first()
    if year is None:
        CalendarYear.objects.create(year=2027, published=True)
    CalendarDay.objects.update_or_create(on=date(2027, 1, 15), defaults={"is_working": False})
    forget_all()
    services.change_station(
        **GIVEN, station=county.station, reception_rule="每月15日 9:00–11:00，逢节假日顺延"
    )
    given = {
        "station": Station.objects.get(pk=county.station.pk), "until": date(2027, 1, 31),
        "theme": "接待选民", "audience": "全体居民", "deputies": [county.deputy],
    }  # fmt: skip
    made = services.plan_by_rule(**GIVEN, **given)

    assert [(d.on, d.deferred_from) for d in made] == [
        (date(2026, 12, 15), None), (date(2027, 1, 18), date(2027, 1, 15)),
    ]  # fmt: skip
    assert services.plan_by_rule(**GIVEN, **given) == []
    services.cancel_reception(**GIVEN, reception=made[0], reason="大雪")
    assert services.plan_by_rule(**GIVEN, **given) == []  # what was cancelled stays so


def test_rule_is_asked_for_before_planning_by_it(county):
    with pytest.raises(InputInvalid):
        services.plan_by_rule(
            **GIVEN, station=county.station, until=TODAY, theme="x", audience="y",
            deputies=[county.deputy],
        )  # fmt: skip


def test_held_reception_enters_the_duty_file_once(county):
    day = plan(county, on=TODAY)
    held = services.hold_reception(
        **GIVEN, reception=day, visitors=3, summary="谈了停车", public_summary="3位群众反映停车难"
    )
    with pytest.raises(StateMoved):
        services.hold_reception(**GIVEN, reception=day, visitors=9, summary="再来一次")

    assert (held.progress, held.visitors) == ("held", 3)
    duty = DutyRecord.objects.get()
    assert (duty.deputy, duty.kind, duty.on, duty.source_code) == (
        county.deputy, "reception", TODAY, day.code,
    )  # fmt: skip


def test_reception_is_not_held_before_its_day_or_by_nobody(county):
    with pytest.raises(InputInvalid):
        services.hold_reception(**GIVEN, reception=plan(county), visitors=1, summary="早了")
    day = plan(county, on=TODAY)
    with pytest.raises(InputInvalid):
        services.hold_reception(**GIVEN, reception=day, visitors=1, summary="没人", deputies=[])
    day.refresh_from_db()
    assert (day.progress, day.deputies.count(), DutyRecord.objects.count()) == ("planned", 1, 0)


def test_moved_reception_says_when_it_was_to_be(county):
    day = plan(county)
    was = day.on
    for days in (2, 3):
        day = services.move_reception(
            **GIVEN, reception=day, on=was + timedelta(days=days), starts_at=time(14),
            ends_at=time(16),
        )  # fmt: skip
    assert (day.on, day.deferred_from) == (was + timedelta(days=3), was)


def test_cancelling_needs_a_reason_and_happens_once(county):
    day = plan(county)
    with pytest.raises(InputInvalid):
        services.cancel_reception(**GIVEN, reception=day, reason="")
    services.cancel_reception(**GIVEN, reception=day, reason="代表外出开会")
    with pytest.raises(StateMoved):
        services.cancel_reception(**GIVEN, reception=day, reason="再取消")
    assert log("reception_cancelled") == [day.code]


def test_next_reception_is_the_stations_or_the_deputys_own(county, neighbour):
    later, sooner = plan(county, on=TODAY + timedelta(days=9)), plan(county)
    plan(neighbour, on=TODAY)
    target = target_of(county.station)

    assert next_reception(target, TODAY) == sooner
    assert next_reception(target, sooner.on + timedelta(days=1)) == later


# --- appointments -----------------------------------------------------------------------------


def ask(county, code="M1"):
    return services.request_appointment(**GIVEN, station=county.station, message_code=code)


def test_appointment_goes_from_request_to_meeting(county):
    asked = services.request_appointment(
        **GIVEN, station=county.station, message_code="M1", deputy=county.deputy
    )
    assert ask(county) == asked  # a second tap asks nothing new
    at = datetime(2026, 11, 25, 9, tzinfo=ZONE)
    services.confirm_appointment(**GIVEN, appointment=asked, at=at, reply="请带身份证")
    services.hold_appointment(**GIVEN, appointment=asked, notes="谈了停车")
    asked.refresh_from_db()

    assert (asked.progress, asked.at, asked.record) == ("held", at, "谈了停车")
    assert DutyRecord.objects.get().kind == "appointment"
    assert log("appointment_held") == ["M1"]


def test_last_place_of_a_reception_is_given_once(county):
    day = plan(county, capacity=1)
    first, second = ask(county, "M1"), ask(county, "M2")
    services.confirm_appointment(**GIVEN, appointment=first, reception=day)
    services.confirm_appointment(**GIVEN, appointment=first, reception=day)  # moving it is fine
    with pytest.raises(InputInvalid):
        services.confirm_appointment(**GIVEN, appointment=second, reception=day)

    second.refresh_from_db()
    assert (second.progress, second.reception) == ("requested", None)
    assert Appointment.objects.get(pk=first.pk).at == datetime(2026, 11, 25, 9, tzinfo=ZONE)


def test_appointment_is_not_made_in_another_station_or_the_past(county, neighbour):
    asked = ask(county)
    with pytest.raises(InputInvalid):
        services.confirm_appointment(**GIVEN, appointment=asked, reception=plan(neighbour))
    with pytest.raises(InputInvalid):
        services.confirm_appointment(**GIVEN, appointment=asked, at=NOW - timedelta(hours=1))
    asked.refresh_from_db()
    assert asked.progress == "requested"


def test_declined_appointment_cannot_be_held(county):
    asked = ask(county)
    with pytest.raises(InputInvalid):
        services.decline_appointment(**GIVEN, appointment=asked, reply="")
    services.decline_appointment(**GIVEN, appointment=asked, reply="请先留言，部门正在办")
    for late in (
        lambda: services.hold_appointment(**GIVEN, appointment=asked, notes="见了"),
        lambda: services.miss_appointment(**GIVEN, appointment=asked),
    ):
        with pytest.raises(StateMoved):
            late()


# --- check-in, checklist ----------------------------------------------------------------------


def test_check_in_counts_once_a_day(county):
    given = {"actor": SYSTEM, "station": county.station, "deputy": county.deputy}
    first = services.check_in(**given, now=NOW)
    assert services.check_in(**given, now=NOW + timedelta(hours=2)) == first
    services.check_in(**given, now=NOW + timedelta(days=1))

    assert CheckIn.objects.count() == DutyRecord.objects.count() == 2


def test_check_in_is_refused_out_of_office_and_in_closed_stations(county):
    county.deputy.serving = False
    with pytest.raises(InputInvalid):
        services.check_in(**GIVEN, station=county.station, deputy=county.deputy)
    assert not CheckIn.objects.exists()


def met(station):
    return {entry.item.code for entry in checklist(station, today=TODAY).items if entry.met}


def test_public_items_hold_when_the_page_really_shows_them(county):
    station = county.station
    assert met(station) == {"public_roster", "public_platform"}
    day = plan(county, on=TODAY)
    assert met(station) == {"public_roster", "public_platform", "public_plan"}
    services.hold_reception(**GIVEN, reception=day, visitors=1, summary="x")
    assert "public_work" not in met(station)  # nothing of it can be read by the public
    Reception.objects.update(public_summary="1位群众反映停车难")
    assert "public_work" in met(station)
    StationRole.objects.update(ends_on=TODAY)
    assert "public_roster" not in met(station)


def test_public_items_of_a_closed_station_do_not_hold(county):
    services.close_station(**GIVEN, station=county.station, reason="撤并")
    county.station.refresh_from_db()
    assert met(county.station) == set()


def test_evidence_is_noted_with_a_photo_and_public_items_take_none(county):
    picture = BytesIO()
    Image.new("RGB", (80, 60), "white").save(picture, "PNG")
    picture.seek(0)
    row = services.note_evidence(
        **GIVEN,
        station=county.station,
        item="place",
        evidence="一楼102室",
        photo=read_image(picture),
    )

    assert (row.checked_on, bool(row.photo)) == (TODAY, True)
    assert "place" in met(county.station)
    for wrong in ("public_plan", "sauna"):
        with pytest.raises(InputInvalid):
            services.note_evidence(**GIVEN, station=county.station, item=wrong, evidence="有")


# --- reads ------------------------------------------------------------------------------------


def test_place_of_a_deputy_is_the_station_that_names_them(county):
    place = place_of_deputy(county.deputy)
    assert (place.code, place.printed) == (county.station.code, county.codes["station"])


def test_nearest_station_is_the_communitys_then_the_towns_then_the_countys(county, neighbour):
    town = open_station(county, name="镇站", region_code=f"{county.code}001")
    assert nearest_station(f"{county.code}001001001") == county.station
    assert nearest_station(f"{county.code}001099001") in (town, county.station)
    assert nearest_station(f"{county.code}009001001") in (town, county.station)
    assert nearest_station("110101001001") is None


def test_page_takes_the_same_queries_for_one_and_thirty(county, django_assert_max_num_queries):
    for n in range(30):
        on = TODAY + timedelta(days=n)
        Reception.objects.create(
            code=f"R{n}", station=county.station, on=on, starts_at=time(9), ends_at=time(11),
            theme="主题", audience="居民",
        )  # fmt: skip
        services.add_to_roster(**GIVEN, station=county.station, role="liaison", name=f"员{n}")
    with django_assert_max_num_queries(6):
        page = station_page(county.station, today=TODAY)
    assert (len(page.upcoming), len(page.roster)) == (4, 31)
