"""Which rules a rulebook can hold, and one place's rules on one day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from congress.rules.tables import TABLES
from congress.states import Measure

PERIOD = (Measure.WORKING_DAYS, Measure.DAYS, Measure.MONTHS)


@dataclass(frozen=True)
class RuleKey:
    """One rule that the product knows: its words, its group and what it may hold."""

    label: str
    group: str
    measures: tuple[Measure, ...] = PERIOD
    choices: Mapping[str, str] = field(default_factory=dict)


def _flag(label: str, group: str) -> RuleKey:
    return RuleKey(label, group, (Measure.FLAG,))


def _text(label: str, group: str, **choices: str) -> RuleKey:
    return RuleKey(label, group, (Measure.TEXT,), choices)


def _table(label: str, group: str) -> RuleKey:
    return RuleKey(label, group, (Measure.JSON,))


MESSAGE, ORDER, REPLY, PUBLIC, OTHER = "群众留言", "交办与办理", "答复与评价", "公开", "提醒与统计"

KEYS: dict[str, RuleKey] = {
    "message_accept_within": RuleKey("代表受理期限", MESSAGE),
    "message_review_within": RuleKey("联络站审核期限", MESSAGE),
    "message_sign_within": RuleKey("承办单位签收留言期限", MESSAGE),
    "message_handle_within": RuleKey("承办单位办理留言期限", MESSAGE),
    "message_reply_within": RuleKey("联络站答复群众期限", MESSAGE),
    "message_feedback_within": RuleKey("群众评价期限", MESSAGE),
    "message_rehandle_within": RuleKey("不满意后重新办理期限", MESSAGE),
    "message_rounds_max": RuleKey("留言最多办理轮次", MESSAGE, (Measure.COUNT,)),
    "accept_notice_within": RuleKey("受理后告知代表期限", ORDER),
    "assign_within": RuleKey("闭会期间交办期限", ORDER),
    "assigned_by_chairpersons": _flag("由主任会议交办", ORDER),
    "order_sign_within": RuleKey("签收期限", ORDER),
    "order_return_within": RuleKey("申请退回期限", ORDER),
    "order_reassign_within": RuleKey("退回后重新交办期限", ORDER),
    "contact_required": _flag("必须联系代表", ORDER),
    "contact_within": RuleKey("联系代表期限", ORDER),
    "co_opinion_within": RuleKey("会办意见期限", ORDER),
    "co_opinion_redo_within": RuleKey("重提会办意见期限", ORDER),
    "short_track_within": RuleKey("快速办理期限", ORDER),
    "key_items_by_chairpersons": _flag("重点督办件由主任会议确定", ORDER),
    "reply_within": RuleKey("答复期限", REPLY),
    "reply_extended_to": RuleKey("延期后最长答复期限", REPLY),
    "reply_extension_consent": _flag("延期须经同意", REPLY),
    "reply_from": _text("答复期限起算", REPLY, assigned="交办之日", session_closed="闭会之日"),
    "joint_answer": _text(
        "联名建议答复谁",
        REPLY,
        lead="领衔代表",
        each="每位联名代表",
        each_or_lead="每位代表，或商领衔代表转复",
    ),
    "face_reply_first": _flag("以面复为主", REPLY),
    "reply_signed_by": _text(
        "答复由谁签发", REPLY, unit_head="单位负责人", principal_head="主要负责人"
    ),
    "reply_copies": _table("答复函抄送给谁", REPLY),
    "reply_letters": _table("答复类别与字母", REPLY),
    "feedback_within": RuleKey("代表反馈期限", REPLY),
    "feedback_unreturned_excluded": _flag("催后不反馈的不计入满意度", REPLY),
    "rehandle_within": RuleKey("不满意后重新办理期限（代表建议）", REPLY),
    "promise_feedback_within": RuleKey("承诺落实情况评价期限", REPLY),
    "publish_suggestion": _flag("公开建议内容和答复", PUBLIC),
    "publish_feedback": _flag("公开代表反馈", PUBLIC),
    "publish_report": _flag("公开办理情况报告", PUBLIC),
    "publish_within": RuleKey("答复后公开期限", PUBLIC),
    "deputy_may_object_publication": _flag("代表可以提出不宜公开", PUBLIC),
    "reminder_stages": _table("到期提醒的时间和对象", OTHER),
    "fulfilment_rates": _table("采用的落实率算法", OTHER),
    "score_weights": _table("量化测评各项满分", OTHER),
    "station_checklist": _text(
        "站点建设标准", OTHER, eight_four="八有四公开", six_four="六有四公开"
    ),
}


@dataclass(frozen=True)
class Duration:
    """A period with its legal basis: 3个月（依据《代表法》第51条）."""

    amount: int
    unit: Measure
    basis: str
    key: str = ""

    def __str__(self) -> str:
        return self.unit.say(self.amount)


@dataclass(frozen=True)
class Rule:
    """One rule in force, and the rulebook it was taken from."""

    key: str
    amount: int | None
    unit: Measure
    value: Any
    basis: str
    note: str = ""
    source: str = ""

    def __str__(self) -> str:
        if self.key in TABLES and self.unit is Measure.JSON:
            return TABLES[self.key].say(self.value)
        choices = KEYS[self.key].choices if self.key in KEYS else {}
        if self.unit is Measure.TEXT and self.value in choices:
            return choices[self.value]
        return self.unit.say(self.amount, self.value)


class RuleSet:
    """The rules of one place on one day, complete: what the place does not say is inherited."""

    def __init__(self, rules: Mapping[str, Rule]) -> None:
        self.rules = rules

    def rule(self, key: str) -> Rule:
        """Return one rule with basis and source; KeyError for a key the product lacks."""
        return self.rules[key]

    def duration(self, key: str) -> Duration:
        """Return a period. TypeError for a rule that is none."""
        rule = self.rules[key]
        if rule.amount is None or rule.unit not in PERIOD:
            raise TypeError(f"rule {key} is not a period")
        return Duration(rule.amount, rule.unit, rule.basis, key)

    def value(self, key: str) -> Any:
        """Return a flag, a text, a table or a count. TypeError for a period."""
        rule = self.rules[key]
        if rule.unit in PERIOD:
            raise TypeError(f"rule {key} is a period: ask for its duration")
        return rule.amount if rule.unit is Measure.COUNT else rule.value


def merge(layers: Iterable[Mapping[str, Rule]]) -> RuleSet:
    """Lay rulebooks over one another; of each rule the first that has it counts."""
    merged: dict[str, Rule] = {}
    for rules in layers:
        for key, rule in rules.items():
            merged.setdefault(key, rule)
    return RuleSet(merged)


def check_value(key: str, amount: int | None, unit: str, value: Any) -> str:
    """Return why this cannot be the content of that rule, in Chinese; empty when it can."""
    known = KEYS.get(key)
    if known is None:
        return "没有这条规则，请从列表中选择。"
    if unit not in known.measures:
        allowed = "、".join(Measure(m).label for m in known.measures)
        return f"“{known.label}”的单位应是：{allowed}。"
    if Measure(unit).is_amount:
        return _check_amount(amount, value)
    if amount is not None:
        return "这条规则填值，不填数量。"
    if unit == Measure.FLAG:
        return "" if isinstance(value, bool) else "请填 true（是）或 false（否）。"
    if unit == Measure.TEXT:
        return _check_choice(known, value)
    return TABLES[key].check(value)


def _check_amount(amount: int | None, value: Any) -> str:
    if value is not None:
        return "这条规则填数量，不填值。"
    if amount is None or not 1 <= amount <= 366:
        return "数量应是1到366之间的整数。"
    return ""


def _check_choice(known: RuleKey, value: Any) -> str:
    if isinstance(value, str) and value in known.choices:
        return ""
    return "请填：" + "，".join(f'"{code}"（{words}）' for code, words in known.choices.items())
