"""交办, 答复, 评价 and after: units, clocks, disputes, rounds, supervision, promises, publication."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from congress.models import CalendarYear, Rulebook, RuleValue
from congress.services import load_year, merge_unit
from congress.services.calendar import SpecialDay
from core.errors import Forbidden, InputInvalid, StateMoved
from handling.models import Order, Promise
from jobs.services import drain
from notifications.models import Clock, Notification
from notifications.reminders import remind
from proposals.models import Evaluation, Proposal, Supervision
from proposals.records import able, put_down
from proposals.services import assign_batch, open_batch, rate_promise, update_promise
from tests.proposals.place import (
    CHECKLIST,
    accepted,
    act,
    assigned,
    at,
    client,
    open_session,
    orders_of,
    put,
    replied,
    submitted,
    work,
    written,
)
from tests.world import NOW
from workflows.engine import apply


@pytest.fixture(autouse=True)
def published_years(db):
    for year in (2026, 2027, 2028):
        CalendarYear.objects.get_or_create(year=year, defaults={"source": "测试"})


def rule(place, key, *, starts=date(2020, 1, 1), **content):
    """A value of the county's own rulebook."""
    book, _ = Rulebook.objects.get_or_create(
        congress=place.congress, effective_from=starts, defaults={"name": f"本县{starts}"}
    )
    RuleValue.objects.create(rulebook=book, key=key, basis="本县规定", **content)
    from congress.memory import forget_all

    forget_all()


def evaluate(place, made, deputy=None, *, now, **data):
    user = place.user(deputy or place.lead)
    return apply(made, "evaluate", actor=user, now=now, data=data)


GOOD = {"attitude": "satisfied", "result": "satisfied", "score": 90}
BAD = {"attitude": "satisfied", "result": "unsatisfied", "reason": "没有办"}


# --- 交办 -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("leads", "co", "roles", "kind"),
    [(1, 0, ["sole"], "sole"), (1, 1, ["lead", "co"], "lead"), (2, 0, ["part", "part"], "part")],
)
def test_three_ways_of_handing_over(place, leads, co, roles, kind):
    made = assigned(place, leads=leads, co=co)
    assert [o.role for o in orders_of(made)] == roles
    (row,) = made.assignments.all()
    assert (row.kind, row.rule, row.due_on) == (kind, "reply_within", date(2027, 2, 20))
    dues = {"sole": date(2027, 2, 20), "lead": date(2027, 2, 20), "part": date(2027, 2, 20),
            "co": date(2026, 12, 20)}  # fmt: skip
    assert [o.due_on for o in orders_of(made)] == [dues[r] for r in roles]


def test_trap_23_co_handlers_never_answer_the_deputy(place):
    made = assigned(place, co=1)
    co = orders_of(made)[1]
    user = place.unit_user(co.unit)
    co = apply(co, "sign", actor=user, now=NOW)
    with pytest.raises(StateMoved, match="会办"):
        apply(co, "reply", actor=user, now=NOW, data={})
    assert not made.evaluations.exists()


def test_one_month_for_what_was_said_in_contact(place):
    made = assigned(place, data={"short_track": True})
    assert made.due_on == date(2026, 12, 20)
    assert made.assignments.get().rule == "short_track_within"


def test_two_tiers_run_from_the_day_of_handing_over(place):
    """政府督查室 gives on five days later; the period still runs from 交办之日 (SH 11)."""
    made = apply(accepted(place), "assign", actor=place.staff, now=NOW,
                 data={"through": place.office.code})  # fmt: skip
    assert (made.state, made.due_on, orders_of(made)) == ("assigned", date(2027, 2, 20), [])
    office, later = place.unit_user(place.office), NOW + timedelta(days=5)
    assert made in Proposal.objects.visible_to(office)
    unit = place.county.units[0]
    with pytest.raises(Forbidden):
        put_down(made, "dispatch", actor=place.unit_user(unit), now=later,
                 data={"units": [unit.code]})  # fmt: skip
    put_down(made, "dispatch", actor=office, now=later, data={"units": [unit.code]})
    (order,) = orders_of(made)
    assert (order.due_on, order.return_until) == (date(2027, 2, 20), date(2026, 12, 2))
    with pytest.raises(StateMoved):
        put_down(made, "dispatch", actor=office, now=later, data={"units": [unit.code]})


