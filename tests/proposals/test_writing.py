"""提出前 and 审核: drafts, co-signers, numbers, exclusions, withdrawal, confidence."""

from datetime import date
from threading import Thread

import pytest
from django.db import connection, transaction
from django.test import Client

from core.errors import Forbidden, InputInvalid, StateMoved
from deputies.models import DutyRecord
from handling.models import Order
from notifications.models import Clock, Notification
from proposals.models import NumberSeries, Proposal, Version
from proposals.records import put_down
from proposals.selectors import counts, similar
from proposals.services import Text, draft, enter, revise
from proposals.services.writing import Source
from tests.proposals.place import (
    CHECKLIST,
    TEXT,
    accepted,
    act,
    assigned,
    client,
    make_place,
    open_session,
    put,
    submitted,
    written,
)
from tests.world import NOW
from workflows.engine import apply


def joint(place, n=1):
    """A draft that others have confirmed."""
    made = written(place)
    for other in place.deputies[1 : n + 1]:
        made = apply(made, "invite_cosigner", actor=place.user(place.lead), now=NOW,
                     data={"deputy": other.code})  # fmt: skip
        made = apply(made, "confirm_cosign", actor=place.user(other), now=NOW,
                     data={"version": made.version})  # fmt: skip
    return made


# --- drafting -------------------------------------------------------------------------------------


def test_a_draft_is_its_writers_alone(place):
    made = written(place)
    seen = [u.username for u in (place.user(place.lead), place.staff, place.user(place.deputies[1]))
            if Proposal.objects.visible_to(u).exists()]  # fmt: skip
    assert seen == [place.user(place.lead).username]
    assert client(place.staff).get(f"/api/v1/proposals/{made.code}/").status_code == 404
    assert client().get("/api/v1/proposals/").json()["results"] == []


def test_nobody_drafts_in_anothers_name(place):
    with pytest.raises(Forbidden):
        draft(TEXT, actor=place.user(place.deputies[1]), deputy=place.lead, now=NOW)
    assert Proposal.objects.count() == 0


def test_whose_seat_has_ended_cannot_propose(place):
    """A seat that ended between draft and submission stops it with the reason."""
    made = written(place)
    seat = made.seat
    apply(seat, "terminate", actor=place.staff, now=NOW,
          data={"on": "2026-11-19", "reason": "resigned", "note": ""})  # fmt: skip
    with pytest.raises(StateMoved, match="资格终止"):
        apply(made, "submit", actor=place.user(place.lead), now=NOW, data={"confirmed": CHECKLIST})
    with pytest.raises(InputInvalid, match="没有在任的代表资格"):
        written(place)


def test_trap_30_staff_enter_a_paper_and_are_named(place):
    made = enter(TEXT, actor=place.staff, deputy=place.lead, way="paper", now=NOW,
                 cosigners=[place.deputies[1]])  # fmt: skip
    assert (made.proxy_way, made.proxy_name) == ("paper", place.staff.name)
    assert Proposal.objects.visible_to(place.staff).get() == made
    made = apply(made, "submit", actor=place.staff, now=NOW,
                 data={"confirmed": CHECKLIST, "series": "between"})  # fmt: skip
    assert (made.state, made.series) == ("submitted", "between")
    answer = client(place.staff).get(f"/api/v1/proposals/{made.code}/").json()
    assert answer["proxy_name"] == place.staff.name
    with pytest.raises(Forbidden):
        enter(
            TEXT,
            actor=make_place("370785", "高密市").staff,
            deputy=place.lead,
            way="paper",
            now=NOW,
        )


def test_trap_12_a_spoken_one_is_confirmed_by_the_signers_themselves(place):
    made = enter(TEXT, actor=place.staff, deputy=place.lead, way="phone", now=NOW,
                 cosigners=[place.deputies[1]])  # fmt: skip
    with pytest.raises(StateMoved, match="李田"):
        apply(made, "submit", actor=place.staff, now=NOW, data={"confirmed": CHECKLIST})


# --- co-signers -----------------------------------------------------------------------------------


