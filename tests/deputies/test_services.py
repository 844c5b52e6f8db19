"""Seats, groups, studios, ties and the duty ledger: what is written, what is refused."""

from datetime import date

import pytest
from django.db import InternalError, ProgrammingError, connection, transaction

from audit.actors import SYSTEM
from audit.models import Entry
from audit.services import verify
from codes.models import Code
from codes.services import issue_code
from congress.models import Term
from core.errors import Forbidden, InputInvalid, StateMoved
from deputies.models import Deputy, DutyRecord, GroupMembership, Link, Seat
from deputies.rules import quarter_of
from deputies.selectors import contact_gaps, contact_totals, duty_counts
from deputies.services import (
    close_term,
    end_group,
    join_group,
    leave_group,
    link_account,
    open_seat,
    open_studio,
    record_contact,
    record_duty,
    register_deputy,
    reverse_duty,
    tie_link,
    update_deputy,
)
from grids.models import GridService
from stations.models import StationRole
from tests.world import NOW
from workflows.engine import apply, available

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)


def log(obj):
    return list(Entry.objects.of(obj).values_list("action", flat=True))


def end(seat, actor, **data):
    given = {"on": "2026-11-01", "reason": "moved", "note": "", "successor": "", **data}
    return apply(seat, "terminate", actor=actor, data=given, now=NOW)


# --- persons ------------------------------------------------------------------------------------


def test_register_deputy_keeps_search_keys_and_serves_only_with_a_seat(here):
    deputy = register_deputy(
        actor=here.staff, name="王小明", region_code=here.village, gender="m", now=NOW
    )

    assert (deputy.pinyin, deputy.initials, deputy.serving) == ("wang xiao ming", "wxm", False)
    assert deputy.code.startswith("D")
    assert log(deputy) == ["deputies.deputy_registered"]

    open_seat(actor=here.staff, deputy=deputy, term=here.term, now=NOW)

    assert (deputy.serving, deputy.levels) == (True, [4])


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"region_code": "370782999"}, "region_code"),
        ({"code": "编号一"}, "code"),
        ({"name": ""}, "name"),
        ({"gender": "x"}, "gender"),
    ],
)
def test_register_deputy_refuses_what_the_register_cannot_hold(here, fields, field):
    before = Deputy.objects.count()
    with pytest.raises(InputInvalid) as refused:
        register_deputy(
            **{"actor": here.staff, "name": "王小明", "region_code": here.village, "now": NOW}
            | fields
        )

    assert field in refused.value.fields
    assert Deputy.objects.count() == before


def test_update_deputy_records_field_names_and_moves_the_seats(here, there):
    deputy = here.deputy()

    update_deputy(
        actor=here.staff, deputy=deputy, region_code=f"{here.code}001", occupation="教师", now=NOW
    )

    entry = Entry.objects.of(deputy).last()
    assert (entry.action, entry.data) == (
        "deputies.deputy_updated", {"fields": ["occupation", "region_code"]},
    )  # fmt: skip
    assert deputy.seats.get().region_code == f"{here.code}001"
    before = Entry.objects.count()
    update_deputy(actor=here.staff, deputy=deputy, occupation="教师", now=NOW)
    assert Entry.objects.count() == before


def test_numbers_given_by_hand_are_never_handed_out_again(here):
    first = here.deputy("甲某某")
    taken = f"D{int(first.code[1:]) + 1:06d}"
    register_deputy(actor=SYSTEM, name="乙某某", region_code=here.village, code=taken, now=NOW)

    third = here.deputy("丙某某")

    assert third.code == f"D{int(first.code[1:]) + 2:06d}"


def test_account_belongs_to_one_deputy(here):
    one, two = here.deputy("甲某某"), here.deputy("乙某某")
    user = here.county.users["moderator"]
    link_account(actor=here.staff, deputy=one, user=user, now=NOW)

    with pytest.raises(InputInvalid):
        link_account(actor=here.staff, deputy=two, user=user, now=NOW)


# --- seats --------------------------------------------------------------------------------------


def test_person_holds_seats_of_several_levels(here, city_term):
    deputy = here.deputy()
    open_seat(actor=SYSTEM, deputy=deputy, term=city_term, now=NOW)
    assert deputy.levels == [3, 4]

    end(deputy.seats.get(term=here.term), here.staff)

    deputy.refresh_from_db()
    assert (deputy.serving, deputy.levels) == (True, [3])