def test_many_are_handed_over_at_one_meeting_or_none(place):
    batch = open_batch(actor=place.staff, region_code="370782", title="集中交办会",
                       on=date(2026, 11, 20), now=NOW)  # fmt: skip
    made = [accepted(place) for _ in range(3)]
    unit = place.county.units[0].code
    bad = [(m, {"units": [unit]}) for m in made[:2]] + [(made[2], {})]
    with pytest.raises(InputInvalid):
        assign_batch(batch, bad, actor=place.staff, now=NOW)
    assert Order.objects.count() == 0
    assert (
        assign_batch(batch, [(m, {"units": [unit]}) for m in made], actor=place.staff, now=NOW) == 3
    )
    assert batch.assignments.count() == 3


def test_by_the_chairpersons_where_the_rules_say_so(place):
    rule(place, "assigned_by_chairpersons", unit="flag", value=True)
    made = accepted(place)
    unit = place.county.units[0].code
    with pytest.raises(InputInvalid) as refusal:
        apply(made, "assign", actor=place.staff, now=NOW, data={"units": [unit]})
    assert set(refusal.value.fields) == {"decision_reference"}
    made = apply(made, "assign", actor=place.staff, now=NOW,
                 data={"units": [unit], "decision_reference": "主任会议〔2026〕9号"})  # fmt: skip
    assert made.assignments.get().decision_reference == "主任会议〔2026〕9号"


def test_trap_10_a_granted_return_restarts_the_clock_for_the_new_unit(place):
    made = assigned(place)
    (order,) = orders_of(made)
    old, new = place.county.units[:2]
    user, later = place.unit_user(old), NOW + timedelta(days=3)
    order = apply(order, "request_return", actor=user, now=later, data={"reason": "不归我们"})
    assert act(user, "orders", order.code, "decide_return", decision="granted",
               unit=new.code, reason="x").status_code == 403  # fmt: skip
    apply(order, "decide_return", actor=place.staff, now=later,
          data={"decision": "granted", "unit": new.code, "reason": "同意"})  # fmt: skip
    made.refresh_from_db()
    (heir,) = orders_of(made)
    assert (heir.unit, heir.due_on, made.due_on) == (new, date(2027, 2, 23), date(2027, 2, 23))
    assert made not in Proposal.objects.visible_to(user)
    with pytest.raises(StateMoved, match="期限已过"):
        apply(heir, "request_return", actor=place.unit_user(new), now=NOW + timedelta(days=60),
              data={"reason": "太晚"})  # fmt: skip


def test_trap_28_a_dispute_is_settled_by_an_arbiter(place):
    made = assigned(place, co=1)
    lead, co = (o.unit for o in orders_of(made))
    with pytest.raises(Forbidden):
        put_down(made, "dispute", actor=place.staff, now=NOW, data={})
    put_down(made, "dispute", actor=place.unit_user(co), now=NOW,
             data={"about": "应由住建局独办", "arbiter": "congress"})  # fmt: skip
    with pytest.raises(StateMoved):
        put_down(made, "dispute", actor=place.unit_user(lead), now=NOW,
                 data={"about": "x", "arbiter": "congress"})  # fmt: skip
    later = NOW + timedelta(days=4)
    put_down(made, "settle_dispute", actor=place.staff, now=later,
             data={"decision": "由会办单位主办", "lead": co.code})  # fmt: skip
    made.refresh_from_db()
    (order,) = orders_of(made)
    assert (order.unit, order.role, order.due_on) == (co, "sole", date(2027, 2, 24))
    assert made.due_on == date(2027, 2, 24)
    row = made.disputes.get()
    assert (row.lead, row.decision) == (co, "由会办单位主办")


