"""One message with the people around it, and the steps each of them may take.

Everything goes through `voices.services` and the engine, by the account that would do it.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import User
from codes.models import Code
from congress.models import Unit
from deputies.models import Deputy
from handling.models import Order
from liaison.demo.canaries import STAFF, Readers
from liaison.demo.matters import Matter
from liaison.demo.pictures import picture
from liaison.demo.world import County, World
from stations.models import Station
from voices.models import Message
from voices.receipts import display
from voices.selectors import route_of
from voices.services import Submitted, Words, resident_of, reveal_contact, submit
from workflows.engine import apply

MESSAGE_ROLES = (*STAFF, "moderator")


@dataclass
class Thread:
    """The thread of one voice; `number` tells it from the others of its county."""

    world: World
    county: County
    deputy: Deputy
    matter: Matter
    number: int
    message: Message = field(init=False)
    receipt: str = ""
    errands: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rng = self.world.rng("thread", self.county.region.code, self.number)
        self.station: Station = self.county.station_of[self.deputy.code]
        self.canaries = self.world.canaries

    # --- who ----------------------------------------------------------------------------------

    def at(self, before: int, hour: int) -> datetime:
        """A moment in the story: so many working days ago, about that hour."""
        return self.world.days.at(before, hour, self.rng.randrange(60))

    @property
    def deputy_user(self) -> User:
        return self.world.account("deputy", self.deputy.code).user

    @property
    def keeper(self) -> User:
        return self.world.account("station_keeper", self.station.code).user

    @property
    def staff(self) -> User:
        return self.world.account("congress_staff", self.county.region.code).user

    @property
    def moderator(self) -> User:
        return self.world.account("moderator", self.county.region.code).user

    def unit(self, field_: str) -> Unit:
        """The county's unit for a field of work; the government office for a field it lacks."""
        return self.county.units.get(field_) or self.county.units["office"]

    def handler(self, order: Order) -> User:
        return self.world.account("unit_handler", order.unit.code).user

    def readers(self, **more: Any) -> Readers:
        """Who may read what stands in this message."""
        found: dict[str, Any] = {
            "region_code": self.message.region_code, "roles": MESSAGE_ROLES,
            "deputy": self.message.deputy_id, "station": self.message.station_id,
        }  # fmt: skip
        return Readers(**{**found, **more})

    # --- the resident -------------------------------------------------------------------------

    def send(
        self, now: datetime, *, code: Code | None = None, contact: bool = False,
        photo: bool = False,
    ) -> None:  # fmt: skip
        """Scan and write. With `contact` the resident leaves name and phone by consent."""
        code = code or self.county.codes["deputy", self.deputy.code]
        words = self.words(contact=contact, photo=photo)
        done = submit(words, code=code, route=route_of(code), idempotency_key=self.key, now=now)
        self.take(done, words)

    @property
    def key(self) -> str:
        return f"demo:{self.world.seed}:{self.county.region.code}:{self.number}"

    def words(self, *, contact: bool = False, photo: bool = False) -> Words:
        """What is said, with marks where it must not leak."""
        shot = picture(self.matter.picture) if photo else None
        name = phone = ""
        if contact:
            title = self.rng.choice(("先生", "女士", "大爷", "阿姨"))
            name = self.canaries.mark(self.rng.choice("王李张刘陈孙赵周") + title)
            phone = self.canaries.digits("154", 11)
        return Words(
            kind=self.matter.kind, text=self.canaries.mark(self.matter.text),
            place=self.matter.spot, name=name, phone=phone, consent=contact,
            photos=[shot] if shot else [],
        )  # fmt: skip

    def take(self, done: Submitted, words: Words) -> None:
        """Keep the message and its receipt, and note what was planted in it."""
        self.message, self.receipt = done.message, done.receipt
        self.world.receipts[self.message.code] = display(done.receipt)
        name = f"voices.message {self.message.code}"
        self.canaries.note(words.text, f"{name} text", self.readers)
        if words.phone:
            seen = partial(self.readers, roles=STAFF, deputy=None)
            self.canaries.note(words.name, f"{name} contact name", seen)
            self.canaries.note(words.phone, f"{name} contact phone", seen)

    def append(self, now: datetime, text: str) -> None:
        marked = self.canaries.mark(text)
        self._resident("append", {"text": marked}, now)
        self._note(marked, "addition")

    def rate(self, now: datetime, score: str, reason: str = "") -> None:
        marked = self.canaries.mark(reason) if reason else ""
        self._resident("rate", {"score": score, "reason": marked}, now)
        if reason:
            self._note(marked, "rating reason")

    def withdraw(self, now: datetime) -> None:
        self._resident("withdraw", {}, now)

    # --- deputy and station -------------------------------------------------------------------

    def accept(self, now: datetime) -> None:
        self._act("accept", self._first(), {}, now)

    def answer(self, now: datetime, *, outcome: str = "", photo: bool = False) -> None:
        """The deputy's own answer."""
        self._answer("answer", self.deputy_user, now, outcome, photo)

    def refer(self, now: datetime) -> None:
        opinion = self.canaries.mark(self.matter.opinion)
        self._act("refer", self._first(), {"opinion": opinion}, now)
        self._note(opinion, "deputy_opinion")

    def send_back(self, now: datetime, reason: str) -> None:
        self._reason("send_back", self.keeper, reason, now)

    def reopen(self, now: datetime, reason: str) -> None:
        self._reason("reopen", self.keeper, reason, now)

    def pass_on(self, now: datetime, to: Deputy, reason: str) -> None:
        data = {"deputy": to.code, "reason": self.canaries.mark(reason)}
        self._act("pass_on", self._first(), data, now)
        self.deputy = to
        self._note(data["reason"], "station_note")

    def reveal(self, now: datetime, reason: str) -> None:
        """The keeper looks at name and phone; the resident reads on the receipt who and why."""
        marked = self.canaries.mark(reason)
        reveal_contact(self.message, actor=self.keeper, reason=marked, now=now)
        self._note(marked, "reveal reason")

    def divert(self, now: datetime, door: str) -> None:
        self._act("divert", self._first(), {"door": door, "words": ""}, now)

    def reply(self, now: datetime, *, outcome: str = "", photo: bool = False) -> None:
        """The station answers; replies of units that wait are accepted with it."""
        self._answer("reply", self.keeper, now, outcome, photo)

    def transfer(self, now: datetime, *units: str, co: str = "") -> list[Order]:
        """Orders on the units of these fields; the matter's own when none is named."""
        fields = units or (self.matter.unit,)
        data: dict[str, Any] = {
            "units": [self.unit(f).code for f in fields],
            "co_units": [self.unit(co).code] if co else [],
            "title": self.matter.title[:60],
            "text": self.canaries.mark(f"群众反映：{self.matter.text}"),
            "instruction": self.canaries.mark("请现场查看后办理，办前与联络站沟通一次。"),
        }  # fmt: skip
        self._act("transfer", self.keeper, data, now)
        orders = list(
            Order.objects.of(self.message).filter(round=self.message.round).order_by("id")
            .select_related("unit")
        )  # fmt: skip
        seen = partial(self.round_readers, self.message.round)
        for what in ("text", "instruction"):
            self.canaries.note(data[what], f"handling.order {orders[0].code} {what}", seen)
        return orders

    def order_readers(self, *orders: Order, **more: Any) -> Readers:
        """Who may read what stands in an order: units, who gave it, the deputy of the message."""
        units = tuple(order.unit.code for order in orders)
        return self.readers(**{"roles": STAFF, "units": units, **more})

    def round_readers(self, number: int) -> Readers:
        """Who may read the brief of a round: every unit it was given to, the new ones too."""
        return self.order_readers(*Order.objects.of(self.message).filter(round=number))

    # --- review for the public ----------------------------------------------------------------

    def publish(self, now: datetime, *, photos: bool = False) -> None:
        chosen = [str(p.pk) for p in self.message.photos.all()] if photos else []
        data = {
            "title": self.matter.title, "text": self.matter.text, "answer": self.matter.answer,
            "photos": chosen,
        }  # fmt: skip
        self._act("publish", self.moderator, data, now)

    def publish_marked(self, now: datetime) -> None:
        """Publish a wording that is taken down later: it must be gone then."""
        text = self.canaries.mark(self.matter.text)
        data = {"title": self.matter.title, "text": text, "answer": ""}
        self._act("publish", self.moderator, data, now)
        self._note(text, "public_text (taken down)")

    def hide(self, now: datetime, reason: str) -> None:
        marked = self.canaries.mark(reason)
        self._act("hide", self.moderator, {"reason": marked}, now)
        self._note(marked, "hidden_reason")

    # --- how ----------------------------------------------------------------------------------

    def _first(self) -> User:
        return self.deputy_user if self.message.deputy_id else self.keeper

    def _answer(self, name: str, actor: User, now: datetime, outcome: str, photo: bool) -> None:
        data = {"outcome": outcome or self.matter.outcome, "text": self.matter.answer}
        self._act(name, actor, data, now, pictures(self.matter, photo))

    def _reason(self, name: str, actor: User, reason: str, now: datetime) -> None:
        marked = self.canaries.mark(reason)
        self._act(name, actor, {"reason": marked}, now)
        self._note(marked, "station_note")

    def _act(
        self, name: str, actor: Any, data: dict[str, Any], now: datetime, files: Any = None
    ) -> None:
        self.message = apply(self.message, name, actor=actor, data=data, files=files, now=now)

    def _resident(self, name: str, data: dict[str, Any], now: datetime) -> None:
        self.message.refresh_from_db()
        self._act(name, resident_of(self.message), data, now)

    def _note(self, text: str, what: str) -> None:
        self.canaries.note(text, f"voices.message {self.message.code} {what}", self.readers)


def pictures(matter: Matter, wanted: bool) -> dict[str, list[SimpleUploadedFile]]:
    """The photograph of what was mended, as an upload."""
    shot = picture(matter.picture, mended=True) if wanted else None
    return {"photos": [SimpleUploadedFile("mended.jpg", shot.data)]} if shot else {}


def after(now: datetime, days: int) -> str:
    """A day later than a moment, as a form takes it."""
    return (now + timedelta(days=days)).date().isoformat()
