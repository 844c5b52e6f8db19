"""Traps of DOMAIN §7 that belong to suggestions and have no other home among these tests."""

from datetime import date, timedelta

import pytest
from django.db import InternalError, ProgrammingError, connection, transaction
from django.test import Client

from congress.models import Organ, Unit
from congress.states import OrganKind
from deputies.models import DutyRecord
from proposals.models import Proposal, ScoreSheet
from proposals.records import put_down
from proposals.services import Text
from tests.proposals.place import (
    CHECKLIST,
    act,
    assigned,
    at,
    client,
    make_place,
    orders_of,
    put,
    replied,
    submitted,
    work,
    written,
)
from tests.proposals.test_course import BAD, evaluate, rule
from tests.world import NOW
from workflows.engine import apply


def signed_in(user):
    found = Client()
    found.force_login(user)
    return found


# --- 2: one deadline for everything ---------------------------------------------------------------


def test_trap_2_every_step_has_its_own_period_counted_from_its_own_day(place):
    """From 交办之日, not from submission; return, opinion, short track and re-handling differ."""
    made = submitted(place, now=at(2026, 11, 2))
    made = apply(made, "accept", actor=place.staff, now=at(2026, 11, 10),
                 data={"category": "other"})  # fmt: skip
    units = [u.code for u in place.county.units]
    made = apply(made, "assign", actor=place.staff, now=at(2026, 11, 20),
                 data={"units": units[:1], "co_units": units[1:2]})  # fmt: skip
    lead, co = orders_of(made)
    short = assigned(place, data={"short_track": True})
    found = {
        "lead": lead.due_on, "co": co.due_on, "return": lead.return_until, "short": short.due_on,
    }  # fmt: skip
    assert found == {
        "lead": date(2027, 2, 20), "co": date(2026, 12, 20), "return": date(2026, 11, 27),
        "short": date(2026, 12, 20),
    }  # fmt: skip
    again = evaluate(place, replied(place), now=NOW + timedelta(days=25), **BAD)
    again = apply(again, "rehandle", actor=place.staff, now=at(2027, 1, 4), data={"reason": "办"})
    assert again.due_on == date(2027, 2, 4)


def test_trap_2_another_place_has_other_periods(place):
    """A township's two months beside the county's three, on one day in one house."""
    other = make_place("370785", "高密市")
    rule(other, "reply_within", unit="months", amount=2)
    rule(other, "order_return_within", unit="days", amount=10)
    here, there = orders_of(assigned(place))[0], orders_of(assigned(other))[0]
    assert (here.due_on, here.return_until) == (date(2027, 2, 20), date(2026, 11, 27))
    assert (there.due_on, there.return_until) == (date(2027, 1, 20), date(2026, 11, 30))


# --- 17: points by hand or at 接单 ----------------------------------------------------------------


def test_trap_17_what_counts_is_written_by_rule_with_its_source_and_never_edited(place):
    """Nothing for drafting, submitting or being given; one row at 立案 that names its source."""
    made = submitted(place)
    assert not DutyRecord.objects.exists()
    made = apply(made, "accept", actor=place.staff, now=NOW, data={"category": "other"})
    row = DutyRecord.objects.get()
    assert (row.kind, row.source_type, row.source_code) == (
        "suggestion", "proposals.proposal", made.code,
    )  # fmt: skip
    made = apply(made, "assign", actor=place.staff, now=NOW,
                 data={"units": [place.county.units[0].code]})  # fmt: skip
    work(place, orders_of(made)[0], now=NOW)
    assert DutyRecord.objects.count() == 1
    with pytest.raises((InternalError, ProgrammingError)), transaction.atomic():
        connection.cursor().execute("UPDATE deputies_dutyrecord SET title = '加分'")


def test_trap_17_no_score_for_taking_the_work_and_no_total_by_hand(place):
    """量化测评: by the deputies, after the reply, the total added up by the rule (青岛 2015)."""
    made = assigned(place)
    deputy, unit = place.user(place.lead), place.unit_user(place.county.units[0])
    points = {"communication": 9, "face_reply": 28, "result": 45, "follow_up": 8}
    apply(orders_of(made)[0], "sign", actor=unit, now=NOW)
    assert put(deputy, made.code, "score", **points).status_code == 409
    order = orders_of(made)[0]
    work(place, order, now=NOW)
    assert put(unit, made.code, "score", **points).status_code == 403
    assert put(deputy, made.code, "score", **points, total=100).status_code == 200
    sheet = ScoreSheet.objects.get()
    assert (sheet.total, sheet.order, sheet.deputy, sheet.by) == (
        90,
        order,
        place.lead,
        deputy.name,
    )


# --- 19: phones, names, addresses in public -------------------------------------------------------


