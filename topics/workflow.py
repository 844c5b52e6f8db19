"""The tables of topics (议题征集 → 码上留言 → 码上议事 → 码上公开) and of opinions."""

from typing import Any

from topics import rules, states
from topics.states import (
    APPLIED,
    APPROVED,
    ARCHIVED,
    COLLECTING,
    DRAFT,
    HANDLING,
    MEETING,
    OPINION_APPROVED,
    OPINION_HIDDEN,
    OPINION_PENDING,
    OPINION_REJECTED,
    PLANNED,
    PUBLISHED,
    REJECTED,
    RESEARCHING,
    RETURNED,
    WITHDRAWN,
)
from voices.rules import deputy_first
from voices.states import ACCEPTED, DELIBERATING, UNDER_REVIEW
from workflows.registry import Transition, Workflow

TOPIC = Workflow(
    model="topics.topic",
    label="议题",
    states=states.STATES,
    initial=(DRAFT, APPLIED),
    final=states.FINAL,
    transitions=(
        Transition(
            "apply", "提交申请", (DRAFT, RETURNED), APPLIED, "topics.apply_topic",
            "topics.topic.applied", guard=rules.ready_to_apply, effect="topics.effects.apply_for",
            notify=("topics.applied",), primary=True, hint="由当地代表之家审议。",
            public="{actor}提出了这个议题",
        ),
        Transition(
            "withdraw", "撤回议题", (DRAFT, APPLIED, RETURNED, APPROVED), WITHDRAWN,
            "topics.withdraw_topic", "topics.topic.withdrawn", effect="topics.effects.withdraw",
            notify=("topics.withdrawn",), confirm="撤回后不能再征集。", public="议题撤回了",
        ),
        Transition(
            "return_for_revision", "退回修改", (APPLIED,), RETURNED, "topics.review_topic",
            "topics.topic.returned", form="topics.forms.ReviewReasonForm",
            effect="topics.effects.note_review", notify=("topics.returned",),
        ),
        Transition(
            "approve", "审议通过", (APPLIED,), APPROVED, "topics.review_topic",
            "topics.topic.approved", guard=rules.has_questions, form="topics.forms.ApproveForm",
            effect="topics.effects.approve", stamps="approved_at", notify=("topics.approved",),
            primary=True, public="审议通过，{opens_on}开始征集",
        ),
        Transition(
            "reject", "不予通过", (APPLIED,), REJECTED, "topics.review_topic",
            "topics.topic.rejected", form="topics.forms.ReviewReasonForm",
            effect="topics.effects.note_review", notify=("topics.rejected",),
            confirm="不予通过后这个申请就结束了。",
        ),
        Transition(
            "open_collection", "开始征集", (APPROVED,), COLLECTING, "topics.run_topic",
            "topics.topic.opened", guard=rules.not_past,
            effect="topics.effects.open_collection", stamps="opened_at",
            notify=("topics.opened",), due=True, public="开始征集，到{closes_on}截止",
        ),
        Transition(
            "extend_collection", "延长征集", (COLLECTING,), "", "topics.run_topic",
            "topics.topic.extended", form="topics.forms.ExtendForm",
            effect="topics.effects.extend_collection", public="征集延长到{closes_on}",
        ),
        Transition(
            "close_collection", "结束征集", (COLLECTING,), RESEARCHING, "topics.run_topic",
            "topics.topic.closed", effect="topics.effects.close_collection", stamps="closed_at",
            notify=("topics.closed",), due=True, confirm="结束后不再收新的意见。",
            public="征集结束，共收到{opinions}条意见",
        ),
        Transition(
            "record_research", "记议前调研", (COLLECTING, RESEARCHING), "", "topics.run_topic",
            "topics.topic.researched", form="topics.forms.ResearchForm",
            effect="topics.effects.record_research", public="做了议前调研",
        ),
        Transition(
            "hold_meeting", "登记议事会", (RESEARCHING, MEETING), MEETING, "topics.run_topic",
            "topics.topic.met", guard=rules.meeting_called, form="topics.forms.HoldMeetingForm",
            effect="topics.effects.hold_meeting", notify=("topics.met",), primary=True,
            hint="先发通知召集，再登记纪要。", public="召开议事会，{people}人参加",
        ),
        Transition(
            "adopt_plan", "形成方案", (MEETING,), PLANNED, "topics.run_topic",
            "topics.topic.planned", guard=rules.minutes_and_parts,
            form="topics.forms.AdoptPlanForm", effect="topics.effects.adopt_plan",
            stamps="planned_at", notify=("topics.planned",), primary=True,
            public="形成方案，共{parts}项措施",
        ),
        Transition(
            "hand_over", "转入办理", (PLANNED,), HANDLING, "topics.hand_over_topic",
            "topics.topic.handed_over", guard=rules.every_part_has_a_doer,
            form="topics.forms.HandOverForm", effect="topics.effects.hand_over",
            stamps="handed_over_at", notify=("topics.handed_over",), primary=True,
            hint="每项措施交给一个或几个单位，按期限办理。", public="方案转给{units}办理",
        ),
        Transition(
            "publish", "码上公开", (HANDLING,), PUBLISHED, "topics.publish_topic",
            "topics.topic.published", guard=rules.every_outcome_told,
            effect="topics.effects.publish", stamps="published_at", notify=("topics.published",),
            primary=True, confirm="公开后，留了联系方式的人都会收到通知。", public="结果公开",
        ),
        Transition(
            "archive", "归档", (PUBLISHED,), ARCHIVED, "topics.publish_topic",
            "topics.topic.archived", stamps="archived_at", confirm="网页地址保留，不再变动。",
        ),
    ),
)  # fmt: skip