def test_trap_26_the_deputy_hears_of_an_extension_with_its_ceiling(place):
    made = assigned(place)
    (order,) = orders_of(made)
    user = place.unit_user(order.unit)
    order = apply(order, "sign", actor=user, now=NOW)
    with pytest.raises(InputInvalid, match="几处"):
        apply(order, "request_extension", actor=user, now=NOW,
              data={"wanted_on": "2027-05-21", "reason": "难"})  # fmt: skip
    apply(order, "request_extension", actor=user, now=NOW,
          data={"wanted_on": "2027-05-20", "reason": "难"})  # fmt: skip
    apply(order, "decide_extension", actor=place.staff, now=NOW,
          data={"decision": "granted", "reason": "同意"})  # fmt: skip
    made.refresh_from_db()
    row = made.assignments.get()
    assert (made.due_on, row.due_on, row.original_due_on) == (
        date(2027, 5, 20), date(2027, 5, 20), date(2027, 2, 20),
    )  # fmt: skip
    told = Notification.objects.filter(user=place.user(place.lead), kind="proposals.extended")
    assert told.get().text.startswith("答复延期至2027年5月20日")


def test_contact_clock_reminds_the_unit_and_ends_with_the_contact(place):
    made = assigned(place)
    clock = Clock.objects.get(object_type="proposals.proposal", stopped_at=None)
    assert clock.name == "contact_within"
    (order,) = orders_of(made)
    work(place, order, now=NOW + timedelta(days=2))
    clock.refresh_from_db()
    assert clock.stopped_at is not None


# --- clocks when the world changes ----------------------------------------------------------------


def test_trap_3_months_are_calendar_months_to_29_february(place):
    made = assigned(place, now=at(2027, 11, 30))
    assert made.due_on == date(2028, 2, 29)
    made = assigned(place, now=at(2026, 11, 30))
    assert made.due_on == date(2027, 2, 28)


def test_from_the_close_of_the_session_where_the_rules_say_so(place):
    rule(place, "reply_from", unit="text", value="session_closed")
    open_session(place, opens=date(2026, 11, 10), closes=date(2026, 11, 15))
    data = {"confirmed": CHECKLIST, "series": "session"}
    made = written(place)
    made.entered_by = place.staff
    made.save()
    made = apply(made, "submit", actor=place.staff, now=NOW, data=data)
    made = apply(made, "accept", actor=place.staff, now=NOW, data={"category": "other"})
    made = apply(made, "assign", actor=place.staff, now=NOW,
                 data={"units": [place.county.units[0].code]})  # fmt: skip
    assert made.due_on == date(2027, 2, 15)


def test_a_rulebook_changed_in_mid_flight_moves_no_running_clock(place):
    made = assigned(place)
    rule(place, "reply_within", starts=date(2026, 11, 21), unit="months", amount=1)
    later = assigned(place, now=at(2026, 11, 23))
    made.refresh_from_db()
    assert (made.due_on, later.due_on) == (date(2027, 2, 20), date(2026, 12, 23))
    assert "本县规定" in later.basis
    assert "本县规定" not in made.basis


def test_days_through_an_unpublished_year_are_counted_again(place):
    CalendarYear.objects.filter(year=2027).delete()
    from congress.memory import forget_all

    forget_all()
    now = at(2026, 12, 20)
    made = replied(place, now=at(2026, 12, 1), days=19)
    assert (made.state, made.provisional) == ("replied", True)
    first = made.due_on
    holiday = [SpecialDay(date(2027, 1, day), False, "假日") for day in (4, 5, 6)]
    load_year(year=2027, days=holiday, source="测试", actor=place.staff, now=now)
    made.refresh_from_db()
    assert (made.provisional, made.due_on > first) == (False, True)
    drain(now=at(first.year, first.month, first.day) + timedelta(days=1))
    made.refresh_from_db()
    assert made.state == "replied"
    drain(now=at(made.due_on.year, made.due_on.month, made.due_on.day) + timedelta(days=1))
    made.refresh_from_db()
    assert made.state == "closed"


def test_open_work_follows_a_merged_unit(place):
    made = assigned(place)
    waiting = apply(accepted(place), "assign", actor=place.staff, now=NOW,
                    data={"through": place.office.code})  # fmt: skip
    old, heir = place.county.units[0], place.county.units[1]
    merge_unit(unit=old, into=heir, on=NOW.date(), actor=place.staff, now=NOW)
    merge_unit(unit=place.office, into=heir, on=NOW.date(), actor=place.staff, now=NOW)
    user = place.unit_user(heir)
    seen = set(Proposal.objects.visible_to(user).values_list("code", flat=True))
    assert seen == {made.code, waiting.code}
    put_down(waiting, "dispatch", actor=user, now=NOW, data={"units": [heir.code]})
    assert [o.unit for o in orders_of(waiting)] == [heir]