def test_open_seat_refuses_a_second_one_in_the_term_and_a_taken_certificate(here):
    deputy, other = here.deputy(), here.deputy("乙某某", seat=False)
    deputy.seats.update(certificate="190001")

    with pytest.raises(InputInvalid):
        open_seat(actor=SYSTEM, deputy=deputy, term=here.term, now=NOW)
    with pytest.raises(InputInvalid):
        open_seat(actor=SYSTEM, deputy=other, term=here.term, certificate="190001", now=NOW)
    assert Seat.objects.filter(deputy__in=[deputy, other]).count() == 1


def test_suspended_seat_is_not_serving_and_resumes(here):
    deputy = here.deputy()
    code = issue_code(
        actor=SYSTEM, kind="deputy", target_code=deputy.code, region_code=deputy.region_code,
        label=deputy.name, now=NOW,
    )  # fmt: skip
    seat = deputy.seats.get()

    seat = apply(
        seat, "suspend", actor=here.staff, now=NOW,
        data={"on": "2026-11-02", "reason": "custody", "note": "诸人发〔2026〕8号"},
    )  # fmt: skip

    deputy.refresh_from_db()
    code.refresh_from_db()
    assert (seat.state, seat.suspended_on, deputy.serving) == (
        "suspended", date(2026, 11, 2), False,
    )  # fmt: skip
    assert code.state == "active"  # it comes back: the printed sheets stay

    seat = apply(seat, "resume", actor=here.staff, data={"on": "2026-11-10"}, now=NOW)

    deputy.refresh_from_db()
    assert (seat.state, seat.end_reason, deputy.serving) == ("active", "", True)


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"reason": ""}, "reason"),
        ({"reason": "custody"}, "reason"),
        ({"on": ""}, "on"),
        ({"on": "2021-01-01"}, "on"),
        ({"on": "2999-01-01"}, "on"),
        ({"successor": "D999999"}, "successor"),
    ],
)
def test_terminate_refuses_what_does_not_hold(here, data, field):
    seat = here.deputy().seats.get()

    with pytest.raises(InputInvalid) as refused:
        end(seat, here.staff, **data)

    seat.refresh_from_db()
    assert field in refused.value.fields
    assert (seat.state, seat.ends_on) == ("active", None)


def test_terminate_is_refused_without_right_and_beyond_the_region(here, there):
    seat = here.deputy().seats.get()

    for actor in (there.staff, here.county.users["moderator"], SYSTEM):
        with pytest.raises(Forbidden):
            end(seat, actor)
    seat.refresh_from_db()
    assert seat.state == "active"


def test_last_seat_takes_code_groups_studio_grids_and_roster_with_it(here):
    deputy, successor = here.deputy(), here.deputy("乙某某")
    codes = [
        issue_code(
            actor=SYSTEM, kind="deputy", target_code=d.code, region_code=d.region_code,
            label=d.name, now=NOW,
        )
        for d in (deputy, successor)
    ]  # fmt: skip
    group = here.group()
    join_group(actor=here.staff, group=group, deputy=deputy, starts_on=date(2023, 1, 1), now=NOW)
    studio = open_studio(
        actor=here.staff, owner_kind="deputy", owner_code=deputy.code, name="某工作室",
        region_code=deputy.region_code, opened_on=date(2023, 1, 1), now=NOW,
    )  # fmt: skip
    GridService.objects.create(grid=here.county.grid, deputy=deputy, starts_on=date(2023, 1, 1))
    StationRole.objects.create(
        station=here.county.station, deputy=deputy, role="deputy", starts_on=date(2023, 1, 1)
    )

    end(deputy.seats.get(), here.staff, successor=successor.code)

    day = date(2026, 11, 1)
    old = Code.objects.get(pk=codes[0].pk)
    studio.refresh_from_db()
    assert (old.state, old.successor) == ("retired", codes[1])
    assert GroupMembership.objects.get(deputy=deputy).ends_on == day
    assert studio.closed_on == day
    assert GridService.objects.get(deputy=deputy).ends_on == day
    assert StationRole.objects.get(deputy=deputy).ends_on == day


