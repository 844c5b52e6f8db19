"""The table of deputies' suggestions (代表建议): the only way a suggestion's state changes."""

from proposals import rules
from proposals.states import (
    ACCEPTED,
    ASSIGNED,
    CLOSED,
    DIVERTED,
    DRAFT,
    EVALUATED,
    FINAL,
    REHANDLING,
    REPLIED,
    RETURNED,
    STATES,
    SUBMITTED,
    WITHDRAWN,
    WORKING,
    WRITING,
)
from workflows.registry import Transition, Workflow

WORKFLOW = Workflow(
    model="proposals.proposal",
    label="代表建议",
    states=STATES,
    initial=(DRAFT, SUBMITTED, ACCEPTED),
    final=FINAL,
    transitions=(
        Transition(
            "invite_cosigner", "邀请联名", WRITING, "", "proposals.invite_proposal",
            "proposals.proposal.cosigner_invited", guard=rules.lead_writes,
            form="proposals.forms.InviteForm", effect="proposals.effects.invite_cosigner",
            notify=("proposals.cosigner_invited",),
        ),
        Transition(
            "confirm_cosign", "确认联名", WRITING, "", "proposals.cosign_proposal",
            "proposals.proposal.cosign_confirmed", guard=rules.may_cosign,
            form="proposals.forms.CosignForm", effect="proposals.effects.confirm_cosign",
            notify=("proposals.cosign_confirmed",), primary=True, only_if_able=True,
            hint="请看过正文再确认：签了名就是您的真实意思。",
        ),
        Transition(
            "decline_cosign", "不联名", WRITING, "", "proposals.cosign_proposal",
            "proposals.proposal.cosign_declined", guard=rules.may_decline,
            form="proposals.forms.NoteForm", effect="proposals.effects.decline_cosign",
            notify=("proposals.cosign_declined",), only_if_able=True,
        ),
        Transition(
            "submit", "提交", WRITING, SUBMITTED, "proposals.submit_proposal",
            "proposals.proposal.submitted", guard=rules.ready_to_submit,
            form="proposals.forms.SubmitForm", effect="proposals.effects.submit",
            stamps="submitted_at", notify=("proposals.submitted",), primary=True,
            public="{actor}提出了建议",
        ),
        Transition(
            "return_for_revision", "退回修改", (SUBMITTED,), RETURNED,
            "proposals.review_proposal", "proposals.proposal.returned",
            form="proposals.forms.ReviewForm", effect="proposals.effects.return_for_revision",
            notify=("proposals.returned",), hint="写明哪里要改；原稿保留，可以对照。",
        ),
        Transition(
            "accept", "立案", (SUBMITTED,), ACCEPTED, "proposals.accept_proposal",
            "proposals.proposal.accepted", form="proposals.forms.AcceptForm",
            effect="proposals.effects.accept", stamps="accepted_at",
            notify=("proposals.accepted",), primary=True, public="立案，编为{number}",
        ),
        Transition(
            "divert", "转来信", (SUBMITTED,), DIVERTED, "proposals.review_proposal",
            "proposals.proposal.diverted", form="proposals.forms.DivertForm",
            effect="proposals.effects.divert", notify=("proposals.diverted",),
            confirm="不作为代表建议立案，转作来信处理。",
        ),
        Transition(
            "withdraw", "撤回", (DRAFT, RETURNED, SUBMITTED, ACCEPTED, ASSIGNED), WITHDRAWN,
            "proposals.withdraw_proposal", "proposals.proposal.withdrawn",
            guard=rules.signers_agree, form="proposals.forms.ReasonForm",
            effect="proposals.effects.withdraw", notify=("proposals.withdrawn",),
            confirm="撤回后立即停止办理。", public="代表撤回了建议",
        ),
        Transition(
            "link", "并案", (ACCEPTED, ASSIGNED), "", "proposals.link_proposal",
            "proposals.proposal.linked", guard=rules.not_merged,
            form="proposals.forms.LinkForm", effect="proposals.effects.link",
            notify=("proposals.linked",), hint="合并办理，仍分别答复。",
        ),
        Transition(
            "assign", "交办", (ACCEPTED,), ASSIGNED, "proposals.assign_proposal",
            "proposals.proposal.assigned", form="proposals.forms.AssignForm",
            effect="proposals.effects.assign", stamps="assigned_at",
            notify=("proposals.assigned",), primary=True, public="交给{units}办理",
        ),
        Transition(
            "request_rating", "送代表评价", WORKING, REPLIED,
            "proposals.request_rating_proposal", "proposals.proposal.rating_requested",
            guard=rules.all_replied, effect="proposals.effects.request_rating",
            notify=("proposals.rating_requested",), primary=True, due=True,
            public="{units}答复了代表",
        ),
        Transition(
            "evaluate", "评价", (REPLIED,), (REPLIED, EVALUATED),
            "proposals.evaluate_proposal", "proposals.proposal.rated",
            guard=rules.waits_for_rating, form="proposals.forms.EvaluationForm",
            effect="proposals.effects.evaluate", notify=("proposals.rated",), primary=True,
            due=True, hint="办理态度和办理结果分开评。",
        ),
        Transition(
            "rehandle", "重新办理", (EVALUATED,), REHANDLING, "proposals.rehandle_proposal",
            "proposals.proposal.rehandled", guard=rules.may_rehandle,
            form="proposals.forms.RehandleForm", effect="proposals.effects.rehandle",
            notify=("proposals.rehandled",), primary=True, public="重新办理，第{round}轮",
        ),
        Transition(
            "close", "办结", (EVALUATED, REPLIED), CLOSED, "proposals.close_proposal",
            "proposals.proposal.closed", guard=rules.may_close,
            form="proposals.forms.NoteForm", effect="proposals.effects.close",
            stamps="closed_at", notify=("proposals.closed",), due=True, public="办结",
        ),
        Transition(
            "reopen", "二次交办", (CLOSED,), REHANDLING, "proposals.reopen_proposal",
            "proposals.proposal.reopened", guard=rules.may_reopen,
            form="proposals.forms.RehandleForm", effect="proposals.effects.rehandle",
            notify=("proposals.reopened",), public="二次交办，第{round}轮",
        ),
        Transition(
            "decide_publication", "决定是否公开", (REPLIED, EVALUATED, REHANDLING, CLOSED), "",
            "proposals.publish_proposal", "proposals.proposal.publication_decided",
            guard=rules.may_publish, form="proposals.forms.PublicationForm",
            effect="proposals.effects.decide_publication",
            notify=("proposals.publication_decided",),
        ),
    ),
)  # fmt: skip

PROMOTE = Transition(
    "promote", "提建议", ("accepted", "under_review", "handling", "answered", "closed"), "",
    "voices.promote_message", "proposals.message.promoted", guard=rules.may_promote,
    form="proposals.forms.PromoteForm", effect="proposals.effects.promote_message",
    notify=("proposals.promoted",), only_if_able=True,
    hint="由您以代表身份提出建议；留言照常答复。", public="{actor}就此起草了代表建议",
)  # fmt: skip