def test_trap_14_whose_term_ended_is_still_answered_and_rates(place):
    """SH 19: unfinished suggestions go on to the same person; the old seat keeps the record."""
    made = assigned(place)
    apply(made.seat, "expire", actor=place.staff, now=NOW, data={"on": "2026-11-20"})
    for order in orders_of(made):
        work(place, order, now=NOW + timedelta(days=10))
    made.refresh_from_db()
    assert [e.deputy for e in made.evaluations.all()] == [place.lead]
    assert evaluate(place, made, now=NOW + timedelta(days=11), **GOOD).state == "evaluated"


def test_for_a_lead_who_died_the_next_signer_stands_in(place):
    made = written(place)
    other = place.deputies[1]
    apply(
        made, "invite_cosigner", actor=place.user(place.lead), now=NOW, data={"deputy": other.code}
    )
    made = apply(made, "confirm_cosign", actor=place.user(other), now=NOW, data={"version": 1})
    made = apply(
        made, "submit", actor=place.user(place.lead), now=NOW, data={"confirmed": CHECKLIST}
    )
    made = apply(made, "accept", actor=place.staff, now=NOW, data={"category": "other"})
    made = apply(made, "assign", actor=place.staff, now=NOW,
                 data={"units": [place.county.units[0].code]})  # fmt: skip
    apply(made.seat, "terminate", actor=place.staff, now=NOW,
          data={"on": "2026-11-20", "reason": "death", "note": ""})  # fmt: skip
    work(place, orders_of(made)[0], now=NOW + timedelta(days=10))
    assert [e.deputy for e in Evaluation.objects.all()] == [other]


# --- 答复, 评价 -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("whom", "answered"), [("lead", 1), ("each", 2), ("each_or_lead", 2)])
def test_trap_7_who_is_answered_is_the_rulebooks(place, whom, answered):
    rule(place, "joint_answer", unit="text", value=whom)
    made = written(place)
    other = place.deputies[1]
    apply(
        made, "invite_cosigner", actor=place.user(place.lead), now=NOW, data={"deputy": other.code}
    )
    apply(made, "confirm_cosign", actor=place.user(other), now=NOW, data={"version": 1})
    made = apply(
        made, "submit", actor=place.user(place.lead), now=NOW, data={"confirmed": CHECKLIST}
    )
    made = apply(made, "accept", actor=place.staff, now=NOW, data={"category": "other"})
    made = apply(made, "assign", actor=place.staff, now=NOW,
                 data={"units": [place.county.units[0].code]})  # fmt: skip
    work(place, orders_of(made)[0], now=NOW + timedelta(days=10))
    made.refresh_from_db()
    assert made.evaluations.count() == answered
    made = evaluate(place, made, now=NOW + timedelta(days=11), **GOOD)
    assert made.state == ("evaluated" if answered == 1 else "replied")
    if answered == 2:
        made = evaluate(place, made, other, now=NOW + timedelta(days=11), **BAD)
        assert (made.state, made.satisfaction) == ("evaluated", "unsatisfied")


def test_every_part_has_to_be_answered_before_the_deputy_rates(place):
    made = assigned(place, leads=2)
    first, second = orders_of(made)
    work(place, first, now=NOW, outcome="solved")
    made.refresh_from_db()
    assert made.state == "assigned"
    with pytest.raises(StateMoved, match=second.unit.name):
        apply(made, "request_rating", actor=place.staff, now=NOW)
    work(place, second, now=NOW, outcome="reference")
    made.refresh_from_db()
    assert (made.state, made.outcome) == ("replied", "reference")


