"""The table of orders (交办单): the only way an order's state changes."""

from handling import rules
from handling.states import (
    ACCEPTED,
    ASSIGNED,
    FINAL,
    HANDLING,
    OPEN,
    OPINED,
    REASSIGNED,
    REPLIED,
    RETURN_REQUESTED,
    SIGNED,
    STATES,
    STOPPED,
)
from workflows.registry import Transition, Workflow

WORKFLOW = Workflow(
    model="handling.order",
    label="交办单",
    states=STATES,
    initial=(ASSIGNED,),
    final=FINAL,
    transitions=(
        Transition(
            "sign", "签收", (ASSIGNED,), SIGNED, "handling.sign_order", "handling.order.signed",
            effect="handling.effects.sign", stamps="signed_at", primary=True,
            public="{unit}已签收",
        ),
        Transition(
            "reply", "答复", (SIGNED, HANDLING), REPLIED, "handling.reply_order",
            "handling.order.replied", guard=rules.lead_may_reply,
            form="handling.reply_form.ReplyForm", effect="handling.effects.reply",
            stamps="replied_at", notify=("handling.replied",), primary=True,
            hint="答复送交办方审核后，由交办方答复群众或代表。", public="{unit}已答复，等审核",
        ),
        Transition(
            "give_opinion", "提会办意见", (SIGNED, HANDLING), OPINED,
            "handling.give_opinion_order", "handling.order.opined", guard=rules.co_handles,
            form="handling.forms.OpinionForm", effect="handling.effects.give_opinion",
            notify=("handling.opined",), primary=True, only_if_able=True,
        ),
        Transition(
            "record_contact", "记沟通情况", (SIGNED, HANDLING), HANDLING,
            "handling.record_contact_order", "handling.order.contacted",
            form="handling.forms.ContactForm", effect="handling.effects.record_contact",
            public="{unit}沟通、查看了情况",
        ),
        Transition(
            "request_extension", "申请延期", (SIGNED, HANDLING), "",
            "handling.request_extension_order", "handling.order.extension_requested",
            guard=rules.no_open_extension, form="handling.forms.ExtensionForm",
            effect="handling.effects.request_extension", notify=("handling.extension_requested",),
        ),
        Transition(
            "request_return", "申请退回", (ASSIGNED, SIGNED), RETURN_REQUESTED,
            "handling.request_return_order", "handling.order.return_requested",
            guard=rules.within_return_window, form="handling.forms.ReturnForm",
            effect="handling.effects.request_return", notify=("handling.return_requested",),
        ),
        Transition(
            "decide_return", "决定退回申请", (RETURN_REQUESTED,), (REASSIGNED, HANDLING),
            "handling.decide_return_order", "handling.order.return_decided",
            form="handling.forms.ReturnDecisionForm", effect="handling.effects.decide_return",
            notify=("handling.return_decided",), primary=True,
        ),
        Transition(
            "decide_extension", "决定延期申请", (SIGNED, HANDLING), "",
            "handling.decide_extension_order", "handling.order.extension_decided",
            guard=rules.has_open_extension, form="handling.forms.ExtensionDecisionForm",
            effect="handling.effects.decide_extension", notify=("handling.extension_decided",),
            primary=True, only_if_able=True,
        ),
        Transition(
            "accept_reply", "通过答复", (REPLIED,), ACCEPTED, "handling.accept_reply_order",
            "handling.order.reply_accepted", effect="handling.effects.accept_reply",
            stamps="accepted_at", primary=True, public="{unit}的答复已审核",
        ),
        Transition(
            "send_back", "退回重答", (REPLIED,), HANDLING, "handling.send_back_order",
            "handling.order.sent_back", form="handling.forms.SendBackForm",
            effect="handling.effects.send_back", notify=("handling.sent_back",),
        ),
        Transition(
            "stop", "终止", (*OPEN, REPLIED), STOPPED, "workflows.run_due",
            "handling.order.stopped", effect="handling.effects.stop",
            notify=("handling.stopped",),
        ),
    ),
)  # fmt: skip
