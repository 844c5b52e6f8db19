"""When the world around a suggestion changes: years, rules, units, seats, terms."""

from datetime import date, timedelta

import pytest
from django.test import Client

from audit.models import Entry
from congress.memory import forget_all
from congress.models import CalendarYear
from congress.services import change_unit, load_year, merge_unit, start_term
from congress.services.calendar import SpecialDay
from core.errors import InputInvalid, StateMoved
from deputies.services import close_term, open_seat
from handling.models import Order
from notifications.models import Clock
from proposals.models import Proposal
from tests.proposals.place import (
    CHECKLIST,
    accepted,
    act,
    assigned,
    at,
    client,
    orders_of,
    submitted,
    work,
    written,
)
from tests.proposals.test_course import GOOD, evaluate, rule
from tests.proposals.test_writing import joint
from tests.world import NOW
from workflows.engine import apply

GIVEN = at(2027, 12, 27)
NEW_YEAR = [SpecialDay(date(2028, 1, day), False, "元旦") for day in (3, 4, 5)]


@pytest.fixture(autouse=True)
def published_years(db):
    """2026 and 2027 are published, 2028 is not."""
    for year in (2026, 2027):
        CalendarYear.objects.get_or_create(year=year, defaults={"source": "测试"})
    forget_all()


def publish(place, now=GIVEN):
    load_year(year=2028, days=NEW_YEAR, source="测试", actor=place.staff, now=now)


def page_of(user, path):
    browser = Client()
    browser.force_login(user)
    answer = browser.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


# --- a year that is not published -----------------------------------------------------------------


def test_days_into_an_unpublished_year_are_shown_as_provisional_and_counted_again(place):
    rule(place, "reply_within", unit="working_days", amount=10)
    made = assigned(place, now=GIVEN)
    (order,) = orders_of(made)
    assert (order.due_on, order.provisional, made.provisional) == (date(2028, 1, 10), True, True)
    assert order.return_until == date(2028, 1, 3)
    unit = place.unit_user(order.unit)
    for user, path in ((place.staff, f"/desk/proposals/{made.code}/"),
                       (unit, f"/desk/orders/{order.code}/")):  # fmt: skip
        assert "暂定" in page_of(user, path)
    shown = client(place.staff).get(f"/api/v1/proposals/{made.code}/").json()
    assert (shown["due_on"], shown["provisional"]) == ("2028-01-10", True)

    publish(place)

    order.refresh_from_db()
    made.refresh_from_db()
    assert (order.due_on, order.provisional) == (date(2028, 1, 13), False)
    assert order.return_until == date(2028, 1, 6)
    row = made.assignments.get()
    assert (made.due_on, made.provisional, row.due_on, row.provisional) == (
        date(2028, 1, 13), False, date(2028, 1, 13), False,
    )  # fmt: skip
    clock = Clock.objects.get(object_code=order.code, stopped_at=None)
    assert (clock.name, clock.due_on, clock.provisional) == (
        "order_sign_within", date(2027, 12, 29), False,
    )  # fmt: skip
    assert "暂定" not in page_of(unit, f"/desk/orders/{order.code}/")


def test_the_window_for_giving_back_follows_the_published_year(place):
    made = assigned(place, now=GIVEN)
    (order,) = orders_of(made)
    unit, late = place.unit_user(order.unit), at(2028, 1, 6)
    with pytest.raises(StateMoved, match="期限已过"):
        apply(order, "request_return", actor=unit, now=late, data={"reason": "不归我们"})
    publish(place)
    order.refresh_from_db()
    assert apply(order, "request_return", actor=unit, now=late,
                 data={"reason": "不归我们"}).state == "return_requested"  # fmt: skip


def test_an_agreed_extension_is_not_counted_again(place):
    rule(place, "short_track_within", unit="working_days", amount=10)
    made = assigned(place, now=GIVEN, data={"short_track": True})
    (order,) = orders_of(made)
    user = place.unit_user(order.unit)
    order = apply(order, "sign", actor=user, now=GIVEN)
    order = apply(order, "request_extension", actor=user, now=GIVEN,
                  data={"wanted_on": "2028-01-12", "reason": "难"})  # fmt: skip
    apply(order, "decide_extension", actor=place.staff, now=GIVEN,
          data={"decision": "granted", "reason": "同意"})  # fmt: skip
    publish(place)
    order.refresh_from_db()
    assert order.due_on == date(2028, 1, 12)