def test_ended_seat_leads_to_the_station_where_no_successor_is_named(here):
    deputy = here.county.deputy  # on the station's roster, with a printed code

    end(deputy.seats.get(), here.staff)

    code = here.county.codes["deputy"]
    code.refresh_from_db()
    assert (code.state, code.successor) == ("retired", here.county.codes["station"])


def test_log_of_seats_replays_to_their_states(here):
    one, two = here.deputy("甲某某"), here.deputy("乙某某")
    end(one.seats.get(), here.staff)
    apply(two.seats.get(), "suspend", actor=here.staff,
          data={"on": "2026-11-02", "reason": "custody"}, now=NOW)  # fmt: skip
    assert [p for p in verify().problems if "deputies.seat" in p] == []

    Seat.objects.filter(deputy=one).update(state="active", ends_on=None, end_reason="")

    assert len([p for p in verify().problems if "deputies.seat" in p]) == 1


def test_buttons_of_a_seat_follow_the_table(here, there):
    seat = here.deputy().seats.get()

    def names(user):
        return [action.name for action in available(seat, user, now=NOW)]

    assert names(here.staff) == ["suspend", "terminate", "expire"]
    assert names(there.staff) == names(here.county.users["deputy"]) == []


def test_who_serves_follows_the_seats_even_when_written_in_bulk(here):
    people = [here.deputy(f"甲某{n}".replace("1", "一").replace("2", "二")) for n in (1, 2)]

    Seat.objects.filter(deputy__in=people).update(state="expired", ends_on=date(2026, 1, 1))

    assert [d.serving for d in Deputy.objects.filter(pk__in=[p.pk for p in people])] == [False] * 2


# --- the end of a term --------------------------------------------------------------------------


def test_close_term_ends_seats_and_groups_and_keeps_who_was_elected_again(here):
    again, gone = here.deputy("甲某某"), here.deputy("乙某某")
    codes = {
        d.pk: issue_code(
            actor=SYSTEM, kind="deputy", target_code=d.code, region_code=d.region_code,
            label=d.name, now=NOW,
        )
        for d in (again, gone)
    }  # fmt: skip
    group = here.group(term=here.term)
    lasting = here.group("长期小组")
    join_group(actor=here.staff, group=group, deputy=again, starts_on=date(2022, 3, 1), now=NOW)
    join_group(actor=here.staff, group=lasting, deputy=again, starts_on=date(2022, 3, 1), now=NOW)
    old = record_duty(
        deputy=again, kind="meeting", on=date(2023, 5, 1), title="列席会议", source_type="t",
        source_code="1", actor=SYSTEM, now=NOW,
    )  # fmt: skip
    new_term = Term.objects.create(
        congress=here.term.congress, number=20, starts_on=date(2026, 10, 1)
    )
    open_seat(actor=here.staff, deputy=again, term=new_term, now=NOW)

    closed = close_term(actor=here.staff, term=here.term, on=date(2026, 9, 30), now=NOW)

    again.refresh_from_db()
    gone.refresh_from_db()
    group.refresh_from_db()
    lasting.refresh_from_db()
    assert (closed.seats, closed.groups, closed.left_office) == (2, 1, 1)
    assert (again.serving, gone.serving) == (True, False)
    assert set(Seat.objects.filter(term=here.term).values_list("state", "ends_on")) == {
        ("expired", date(2026, 9, 30))
    }
    assert [Code.objects.get(pk=codes[d.pk].pk).state for d in (again, gone)] == [
        "active", "retired",
    ]  # fmt: skip
    assert (group.ended_on, lasting.ended_on) == (date(2026, 9, 30), None)
    # old records stay with the old seat, new ones go to the new one
    new = record_duty(
        deputy=again, kind="meeting", on=date(2026, 11, 1), title="列席会议", source_type="t",
        source_code="2", actor=SYSTEM, now=NOW,
    )  # fmt: skip
    assert (old.seat.term, new.seat.term) == (here.term, new_term)
    assert [c.count for c in duty_counts(again, seat=new.seat)] == [1]
    # a second time changes nothing
    assert close_term(actor=here.staff, term=here.term, on=date(2026, 9, 30), now=NOW).seats == 0