def test_trap_5_letters_are_the_places_own(place):
    letters = {"solved": "A", "in_progress": "B", "planned": "C", "not_now": "D",
               "not_feasible": "D", "reference": "D", "upper_level": "D"}  # fmt: skip
    rule(place, "reply_letters", unit="json", value=letters)
    made = assigned(place)
    work(place, orders_of(made)[0], now=NOW, outcome="planned", promise="列入计划",
         promise_on=date(2027, 6, 30))  # fmt: skip
    shown = client(place.staff).get(f"/api/v1/proposals/{made.code}/").json()
    assert [(o["outcome"], o["letter"]) for o in shown["orders"]] == [("planned", "C")]


def test_trap_6_attitude_and_result_are_apart_and_reasons_compulsory(place):
    made = replied(place)
    later = NOW + timedelta(days=25)
    with pytest.raises(InputInvalid) as refusal:
        evaluate(place, made, now=later, attitude="unsatisfied", result="satisfied")
    assert set(refusal.value.fields) == {"reason"}
    with pytest.raises(Forbidden):
        apply(made, "evaluate", actor=place.user(place.deputies[1]), now=later, data=GOOD)
    made = evaluate(place, made, now=later, attitude="satisfied", result="basic", score=70)
    row = made.evaluations.get()
    assert (row.attitude, row.result, row.score, made.satisfaction) == (
        "satisfied", "basic", 70, "basic",
    )  # fmt: skip
    with pytest.raises(StateMoved):
        evaluate(place, made, now=later, **GOOD)


def test_staff_type_in_a_paper_form_and_are_named(place):
    made = replied(place)
    made = apply(made, "evaluate", actor=place.staff, now=NOW + timedelta(days=25),
                 data={**GOOD, "deputy": place.lead.code})  # fmt: skip
    assert made.evaluations.get().proxy_name == place.staff.name


def test_feedback_lapses_once_and_closes(place):
    made = replied(place)
    due = made.due_on
    drain(now=at(due.year, due.month, due.day, 23))
    made.refresh_from_db()
    assert made.state == "replied"
    for _ in range(2):
        drain(now=at(due.year, due.month, due.day) + timedelta(days=1))
    made.refresh_from_db()
    assert (made.state, made.satisfaction) == ("closed", "")
    assert made.evaluations.get().at is None


def test_one_of_two_ratings_counts_when_the_time_is_over(place):
    """What came in counts: the clock closes no unsatisfied one, it waits for round two."""
    rule(place, "joint_answer", unit="text", value="each")
    made = written(place)
    other = place.deputies[1]
    apply(
        made, "invite_cosigner", actor=place.user(place.lead), now=NOW, data={"deputy": other.code}
    )
    apply(made, "confirm_cosign", actor=place.user(other), now=NOW, data={"version": 1})
    made = apply(
        made, "submit", actor=place.user(place.lead), now=NOW, data={"confirmed": CHECKLIST}
    )
    made = apply(made, "accept", actor=place.staff, now=NOW, data={"category": "other"})
    made = apply(made, "assign", actor=place.staff, now=NOW,
                 data={"units": [place.county.units[0].code]})  # fmt: skip
    work(place, orders_of(made)[0], now=NOW + timedelta(days=10))
    made.refresh_from_db()
    evaluate(place, made, now=NOW + timedelta(days=11), **BAD)
    drain(now=at(2027, 3, 1))
    made.refresh_from_db()
    assert (made.state, made.satisfaction) == ("evaluated", "unsatisfied")
    assert apply(made, "rehandle", actor=place.staff, now=at(2027, 3, 2),
                 data={"reason": "不满意"}).round == 2  # fmt: skip


def test_staff_may_not_close_what_waits_for_the_deputy(place):
    made = replied(place)
    with pytest.raises(StateMoved, match="在等代表评价"):
        apply(made, "close", actor=place.staff, now=NOW + timedelta(days=90))


def test_urging_tells_who_has_not_rated(place):
    made = replied(place)
    put_down(made, "urge", actor=place.staff, now=NOW + timedelta(days=22))
    told = Notification.objects.filter(kind="proposals.urged").values_list("user_id", flat=True)
    assert list(told) == [place.user(place.lead).pk]
    assert made.evaluations.get().urged_at is not None


# --- rounds ---------------------------------------------------------------------------------------