# --- rules changed in mid-flight ------------------------------------------------------------------


def test_a_provisional_day_is_counted_again_by_the_rules_it_began_with(place):
    rule(place, "reply_within", unit="working_days", amount=10)
    made = assigned(place, now=GIVEN)
    rule(place, "reply_within", starts=date(2027, 12, 28), unit="working_days", amount=3)
    publish(place, now=at(2027, 12, 29))
    later = assigned(place, now=at(2027, 12, 30))
    made.refresh_from_db()
    assert (made.due_on, later.due_on) == (date(2028, 1, 13), date(2028, 1, 7))


def test_rating_and_opinion_keep_the_rule_they_began_with(place):
    made = assigned(place, co=1)
    for key, unit, amount in (("co_opinion_within", "days", 3), ("reply_extended_to", "months", 4)):
        rule(place, key, starts=date(2026, 11, 21), unit=unit, amount=amount)
    lead, co = orders_of(made)
    user = place.unit_user(lead.unit)
    lead = apply(lead, "sign", actor=user, now=at(2026, 11, 23))
    assert co.due_on == date(2026, 12, 20)
    apply(lead, "request_extension", actor=user, now=at(2026, 11, 23),
          data={"wanted_on": "2027-05-20", "reason": "难"})  # fmt: skip
    assert lead.extensions.get().wanted_on == date(2027, 5, 20)


# --- 29 February ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "due"),
    [
        (at(2027, 11, 29), date(2028, 2, 29)),
        (at(2027, 11, 30), date(2028, 2, 29)),
        (at(2028, 2, 29), date(2028, 5, 29)),
        (at(2028, 11, 30), date(2029, 2, 28)),
    ],
)
def test_three_months_to_and_from_29_february(place, given, due):
    assert assigned(place, now=given).due_on == due


def test_six_months_from_the_end_of_august_end_on_29_february(place):
    given = at(2027, 8, 31)
    (order,) = orders_of(assigned(place, now=given))
    user = place.unit_user(order.unit)
    order = apply(order, "sign", actor=user, now=given)
    with pytest.raises(InputInvalid):
        apply(order, "request_extension", actor=user, now=given,
              data={"wanted_on": "2028-03-01", "reason": "难"})  # fmt: skip
    apply(order, "request_extension", actor=user, now=given,
          data={"wanted_on": "2028-02-29", "reason": "难"})  # fmt: skip


# --- units ----------------------------------------------------------------------------------------


def test_a_renamed_unit_goes_on_under_its_new_name(place):
    made = assigned(place)
    (order,) = orders_of(made)
    change_unit(actor=place.staff, unit=order.unit, now=NOW, name="住房城乡建设和交通局")
    user = place.unit_user(order.unit)
    assert "住房城乡建设和交通局" in page_of(user, f"/desk/orders/{order.code}/")
    work(place, orders_of(made)[0], now=NOW)
    made.refresh_from_db()
    assert made.state == "replied"
    rows = Entry.objects.filter(action="handling.order.assigned").values_list("data", flat=True)
    assert [row["unit"] for row in rows] == [order.unit.code]


@pytest.mark.parametrize(("gone", "heir"), [(0, 1), (1, 0)])
def test_lead_and_co_handler_that_become_one_unit_owe_no_opinion_to_themselves(place, gone, heir):
    made = assigned(place, co=1)
    units = place.county.units
    merge_unit(unit=units[gone], into=units[heir], on=NOW.date(), actor=place.staff, now=NOW)
    lead, co = Order.objects.of(made).order_by("id")
    assert (lead.unit, lead.state, co.state) == (units[heir], "assigned", "stopped")
    assert not Clock.objects.filter(object_code=co.code, stopped_at=None).exists()
    work(place, lead, now=NOW + timedelta(days=2))
    made.refresh_from_db()
    assert made.state == "replied"


def test_what_a_merged_unit_has_answered_stays_its_own(place):
    made = assigned(place)
    work(place, orders_of(made)[0], now=NOW)
    old, heir = place.county.units[:2]
    merge_unit(unit=old, into=heir, on=NOW.date(), actor=place.staff, now=NOW)
    assert [o.unit for o in orders_of(made)] == [old]
    made = Proposal.objects.get()
    made = evaluate(place, made, now=NOW, attitude="basic", result="unsatisfied", reason="没办")
    answer = act(place.staff, "proposals", made.code, "rehandle", reason="重办", units=[old.code])
    assert answer.status_code == 400
    made = apply(made, "rehandle", actor=place.staff, now=NOW,
                 data={"reason": "重办", "units": [heir.code]})  # fmt: skip
    assert [o.unit for o in orders_of(made)] == [heir]