def test_close_term_is_refused_beyond_the_region_and_writes_nothing(here, there, city_term):
    mine, theirs = here.deputy(), there.deputy("乙某某")
    for deputy in (mine, theirs):
        open_seat(actor=SYSTEM, deputy=deputy, term=city_term, now=NOW)

    with pytest.raises(Forbidden):
        close_term(actor=here.staff, term=city_term, on=date(2026, 9, 30), now=NOW)

    assert set(Seat.objects.filter(term=city_term).values_list("state", flat=True)) == {"active"}


# --- groups and studios -------------------------------------------------------------------------


def test_group_takes_members_of_mixed_levels_and_two_convenors(here, city_term):
    group = here.group()
    people = [here.deputy(name) for name in ("甲某某", "乙某某", "丙某某")]
    city = here.deputy("丁某某", seat=False)
    open_seat(actor=SYSTEM, deputy=city, term=city_term, now=NOW)
    day = date(2023, 1, 1)

    for deputy, convenor in ((people[0], True), (people[1], True), (city, False)):
        join_group(
            actor=here.staff, group=group, deputy=deputy, starts_on=day, convenor=convenor, now=NOW
        )

    with pytest.raises(InputInvalid):  # a third convenor
        join_group(
            actor=here.staff, group=group, deputy=people[2], starts_on=day, convenor=True, now=NOW
        )
    with pytest.raises(InputInvalid):  # twice
        join_group(actor=here.staff, group=group, deputy=city, starts_on=day, now=NOW)
    assert sorted(level for d in group.members.all() for level in d.levels) == [3, 4, 4]


def test_group_refuses_who_does_not_serve_and_takes_nobody_after_its_end(here):
    group, idle, serving = here.group(), here.deputy("乙某某", seat=False), here.deputy()
    day = date(2023, 1, 1)

    with pytest.raises(InputInvalid):
        join_group(actor=here.staff, group=group, deputy=idle, starts_on=day, now=NOW)
    row = join_group(actor=here.staff, group=group, deputy=serving, starts_on=day, now=NOW)
    leave_group(actor=here.staff, membership=row, on=date(2023, 2, 1), now=NOW)
    with pytest.raises(StateMoved):
        leave_group(actor=here.staff, membership=row, on=date(2023, 2, 1), now=NOW)
    end_group(actor=here.staff, group=group, on=date(2024, 1, 1), now=NOW)
    with pytest.raises(InputInvalid):
        join_group(actor=here.staff, group=group, deputy=serving, starts_on=day, now=NOW)
    assert group.memberships.count() == 1


def test_owner_has_one_open_studio(here):
    kind = {"owner_kind": "station", "owner_code": here.county.station.code}
    rest = {"actor": here.staff, "region_code": here.village, "now": NOW, "opened_on": TODAY}
    open_studio(**kind, **rest, name="站点工作室")

    with pytest.raises(InputInvalid):
        open_studio(**kind, **rest, name="第二个")


# --- ties ---------------------------------------------------------------------------------------


def test_contact_gaps_list_who_was_not_contacted_this_quarter(here):
    deputy = here.deputy()
    ends = {"actor": here.staff, "region_code": here.code, "starts_on": date(2025, 1, 1),
            "now": NOW}  # fmt: skip
    done = tie_link(kind="deputy_voter", deputy=deputy, other="第一选区", **ends)
    late = tie_link(kind="deputy_voter", deputy=deputy, other="第二选区", **ends)
    never = tie_link(kind="member_deputy", deputy=deputy, other="委员某某", **ends)
    record_contact(actor=here.staff, link=done, on=date(2026, 10, 1), content="走访", now=NOW)
    record_contact(actor=here.staff, link=late, on=date(2026, 9, 30), content="走访", now=NOW)

    links = Link.objects.visible_to(here.staff)

    found = {link.pk: link.last_contact for link in contact_gaps(links, TODAY)}
    assert found == {late.pk: date(2026, 9, 30), never.pk: None}
    assert contact_totals(links, TODAY) == {"deputy_voter": (2, 1), "member_deputy": (1, 0)}
    assert [c.count for c in duty_counts(deputy)] == [2]  # contacts of voters enter the file


