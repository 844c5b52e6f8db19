"""Log actions of orders, and who hears of which transition in what words."""

from collections.abc import Callable

from core.dates import local_date
from handling.selectors import dispatchers, handlers
from notifications.registry import register_kind, register_label
from workflows.registry import Change

ACTIONS = {
    "assigned": "交办",
    "signed": "签收",
    "contacted": "记录沟通",
    "extension_requested": "申请延期",
    "extension_decided": "决定延期申请",
    "return_requested": "申请退回",
    "return_decided": "决定退回申请",
    "opined": "提会办意见",
    "replied": "答复",
    "reply_accepted": "通过答复",
    "sent_back": "退回重答",
    "stopped": "终止办理",
    "recounted": "按公布的日历重算期限",
    "taken_over": "随单位合并移交",
}
PROMISE_ACTIONS = {"kept": "承诺兑现", "moved": "承诺调整", "broken": "承诺没有兑现"}
_TO_DISPATCHER = {
    "replied": "{unit}答复了交办单，请审核：{title}",
    "extension_requested": "{unit}申请延期：{title}",
    "return_requested": "{unit}申请退回交办单：{title}",
}
_AT_ONCE = "{unit}按本地规定延期了，不用审批：{title}"
_TO_UNIT = {
    "return_decided": "退回申请有了决定：{title}",
    "extension_decided": "延期申请有了决定：{title}",
    "sent_back": "答复被退回，请重新答复：{title}",
    "stopped": "交办单已终止，不用再办：{title}",
}


def _dispatchers(change: Change) -> list[int]:
    return dispatchers(change.obj, local_date(change.now))


def _handlers(change: Change) -> list[int]:
    return handlers(change.obj, local_date(change.now))


def _lead_handlers(change: Change) -> list[int]:
    return handlers(change.obj.lead, local_date(change.now))


def register() -> None:
    """Register the message kinds of the table."""
    for name, words in _TO_DISPATCHER.items():
        _kind(name, _dispatchers, words)
    for name, words in _TO_UNIT.items():
        _kind(name, _handlers, words)
    register_label("handling.copied", "有答复函抄送给您")
    _kind("opined", _lead_handlers, "{unit}的会办意见到了：{title}")


def _kind(name: str, recipients: Callable[[Change], list[int]], words: str) -> None:
    def text(change: Change) -> str:
        said = _AT_ONCE if name == "extension_requested" and change.log.get("granted") else words
        return said.format(unit=change.obj.unit.name, title=change.obj.title)

    register_kind(f"handling.{name}", recipients=recipients, text=text)