OPINION = Workflow(
    model="topics.opinion",
    label="议题意见",
    states=states.OPINION_STATES,
    initial=(OPINION_PENDING,),
    final=(),
    transitions=(
        Transition(
            "approve", "通过", (OPINION_PENDING, OPINION_REJECTED, OPINION_HIDDEN),
            OPINION_APPROVED, "topics.moderate_opinion", "topics.opinion.approved",
            form="topics.forms.ApproveOpinionForm", effect="topics.effects.approve_opinion",
            stamps="reviewed_at", primary=True, public="您的意见公开了",
        ),
        Transition(
            "edit", "改后通过", (OPINION_PENDING, OPINION_APPROVED), OPINION_APPROVED,
            "topics.moderate_opinion", "topics.opinion.edited",
            form="topics.forms.EditOpinionForm", effect="topics.effects.edit_opinion",
            stamps="reviewed_at", hint="只去掉个人信息和不宜公开的话，不改意思。",
            public="您的意见略作处理后公开了",
        ),
        Transition(
            "reject", "不通过", (OPINION_PENDING,), OPINION_REJECTED, "topics.moderate_opinion",
            "topics.opinion.rejected", form="topics.forms.OpinionReasonForm",
            effect="topics.effects.note_opinion", stamps="reviewed_at",
            public="没有公开：{reason}",
        ),
        Transition(
            "hide", "下架", (OPINION_APPROVED,), OPINION_HIDDEN, "topics.moderate_opinion",
            "topics.opinion.hidden", form="topics.forms.OpinionReasonForm",
            effect="topics.effects.note_opinion", stamps="reviewed_at",
            public="不再公开：{reason}",
        ),
    ),
)  # fmt: skip

# 转议题: a message waits in a topic; what may be done with it meanwhile and afterwards.
_GOES_ON = ("answer", "refer", "transfer", "reply", "append", "withdraw", "publish", "hide")
MESSAGE_DOOR: dict[str, Any] = {
    "states": {DELIBERATING: "转为议题"},
    "transitions": (
        Transition(
            "deliberate", "转议题", (ACCEPTED, UNDER_REVIEW), DELIBERATING,
            "voices.deliberate_message", "topics.message.deliberated", guard=deputy_first,
            form="topics.forms.DeliberateForm", effect="topics.effects.deliberate",
            notify=("topics.deliberated",), hint="大家的事大家议：并入一个议题，进展会告诉群众。",
            public="{actor}把它转为议题",
        ),
    ),
    "sources": dict.fromkeys(_GOES_ON, (DELIBERATING,)),
}  # fmt: skip
