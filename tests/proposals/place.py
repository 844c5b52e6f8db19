"""A county whose congress sits in term and session, with deputies who have seats."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from rest_framework.test import APIClient

from accounts.models import User
from audit.actors import SYSTEM
from congress.memory import forget_all
from congress.models import (
    Congress,
    Organ,
    Region,
    Rulebook,
    RuleValue,
    Session,
    Term,
    Unit,
)
from core.dates import LOCAL_ZONE
from deputies.models import Deputy, Seat
from deputies.services import open_seat
from handling.models import Order
from proposals import states
from proposals.models import Proposal
from proposals.services import Text, draft
from tests.world import NOW, County, make_county, make_user
from workflows.engine import apply

CHECKLIST = list(states.EXCLUSIONS)
TEXT = Text(
    "关于改善老旧小区电梯安全的建议",
    "本县有老旧小区电梯二百部，平均使用十六年，去年困人一百二十次。",
    "一是建立电梯更新资金补助办法。\n二是对使用超过十五年的电梯逐台评估。",
)


def at(year: int, month: int, day: int, hour: int = 9, minute: int = 30) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=LOCAL_ZONE)


@dataclass
class Place:
    """The county with what suggestions need beside."""

    county: County
    congress: Congress
    term: Term
    organ: Organ
    office: Unit
    procuratorate: Unit
    deputies: list[Deputy] = field(default_factory=list)
    users: dict[str, User] = field(default_factory=dict)

    @property
    def lead(self) -> Deputy:
        return self.deputies[0]

    @property
    def staff(self) -> User:
        return self.county.users["congress_staff"]

    def user(self, deputy: Deputy) -> User:
        return self.users[deputy.code]

    def unit_user(self, unit: Unit) -> User:
        return self.users[unit.code]


def make_place(code: str = "370782", name: str = "诸城市", deputies: int = 3) -> Place:
    county = make_county(code, name)
    congress = Congress.objects.get(code=f"C{code}")
    term = Term.objects.get(congress=congress)
    organ = Organ.objects.create(
        congress=congress, code=f"O{code}", kind="special_committee", name="城建环资委",
        region_code=code,
    )  # fmt: skip
    office = _unit(congress, code, "D", f"{name}政府督查室", "department")
    procuratorate = _unit(congress, code, "P", f"{name}人民检察院", "procuratorate")
    place = Place(county, congress, term, organ, office, procuratorate)
    place.deputies.append(county.deputy)
    place.users[county.deputy.code] = county.users["deputy"]
    names = ["李田", "王港", "赵青", "孙湾", "周岭"]
    for n in range(1, deputies):
        other = Deputy.objects.create(
            code=f"D{code}{n}", name=names[n - 1], region_code=county.deputy.region_code
        )
        place.deputies.append(other)
        user = make_user(f"deputy{n}_{code}", "deputy", "deputy", other.code, code)
        place.users[other.code] = user
        other.user = user
        other.save()
    for deputy in place.deputies[1:]:
        open_seat(actor=SYSTEM, deputy=deputy, term=term, now=NOW)
        deputy.refresh_from_db()
    for unit in [*county.units, office, procuratorate]:
        place.users[unit.code] = make_user(f"h_{unit.code}", "unit_head", "unit", unit.code, code)
    return place


def _unit(congress: Congress, code: str, mark: str, name: str, kind: str) -> Unit:
    return Unit.objects.create(
        code=f"U{code}{mark}", congress=congress, region_code=code, name=name, kind=kind
    )


def open_session(place: Place, number: int = 5, opens: date = date(2026, 11, 18),
                 closes: date | None = date(2026, 11, 21)) -> Session:  # fmt: skip
    return Session.objects.create(term=place.term, number=number, opens_on=opens, closes_on=closes)


def written(place: Place, *, now: datetime = NOW, text: Text = TEXT, **more: Any) -> Proposal:
    """A draft by the lead deputy."""
    return draft(text, actor=place.user(place.lead), deputy=place.lead, now=now, **more)


def submitted(place: Place, *, now: datetime = NOW, **more: Any) -> Proposal:
    made = written(place, now=now, **more)
    return apply(made, "submit", actor=place.user(place.lead), now=now,
                 data={"confirmed": CHECKLIST})  # fmt: skip


def accepted(place: Place, *, now: datetime = NOW, **more: Any) -> Proposal:
    return apply(
        submitted(place, now=now, **more), "accept", actor=place.staff, now=now,
        data={"category": "construction"},
    )  # fmt: skip


def assigned(place: Place, *, now: datetime = NOW, co: int = 0, leads: int = 1,
             data: dict[str, Any] | None = None, **more: Any) -> Proposal:  # fmt: skip
    units = [u.code for u in place.county.units]
    asked = {"units": units[:leads], "co_units": units[leads : leads + co], **(data or {})}
    return apply(accepted(place, now=now, **more), "assign", actor=place.staff, now=now,
                 data=asked)  # fmt: skip


def orders_of(proposal: Proposal) -> list[Order]:
    rows = Order.objects.of(proposal).filter(round=proposal.round).select_related("unit")
    return list(rows.exclude(state__in=("reassigned", "stopped")).order_by("id"))


def work(place: Place, order: Order, *, now: datetime, outcome: str = "solved",
         promise: str = "", promise_on: date | None = None) -> Order:  # fmt: skip
    """Sign, contact, reply: what one answering unit does."""
    user = place.unit_user(order.unit)
    if order.state == "assigned":
        order = apply(order, "sign", actor=user, now=now)
    order = apply(
        order, "record_contact", actor=user, now=now,
        data={"on": now.date().isoformat(), "way": "phone", "person": "领衔代表", "content": "沟通"},
    )  # fmt: skip
    data = {
        "outcome": outcome, "text": "一、已出台补助办法。二、已逐台评估。", "signer": "局长",
        "promise": promise, "promise_on": promise_on.isoformat() if promise_on else "",
    }  # fmt: skip
    order = apply(order, "reply", actor=user, now=now, data=data)
    return apply(order, "accept_reply", actor=place.staff, now=now)


def replied(place: Place, *, now: datetime = NOW, outcome: str = "solved", days: int = 20,
            **more: Any) -> Proposal:  # fmt: skip
    proposal = assigned(place, now=now, **more)
    for order in orders_of(proposal):
        work(place, order, now=now + timedelta(days=days), outcome=outcome)
    proposal.refresh_from_db()
    return proposal


def seat_of(deputy: Deputy) -> Seat:
    return Seat.objects.get(deputy=deputy)


def client(user: User | None = None) -> APIClient:
    found = APIClient()
    if user:
        found.force_authenticate(user)
    return found


def act(user: User | None, resource: str, code: str, name: str, **data: Any) -> Any:
    return client(user).post(f"/api/v1/{resource}/{code}/actions/{name}/", data, format="json")


def put(user: User | None, code: str, record: str, **data: Any) -> Any:
    url = f"/api/v1/proposals/{code}/records/{record}/"
    return client(user).post(url, data, format="json")


def rule(place: Place, key: str, **content: Any) -> None:
    """A value of the county's own rulebook: `unit` and `value` or `amount`."""
    book, _ = Rulebook.objects.get_or_create(
        congress=place.congress, effective_from=date(2020, 1, 1), defaults={"name": "本县"}
    )
    RuleValue.objects.create(rulebook=book, key=key, basis="本县规定", **content)
    forget_all()


def region(code: str, name: str) -> Region:
    return Region.objects.create(
        code=code, level="town", name=name, full_name=name, parent_code=code[:6]
    )
