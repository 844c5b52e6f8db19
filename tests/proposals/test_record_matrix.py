"""Every side record × every person: what the declaration allows is what the API does.

The table is computed from `proposals.records.KINDS` and `accounts.roles.ROLES`; a record without
a case here fails the test, and so does a person who may do more or less than is declared.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import transaction

from accounts.models import User
from accounts.roles import ROLES
from audit.models import Entry
from core.dates import local_date
from proposals.models import Proposal
from proposals.records import KINDS, able, put_down
from tests.proposals.place import CHECKLIST, Place, orders_of, put, work, written
from tests.world import NOW, make_county
from workflows.engine import apply

Data = dict[str, Any]
ROLE_OF = {
    "lead": "deputy", "signer": "deputy", "other_deputy": "deputy", "office": "congress_staff",
    "town": "town_staff", "keeper": "station_keeper", "moderator": "moderator",
    "unit": "unit_head", "co_unit": "unit_head", "other_unit": "unit_head",
    "through": "unit_head", "auditor": "auditor", "security": "security_admin",
    "system": "system_admin", "neighbour": "congress_staff",
}  # fmt: skip
SIGNERS_AND_OFFICE = {"lead", "signer", "office", "moderator"}


@dataclass(frozen=True)
class Case:
    """How far the suggestion is, what is sent, and who is refused for a reason of the matter."""

    begun: Callable[[Place], Proposal]
    data: Data | Callable[[Place, str], Data] = field(default_factory=dict)
    readers: frozenset[str] = frozenset(SIGNERS_AND_OFFICE)
    refused: dict[str, int] = field(default_factory=dict)


def submitted(place: Place) -> Proposal:
    """Signed by two deputies, waiting to be read."""
    other, lead = place.deputies[1], place.user(place.lead)
    made = written(place)
    apply(made, "invite_cosigner", actor=lead, now=NOW, data={"deputy": other.code})
    apply(made, "confirm_cosign", actor=place.user(other), now=NOW, data={"version": 1})
    return apply(made, "submit", actor=lead, now=NOW, data={"confirmed": CHECKLIST})


def given(place: Place, **asked: Any) -> Proposal:
    """With one unit that leads and one beside it."""
    made = apply(
        submitted(place), "accept", actor=place.staff, now=NOW, data={"category": "construction"}
    )
    units = [u.code for u in place.county.units]
    data = asked or {"units": units[:1], "co_units": units[1:2]}
    return apply(made, "assign", actor=place.staff, now=NOW, data=data)


def through_office(place: Place) -> Proposal:
    return given(place, through=place.office.code)


def alone(place: Place) -> Proposal:
    return given(place, units=[place.county.units[0].code])


def answered(place: Place) -> Proposal:
    made = alone(place)
    work(place, orders_of(made)[0], now=NOW)
    made.refresh_from_db()
    return made


def after(begun: Callable[[Place], Proposal], name: str, who: str, **data: Any) -> Any:
    """The same, with another record put down before."""

    def make(place: Place) -> Proposal:
        said = {k: v(place) if callable(v) else v for k, v in data.items()}
        made = begun(place)
        put_down(made, name, actor=people(place)[who], now=NOW, data=said)
        return made

    return make


def scored(place: Place, who: str) -> Data:
    points = {"communication": 10, "face_reply": 30, "result": 50, "follow_up": 10}
    return points if who in ("lead", "signer") else points | {"deputy": place.lead.code}


DAY = local_date(NOW).isoformat()
REFER = {"field": "environment", "handed_on": DAY}
UNITS = frozenset({"unit"})
BOTH = frozenset({"unit", "co_unit"})
READ = frozenset(SIGNERS_AND_OFFICE)
PROCURATORATE = {"unit": lambda place: place.procuratorate.code}
CASES: dict[str, Case] = {
    "give_opinion": Case(
        submitted, lambda place, who: {"organ": place.organ.code, "note": "同意立案"}
    ),
    "conceal": Case(submitted, {"confidential": True, "reason": "怕报复"}, refused={"signer": 409}),
    "ask_to_withdraw": Case(submitted, {"reason": "已经解决"}, refused={"signer": 409}),
    "agree_to_withdraw": Case(
        after(submitted, "ask_to_withdraw", "lead", reason="已经解决"), refused={"lead": 409}
    ),
    "object_to_publication": Case(submitted, {"reason": "涉及他人"}),
    "dispatch": Case(
        through_office, lambda place, who: {"units": [place.county.units[0].code]},
        READ | {"through"},
    ),
    "dispute": Case(given, {"about": "职责不清", "arbiter": "government"}, READ | BOTH),
    "settle_dispute": Case(
        after(given, "dispute", "unit", about="职责不清", arbiter="government"),
        {"decision": "仍由住建局办"}, READ | BOTH,
    ),
    "face_reply": Case(
        given, lambda place, who: {"way": "face", "on": DAY, "leader": "局长", "content": "当面谈"},
        READ | BOTH, {"co_unit": 400},
    ),
    "urge": Case(answered, {}, READ | UNITS),
    "score": Case(answered, scored, READ | UNITS),
    "assess": Case(answered, {"experts": "大学", "score": 80, "opinion": "好"}, READ | UNITS),
    "supervise": Case(alone, {"kind": "leader", "leader": "王主任"}, READ | UNITS),
    "end_supervision": Case(
        after(alone, "supervise", "office", kind="leader", leader="王主任"),
        {"kind": "leader", "outcome": "办好了"}, READ | UNITS,
    ),
    "refer": Case(
        alone, lambda place, who: REFER | {"unit": place.procuratorate.code}, READ | UNITS
    ),
    "update_referral": Case(
        after(alone, "refer", "office", **REFER, **PROCURATORATE),
        {"filed": "yes", "filing_number": "立〔2026〕1号"}, READ | UNITS,
    ),
}  # fmt: skip


def people(place: Place) -> dict[str, User]:
    users, units = place.county.users, place.county.units
    return {
        "lead": place.user(place.deputies[0]), "signer": place.user(place.deputies[1]),
        "other_deputy": place.user(place.deputies[2]), "office": place.staff,
        "town": users["town_staff"], "keeper": users["station_keeper"],
        "moderator": users["moderator"], "unit": place.unit_user(units[0]),
        "co_unit": place.unit_user(units[1]), "other_unit": place.unit_user(units[2]),
        "through": place.unit_user(place.office), "auditor": users["auditor"],
        "security": users["security_admin"], "system": users["system_admin"],
    }  # fmt: skip


def expected(name: str, who: str) -> int:
    """404 out of sight, 403 without the right of the row, else what the matter says."""
    case = CASES[name]
    if who not in case.readers:
        # whose role reads no suggestions at all is turned away at the door
        blind = "proposals.view_proposal" not in ROLES[ROLE_OF[who]].permissions
        return (
            403 if blind and KINDS[name].permission not in ROLES[ROLE_OF[who]].permissions else 404
        )
    if KINDS[name].permission not in ROLES[ROLE_OF[who]].permissions:
        return 403
    return case.refused.get(who, 200)


def sent(case: Case, place: Place, who: str) -> Data:
    return case.data(place, who) if callable(case.data) else case.data


def test_every_record_has_its_row():
    assert set(CASES) == set(KINDS)
    for kind in KINDS.values():
        assert any(kind.permission in role.permissions for role in ROLES.values()), kind.name


@pytest.mark.parametrize("name", list(KINDS))
def test_who_may_put_down_a_record(place: Place, name: str):
    """The API does it for whom it is declared, and these alone are shown its door."""
    case, everybody = CASES[name], people(place)
    everybody["neighbour"] = make_county("370784", "安丘市").users["congress_staff"]
    made = case.begun(place)
    about = Entry.objects.filter(action=f"proposals.record.{name}")
    before, found, doors = about.count(), {}, {}
    for who, user in everybody.items():
        open_ones = [a.kind.name for a in able(made, user, now=NOW) if not a.blocked]
        doors[who] = name in open_ones
        with transaction.atomic():
            answer = put(user, made.code, name, **sent(case, place, who))
            found[who] = answer.status_code
            wrote = about.count() - before
            assert wrote == (answer.status_code == 200), (who, answer.json())
            transaction.set_rollback(True)
    wanted = {who: expected(name, who) for who in everybody}
    assert found == wanted
    assert doors == {who: status in (200, 400) for who, status in wanted.items()}
