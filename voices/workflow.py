"""The table of messages (留言): 群众递交 → 代表受理 → 联络站审核 → 转交办理 → 答复 → 评价."""

from voices import rules
from voices.states import (
    ACCEPTED,
    ANSWERED,
    CLOSED,
    DIVERTED,
    FINAL,
    HANDLING,
    OPEN,
    RECEIVED,
    STATES,
    UNDER_REVIEW,
    WITHDRAWN,
)
from workflows.registry import Transition, Workflow

WORKFLOW = Workflow(
    model="voices.message",
    label="群众留言",
    states=STATES,
    initial=(RECEIVED,),
    final=FINAL,
    transitions=(
        Transition(
            "accept", "受理", (RECEIVED,), (ACCEPTED, UNDER_REVIEW), "voices.accept_message",
            "voices.message.accepted", guard=rules.deputy_first, effect="voices.effects.accept",
            stamps="accepted_at", notify=("voices.accepted",), primary=True, public="{actor}受理了",
        ),
        Transition(
            "answer", "直接答复", (ACCEPTED,), ANSWERED, "voices.answer_message",
            "voices.message.answered", guard=rules.deputy_first, form="voices.forms.AnswerForm",
            effect="voices.effects.answer", stamps="answered_at", notify=("voices.answered",),
            primary=True, hint="答复直接给留言的群众看。", public="{actor}答复了",
        ),
        Transition(
            "refer", "报联络站", (ACCEPTED,), UNDER_REVIEW, "voices.refer_message",
            "voices.message.referred", guard=rules.deputy_first, form="voices.forms.ReferForm",
            effect="voices.effects.refer", notify=("voices.referred",),
            hint="请联络站审核，由它转部门办理。", public="{actor}报给了联络站",
        ),
        Transition(
            "transfer", "转部门办理", (UNDER_REVIEW,), HANDLING, "voices.transfer_message",
            "voices.message.transferred", form="voices.forms.TransferForm",
            effect="voices.effects.transfer", notify=("voices.transferred",), primary=True,
            public="联络站审核后转给{units}办理",
        ),
        Transition(
            "reply", "答复群众", (UNDER_REVIEW, HANDLING), ANSWERED, "voices.reply_message",
            "voices.message.replied", guard=rules.orders_answered, form="voices.forms.AnswerForm",
            effect="voices.effects.reply", stamps="answered_at", notify=("voices.answered",),
            primary=True, hint="部门的答复会一并通过。", public="{actor}答复了",
        ),
        Transition(
            "send_back", "退回代表", (UNDER_REVIEW,), ACCEPTED, "voices.review_message",
            "voices.message.sent_back", guard=rules.has_deputy, form="voices.forms.ReasonForm",
            effect="voices.effects.send_back", notify=("voices.sent_back",), only_if_able=True,
        ),
        Transition(
            "pass_on", "转给别的代表或站点", (RECEIVED, ACCEPTED, UNDER_REVIEW), RECEIVED,
            "voices.pass_on_message", "voices.message.passed_on", form="voices.forms.PassOnForm",
            effect="voices.effects.pass_on", notify=("voices.passed_on",), public="转给了{to}",
        ),
        Transition(
            "divert", "分流", (RECEIVED, ACCEPTED, UNDER_REVIEW), DIVERTED,
            "voices.divert_message", "voices.message.diverted", form="voices.forms.DivertForm",
            effect="voices.effects.divert", notify=("voices.diverted",),
            hint="不属于这里办的，告诉群众该去哪里。", public="告知您该去哪里反映",
        ),
        Transition(
            "rate", "评价", (ANSWERED,), (CLOSED, UNDER_REVIEW),
            "voices.rate_message_as_resident", "voices.message.rated",
            form="voices.forms.RatingForm", effect="voices.effects.rate",
            notify=("voices.rated",), primary=True, public="您评价了「{score}」",
        ),
        Transition(
            "lapse", "到期办结", (ANSWERED,), CLOSED, "workflows.run_due",
            "voices.message.lapsed", effect="voices.effects.lapse", stamps="closed_at",
            public="到期没有评价，已办结",
        ),
        Transition(
            "reopen", "重新办理", (CLOSED,), UNDER_REVIEW, "voices.reopen_message",
            "voices.message.reopened", guard=rules.rounds_left, form="voices.forms.ReasonForm",
            effect="voices.effects.reopen", notify=("voices.reopened",),
            public="重新办理，第{round}轮",
        ),
        Transition(
            "append", "补充", (*OPEN, ANSWERED), "", "voices.append_message_as_resident",
            "voices.message.appended", form="voices.forms.AdditionForm",
            effect="voices.effects.append", notify=("voices.appended",), public="您补充了情况",
        ),
        Transition(
            "withdraw", "撤回", OPEN, WITHDRAWN, "voices.withdraw_message_as_resident",
            "voices.message.withdrawn", effect="voices.effects.withdraw",
            notify=("voices.withdrawn",), confirm="撤回后不再办理。", public="您撤回了留言",
        ),
        Transition(
            "publish", "公开", (*OPEN, ANSWERED, CLOSED), "", "voices.publish_message",
            "voices.message.published", guard=rules.not_public, form="voices.forms.PublishForm",
            effect="voices.effects.publish", only_if_able=True, public="经审核公开，不显示您是谁",
        ),
        Transition(
            "hide", "不公开", (*OPEN, ANSWERED, CLOSED, DIVERTED, WITHDRAWN), "",
            "voices.hide_message", "voices.message.hidden", guard=rules.not_hidden,
            form="voices.forms.ReasonForm", effect="voices.effects.hide", only_if_able=True,
        ),
    ),
)  # fmt: skip
