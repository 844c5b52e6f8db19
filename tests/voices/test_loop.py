"""The closed loop through the services: every step, every clock, every person told."""

from datetime import date, timedelta

import pytest
from django.test import Client

from audit.services import verify
from core.errors import Forbidden, InputInvalid, StateMoved
from handling.models import Order, Promise
from jobs.services import drain
from notifications.models import Clock, Notification
from stations.models import Appointment
from tests.voices.conftest import say
from tests.world import NOW
from voices.models import ContactReveal, Message, MessageContact
from voices.selectors import public_timeline, route_of
from voices.services import Words, by_receipt, resident_of, reveal_contact, submit
from workflows.engine import apply, available


def step(obj, name, actor, now=NOW, **data):
    return apply(obj, name, actor=actor, now=now, data=data)


def names(obj, actor, now=NOW):
    return [a.name for a in available(obj, actor, now=now)]


def test_submit_twice_with_one_key_is_one_message_and_one_receipt(county):
    first, second = say(county), say(county)
    assert (first.receipt, first.new) == (second.receipt, True)
    assert second.new is False
    assert Message.objects.count() == 1
    assert len(first.receipt) == 13


def test_same_key_with_other_words_is_another_message(county):
    assert say(county).receipt != say(county, text="另一件事，下水道堵了").receipt
    assert Message.objects.count() == 2


def test_whole_loop_with_transfer_and_second_round(county, message):
    deputy, keeper = county.users["deputy"], county.users["station_keeper"]
    handler = county.users["unit_handler"]
    assert message.due_on == date(2026, 11, 27)
    assert names(message, deputy) == ["accept", "pass_on", "divert"]
    message = step(message, "accept", deputy)
    message = step(message, "refer", deputy, opinion="情况属实")
    assert message.state == "under_review"
    message = step(
        message, "transfer", keeper, units=[county.units[0].code], title="路灯不亮13812345678",
        instruction="打13812345678问问", text="路灯坏了三天，联系人13812345678",
    )  # fmt: skip
    order = Order.objects.get()
    assert "13812345678" not in order.text + order.title + order.instruction
    assert (order.state, order.due_on, order.role) == ("assigned", date(2026, 12, 20), "sole")
    with pytest.raises(StateMoved, match="住建局"):
        step(message, "reply", keeper, outcome="solved", text="好了")
    order = step(order, "sign", handler)
    order = step(order, "reply", handler, outcome="solved", text="已更换", signer="局长")
    message = step(message, "reply", keeper, outcome="solved", text="路灯换好了")
    order.refresh_from_db()
    assert order.state == "accepted"
    assert message.state == "answered"
    resident = resident_of(message)
    with pytest.raises(InputInvalid):
        step(message, "rate", resident, score="unsatisfied", reason="")
    message = step(message, "rate", resident, score="unsatisfied", reason="又不亮了")
    assert (message.state, message.round) == ("under_review", 2)
    message = step(
        message,
        "transfer",
        keeper,
        units=[county.units[0].code],
        title="路灯又不亮",
        text="请重新办理",
    )
    second = Order.objects.get(round=2)
    step(second, "sign", handler)
    second.refresh_from_db()
    step(second, "reply", handler, outcome="solved", text="换了整根线", signer="局长")
    message = step(message, "reply", keeper, outcome="solved", text="这回修好了")
    message = step(message, "rate", resident, score="satisfied", reason="")
    assert (message.state, message.round, message.score) == ("closed", 2, "satisfied")
    assert [r.score for r in message.ratings.all()] == ["unsatisfied", "satisfied"]
    assert message.answers.count() == 2
    assert verify().problems == []
    words = [s.words for s in public_timeline(message, now=NOW)]
    assert words[0] == "您的留言送到了"
    assert "联络站审核后转给住建局办理" in words
    assert not Clock.objects.filter(stopped_at__isnull=True).exists()


def test_deputy_answers_directly_and_the_message_lapses(county, message):
    deputy = county.users["deputy"]
    message = step(message, "accept", deputy)
    message = step(message, "answer", deputy, outcome="explained", text="这是施工停电，周五恢复")
    drain(now=NOW + timedelta(days=10))
    message.refresh_from_db()
    assert message.state == "answered"
    drain(now=NOW + timedelta(days=60))
    message.refresh_from_db()
    assert message.state == "closed"
    drain(now=NOW + timedelta(days=61))
    assert verify().problems == []


def test_station_waits_for_the_deputy_until_the_day_has_passed(county, message):
    keeper = county.users["station_keeper"]
    with pytest.raises(StateMoved, match="宋玉禾代表"):
        step(message, "accept", keeper)
    late = NOW + timedelta(days=8)
    assert step(message, "accept", keeper, now=late).state == "accepted"


def test_station_message_goes_to_review_at_once(county):
    message = say(county, "station").message
    assert step(message, "accept", county.users["station_keeper"]).state == "under_review"


def test_grid_message_reaches_the_serving_deputy(county):
    message = say(county, "grid").message
    assert (message.deputy_id, message.station_id) == (county.deputy.code, county.station.code)


