"""延期 where the local rule wants no consent: reason, ceiling, notice and record all the same."""

from datetime import date, timedelta

import pytest

from core.errors import InputInvalid
from handling.models import Extension, Order
from notifications.models import Clock, Notification
from tests.proposals.place import act, assigned, orders_of
from tests.proposals.place import client as api
from tests.proposals.test_course import rule
from tests.world import NOW
from workflows.engine import apply

ASKED = {"wanted_on": "2027-05-20", "reason": "涉及三个部门，方案要听证"}


@pytest.fixture
def free(place):
    """A county whose rulebook wants no consent."""
    rule(place, "reply_extension_consent", unit="flag", value=False)
    return place


def signed(place, role=0, **more):
    made = assigned(place, **more)
    order = orders_of(made)[role]
    user = place.unit_user(order.unit)
    return made, apply(order, "sign", actor=user, now=NOW), user


def test_without_consent_it_holds_at_once_and_is_on_record(free):
    made, order, user = signed(free)
    assert act(user, "orders", order.code, "request_extension", **ASKED).status_code == 200
    order, made = Order.objects.get(), type(made).objects.get()
    assert (order.due_on, order.original_due_on) == (date(2027, 5, 20), date(2027, 2, 20))
    assert "本县规定" in order.basis
    row = made.assignments.get()
    assert (made.due_on, row.due_on, row.original_due_on) == (
        date(2027, 5, 20), date(2027, 5, 20), date(2027, 2, 20),
    )  # fmt: skip
    kept = Extension.objects.get()
    assert (kept.granted, kept.reason, kept.before_on) == (True, ASKED["reason"], date(2027, 2, 20))
    assert "不须经同意" in kept.decision
    clock = Clock.objects.get(object_code=order.code, stopped_at=None)
    assert (clock.due_on, clock.original_due_on) == (date(2027, 5, 20), date(2027, 2, 20))
    names = [a["name"] for a in api(free.staff).get(f"/api/v1/orders/{order.code}/").json()[
        "available_actions"]]  # fmt: skip
    assert "decide_extension" not in names


def test_deputies_and_the_office_are_told_all_the_same(free):
    made, order, user = signed(free)
    apply(order, "request_extension", actor=user, now=NOW, data=ASKED)
    told = Notification.objects.filter(kind="proposals.extended")
    assert list(told.values_list("user_id", "text")) == [
        (free.user(free.lead).pk, f"答复延期至2027年5月20日：{made.title}")
    ]
    office = Notification.objects.get(kind="handling.extension_requested")
    assert (office.user_id, "不用审批" in office.text) == (free.staff.pk, True)


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"wanted_on": "2027-05-21", "reason": "难"}, "wanted_on"),
        ({"wanted_on": "2027-02-20", "reason": "难"}, "wanted_on"),
        ({"wanted_on": "2027-05-20", "reason": ""}, "reason"),
    ],
)
def test_ceiling_and_reason_still_hold(free, asked, field):
    made, order, user = signed(free)
    with pytest.raises(InputInvalid) as refusal:
        apply(order, "request_extension", actor=user, now=NOW, data=asked)
    assert set(refusal.value.fields) == {field}
    made.refresh_from_db()
    assert (made.due_on, Extension.objects.count()) == (date(2027, 2, 20), 0)


def test_a_co_handlers_opinion_is_still_extended_by_consent(free):
    _, order, user = signed(free, role=1, co=1)
    apply(order, "request_extension", actor=user, now=NOW,
          data={"wanted_on": "2027-01-20", "reason": "难"})  # fmt: skip
    order.refresh_from_db()
    assert (order.due_on, Extension.objects.get().granted) == (date(2026, 12, 20), None)


def test_the_rule_of_the_day_it_was_given_counts(place):
    """A rule that comes later does not free what runs already."""
    _, order, user = signed(place)
    rule(place, "reply_extension_consent", starts=date(2026, 11, 21), unit="flag", value=False)
    apply(order, "request_extension", actor=user, now=NOW + timedelta(days=3), data=ASKED)
    order.refresh_from_db()
    assert (order.due_on, Extension.objects.get().granted) == (date(2027, 2, 20), None)


def test_the_form_says_that_it_holds_at_once(free, client):
    _, order, user = signed(free)
    client.force_login(user)
    page = client.get(f"/desk/orders/{order.code}/request_extension/").content.decode()
    assert "本地规定延期不须经同意" in page
