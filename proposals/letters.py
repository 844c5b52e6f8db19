"""答复函 of a suggestion in its official form (DOMAIN §2.7), and what the unit's page shows."""

from dataclasses import replace
from datetime import date
from typing import Any

from django.urls import reverse

from congress.states import chinese_number
from core.dates import local_date
from handling.letters import Letter
from handling.models import Order
from handling.registry import Addressee
from handling.states import REASSIGNED
from proposals import states
from proposals.models import Proposal
from proposals.selectors import answered_deputies, letter_of, rules_on

BOXES = "　".join(f"□{label}" for _, label in states.SCORES)


def official_title(proposal: Proposal) -> str:
    """关于××届人大×次会议第×××号建议的答复; without a session, of the term alone."""
    term = f"{chinese_number(proposal.term.number)}届人大"
    if proposal.session:
        term += f"{chinese_number(proposal.session.number)}次会议"
    between = "闭会期间" if proposal.series == states.BETWEEN else ""
    number = f"第{proposal.number:03d}号" if proposal.number else ""
    return f"关于{term}{between}{number}建议的答复"


def dress(letter: Letter, order: Order, outcome: str) -> Letter:
    """Title, addressees, class letter and the sheet for the deputy's opinion."""
    rows = Proposal.objects.select_related("term__congress", "session", "lead", "through")
    proposal = rows.filter(code=order.source_code).first()
    if proposal is None:
        return letter
    people = [d.name for d in answered_deputies(proposal, letter.on)] or [proposal.lead.name]
    mark = letter_of(proposal, outcome, order.started_on) if outcome else ""
    opening = f"您提出的《{proposal.title}》收悉，现答复如下："
    return replace(
        letter, title=official_title(proposal), addressee=f"{'、'.join(people)}代表",
        reply_class="", mark=f"{mark}类" if mark else "", paragraphs=[opening, *letter.paragraphs],
        form=_form(proposal, letter.issuer, people),
    )  # fmt: skip


def points(order: Order) -> list[str]:
    """The points of the advice: what the unit answers one by one (逐条答复)."""
    found = Proposal.objects.filter(code=order.source_code).first()
    return list(found.points) if found and order.role != "co" else []


def copies(order: Order, on: date) -> list[Addressee]:
    """Whom the letter may be copied to: the office, 政府督查室, who signed beside, co-handlers.

    The rulebook's `reply_copies` names the usual ones.
    """
    rows = Proposal.objects.select_related("term__congress", "lead", "through")
    proposal = rows.filter(code=order.source_code).first()
    if proposal is None:
        return []
    usual = rules_on(proposal, on).value("reply_copies")
    congress = proposal.term.congress
    desk = "主席团" if congress.level >= 5 else "常委会代表工作机构"
    found = [("office", "office", proposal.region_code, f"{congress.name}{desk}")]
    if proposal.through:
        found.append(("through", "unit", proposal.through.code, proposal.through.name))
    answered = answered_deputies(proposal, on)
    signed = proposal.signatures.filter(state=states.CONFIRMED).exclude(deputy__in=answered)
    for one in signed.select_related("deputy"):
        found.append(("cosigners", "deputy", one.deputy.code, f"{one.deputy.name}代表"))
    for co in order.co_orders.exclude(state=REASSIGNED).select_related("unit"):
        found.append(("co_units", "unit", co.unit.code, co.unit.name))
    return [Addressee(kind, target, name, why in usual) for why, kind, target, name in found]


def _form(proposal: Proposal, issuer: str, people: list[str]) -> list[tuple[str, str]]:
    return [
        ("建议编号", proposal.number_words or proposal.code), ("建议标题", proposal.title),
        ("代表", "、".join(people)), ("承办单位", issuer),
        ("联系沟通", "□面对面　□电话　□其他　　是否面复：□是　□否"),
        ("对办理态度", BOXES), ("对办理结果", BOXES), ("落实情况评分", "　　　分（满分100分）"),
        ("意见和不满意的理由", "　"), ("代表签名、日期", "　"),
    ]  # fmt: skip


def order_card(order: Order, user: Any) -> dict[str, Any]:
    """What a unit reads of the suggestion its order came from."""
    rows = Proposal.objects.visible_to(user).select_related("lead", "term", "session", "through")
    proposal = rows.filter(code=order.source_code).first()
    if proposal is None:
        return {"order": order, "proposal": None}
    today = local_date(order.assigned_at)
    signed = proposal.signatures.filter(state=states.CONFIRMED).select_related("deputy")
    may_record = order.role != "co" and user.has_perm("proposals.face_proposal", proposal)
    face = proposal.state in (*states.WORKING, states.REPLIED)
    return {
        "order": order, "proposal": proposal, "signers": [s.deputy.name for s in signed],
        "answered": [d.name for d in answered_deputies(proposal, today)],
        "title": official_title(proposal),
        "faces": proposal.face_replies.filter(order=order).prefetch_related("deputies"),
        "face_url": reverse("proposals_desk:record", args=[proposal.code, "face_reply"])
        if may_record and face else "",
        "first": _earlier(proposal, order),
    }  # fmt: skip


def _earlier(proposal: Proposal, order: Order) -> list[Any]:
    """Why it is handled once more: what the deputies said of the round before."""
    if order.round < 2:
        return []
    rated = proposal.evaluations.filter(round=order.round - 1, at__isnull=False)
    return list(rated.select_related("deputy"))