def test_trap_19_nothing_personal_is_published_with_a_suggestion(place):
    """What slipped into title, text, reply or feedback is masked; nothing else is public."""
    secret = "13812345678"
    words = Text(f"关于电梯的建议 {secret}", f"住户王五的电话{secret}", "一是换电梯。")
    made = assigned(place, text=words)
    work(place, orders_of(made)[0], now=NOW)
    done = act(place.county.users["moderator"], "proposals", made.code, "decide_publication",
               decision="public", title=f"关于电梯的建议 {secret}", text=f"住户的电话{secret}",
               reply=f"已更换，联系{secret}", feedback=f"满意，{secret}")  # fmt: skip
    assert done.status_code == 200, done.json()
    shown = client().get(f"/api/v1/proposals/{made.code}/")
    page = Client().get(f"/proposals/{made.code}/")
    listed = client().get("/api/v1/proposals/")
    for answer in (shown, page, listed):
        text = answer.content.decode()
        assert answer.status_code == 200
        assert secret not in text
        assert "王五" not in text
    assert shown.json()["text"] == "住户的电话138****5678"
    deputy = client().get(f"/api/v1/deputies/{place.lead.code}/").json()
    assert not {"phone", "mobile", "address", "id_number", "certificate"} & set(deputy)


# --- 24: bills ------------------------------------------------------------------------------------


def test_trap_24_a_bill_that_was_not_accepted_becomes_a_suggestion_and_stays_linked(place):
    """No threshold of ten for a suggestion; the bill's number is kept and shown (QD 2, CQ 11)."""
    desk = signed_in(place.staff)
    typed = {"deputy": place.lead.code, "way": "paper", "title": "关于电梯立法的建议",
             "facts": "情况", "advice": "一是立法。", "bill": "十八届五次议案第3号"}  # fmt: skip
    answer = desk.post("/desk/proposals/enter/", typed)
    assert answer.status_code == 302
    made = Proposal.objects.get()
    assert (made.source_kind, made.bill_reference, made.signatures.count()) == (
        "bill", "十八届五次议案第3号", 1,
    )  # fmt: skip
    assert [(s.kind, s.code) for s in made.sources.all()] == [("bill", "十八届五次议案第3号")]
    page = desk.get(f"/desk/proposals/{made.code}/").content.decode()
    assert "议案转来 十八届五次议案第3号" in page
    made = apply(made, "submit", actor=place.staff, now=NOW,
                 data={"confirmed": CHECKLIST})  # fmt: skip
    made = apply(made, "accept", actor=place.staff, now=NOW, data={"category": "other"})
    assert (made.state, made.number) == ("accepted", 1)
    found = client(place.staff).get(f"/api/v1/proposals/{made.code}/").json()
    assert found["bill_reference"] == "十八届五次议案第3号"


def test_trap_24_a_bill_without_its_number_is_refused(place):
    deputy = place.user(place.lead)
    text = {"title": "关于电梯的建议", "facts": "情况", "advice": "一是换。"}
    answer = client(deputy).post("/api/v1/proposals/", {**text, "source_kind": "bill"},
                                 format="json")  # fmt: skip
    assert (answer.status_code, set(answer.json()["fields"])) == (400, {"source_code"})
    page = signed_in(deputy).post("/desk/proposals/new/", {**text, "source_kind": "bill"})
    assert "请写原议案的编号" in page.content.decode()
    assert not Proposal.objects.exists()
    ok = client(deputy).post("/api/v1/proposals/", {**text, "bill_reference": "议案第9号"},
                             format="json")  # fmt: skip
    assert (ok.status_code, Proposal.objects.get().source_kind) == (201, "bill")


# --- 29: what the office is called ----------------------------------------------------------------


def test_trap_29_offices_bear_the_names_of_the_place(place):
    """人事代表工作室 here, 选举任免联络工委 there: names come from the registers."""
    Organ.objects.create(congress=place.congress, code="OD1", name="人事代表工作室",
                         kind=OrganKind.DEPUTIES_COMMISSION, region_code="370782")  # fmt: skip
    Unit.objects.filter(pk=place.office.pk).update(name="市府办综合督导科")
    made = apply(written(place), "submit", actor=place.user(place.lead), now=NOW,
                 data={"confirmed": CHECKLIST})  # fmt: skip
    made = apply(made, "accept", actor=place.staff, now=NOW, data={"category": "other"})
    made = apply(made, "assign", actor=place.staff, now=NOW,
                 data={"through": place.office.code})  # fmt: skip
    put_down(made, "dispatch", actor=place.unit_user(place.office), now=NOW,
             data={"units": [place.county.units[0].code]})  # fmt: skip
    unit = place.unit_user(place.county.units[0])
    page = signed_in(unit).get(f"/desk/proposals/{made.code}/records/dispute/").content.decode()
    assert "人事代表工作室" in page
    assert "市府办综合督导科" in page
    assert "代表工作委员会" not in page
    assert "政府督查室" not in page


def test_trap_29_a_place_that_names_nothing_is_spoken_to_in_general_words(place):
    made = assigned(place)
    unit = place.unit_user(orders_of(made)[0].unit)
    page = signed_in(unit).get(f"/desk/proposals/{made.code}/records/dispute/").content.decode()
    assert "人大代表工作机构" in page
    assert "代表工作委员会" not in page
