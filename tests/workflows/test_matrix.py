"""Every workflow: every state × transition × person. Allowed is what table and grants say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from accounts.roles import ROLES
from audit.actors import SYSTEM
from congress.models import Congress, Term
from core.errors import Forbidden, InputInvalid, StateMoved
from deputies.services import open_seat
from handling.models import Order
from proposals.services import Text, draft
from tests.safety.written import rows
from tests.topics.course import make_topic
from tests.topics.course import say as speak_to
from tests.voices.conftest import say
from tests.world import NOW, County, make_county
from voices.models import Message
from voices.services import resident_of
from workflows.engine import apply, available
from workflows.registry import Transition, workflow_of, workflows

# Whose grant reaches the object: (role, which account of the own county).
REACHES = {
    "voices.message": {
        "deputy", "station_keeper", "town_staff", "congress_staff", "moderator",
        "auditor", "security_admin", "system_admin",
    },
    "handling.order": {
        "station_keeper", "town_staff", "congress_staff", "moderator", "unit_handler",
        "unit_head", "auditor", "security_admin", "system_admin",
    },
    "topics.topic": {
        "deputy", "station_keeper", "town_staff", "congress_staff", "moderator",
        "auditor", "security_admin", "system_admin",
    },
    "topics.opinion": {
        "deputy", "station_keeper", "town_staff", "congress_staff", "moderator",
        "auditor", "security_admin", "system_admin",
    },
    "proposals.proposal": {
        "deputy", "congress_staff", "moderator", "auditor", "security_admin", "system_admin",
    },
    "deputies.seat": {
        "town_staff", "congress_staff", "moderator", "auditor", "security_admin", "system_admin",
    },
}  # fmt: skip


# States in which only some of those may see the object at all: a draft is its writers' own.
PRIVATE = {("proposals.proposal", "draft"): {"deputy"}}


@dataclass
class Person:
    """Somebody who tries: `covers` says whether their grant reaches the object."""

    name: str
    actor: Any
    role: str
    covers: bool


@pytest.fixture
def world(db: None) -> tuple[County, County]:
    return make_county(), make_county("370785", "高密市")


def sample(model: str, county: County) -> Any:
    """One object of each workflow, made through the front door."""
    if model == "deputies.seat":
        congress = Congress.objects.get(code=f"C{county.code}")
        term = Term.objects.create(congress=congress, number=19, starts_on=date(2022, 1, 1))
        return open_seat(actor=SYSTEM, deputy=county.deputy, term=term, now=NOW)
    if model == "proposals.proposal":
        congress = Congress.objects.get(code=f"C{county.code}")
        term = Term.objects.create(congress=congress, number=19, starts_on=date(2022, 1, 1))
        open_seat(actor=SYSTEM, deputy=county.deputy, term=term, now=NOW)
        text = Text("关于改善电梯安全的建议", "电梯老化", "逐台评估")
        return draft(text, actor=county.users["deputy"], deputy=county.deputy, now=NOW)
    if model.startswith("topics."):
        topic = make_topic(county, "collecting")
        return topic if model == "topics.topic" else speak_to(topic).opinions[0]
    message = say(county).message
    if model == "voices.message":
        return message
    deputy, keeper = county.users["deputy"], county.users["station_keeper"]
    message = apply(message, "accept", actor=deputy, now=NOW)
    message = apply(message, "refer", actor=deputy, now=NOW, data={"opinion": ""})
    data = {"units": [county.units[0].code], "title": "路灯", "text": "路灯坏了"}
    apply(message, "transfer", actor=keeper, now=NOW, data=data)
    return Order.objects.get()


SAMPLES = (
    "voices.message", "handling.order", "deputies.seat", "topics.topic", "topics.opinion",
    "proposals.proposal",
)  # fmt: skip


def people(model: str, county: County, neighbour: County, obj: Any) -> list[Person]:
    found = []
    for name, user in county.users.items():
        role = name if name in ROLES else "unit_handler"
        covers = role in REACHES[model] and name in ROLES
        found.append(Person(name, user, role, covers))
    found += [
        Person(f"neighbour's {name}", user, name if name in ROLES else "unit_handler", False)
        for name, user in neighbour.users.items()
    ]
    return found


def may(person: Person, row: Transition, obj: Any) -> bool:
    private = PRIVATE.get((obj._meta.label_lower, obj.state))
    if private is not None and person.role not in private:
        return False
    return person.covers and row.permission in ROLES[person.role].permissions


def put(obj: Any, state: str) -> None:
    """Set the state directly: the matrix asks about every one, reachable from here or not."""
    more = {
        "deputies.seat": {"end_reason": "resigned", "ends_on": date(2026, 1, 1)},
        "topics.topic": {"published_at": NOW},
        "topics.opinion": {"public_text": "先修电梯", "reviewed_at": NOW},
    }.get(obj._meta.label_lower, {})
    type(obj)._default_manager.filter(pk=obj.pk).update(state=state, **more)
    obj.refresh_from_db()


def attempt(obj: Any, row: Transition, actor: Any) -> type[Exception] | None:
    """What `apply` refuses with; an empty form is what gets past right and state."""
    try:
        apply(obj, row.name, actor=actor, now=NOW, data={})
    except (Forbidden, StateMoved, InputInvalid) as error:
        return type(error)
    return None


def test_every_workflow_is_walked():
    assert set(SAMPLES) == set(workflows())


@pytest.mark.parametrize("model", SAMPLES)
def test_buttons_are_exactly_what_table_and_grants_say(world, model: str):
    county, neighbour = world
    obj = sample(model, county)
    flow, wrong = workflow_of(obj), []
    everybody = people(model, county, neighbour, obj)
    for state in flow.states:
        put(obj, state)
        for person in everybody:
            shown = {a.name for a in available(obj, person.actor, now=NOW)}
            expected = {t.name for t in flow.from_state(state) if may(person, t, obj)}
            silent = {
                t.name for t in flow.from_state(state)
                if t.only_if_able and t.guard and t.guard(obj, person.actor, NOW)
            }  # fmt: skip
            if shown != expected - silent:
                wrong.append((state, person.name, shown, expected))
    assert wrong == []


@pytest.mark.parametrize("model", SAMPLES)
def test_every_refused_attempt_is_refused_rightly_and_writes_nothing(world, model: str):
    """403 without right or reach, whatever the state; 409 with the right in another state."""
    county, neighbour = world
    obj = sample(model, county)
    flow, wrong = workflow_of(obj), []
    everybody = people(model, county, neighbour, obj)
    for state in flow.states:
        put(obj, state)
        before = rows()
        for row in flow.transitions:
            for person in everybody:
                if may(person, row, obj) and state in row.sources:
                    continue  # allowed: the next test
                expected = StateMoved if may(person, row, obj) else Forbidden
                got = attempt(obj, row, person.actor)
                if got is not expected:
                    wrong.append((state, row.name, person.name, got))
            obj.refresh_from_db()
            if (rows(), obj.state) != (before, state):
                wrong.append((state, row.name, "something was written"))
    assert wrong == []


@pytest.mark.parametrize("model", SAMPLES)
def test_every_allowed_attempt_gets_past_right_and_state(world, model: str):
    """It is done, or asks for input, or its guard says in Chinese why not yet."""
    county, neighbour = world
    first = sample(model, county)
    flow, wrong = workflow_of(first), []
    everybody = [p for p in people(model, county, neighbour, first) if p.covers]
    for row in flow.transitions:
        put(first, row.sources[0])
        for person in [p for p in everybody if may(p, row, first)][:2]:
            put(first, row.sources[0])
            reason = row.guard(first, person.actor, NOW) if row.guard else None
            got = attempt(first, row, person.actor)
            if got is Forbidden or (got is StateMoved and not reason):
                wrong.append((row.name, person.name, got))
    assert wrong == []


def test_residents_and_the_job_loop_have_their_own_transitions_only(world):
    county, _ = world
    mine, other = say(county).message, say(county, key="o" * 20).message
    flow = workflow_of(mine)
    for state in flow.states:
        put(mine, state)
        for actor, suffix in ((resident_of(mine), "_as_resident"), (SYSTEM, "workflows.run_due")):
            shown = {a.name for a in available(mine, actor, now=NOW)}
            assert shown == {
                t.name for t in flow.from_state(state) if t.permission.endswith(suffix)
            }, (state, suffix)
    before = rows()
    for row in flow.transitions:
        assert attempt(mine, row, resident_of(other)) is Forbidden
        if row.permission != "workflows.run_due":
            assert attempt(mine, row, SYSTEM) is Forbidden
    assert rows() == before
    assert Message.objects.filter(state="received").count() == 1  # the other one


def test_the_job_loop_may_do_what_is_marked_due_and_people_may_too(world):
    """`due=True` rows have two kinds of doers; every other row has one."""
    county, _ = world
    topic = make_topic(county, "approved")
    flow = workflow_of(topic)
    for state in flow.states:
        put(topic, state)
        shown = {a.name for a in available(topic, SYSTEM, now=NOW)}
        assert shown == {t.name for t in flow.from_state(state) if t.due}, state
    for row in flow.transitions:
        put(topic, row.sources[0])
        if not row.due:
            assert attempt(topic, row, SYSTEM) is Forbidden, row.name
    keeper = county.users["station_keeper"]
    for actor in (SYSTEM, keeper):
        put(topic, "approved")
        assert apply(topic, "open_collection", actor=actor, now=NOW).state == "collecting"


def test_people_whose_grant_has_ended_or_who_are_off_may_do_nothing(world):
    county, _ = world
    message = say(county).message
    before = rows()
    for name in ("deputy", "congress_staff"):
        user = county.users[name]
        user.is_active = False
        user.save()
        user = type(user).objects.get(pk=user.pk)
        assert available(message, user, now=NOW) == []
        user.is_active = True
        user.save()
        user.grants.update(ends_on=NOW.date().replace(year=2025))
        user = type(user).objects.get(pk=user.pk)
        assert available(message, user, now=NOW) == []
        assert attempt(message, workflow_of(message).transition("accept"), user) is Forbidden
    assert rows() == before