def test_the_right_people_are_told_once(county, message):
    assert list(Notification.objects.values_list("user__username", "kind")) == [
        (county.users["deputy"].username, "voices.received")
    ]


def test_neighbours_cannot_touch_it(county, neighbour, message):
    for user in neighbour.users.values():
        assert not Message.objects.visible_to(user).exists()
        with pytest.raises(Forbidden):
            step(message, "accept", user)
    assert Message.objects.get().state == "received"


def test_unit_never_sees_the_message(county, message):
    assert not Message.objects.visible_to(county.users["unit_handler"]).exists()


def test_withdraw_stops_the_orders(county, message):
    deputy, keeper = county.users["deputy"], county.users["station_keeper"]
    message = step(message, "accept", deputy)
    message = step(message, "refer", deputy, opinion="")
    message = step(message, "transfer", keeper, units=[county.units[0].code], title="t", text="x")
    message = step(message, "withdraw", resident_of(message))
    assert (message.state, Order.objects.get().state) == ("withdrawn", "stopped")


def test_co_handler_gives_an_opinion_and_the_lead_waits(county, message):
    deputy, keeper = county.users["deputy"], county.users["station_keeper"]
    message = step(message, "accept", deputy)
    message = step(message, "refer", deputy, opinion="")
    step(
        message, "transfer", keeper, units=[county.units[0].code],
        co_units=[county.units[1].code], title="t", text="x",
    )  # fmt: skip
    lead, co = Order.objects.get(role="lead"), Order.objects.get(role="co")
    head, helper = county.users["unit_head"], county.users["unit_handler_1"]
    lead, co = step(lead, "sign", head), step(co, "sign", helper)
    reply = {
        "outcome": "in_progress", "text": "正在修", "signer": "局长", "promise": "月底修好",
        "promise_on": "2027-01-10",
    }  # fmt: skip
    with pytest.raises(StateMoved, match="供电公司"):
        step(lead, "reply", head, **reply)
    with pytest.raises(StateMoved, match="会办"):
        step(co, "reply", helper, **reply)
    step(co, "give_opinion", helper, text="电源已通")
    step(lead, "reply", head, **reply)
    assert Promise.objects.get().text == "月底修好"


def test_return_granted_makes_a_new_order_with_a_new_clock(county, message):
    deputy, keeper = county.users["deputy"], county.users["station_keeper"]
    message = step(message, "accept", deputy)
    message = step(message, "refer", deputy, opinion="")
    step(message, "transfer", keeper, units=[county.units[0].code], title="t", text="x")
    order = step(Order.objects.get(), "sign", county.users["unit_handler"])
    order = step(order, "request_return", county.users["unit_handler"], reason="不归我管")
    later = NOW + timedelta(days=3)
    order = step(
        order, "decide_return", keeper, now=later, decision="granted",
        unit=county.units[1].code, reason="属供电",
    )  # fmt: skip
    heir = Order.objects.get(previous=order)
    assert (order.state, heir.state, heir.unit_id) == ("reassigned", "assigned", county.units[1].pk)
    assert heir.due_on == date(2026, 12, 23)


def test_contact_is_sealed_and_its_reveal_is_told(county):
    message = say(county, name="吴某", phone="13800138000", consent=True).message
    contact = MessageContact.objects.get()
    assert b"13800138000" not in bytes(contact.phone_sealed)
    keeper = county.users["station_keeper"]
    shown = reveal_contact(message, actor=keeper, reason="核实地点", now=NOW)
    assert (shown.name, shown.phone) == ("吴某", "13800138000")
    assert ContactReveal.objects.get().reason == "核实地点"
    with pytest.raises(Forbidden):
        reveal_contact(message, actor=county.users["unit_handler"], reason="想看看", now=NOW)


def test_contact_without_consent_is_not_kept(county):
    say(county, name="吴某", phone="13800138000")
    assert not MessageContact.objects.exists()


def test_receipt_opens_in_any_spelling_and_wrong_ones_sound_alike(county):
    done = say(county)
    typed = f" {done.receipt[:4].lower()}-{done.receipt[4:]} "
    assert by_receipt(typed).pk == done.message.pk
    for wrong in ("", "X" * 13, "0" * 13, "1" * 500):
        with pytest.raises(InputInvalid) as caught:
            by_receipt(wrong)
        assert caught.value.code == "no_such_receipt"


def test_asking_to_meet_gives_the_station_an_appointment(county):
    code = county.codes["deputy"]
    done = submit(
        Words("meeting", "想当面说说老小区加装电梯"), code=code, route=route_of(code),
        idempotency_key="", now=NOW,
    )  # fmt: skip
    appointment = Appointment.objects.get()
    assert (appointment.message_code, appointment.station) == (done.message.code, county.station)
    assert appointment.deputy == county.deputy
    page = Client().post("/receipt/", {"receipt": done.receipt}).content.decode()
    assert "约见：待确认" in page