def test_trap_12_a_changed_text_asks_every_signer_again(place):
    made = joint(place, 2)
    lead = place.user(place.lead)
    told = Notification.objects.filter(user=place.user(place.deputies[1]))
    before = told.count()
    made = revise(made, Text(TEXT.title, TEXT.facts, "一是换电梯。"), actor=lead, now=NOW)
    assert (made.version, Version.objects.count()) == (2, 2)
    assert told.count() == before + 1
    with pytest.raises(StateMoved, match=r"李田、王港.*重新确认"):
        apply(made, "submit", actor=lead, now=NOW, data={"confirmed": CHECKLIST})
    same = revise(made, Text(TEXT.title, TEXT.facts, "一是换电梯。"), actor=lead, now=NOW)
    assert same.version == 2
    with pytest.raises(Forbidden):
        revise(made, TEXT, actor=place.user(place.deputies[1]), now=NOW)
    with pytest.raises(StateMoved):
        revise(made, TEXT, actor=lead, now=NOW, version=1)


def test_who_declines_is_left_out_and_sees_it_no_more(place):
    made = joint(place, 1)
    other = place.deputies[2]
    apply(
        made, "invite_cosigner", actor=place.user(place.lead), now=NOW, data={"deputy": other.code}
    )
    made = apply(made, "decline_cosign", actor=place.user(other), now=NOW, data={})
    assert not Proposal.objects.visible_to(place.user(other)).exists()
    made = apply(
        made, "submit", actor=place.user(place.lead), now=NOW, data={"confirmed": CHECKLIST}
    )
    assert made.state == "submitted"


def test_only_members_of_this_congress_are_invited(place):
    neighbour = make_place("370785", "高密市")
    made = written(place)
    with pytest.raises(InputInvalid) as refusal:
        apply(made, "invite_cosigner", actor=place.user(place.lead), now=NOW,
              data={"deputy": neighbour.lead.code})  # fmt: skip
    assert set(refusal.value.fields) == {"deputy"}
    assert made.signatures.count() == 1


def test_an_uninvited_deputy_sees_and_signs_nothing(place):
    made = written(place)
    assert act(place.user(place.deputies[2]), "proposals", made.code, "confirm_cosign",
               version=1).status_code == 404  # fmt: skip
    assert made.signatures.count() == 1


# --- submitting -----------------------------------------------------------------------------------


def test_every_exclusion_has_to_be_confirmed(place):
    made = written(place)
    answer = act(place.user(place.lead), "proposals", made.code, "submit", confirmed=CHECKLIST[:-1])
    assert answer.status_code == 400
    assert "不相关的事" in answer.json()["fields"]["confirmed"]


def test_during_a_session_it_counts_with_the_session(place):
    open_session(place)
    made = submitted(place)
    assert (made.series, made.session.number) == ("session", 5)
    assert not Clock.objects.filter(object_code=made.code).exists()


def test_between_sessions_the_time_for_handing_over_runs(place):
    open_session(place, opens=date(2026, 1, 5), closes=date(2026, 1, 8))
    made = submitted(place)
    clock = Clock.objects.get(object_code=made.code, stopped_at=None)
    assert (made.series, clock.name, clock.due_on) == (
        "between",
        "assign_within",
        date(2026, 11, 27),
    )
    assert "5" not in clock.basis or clock.basis


def test_a_delegation_proposes_at_the_session_only(place):
    from deputies.models import Delegation

    own = Delegation.objects.create(code="DT1", term=place.term, name="东街代表团",
                                    region_code="370782")  # fmt: skip
    made = written(place, delegation=own)
    lead = place.user(place.lead)
    with pytest.raises(InputInvalid, match="几处"):
        apply(made, "submit", actor=lead, now=NOW, data={"confirmed": CHECKLIST})
    open_session(place)
    assert (
        apply(made, "submit", actor=lead, now=NOW, data={"confirmed": CHECKLIST}).delegation == own
    )


# --- numbers --------------------------------------------------------------------------------------


def test_each_series_counts_for_itself(place):
    between = accepted(place)
    open_session(place)
    numbers = [accepted(place).number_words for _ in range(2)]
    assert (between.number_words, numbers) == ("闭会第1号", ["第1号", "第2号"])
    assert sorted(NumberSeries.objects.values_list("key", "last")) == [
        ("370782:18:0:between", 1), ("370782:18:5:session", 2),
    ]  # fmt: skip


def test_a_refused_acceptance_gives_its_number_back(place):
    made = submitted(place)
    with transaction.atomic():
        apply(made, "accept", actor=place.staff, now=NOW, data={"category": "other"})
        transaction.set_rollback(True)
    assert accepted(place).number == 1
    made.refresh_from_db()
    assert apply(made, "accept", actor=place.staff, now=NOW, data={"category": "other"}).number == 2