def test_trap_9_a_second_round_keeps_the_first(place):
    made = evaluate(place, replied(place), now=NOW + timedelta(days=25), **BAD)
    later = at(2027, 1, 4)
    made = apply(made, "rehandle", actor=place.staff, now=later, data={"reason": "不满意"})
    assert (made.round, made.due_on) == (2, date(2027, 2, 4))
    first, second = made.assignments.all()
    assert (first.replied_at is not None, second.replied_at) == (True, None)
    assert (first.rule, second.rule) == ("reply_within", "rehandle_within")
    before = made.replied_at
    for order in orders_of(made):
        work(place, order, now=later)
    made.refresh_from_db()
    assert (made.state, made.replied_at) == ("replied", before)
    made = evaluate(place, made, now=later, **BAD)
    made = apply(made, "close", actor=place.staff, now=later, data={"note": "再开会研究"})
    assert [e.result for e in made.evaluations.all()] == ["unsatisfied", "unsatisfied"]


def test_experts_may_send_a_satisfied_one_round_again(place):
    made = evaluate(place, replied(place), now=NOW + timedelta(days=25), **GOOD)
    later = NOW + timedelta(days=30)
    with pytest.raises(StateMoved):
        apply(made, "rehandle", actor=place.staff, now=later, data={"reason": "x"})
    put_down(made, "assess", actor=place.staff, now=later,
             data={"experts": "某大学评估组", "score": 55, "opinion": "没有落实", "again": True})  # fmt: skip
    made = apply(made, "rehandle", actor=place.staff, now=later, data={"reason": "专家评估"})
    assert (made.state, made.round) == ("rehandling", 2)


def test_a_closed_one_is_assigned_a_second_time(place):
    made = evaluate(place, replied(place), now=NOW + timedelta(days=25), **GOOD)
    made = apply(made, "close", actor=place.staff, now=NOW + timedelta(days=26))
    made = apply(made, "reopen", actor=place.staff, now=NOW + timedelta(days=40),
                 data={"reason": "承诺没有兑现"})  # fmt: skip
    assert (made.state, made.round, made.closed_at) == ("rehandling", 2, None)
    assert len(orders_of(made)) == 1


# --- promises -------------------------------------------------------------------------------------


def promised(place):
    made = assigned(place)
    work(place, orders_of(made)[0], now=NOW, outcome="in_progress", promise="完成更新",
         promise_on=date(2027, 6, 30))  # fmt: skip
    return made, Promise.objects.get()


def test_trap_8_promises_outlive_the_suggestion_and_the_year(place):
    made, promise = promised(place)
    made.refresh_from_db()
    made = evaluate(place, made, now=NOW, **GOOD)
    apply(made, "close", actor=place.staff, now=NOW)
    clock = Clock.objects.get(object_type="handling.promise", stopped_at=None)
    assert clock.due_on == date(2027, 6, 30)
    unit = place.unit_user(promise.order.unit)
    remind(now=at(2027, 6, 30, 10))
    assert Notification.objects.filter(user=unit, object_code=promise.code).count() == 1
    with pytest.raises(InputInvalid):
        update_promise(promise, actor=unit, outcome="moved", note="雨季", now=at(2027, 6, 30),
                       due_on=date(2027, 6, 30))  # fmt: skip
    promise = update_promise(promise, actor=unit, outcome="moved", note="雨季耽误",
                             now=at(2027, 6, 30), due_on=date(2027, 9, 30))  # fmt: skip
    assert (promise.outcome, promise.due_on, promise.original_due_on) == (
        "moved", date(2027, 9, 30), date(2027, 6, 30),
    )  # fmt: skip
    with pytest.raises(Forbidden):
        update_promise(promise, actor=place.unit_user(place.county.units[1]), outcome="kept",
                       note="x", now=at(2027, 9, 1))  # fmt: skip
    promise = update_promise(promise, actor=unit, outcome="broken", note="资金没有到位",
                             now=at(2027, 10, 8))  # fmt: skip
    assert [u.outcome for u in promise.updates.all()] == ["moved", "broken"]
    clock.refresh_from_db()
    assert clock.stopped_at is not None


