"""What the public pages show of a suggestion, put together from its rounds."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.urls import reverse

from audit.models import Entry
from congress.models import Unit
from congress.selectors import describe_due, say_day
from core.dates import local_date
from core.personal import mask_personal
from core.wording import day_words
from handling import promises
from handling.models import Order
from handling.states import CO, REASSIGNED, STOPPED
from proposals import states
from proposals.models import Assignment, Proposal
from proposals.public import category_words, session_words, signers_of, units_of
from proposals.rounds import split_replies
from proposals.selectors import letter_of
from workflows.registry import workflow_of

MEANINGS = {
    "solved": "建议提的事已经解决，或者建议已经采纳。",
    "in_progress": "已经着手，正在解决，还没有办完。",
    "planned": "列入了计划，到时候逐步解决。",
    "not_now": "受条件限制，现在办不了，条件成熟再办。",
    "not_feasible": "按规定不能这样办，已经向代表说明原因。",
    "reference": "留作今后工作参考。",
    "upper_level": "要由上级机关决定，已经向上反映。",
}
_KINDS = dict(states.KINDS)


def rows_of(found: Iterable[Proposal], *, today: date) -> list[dict[str, Any]]:
    """Published suggestions as lines of a list. Two queries for any number."""
    found = list(found)
    if not found:
        return []
    units, signed = units_of(p.code for p in found), signers_of(found)
    return [
        {
            "title": p.publication.title, "url": reverse("proposals:proposal", args=[p.code]),
            "second": " · ".join(filter(None, [
                p.number_words, _people(p, signed.get(p.pk, 1)), "、".join(units.get(p.code, [])),
            ])),
            "tag": p.get_outcome_display(), "tag_tone": "ok" if p.outcome == "solved" else "",
            "fact": day_words(local_date(p.published_at), today=today) + "公开"
            if p.published_at else "",
            "icon": "check" if p.outcome == "solved" else "document",
        }
        for p in found
    ]  # fmt: skip


def _people(proposal: Proposal, signed: int) -> str:
    name = proposal.lead.name
    return f"{name}等{signed}名代表" if signed > 1 else f"{name}代表"


def proposal_page(proposal: Proposal, *, now: datetime) -> dict[str, Any]:
    """Context of the page of one published suggestion: a fixed number of queries."""
    shown, today = proposal.publication, local_date(now)
    orders = list(
        Order.objects.of(proposal).exclude(state__in=(REASSIGNED, STOPPED))
        .select_related("unit").prefetch_related("promises").order_by("round", "id")
    )  # fmt: skip
    signed = proposal.signatures.filter(state=states.CONFIRMED).select_related("deputy")
    names = [s.deputy.name for s in signed]
    session = proposal.session.number if proposal.session else None
    whole = shown.decision == states.OPEN_TO_ALL
    return {
        "proposal": proposal, "shown": shown, "whole": whole,
        "place": proposal.term.congress.name, "category": category_words(proposal.category),
        "session": session_words(proposal.term.number, session),
        "names": names, "people": _people(proposal, len(names)),
        "lead_url": reverse("deputies:detail", args=[proposal.lead.code]),
        "answer_class": _answer_class(proposal), "rounds": _rounds(proposal, orders, today),
        "promises": _promises(orders, whole, today), "steps": steps(proposal, now=now),
        "why_not": "" if whole else shown.get_why_not_display(),
    }  # fmt: skip


def _answer_class(proposal: Proposal) -> dict[str, str]:
    """The neutral code in words, with the place's own letter (trap 5)."""
    if not proposal.outcome:
        return {}
    on = local_date(proposal.replied_at) if proposal.replied_at else local_date(proposal.created_at)
    letter = letter_of(proposal, proposal.outcome, on)
    return {
        "label": proposal.get_outcome_display(), "letter": f"{letter}类" if letter else "",
        "meaning": MEANINGS[proposal.outcome], "tone": "ok" if proposal.outcome == "solved" else "",
    }  # fmt: skip


def _rounds(proposal: Proposal, orders: list[Order], today: date) -> list[dict[str, Any]]:
    """Each round with its units, its days and what was answered; the latest is read first."""
    replies = split_replies(proposal.publication.reply)
    assignments = list(proposal.assignments.all())
    rest = replies.get(0, "")
    answered = [a.round for a in assignments if a.replied_at]
    bare = answered[0] if answered and len(replies) == 1 else 0
    return [
        {
            "number": a.round, "first": a.round == 1,
            "title": "答复" if len(assignments) == 1 else "第一次答复" if a.round == 1
            else f"重新办理后的答复（第{a.round}轮）",
            "reply": replies.get(a.round) or (rest if a.round == bare else ""),
            "kind": _KINDS.get(a.kind, ""), **_doers(orders, a.round),
            "given": _long(local_date(a.at)), "answered": _answered(a),
            "due": _due(a, today), "outcome": a.get_outcome_display(),
        }
        for a in assignments
    ]  # fmt: skip


def _doers(orders: list[Order], round: int) -> dict[str, str]:
    mine = [o for o in orders if o.round == round]
    return {
        "units": "、".join(o.named for o in mine if o.role != CO),
        "co": "、".join(o.named for o in mine if o.role == CO),
    }


def _answered(row: Assignment) -> str:
    return _long(local_date(row.replied_at)) if row.replied_at else ""


def _due(row: Assignment, today: date) -> Any:
    done = local_date(row.replied_at) if row.replied_at else None
    return describe_due(today, row.due_on, done, basis=row.basis, provisional=row.provisional)


def _promises(orders: list[Order], whole: bool, today: date) -> list[dict[str, Any]]:
    """承诺 with where each stands. Its words only when all was released: review saw the reply."""
    return [
        {
            "text": mask_personal(p.text) if whole else "这项承诺的内容不公开",
            "by": order.named, "due": _long(p.due_on),
            "moved": _long(p.original_due_on) if p.original_due_on != p.due_on else "",
            "state": promises.state_words(p, today), "tone": promises.tone(p, today),
        }
        for order in orders
        for p in order.promises.all()
    ]  # fmt: skip


def steps(proposal: Proposal, *, now: datetime) -> list[dict[str, Any]]:
    """The way so far for `{% timeline %}`, in the table's public words, oldest first."""
    words = {t.log_action: t.public for t in workflow_of(proposal).transitions if t.public}
    entries = [e for e in Entry.objects.of(proposal) if e.action in words]
    codes = {code for entry in entries for code in entry.data.get("units", [])}
    names = dict(Unit.objects.filter(code__in=codes).values_list("code", "name")) if codes else {}
    return [
        {
            "words": words[e.action].format(
                actor=f"{proposal.lead.name}代表", round=e.round,
                number=e.data.get("number", ""),
                units="、".join(names.get(c, c) for c in e.data.get("units", [])) or "有关单位",
            ),
            "when": say_day(e.at, now).split(" ")[0], "state": "done",
        }
        for e in entries
    ]  # fmt: skip


def _long(on: date) -> str:
    return f"{on.year}年{on.month}月{on.day}日"
