"""Drafting and changing a text; entering one for a deputy with the proxy named (trap 30)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from audit.services import record
from congress.models import Congress
from core.errors import Forbidden, InputInvalid, StateMoved
from core.text import clean_text
from deputies.models import Delegation, Deputy, Seat
from notifications.services import notify
from proposals import states
from proposals.models import Proposal, Signature, SourceLink, Version
from proposals.rules import lead_writes, pairs_of
from proposals.selectors import people_of, seat_to_submit
from proposals.services.numbers import new_code
from workflows.engine import create

BILL = "bill"


@dataclass(frozen=True)
class Text:
    """One matter: what it is called, what is the case, what ought to be done (one point a line)."""

    title: str
    facts: str
    advice: str

    def cleaned(self) -> "Text":
        """The same without surprises. Raises InputInvalid for what is missing or too long."""
        found = Text(
            clean_text(self.title, max_length=80, field="title", multiline=False),
            clean_text(self.facts, max_length=4000, field="facts"),
            clean_text(self.advice, max_length=4000, field="advice"),
        )
        if not found.title:
            message = "请写标题：关于什么的建议。"
            raise InputInvalid("title_missing", message, {"title": message})
        return found


@dataclass(frozen=True)
class Source:
    """What it came from (kept for ever): one of `states.SOURCES`, and that thing's code.

    A bill that was not accepted (议案转来, QD 2, CQ 11) is named by its own number.
    """

    kind: str = "own"
    code: str = ""

    def checked(self) -> "Source":
        """The same. Raises InputInvalid for a bill without its number (trap 24)."""
        if self.kind == BILL and not self.code.strip():
            message = "议案转作建议的，请写原议案的编号。"
            raise InputInvalid("bill_missing", message, {"source_code": message})
        return self


@transaction.atomic
def draft(
    text: Text, *, actor: Any, deputy: Deputy, now: datetime, source: Source = Source(),
    congress: Congress | None = None, delegation: Delegation | None = None,
    confidential: str = "", category: str = "",
) -> Proposal:  # fmt: skip
    """A deputy begins a suggestion, or the office begins one for a deputy, named as the proxy.

    `confidential` is the reason why it is to be kept so, empty when it is not. Raises Forbidden
    for another's deputy, InputInvalid without an active seat in the congress.
    """
    own = actor.has_perm("proposals.add_proposal", deputy)
    if not own and not actor.has_perm("proposals.enter_proposal", deputy):
        raise Forbidden("no_right", "只能以本人的名义起草；代录请由本地人大机关办理。")
    seat, source = _seat(deputy, congress), source.checked()
    proposal = _new(text.cleaned(), deputy, seat, source, now)
    proposal.delegation = _checked_delegation(delegation, seat)
    proposal.confidential, proposal.confidential_reason = bool(confidential), confidential[:200]
    proposal.category = category
    proposal.bill_reference = source.code[:60] if source.kind == BILL else ""
    if not own:
        proposal.entered_by, proposal.proxy_name = actor, actor.actor_label
        proposal.proxy_way = "oral"
    create(proposal, actor=actor, action="proposals.proposal.drafted", now=now, source=source.kind)
    _first_rows(proposal, source, actor.actor_label, now)
    return proposal


@transaction.atomic
def enter(
    text: Text, *, actor: Any, deputy: Deputy, way: str, now: datetime, source: Source = Source(),
    congress: Congress | None = None, cosigners: list[Deputy] | None = None,
) -> Proposal:  # fmt: skip
    """代录: what a deputy said or handed in is typed in as a draft by the office.

    Co-signers who signed on paper (`way="paper"`) are put down as signed; by any other way they
    are invited and confirm themselves (trap 12). Raises Forbidden without the right to enter.
    """
    if not actor.has_perm("proposals.enter_proposal", deputy):
        raise Forbidden("no_right", "您不能为这位代表代录建议。")
    proposal = draft(text, actor=actor, deputy=deputy, now=now, source=source, congress=congress)
    proposal.entered_by, proposal.proxy_name, proposal.proxy_way = actor, actor.actor_label, way
    proposal.save(update_fields=["entered_by", "proxy_name", "proxy_way"])
    for other in cosigners or []:
        row = invite(proposal, other, now=now)
        if way == "paper":
            row.state, row.version, row.answered_at = states.CONFIRMED, proposal.version, now
            row.note = "书面签名"
            row.save()
    return proposal


def _seat(deputy: Deputy, congress: Congress | None) -> Seat:
    seat = seat_to_submit(deputy, congress)
    if seat is None:
        raise InputInvalid(
            "no_seat", f"{deputy.name}在这一级人大没有在任的代表资格，不能提出建议。",
            {"deputy": "请核对代表的席位。"},
        )  # fmt: skip
    return seat


def _checked_delegation(delegation: Delegation | None, seat: Seat) -> Delegation | None:
    if delegation is not None and delegation.term_id != seat.term_id:
        message = "这个代表团不属于本届人大。"
        raise InputInvalid("delegation", message, {"delegation": message})
    return delegation


def _new(text: Text, deputy: Deputy, seat: Seat, source: Source, now: datetime) -> Proposal:
    return Proposal(
        code=new_code(), state=states.DRAFT, region_code=seat.term.congress.region_code,
        term=seat.term, lead=deputy, seat=seat, title=text.title, facts=text.facts,
        advice=text.advice, title_pairs=pairs_of(text.title), source_kind=source.kind,
        source_code=source.code,
    )  # fmt: skip


def _first_rows(proposal: Proposal, source: Source, by: str, now: datetime) -> None:
    keep_version(proposal, by, now)
    Signature.objects.create(
        proposal=proposal, deputy=proposal.lead, seat=proposal.seat, lead=True,
        state=states.CONFIRMED, version=1, invited_at=now, answered_at=now,
    )  # fmt: skip
    if source.code:
        SourceLink.objects.create(proposal=proposal, kind=source.kind, code=source.code, at=now)


def keep_version(proposal: Proposal, by: str, now: datetime) -> Version:
    return Version.objects.create(
        proposal=proposal, number=proposal.version, title=proposal.title, facts=proposal.facts,
        advice=proposal.advice, by=by, at=now,
    )  # fmt: skip


def invite(proposal: Proposal, deputy: Deputy, *, now: datetime) -> Signature:
    """Ask a deputy of the same congress to co-sign. Raises InputInvalid for any other."""
    seat = Seat.objects.active().filter(deputy=deputy, term=proposal.term).first()
    if seat is None:
        message = f"{deputy.name}不是本届在任的代表，不能联名。"
        raise InputInvalid("not_a_member", message, {"deputy": message})
    place = proposal.signatures.count() + 1
    row, _ = Signature.objects.update_or_create(
        proposal=proposal, deputy=deputy,
        defaults={"state": states.INVITED, "invited_at": now, "answered_at": None, "note": ""},
        create_defaults={"seat": seat, "place": place, "invited_at": now},
    )  # fmt: skip
    return row


@transaction.atomic
def revise(
    proposal: Proposal, text: Text, *, actor: Any, now: datetime, version: int | None = None
) -> Proposal:
    """Change the text of a draft or a returned one: a new version, and every co-signer again.

    The same text is no change. Raises Forbidden, StateMoved when it is under way already, or when
    `version` is not the one that was read.
    """
    locked = Proposal.objects.select_for_update().get(pk=proposal.pk)
    if not actor.has_perm("proposals.submit_proposal", locked) or lead_writes(locked, actor, now):
        raise Forbidden("no_right", "由领衔代表修改正文。")
    if locked.state not in states.WRITING:
        raise StateMoved("state_moved", "已经提交，不能再改；要改请先请人大机关退回。")
    if version is not None and version != locked.version:
        raise StateMoved("text_moved", "正文刚刚被改过，请看过新的一稿再改。")
    new = text.cleaned()
    if new == Text(locked.title, locked.facts, locked.advice):
        return locked
    locked.title, locked.facts, locked.advice = new.title, new.facts, new.advice
    locked.title_pairs, locked.version = pairs_of(new.title), locked.version + 1
    locked.save(update_fields=["title", "facts", "advice", "title_pairs", "version"])
    keep_version(locked, actor.actor_label, now)
    _ask_again(locked, actor, now)
    record(
        actor=actor, action="proposals.proposal.revised", obj=locked, now=now,
        data={"version": locked.version},
    )  # fmt: skip
    return locked


def _ask_again(proposal: Proposal, actor: Any, now: datetime) -> None:
    """The lead's own change is the lead's own will; the others confirmed another text."""
    mine = proposal.signatures.filter(lead=True)
    mine.update(version=proposal.version, answered_at=now, agreed_at=None, note="")
    others = proposal.signatures.filter(lead=False, state=states.CONFIRMED)
    codes = list(others.values_list("deputy__code", flat=True))
    others.update(state=states.INVITED, invited_at=now, answered_at=None, agreed_at=None)
    users = [u for u in people_of(codes, now.date()) if u != actor.actor_id]
    notify(
        user_ids=users, kind="proposals.cosigner_invited", obj=proposal,
        text=f"联名建议改了正文，请重新确认：{proposal.title}",
        key=f"cosign:{proposal.code}:{proposal.version}", now=now,
    )  # fmt: skip