# --- seats and terms ------------------------------------------------------------------------------


def end_seat(place, deputy, on="2026-11-19"):
    seat = deputy.seats.get(state="active")
    apply(seat, "terminate", actor=place.staff, now=NOW,
          data={"on": on, "reason": "resigned", "note": ""})  # fmt: skip


def test_a_cosigner_out_of_office_holds_nothing_up_and_does_not_count(place):
    """Of two who were asked one has left office: neither waited for nor among the signers."""
    made = joint(place, 2)
    end_seat(place, place.deputies[2])
    made = apply(made, "submit", actor=place.user(place.lead), now=NOW,
                 data={"confirmed": CHECKLIST})  # fmt: skip
    assert list(made.signatures.values_list("deputy__name", "state", "note")) == [
        ("宋玉禾", "confirmed", ""), ("李田", "confirmed", ""),
        ("王港", "declined", "提交时已不在任"),
    ]  # fmt: skip


def test_who_left_office_after_submission_stays_a_signer_and_is_answered(place):
    rule(place, "joint_answer", unit="text", value="each")
    made = joint(place, 1)
    made = apply(made, "submit", actor=place.user(place.lead), now=NOW,
                 data={"confirmed": CHECKLIST})  # fmt: skip
    end_seat(place, place.deputies[1])
    made = apply(made, "accept", actor=place.staff, now=NOW, data={"category": "other"})
    made = apply(made, "assign", actor=place.staff, now=NOW,
                 data={"units": [place.county.units[0].code]})  # fmt: skip
    work(place, orders_of(made)[0], now=NOW)
    assert {e.deputy for e in made.evaluations.all()} == set(place.deputies[:2])


def next_term(place, *deputies):
    """The next term with these deputies elected again; the old one is closed."""
    start = date(2027, 1, 12)
    term = start_term(actor=place.staff, congress=place.congress, number=19, starts_on=start,
                      now=at(2027, 1, 12))  # fmt: skip
    for deputy in deputies:
        open_seat(actor=place.staff, deputy=deputy, term=term, now=at(2027, 1, 12))
    close_term(actor=place.staff, term=place.term, on=date(2027, 1, 11), now=at(2027, 1, 12))
    return term


def test_a_draft_goes_on_in_the_new_term_under_the_new_seat(place):
    made = joint(place, 2)
    term = next_term(place, place.lead, place.deputies[1])
    made = apply(made, "submit", actor=place.user(place.lead), now=at(2027, 1, 20),
                 data={"confirmed": CHECKLIST})  # fmt: skip
    assert (made.term, made.seat.term) == (term, term)
    assert [(s.deputy.name, s.state, s.seat.term.number) for s in made.signatures.all()] == [
        ("宋玉禾", "confirmed", 19), ("李田", "confirmed", 19), ("王港", "declined", 18),
    ]  # fmt: skip
    made = apply(made, "accept", actor=place.staff, now=at(2027, 1, 21), data={"category": "other"})
    assert (made.number, made.series_key) == (1, "370782:19:0:between")


def test_numbers_begin_anew_with_the_term_and_the_old_ones_stay(place):
    old = accepted(place)
    next_term(place, place.lead)
    new = accepted(place, now=at(2027, 1, 20))
    old.refresh_from_db()
    assert [(p.term.number, p.number, p.seat.term.number) for p in (old, new)] == [
        (18, 1, 18), (19, 1, 19),
    ]  # fmt: skip


def test_who_was_not_elected_again_proposes_nothing_new_and_still_rates_the_old(place):
    made, draft = assigned(place), written(place)
    next_term(place, place.deputies[1])
    lead = place.user(place.lead)
    with pytest.raises(StateMoved, match="不能提出建议"):
        apply(draft, "submit", actor=lead, now=at(2027, 1, 20), data={"confirmed": CHECKLIST})
    with pytest.raises(InputInvalid, match="没有在任的代表资格"):
        submitted(place, now=at(2027, 1, 20))
    work(place, orders_of(made)[0], now=at(2027, 1, 21))
    made.refresh_from_db()
    assert page_of(lead, f"/desk/proposals/{made.code}/")
    made = evaluate(place, made, now=at(2027, 1, 22), **GOOD)
    assert (made.state, made.term.number) == ("evaluated", 18)
