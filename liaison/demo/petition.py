"""One suggestion of the demo with the people around it, and the steps each of them may take."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from accounts.models import User
from congress.models import Unit
from deputies.models import Deputy
from handling.models import Order
from liaison.demo.canaries import Readers
from liaison.demo.proposal_plots import Advice
from liaison.demo.world import County, Town, World
from proposals import states
from proposals.models import Proposal
from proposals.records import put_down
from proposals.services import Text, draft
from proposals.services.writing import Source
from topics.models import Topic
from voices.models import Message
from workflows.engine import apply

CHECKLIST = list(states.EXCLUSIONS)


@dataclass
class Petition:
    """Everything goes through the services and the engine, by the account that would do it."""

    world: World
    county: County
    lead: Deputy
    signers: list[Deputy]
    matter: Advice
    number: int
    kind: str = "own"
    town: Town | None = None
    proposal: Proposal = field(init=False)

    def __post_init__(self) -> None:
        self.rng = self.world.rng("proposal", self.region, self.number)
        self.canaries = self.world.canaries

    # --- who ----------------------------------------------------------------------------------

    def at(self, before: int, hour: int) -> datetime:
        """A moment in the story: so many working days ago, about that hour."""
        return self.world.days.at(before, hour, self.rng.randrange(60))

    def user(self, deputy: Deputy) -> User:
        return self.world.account("deputy", deputy.code).user

    @property
    def region(self) -> str:
        """Where its congress sits: the town's (乡镇人大) or the county's."""
        return self.town.region.code if self.town else self.county.region.code

    @property
    def staff(self) -> User:
        """The office of its congress; a town's presidium for its own."""
        return self.world.account("town_staff" if self.town else "congress_staff", self.region).user

    def unit(self, field_: str) -> Unit:
        return self.county.units.get(field_) or self.county.units["office"]

    def head(self, unit: Unit) -> User:
        return self.world.account("unit_head", unit.code).user

    def readers(self) -> Readers:
        """Who may read it: its signers, its units, and the office unless it is a draft."""
        signers = self.proposal.signatures.exclude(state=states.DECLINED)
        names = [self.user(s.deputy).username for s in signers.select_related("deputy")]
        units = [o.unit.code for o in Order.objects.of(self.proposal).exclude(state="reassigned")]
        if self.proposal.through:
            units.append(self.proposal.through.code)
        if self.proposal.state == states.DRAFT:
            return Readers(roles=(), usernames=tuple(names))
        if self.proposal.confidential:
            names += self._office()
            return Readers(roles=(), usernames=tuple(names), units=tuple(units))
        return Readers(
            self.region, ("congress_staff", "town_staff", "moderator"),
            units=tuple(units), usernames=tuple(names),
        )  # fmt: skip

    def _office(self) -> list[str]:
        here = self.county.region.code
        return [
            a.username for a in self.world.accounts
            if a.role == "congress_staff" and a.scope == here
        ]  # fmt: skip

    # --- the deputy ---------------------------------------------------------------------------

    def write(self, now: datetime, *, secret: str = "") -> None:
        """A draft with marks where it must not leak."""
        words = {"county": self.county.name}
        facts = self.canaries.mark(self.matter.facts.format_map(words))
        text = Text(self.matter.title, facts, self.matter.advice)
        self.proposal = draft(
            text, actor=self.user(self.lead), deputy=self.lead, now=now, source=self._source(),
            congress=(self.town or self.county).congress, confidential=secret,
            category=self.matter.category,
        )  # fmt: skip
        self._note(facts, "facts")

    def _source(self) -> Source:
        """The thing it came from, where there is one by now; else a reception, a research."""
        region = self.county.region.code
        rows: Any = None
        if self.kind == "message":
            rows = Message.objects.filter(deputy=self.lead)
        if self.kind == "topic":
            rows = Topic.objects.filter(region_code__startswith=region)
        if rows is None:
            return Source(self.kind, "" if self.kind == "own" else f"{region}-{self.number + 1}")
        found = rows.order_by("code").values_list("code", flat=True).first()
        return Source(self.kind, found) if found else Source("reception", f"{region}-{self.number}")

    def _note(self, text: str, what: str) -> None:
        name = f"proposals.proposal {self.proposal.code} {what}"
        self.canaries.note(text, name, partial(self._fresh_readers))

    def _fresh_readers(self) -> Readers:
        self.proposal.refresh_from_db()
        return self.readers()

    def cosign(self, now: datetime) -> None:
        for other in self.signers:
            self._act("invite_cosigner", self.user(self.lead), now, deputy=other.code)
            self._act("confirm_cosign", self.user(other), now, version=self.proposal.version)

    def submit(self, now: datetime) -> None:
        self._act("submit", self.user(self.lead), now, confirmed=CHECKLIST)

    def withdraw(self, now: datetime) -> None:
        lead, reason = self.user(self.lead), "已经现场解决，不再需要办理。"
        if self.signers:
            put_down(self.proposal, "ask_to_withdraw", actor=lead, now=now, data={"reason": reason})
        for other in self.signers:
            put_down(self.proposal, "agree_to_withdraw", actor=self.user(other), now=now)
        self._act("withdraw", lead, now, reason=reason)

    def rate(self, now: datetime, result: str, score: int, reason: str = "") -> None:
        attitude = "basic" if result == "unsatisfied" else "satisfied"
        marked = self.canaries.mark(reason) if reason else ""
        self._act("evaluate", self.user(self.lead), now, attitude=attitude, result=result,
                  score=score, reason=marked)  # fmt: skip
        if reason:
            self._note(marked, "evaluation reason")

    # --- the office ---------------------------------------------------------------------------

    def decide(self, now: datetime, name: str, **data: Any) -> None:
        """One transition by the office."""
        self._act(name, self.staff, now, **data)

    def record(self, now: datetime, name: str, **data: Any) -> None:
        put_down(self.proposal, name, actor=self.staff, now=now, data=data)
        self.proposal.refresh_from_db()

    def accept(self, now: datetime) -> None:
        self.decide(now, "accept", category=self.matter.category)

    def assign(self, now: datetime, *, co: str = "", parts: str = "", through: str = "") -> None:
        """独办; with `co` 主办会办, with `parts` 分办, with `through` by way of 政府督查室."""
        units = [self.unit(f).code for f in dict.fromkeys((self.matter.unit, parts)) if f]
        if through:
            self.decide(now, "assign", through=self.unit(through).code)
            return
        others = [self.unit(co).code] if co and self.unit(co).code not in units else []
        self.decide(now, "assign", units=units, co_units=others, instruction="请与代表当面沟通。")

    def dispatch(self, now: datetime) -> None:
        assert self.proposal.through is not None
        actor = self.head(self.proposal.through)
        put_down(self.proposal, "dispatch", actor=actor, now=now,
                 data={"units": [self.unit(self.matter.unit).code]})  # fmt: skip
        self.proposal.refresh_from_db()

    # --- the units ----------------------------------------------------------------------------

    def orders(self) -> list[Order]:
        rows = Order.objects.of(self.proposal).filter(round=self.proposal.round)
        return list(rows.exclude(state="reassigned").select_related("unit").order_by("-role", "id"))

    def sign(self, now: datetime) -> None:
        for order in self.orders():
            apply(order, "sign", actor=self.head(order.unit), now=now)

    def contact(self, now: datetime) -> None:
        data = {"on": now.date().isoformat(), "way": "visit", "person": "领衔代表",
                "content": "到代表单位当面听取意见，对办理方案没有不同看法。"}  # fmt: skip
        for order in self.orders():
            actor = self.head(order.unit)
            if order.role == "co":
                apply(
                    order,
                    "give_opinion",
                    actor=actor,
                    now=now,
                    data={"text": "同意主办单位的办理方案。"},
                )
            else:
                apply(order, "record_contact", actor=actor, now=now, data=data)

    def reply(self, now: datetime, *, outcome: str = "solved", text: str = "") -> None:
        """Every answering unit replies; a promise where the matter is not done yet."""
        owed = outcome in ("in_progress", "planned")
        on = self.world.days.day(-60).isoformat() if owed else ""
        promise = (self.matter.promise or "明年年底前完成") if owed else ""
        for order in self.orders():
            if order.role == "co":
                continue
            apply(order, "reply", actor=self.head(order.unit), now=now, data={
                "outcome": outcome, "text": text or self.matter.reply, "signer": "主要负责人",
                "letter_number": f"〔{now.year}〕{self.number + 1}号", "promise": promise,
                "promise_on": on,
            })  # fmt: skip

    def pass_replies(self, now: datetime) -> None:
        for order in self.orders():
            if order.state == "replied":
                apply(order, "accept_reply", actor=self.staff, now=now)
        self.proposal.refresh_from_db()

    def _act(self, name: str, actor: Any, now: datetime, **data: Any) -> None:
        self.proposal = apply(self.proposal, name, actor=actor, now=now, data=data)
