"""Log actions of suggestions, and who hears of which transition in what words."""

from collections.abc import Callable

from core.dates import local_date
from notifications.registry import register_kind, register_label
from proposals.models import Proposal
from proposals.rules import deputy_codes
from proposals.selectors import handlers_of, people_of, signers, staff
from workflows.registry import Change

ACTIONS = {
    "proposal.drafted": "起草建议",
    "proposal.revised": "修改正文",
    "proposal.sources_added": "补记来源",
    "proposal.imported": "导入建议",
    "proposal.cosigner_invited": "邀请联名",
    "proposal.cosign_confirmed": "确认联名",
    "proposal.cosign_declined": "不联名",
    "proposal.submitted": "提交建议",
    "proposal.returned": "退回修改",
    "proposal.accepted": "立案",
    "proposal.diverted": "转来信",
    "proposal.withdrawn": "撤回",
    "proposal.linked": "并案",
    "proposal.assigned": "交办",
    "proposal.rating_requested": "送代表评价",
    "proposal.rated": "代表评价",
    "proposal.rehandled": "重新办理",
    "proposal.closed": "办结",
    "proposal.reopened": "二次交办",
    "proposal.publication_decided": "决定是否公开",
    "proposal.recounted": "按公布的日历重算期限",
    "message.promoted": "由留言提出建议",
    "promise.updated": "登记承诺兑现情况",
    "promise.rated": "评价承诺兑现",
    "record.dispatched": "二级交办",
    "record.batch_opened": "设立交办批次",
    "record.sheet_imported": "导入一张表",
    "register.exported": "导出建议",
}


def _signers(change: Change) -> list[int]:
    return signers(change.obj, local_date(change.now))


def _lead(change: Change) -> list[int]:
    return people_of([change.obj.lead.code], local_date(change.now))


def _staff(change: Change) -> list[int]:
    return staff(change.obj, local_date(change.now))


def _invited(change: Change) -> list[int]:
    return people_of([change.data["deputy"].code], local_date(change.now))


def _to_rate(change: Change) -> list[int]:
    """Who rates; every signer hears of the reply (lead-only answers are copied to all)."""
    return _signers(change)


def _everybody(change: Change) -> list[int]:
    units = handlers_of(change.obj, local_date(change.now))
    return sorted({*_signers(change), *_staff(change), *units})


def _staff_and_units(change: Change) -> list[int]:
    return sorted({*_staff(change), *handlers_of(change.obj, local_date(change.now))})


_KINDS: dict[str, tuple[Callable[[Change], list[int]], str]] = {
    "cosigner_invited": (_invited, "{lead}代表请您联名：{title}"),
    "cosign_confirmed": (_lead, "有代表确认了联名：{title}"),
    "cosign_declined": (_lead, "有代表没有同意联名：{title}"),
    "submitted": (_staff, "有代表建议待审核：{title}"),
    "returned": (_signers, "建议退回修改，请看修改意见：{title}"),
    "accepted": (_signers, "建议已立案，编为{number}：{title}"),
    "diverted": (_signers, "建议转作来信处理，请看说明：{title}"),
    "withdrawn": (_everybody, "代表撤回了建议，办理停止：{title}"),
    "linked": (_signers, "建议并案办理，仍会单独答复您：{title}"),
    "assigned": (_signers, "建议已交办：{title}"),
    "rating_requested": (_to_rate, "建议有了答复，请看答复并评价：{title}"),
    "rated": (_staff_and_units, "代表评价了办理情况：{title}"),
    "rehandled": (_signers, "建议重新办理：{title}"),
    "reopened": (_signers, "建议二次交办：{title}"),
    "closed": (_signers, "建议办结；承诺事项继续跟踪：{title}"),
    "publication_decided": (_lead, "建议和答复的公开有了决定：{title}"),
}
_ALONE = {
    "proposals.to_dispatch": "有代表建议待转交",
    "proposals.extended": "建议答复延期",
    "proposals.promise": "承诺有了进展",
    "proposals.source_moved": "您反映的事有了新进展",
    "proposals.urged": "请评价建议的办理情况",
    "proposals.concealed": "建议的保密要求有变化",
    "proposals.withdrawal": "有联名建议要不要撤回",
}


def called(proposal: Proposal) -> str:
    """What an inbox calls it; of a confidential one nothing but its number."""
    return proposal.code if proposal.confidential else proposal.title


def register() -> None:
    """Register the message kinds of the table and those sent outside it."""
    for name, (people, words) in _KINDS.items():
        register_kind(f"proposals.{name}", recipients=people, text=_text(words),
                      label="代表建议有新进展")  # fmt: skip
    for kind, label in _ALONE.items():
        register_label(kind, label)
    register_kind(
        "proposals.promoted", recipients=lambda change: [], resident=True,
        text=lambda change: "代表就您反映的事提出了建议。",
    )  # fmt: skip


def _text(words: str) -> Callable[[Change], str]:
    def text(change: Change) -> str:
        proposal = change.obj
        return words.format(
            lead=proposal.lead.name, title=called(proposal), number=proposal.number_words
        )

    return text


def own_turn(change: Change) -> bool:
    """Whether a deputy (and not the office) did it."""
    return bool(deputy_codes(change.actor))