@pytest.mark.django_db(transaction=True)
def test_numbers_are_gapless_when_many_are_accepted_at_once():
    place = make_place()
    made = [submitted(place) for _ in range(8)]
    failures = []

    def take(one):
        try:
            apply(one, "accept", actor=place.staff, now=NOW, data={"category": "other"})
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [Thread(target=take, args=(one,)) for one in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failures == []
    assert sorted(Proposal.objects.values_list("number", flat=True)) == list(range(1, 9))


# --- review ---------------------------------------------------------------------------------------


def test_versions_are_kept_through_a_return_and_counted(place):
    made = submitted(place)
    made = apply(made, "return_for_revision", actor=place.staff, now=NOW,
                 data={"note": "再具体些", "exclusions": ["empty"]})  # fmt: skip
    lead = place.user(place.lead)
    made = revise(made, Text(TEXT.title, TEXT.facts, "一是逐台评估。"), actor=lead, now=NOW)
    made = apply(made, "submit", actor=lead, now=NOW, data={"confirmed": CHECKLIST})
    assert [v.advice == TEXT.advice for v in made.versions.all()] == [True, False]
    assert [(r.kind, r.version, r.exclusions) for r in made.reviews.all()] == [
        ("returned", 1, ["empty"])
    ]
    diverted = submitted(place)
    with pytest.raises(InputInvalid):
        apply(diverted, "divert", actor=place.staff, now=NOW, data={"note": "转来信"})
    apply(diverted, "divert", actor=place.staff, now=NOW,
          data={"note": "转来信", "exclusions": ["relayed"]})  # fmt: skip
    assert counts(Proposal.objects.all()) == {
        "audited": 2, "modified": 1, "withdrawn": 0, "merged": 0, "diverted": 1,
    }  # fmt: skip
    assert set(Proposal.objects.counted()) == set()


def test_committees_read_and_the_opinion_stays(place):
    made = submitted(place)
    put_down(made, "give_opinion", actor=place.staff, now=NOW,
             data={"note": "建议立案", "organ": place.organ.code})  # fmt: skip
    with pytest.raises(InputInvalid):
        put_down(made, "give_opinion", actor=place.staff, now=NOW, data={"note": "无名"})
    assert [(r.kind, r.organ, r.note) for r in made.reviews.all()] == [
        ("opinion", place.organ, "建议立案")
    ]


def test_what_is_accepted_enters_the_duty_files_once(place):
    made = joint(place, 1)
    assert DutyRecord.objects.count() == 0
    made = apply(
        made, "submit", actor=place.user(place.lead), now=NOW, data={"confirmed": CHECKLIST}
    )
    apply(made, "accept", actor=place.staff, now=NOW, data={"category": "other"})
    rows = DutyRecord.objects.order_by("id").values_list("deputy__code", "kind", "title")
    assert list(rows) == [
        (place.lead.code, "suggestion", "领衔提出代表建议闭会第1号"),
        (place.deputies[1].code, "suggestion", "联名提出代表建议闭会第1号"),
    ]


# --- 撤回 -----------------------------------------------------------------------------------------


def test_a_joint_one_is_withdrawn_by_all_and_handling_stops_at_once(place):
    made = joint(place, 1)
    lead, other = place.user(place.lead), place.user(place.deputies[1])
    made = apply(made, "submit", actor=lead, now=NOW, data={"confirmed": CHECKLIST})
    made = apply(made, "accept", actor=place.staff, now=NOW, data={"category": "other"})
    made = apply(made, "assign", actor=place.staff, now=NOW,
                 data={"units": [place.county.units[0].code]})  # fmt: skip
    with pytest.raises(StateMoved, match=r"请联名代表同意撤回.*李田"):
        apply(made, "withdraw", actor=lead, now=NOW, data={"reason": "已解决"})
    assert act(other, "proposals", made.code, "withdraw", reason="x").status_code == 409
    assert act(place.staff, "proposals", made.code, "withdraw", reason="x").status_code == 403
    assert put(other, made.code, "agree_to_withdraw").status_code == 409
    assert put(other, made.code, "ask_to_withdraw", reason="x").status_code == 409
    put_down(made, "ask_to_withdraw", actor=lead, now=NOW, data={"reason": "已解决"})
    with pytest.raises(StateMoved, match="还在等李田"):
        apply(made, "withdraw", actor=lead, now=NOW, data={"reason": "已解决"})
    put_down(made, "agree_to_withdraw", actor=other, now=NOW)
    made = apply(made, "withdraw", actor=lead, now=NOW, data={"reason": "已解决"})
    assert (made.state, made.due_on, made.number) == ("withdrawn", None, 1)
    assert [o.state for o in Order.objects.all()] == ["stopped"]
    assert not Clock.objects.filter(stopped_at=None).exists()


def test_who_signed_is_asked_before_a_joint_one_is_taken_back(place):
    """Each is told with the reason on the page; the lead hears of every consent (SH 10)."""
    made = joint(place, 2)
    lead, first, second = (place.user(d) for d in place.deputies)
    made = apply(made, "submit", actor=lead, now=NOW, data={"confirmed": CHECKLIST})
    told = Notification.objects.filter(kind="proposals.withdrawal").order_by("id")
    assert put(lead, made.code, "ask_to_withdraw").status_code == 400
    assert not told.exists()
    assert put(lead, made.code, "ask_to_withdraw", reason="村里已经修好").status_code == 200
    assert put(lead, made.code, "ask_to_withdraw", reason="再问").status_code == 409
    assert list(told.values_list("user_id", "text")) == [
        (user.pk, f"宋玉禾代表想撤回联名建议，请您决定：{made.title}") for user in (first, second)
    ]
    page = Client()
    page.force_login(first)
    text = page.get(f"/desk/proposals/{made.code}/").content.decode()
    assert "村里已经修好" in text
    assert "同意撤回" in text
    assert put(first, made.code, "agree_to_withdraw").status_code == 200
    assert act(lead, "proposals", made.code, "withdraw", reason="x").status_code == 409
    assert put(second, made.code, "agree_to_withdraw").status_code == 200
    assert list(told.filter(user=lead).values_list("text", flat=True)) == [
        f"同意撤回，还在等王港：{made.title}", f"联名代表都同意撤回，可以撤回了：{made.title}",
    ]  # fmt: skip
    assert act(lead, "proposals", made.code, "withdraw", reason="已修好").status_code == 200


def test_a_new_text_forgets_who_agreed_to_take_the_old_one_back(place):
    made = joint(place, 1)
    lead, other = place.user(place.lead), place.user(place.deputies[1])
    made = apply(made, "submit", actor=lead, now=NOW, data={"confirmed": CHECKLIST})
    made = apply(made, "return_for_revision", actor=place.staff, now=NOW, data={"note": "再改"})
    put_down(made, "ask_to_withdraw", actor=lead, now=NOW, data={"reason": "不提了"})
    put_down(made, "agree_to_withdraw", actor=other, now=NOW)
    made = revise(made, Text(TEXT.title, TEXT.facts, "一是换电梯。"), actor=lead, now=NOW)
    assert not made.signatures.filter(agreed_at__isnull=False).exists()
    assert made.signatures.get(lead=True).note == ""


# --- 并案 -----------------------------------------------------------------------------------------


def test_linked_ones_are_handled_together_and_answered_separately(place):
    main, other = accepted(place), accepted(place)
    with pytest.raises(InputInvalid):
        apply(other, "link", actor=place.staff, now=NOW, data={"main": other.code, "reason": "同"})
    apply(other, "link", actor=place.staff, now=NOW, data={"main": main.code, "reason": "同一事项"})
    with pytest.raises(StateMoved):
        apply(other, "link", actor=place.staff, now=NOW, data={"main": main.code, "reason": "再并"})
    apply(main, "assign", actor=place.staff, now=NOW,
          data={"units": [place.county.units[0].code], "with_linked": True})  # fmt: skip
    orders = Order.objects.order_by("id").values_list("source_code", "unit__code", "role")
    unit = place.county.units[0].code
    assert list(orders) == [(main.code, unit, "sole"), (other.code, unit, "sole")]
    other.refresh_from_db()
    assert other.state == "assigned"


# --- 保密 -----------------------------------------------------------------------------------------


def test_a_confidential_one_is_not_there_for_who_need_not_see(place):
    """Signers, its units, the office of its own congress; nobody else, orders included (QD 18)."""
    made = assigned(place, confidential="举报性质")
    county = place.county
    city = county.users["congress_staff"].__class__.objects.create_user("city", name="市级")
    from accounts.models import Grant

    Grant.objects.create(user=city, role="congress_staff", scope_kind="region", scope_code="3707",
                         region_code="3707", starts_on=date(2022, 1, 1))  # fmt: skip
    open_one = assigned(place)
    everybody = {
        "lead": place.user(place.lead), "other deputy": place.user(place.deputies[1]),
        "office": place.staff, "city": city, "moderator": county.users["moderator"],
        "unit": county.users["unit_head"], "other unit": county.users["unit_handler_1"],
    }  # fmt: skip
    sees = {n for n, u in everybody.items() if made in Proposal.objects.visible_to(u)}
    assert sees == {"lead", "office", "unit"}
    order = Order.objects.of(made).get()
    sees = {n for n, u in everybody.items() if order in Order.objects.visible_to(u)}
    assert sees == {"office", "unit"}
    assert open_one in Proposal.objects.visible_to(city)
    for name in ("city", "moderator", "other unit"):
        for url in (f"/api/v1/proposals/{made.code}/", f"/api/v1/orders/{order.code}/"):
            assert client(everybody[name]).get(url).status_code in (403, 404), (name, url)
        assert not everybody[name].has_perm("proposals.view_proposal", made)
    texts = Notification.objects.exclude(kind__startswith="handling.")
    assert not texts.filter(object_code=made.code, text__contains="电梯").exists()


def test_confidence_can_be_asked_for_later_and_takes_the_public_text_away(place):
    made = assigned(place)
    lead = place.user(place.lead)
    put_down(made, "conceal", actor=lead, now=NOW, data={"confidential": True, "reason": "怕报复"})
    made.refresh_from_db()
    assert (made.confidential, Order.objects.get().confidential) == (True, True)
    assert put(place.user(place.deputies[1]), made.code, "conceal", confidential=True,
               reason="x").status_code == 404  # fmt: skip


# --- earlier years --------------------------------------------------------------------------------


def test_similar_ones_of_earlier_years_are_shown_and_secret_ones_are_not(place):
    old = accepted(place)
    accepted(place, text=Text("关于加快农村公路养护的建议", "x", "y"))
    accepted(place, confidential="保密")
    new = written(place, text=Text("关于老旧小区电梯更新的建议", "x", "y"))
    assert similar("370782", new.title, besides=new.code) == [old]
    found = client(place.user(place.lead)).get(f"/api/v1/proposals/{new.code}/similar/").json()
    assert [row["code"] for row in found] == [old.code]
    assert similar("370785", new.title) == []


# --- the door on messages -------------------------------------------------------------------------


def test_trap_1_a_deputy_makes_a_suggestion_of_a_message(place):
    from tests.voices.conftest import say

    message = say(place.county, text="电梯坏了，我的电话13812345678").message
    deputy = place.user(place.lead)
    message = apply(message, "accept", actor=deputy, now=NOW)
    names = [a["name"] for a in client(deputy).get(f"/api/v1/messages/{message.code}/").json()[
        "available_actions"]]  # fmt: skip
    assert "promote" in names
    keeper = place.county.users["station_keeper"]
    assert act(keeper, "messages", message.code, "promote", title="t").status_code == 403
    answer = act(deputy, "messages", message.code, "promote", title="关于电梯的建议")
    assert answer.status_code == 200, answer.json()
    made = Proposal.objects.get()
    assert (made.state, made.source_kind, made.source_code) == ("draft", "message", message.code)
    assert made.facts == "电梯坏了，我的电话138****5678"
    assert answer.json()["state"] == "accepted"
    assert act(deputy, "messages", message.code, "promote", title="再").status_code == 409
    sources = client(deputy).get(f"/api/v1/proposals/{made.code}/").json()["sources"]
    assert sources == [{"kind": "message", "code": message.code}]


def test_whoever_spoke_first_is_told_when_the_result_moves(place):
    from tests.voices.conftest import say

    message = say(place.county).message
    open_one = accepted(place, source=Source("message", message.code))
    hidden = accepted(place, source=Source("message", message.code), confidential="x")
    told = Notification.objects.filter(kind="proposals.source_moved", to_resident=True)
    assert list(told.values_list("object_code", "text")) == [
        (message.code, "代表就您反映的事提出的建议已经立案。")
    ]
    assert {open_one.state, hidden.state} == {"accepted"}


def test_source_of_a_draft_is_kept(place):
    made = written(place, source=Source("research", "R-2026-3"))
    assert [(s.kind, s.code) for s in made.sources.all()] == [("research", "R-2026-3")]
