"""Steps the office takes for many suggestions at once: 催评, 交办 by the import's plan, 公开.

Each is the step of one suggestion with its own checks, taken again and again by `jobs`.
"""

from datetime import datetime
from typing import Any

from core.errors import InputInvalid, StateMoved
from core.personal import find_personal_spans
from jobs.registry import BulkKind, register_bulk
from proposals import states
from proposals.bulk_forms import PlannedForm, PublishManyForm
from proposals.models import Proposal
from proposals.oversight import page_of
from proposals.records import put_down
from proposals.rounds import joined_replies
from workflows.engine import apply

URGE, PLANNED, PUBLISH = "proposals.urge", "proposals.assign_planned", "proposals.publish"


def _one(code: str, actor: Any) -> Proposal:
    return Proposal.objects.select_related("publication").get_visible_or_404(actor, code=code)


def urge(code: str, data: dict[str, Any], actor: Any, now: datetime) -> None:
    """催评: who has not rated is reminded, once a day at most."""
    put_down(_one(code, actor), "urge", actor=actor, now=now)


def assign_planned(code: str, data: dict[str, Any], actor: Any, now: datetime) -> None:
    """Hand over to the units written beside it when the session's table was imported."""
    proposal = _one(code, actor)
    leads, co = planned_units(proposal)
    if not leads:
        raise InputInvalid("not_planned", "没有写拟主办单位，请到交办页选承办单位。")
    apply(proposal, "assign", actor=actor, now=now, data=data | {"units": leads, "co_units": co})


def planned_units(proposal: Proposal) -> tuple[list[str], list[str]]:
    """Codes of the units it was imported with: to lead, and to join."""
    leads, co = proposal.planned_lead.split("、"), proposal.planned_co.split("、")
    return [code for code in leads if code], [code for code in co if code]


def publish(code: str, data: dict[str, Any], actor: Any, now: datetime) -> None:
    """One decision for many. Text with anything like personal data is for a reader's eye."""
    proposal = _one(code, actor)
    before = getattr(proposal, "publication", None)
    if before is not None and before.decision:
        words = before.get_decision_display()
        raise StateMoved("decided", f"已经决定过「{words}」，要改请打开逐件审核。")
    if data["decision"] == states.OPEN_TO_ALL:
        texts = (proposal.title, proposal.facts, proposal.advice, joined_replies(proposal))
        if any(find_personal_spans(text) for text in texts):
            raise InputInvalid("personal", "正文或答复里有像个人信息的内容，请打开逐件审核。")
    apply(proposal, "decide_publication", actor=actor, now=now, data=data)


def describe(user: Any, codes: list[str]) -> dict[str, tuple[str, str]]:
    """第12号 关于…的建议, and its page, of those this person sees."""
    rows = Proposal.objects.visible_to(user).filter(code__in=codes)
    rows = rows.select_related("term", "session")
    return {p.code: (f"{p.number_words or p.code} {p.title}", page_of(p)) for p in rows}


def register() -> None:
    """Called when the app is ready."""
    for kind in (
        BulkKind(
            URGE, "催评", "proposals.urge_proposal", urge, describe, "proposals_admin:oversight",
            "没有评价的代表会收到提醒，同一天催几次只算一次。",
        ),
        BulkKind(
            PLANNED, "按拟办单位交办", "proposals.assign_proposal", assign_planned, describe,
            "proposals_admin:assign", "交给导入时写明的拟主办、拟会办单位，期限从今天起算。",
            PlannedForm,
        ),
        BulkKind(
            PUBLISH, "决定公开", "proposals.publish_proposal", publish, describe,
            "proposals_admin:publication",
            "公开的是建议和答复，不带代表反馈；像有个人信息的、代表提出不宜公开的，要逐件审核。",
            PublishManyForm,
        ),
    ):  # fmt: skip
        register_bulk(kind)