def test_contact_gaps_of_a_neighbour_are_not_seen(here, there):
    theirs = tie_link(
        actor=there.staff, kind="deputy_voter", deputy=there.deputy(), other="第一选区",
        region_code=there.code, starts_on=date(2025, 1, 1), now=NOW,
    )  # fmt: skip
    assert list(contact_gaps(Link.objects.visible_to(there.staff), TODAY)) == [theirs]

    assert list(contact_gaps(Link.objects.visible_to(here.staff), TODAY)) == []


@pytest.mark.parametrize("on", [date(2026, 11, 21), date(2024, 12, 31)])
def test_contact_is_refused_outside_the_link_and_in_the_future(here, on):
    link = tie_link(
        actor=here.staff, kind="deputy_voter", deputy=here.deputy(), other="第一选区",
        region_code=here.code, starts_on=date(2025, 1, 1), now=NOW,
    )  # fmt: skip

    with pytest.raises(InputInvalid):
        record_contact(actor=here.staff, link=link, on=on, content="走访", now=NOW)

    assert link.records.count() == 0


def test_link_names_both_ends(here):
    for ends in ({"deputy": here.deputy()}, {"other": "选民"}, {}):
        with pytest.raises(InputInvalid):
            tie_link(
                actor=here.staff, kind="deputy_voter", region_code=here.code,
                starts_on=date(2025, 1, 1), now=NOW, **ends,
            )  # fmt: skip
    assert Link.objects.count() == 0


@pytest.mark.parametrize(
    ("on", "first", "last"),
    [
        (date(2026, 1, 1), date(2026, 1, 1), date(2026, 3, 31)),
        (date(2026, 6, 30), date(2026, 4, 1), date(2026, 6, 30)),
        (date(2026, 12, 31), date(2026, 10, 1), date(2026, 12, 31)),
        (date(2028, 2, 29), date(2028, 1, 1), date(2028, 3, 31)),
    ],
)
def test_quarter_of_every_edge(on, first, last):
    assert quarter_of(on) == (first, last)


# --- the duty ledger ----------------------------------------------------------------------------


def duty(deputy, source="1", **more):
    given = {"kind": "reception", "on": date(2026, 5, 1), "title": "接待群众",
             "source_type": "stations.reception", "source_code": source, "actor": SYSTEM,
             "now": NOW}  # fmt: skip
    return record_duty(deputy=deputy, **given | more)


def test_duty_is_entered_once_per_source(here):
    deputy = here.deputy()

    assert duty(deputy) == duty(deputy, title="换个说法")
    assert duty(deputy, source="2") != duty(deputy, source="3")

    assert [(c.label, c.count) for c in duty_counts(deputy)] == [("接待群众", 3)]


def test_unknown_kind_of_duty_is_a_mistake_of_ours(here):
    with pytest.raises(ValueError, match="unknown kind"):
        duty(here.deputy(), kind="dancing")


def test_duty_counts_for_the_seat_held_on_the_day_nearest_to_the_people(here, city_term):
    deputy = here.deputy()
    open_seat(actor=SYSTEM, deputy=deputy, term=city_term, now=NOW)

    assert duty(deputy).seat.term == here.term
    assert duty(deputy, source="2", on=date(2021, 1, 1)).seat is None
    city = deputy.seats.get(term=city_term)
    assert duty(deputy, source="3", seat=city).seat == city


def test_trap_17_duty_is_reversed_by_a_second_row_and_never_edited(here):
    deputy = here.deputy()
    row = duty(deputy)

    reversal = reverse_duty(actor=here.staff, duty=row, reason="登记错了人", now=NOW)

    assert (reversal.reverses, reversal.title) == (row, "冲销：登记错了人")
    assert duty_counts(deputy) == []
    assert DutyRecord.objects.filter(deputy=deputy).count() == 2
    with pytest.raises(StateMoved):
        reverse_duty(actor=here.staff, duty=row, reason="再来一次", now=NOW)
    with pytest.raises(InputInvalid):
        reverse_duty(actor=here.staff, duty=reversal, reason="冲销的冲销", now=NOW)
    for sql in ("UPDATE deputies_dutyrecord SET title = 'x'", "DELETE FROM deputies_dutyrecord"):
        with pytest.raises((InternalError, ProgrammingError)), transaction.atomic():
            connection.cursor().execute(sql)