def test_promise_keeping_is_rated_apart_by_who_signed(place):
    _, promise = promised(place)
    deputy = place.user(place.lead)
    with pytest.raises(StateMoved):
        rate_promise(promise, actor=deputy, deputy=place.lead, score="satisfied", reason="",
                     now=at(2027, 1, 4))  # fmt: skip
    late = at(2027, 7, 1)
    with pytest.raises(InputInvalid):
        rate_promise(promise, actor=deputy, deputy=place.lead, score="unsatisfied", reason="",
                     now=late)  # fmt: skip
    with pytest.raises(Forbidden):
        rate_promise(promise, actor=place.user(place.deputies[1]), deputy=place.deputies[1],
                     score="satisfied", reason="", now=late)  # fmt: skip
    rate_promise(promise, actor=deputy, deputy=place.lead, score="basic", reason="", now=late)
    with pytest.raises(StateMoved):
        rate_promise(promise, actor=deputy, deputy=place.lead, score="basic", reason="", now=late)
    rate_promise(promise, actor=deputy, deputy=place.lead, score="satisfied", reason="",
                 now=at(2028, 7, 1))  # fmt: skip
    assert [(r.year, r.score) for r in promise.ratings.all()] == [
        (2027, "basic"),
        (2028, "satisfied"),
    ]


# --- supervision, referral, score sheets ----------------------------------------------------------


def test_trap_25_key_listing_needs_decision_leader_and_committee(place):
    made = assigned(place)
    answer = put(place.staff, made.code, "supervise", kind="key")
    assert set(answer.json()["fields"]) == {"decision_reference", "leader", "organ"}
    key = {"kind": "key", "decision_reference": "主任会议〔2026〕3号", "leader": "张主任",
           "organ": place.organ.code}  # fmt: skip
    assert put(place.staff, made.code, "supervise", **key).status_code == 200
    for kind, more in (("leader", {"leader": "李副主任"}), ("committee", {"organ": place.organ.code}),
                       ("tracking", {}), ("deputies", {})):  # fmt: skip
        assert put(place.staff, made.code, "supervise", kind=kind, **more).status_code == 200
    assert put(place.staff, made.code, "supervise", **key).status_code == 400
    shown = client(place.staff).get("/api/v1/proposals/?supervision=key").json()
    assert [row["code"] for row in shown["results"]] == [made.code]
    assert put(place.user(place.lead), made.code, "supervise", **key).status_code == 403
    ended = put(place.staff, made.code, "end_supervision", kind="key", outcome="已办好")
    assert [s["ended_at"] is not None for s in ended.json()["supervisions"]] == [
        True, False, False, False, False,
    ]  # fmt: skip


def test_the_database_refuses_a_key_listing_without_its_decision(place):
    made = assigned(place)
    with pytest.raises(IntegrityError), transaction.atomic():
        Supervision.objects.create(proposal=made, kind="key", leader="张", by="x", at=NOW)


def test_referral_runs_beside_and_the_clock_keeps_running(place):
    made = assigned(place)
    due = made.due_on
    asked = {"field": "environment", "unit": place.procuratorate.code, "handed_on": "2026-11-20"}
    assert put(place.staff, made.code, "update_referral", filed="yes").status_code == 409
    assert put(place.staff, made.code, "refer", **asked).status_code == 200
    assert put(place.staff, made.code, "refer", **asked).status_code == 409
    wrong = put(place.staff, made.code, "update_referral", filed="no", filing_number="立〔1〕")
    assert set(wrong.json()["fields"]) == {"filing_number"}
    shown = put(place.staff, made.code, "update_referral", filed="yes", filing_number="立〔2026〕1号",
                advice_number="检建〔2026〕2号").json()  # fmt: skip
    assert (shown["referral"]["filed"], shown["state"], shown["due_on"]) == (
        True, "assigned", due.isoformat(),
    )  # fmt: skip


def test_score_sheets_have_the_places_own_weights(place):
    made = replied(place)
    points = {"communication": 9, "face_reply": 28, "result": 45, "follow_up": 8}
    deputy = place.user(place.lead)
    assert put(deputy, made.code, "score", **{**points, "result": 51}).status_code == 400
    shown = put(deputy, made.code, "score", **points).json()
    assert shown["score_sheets"][0]["total"] == "90.0"
    own = {"communication": 20, "face_reply": 20, "result": 40, "follow_up": 20}
    rule(place, "score_weights", unit="json", value=own)
    assert put(deputy, made.code, "score", **points).status_code == 400
    shown = put(deputy, made.code, "score", communication=20, face_reply=20, result=40,
                follow_up=20).json()  # fmt: skip
    assert [(s["total"], s["weights"]) for s in shown["score_sheets"]] == [("100.0", own)]


def test_face_reply_first_where_the_rules_say_so(place):
    rule(place, "face_reply_first", unit="flag", value=True)
    made = assigned(place)
    unit = place.unit_user(orders_of(made)[0].unit)
    answer = put(unit, made.code, "face_reply", way="letter", on="2026-11-20")
    assert answer.status_code == 400
    ok = put(unit, made.code, "face_reply", way="letter", on="2020-11-20", consent=True)
    assert ok.status_code == 200, ok.json()


# --- publication ----------------------------------------------------------------------------------


def test_trap_18_publication_never_precedes_the_reply_and_needs_a_decision(place):
    made = assigned(place)
    moderator = place.county.users["moderator"]
    early = act(moderator, "proposals", made.code, "decide_publication", decision="public")
    assert early.status_code == 409
    with pytest.raises(IntegrityError), transaction.atomic():
        Proposal.objects.filter(pk=made.pk).update(published_at=NOW)
    for order in orders_of(made):
        work(place, order, now=NOW)
    assert client().get(f"/api/v1/proposals/{made.code}/").status_code == 404
    assert Clock.objects.filter(object_type="proposals.publication", stopped_at=None).count() == 1
    refused = act(moderator, "proposals", made.code, "decide_publication", decision="not_public")
    assert set(refused.json()["fields"]) == {"why_not"}
    done = act(moderator, "proposals", made.code, "decide_publication", decision="partial",
               why_not="privacy", text="建议内容，电话13812345678", reply="答复")  # fmt: skip
    assert done.status_code == 200, done.json()
    public = client().get(f"/api/v1/proposals/{made.code}/").json()
    assert (public["text"], public["decision"]) == ("建议内容，电话138****5678", "partial")
    assert set(public) == {
        "code", "number", "term", "session", "series", "region", "category", "title", "text",
        "reply", "feedback", "decision", "lead", "state", "state_label", "outcome", "round",
        "published_at",
    }  # fmt: skip
    act(moderator, "proposals", made.code, "decide_publication", decision="not_public",
        why_not="other")  # fmt: skip
    assert client().get(f"/api/v1/proposals/{made.code}/").status_code == 404


def test_confidence_and_objection_weigh_in_publication(place):
    made = replied(place, confidential="举报")
    answer = act(place.staff, "proposals", made.code, "decide_publication", decision="public")
    assert set(answer.json()["fields"]) == {"decision"}
    made = replied(place)
    put_down(made, "object_to_publication", actor=place.user(place.lead), now=NOW,
             data={"reason": "涉及企业"})  # fmt: skip
    answer = act(place.staff, "proposals", made.code, "decide_publication", decision="public")
    assert set(answer.json()["fields"]) == {"note"}
    answer = act(place.staff, "proposals", made.code, "decide_publication", decision="public",
                 note="已隐去企业名称")  # fmt: skip
    assert answer.status_code == 200


# --- records as a table ---------------------------------------------------------------------------


def test_records_are_refused_by_right_state_and_reach(place):
    made = submitted(place)
    assert put(place.user(place.deputies[1]), made.code, "urge").status_code == 404
    assert put(place.user(place.lead), made.code, "urge").status_code == 403
    assert put(place.staff, made.code, "urge").status_code == 409
    assert put(place.staff, made.code, "nothing").status_code == 404
    assert put(None, made.code, "urge").status_code in (401, 403)
    open_ones = {a.kind.name for a in able(made, place.staff, now=NOW) if not a.blocked}
    assert open_ones == {"give_opinion", "conceal"}


@pytest.mark.parametrize("count", [1, 30])
def test_lists_ask_the_same_queries_for_one_row_and_thirty(
    place, count, django_assert_max_num_queries
):
    for _ in range(count):
        accepted(place)
    with django_assert_max_num_queries(6):
        rows = client(place.staff).get("/api/v1/proposals/?page_size=50").json()["results"]
    assert len(rows) == count
