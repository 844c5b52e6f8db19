"""Rules whose content is a table: what it may hold, and how people read it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

REPLY_CODES = {
    "solved": "已解决或采纳",
    "in_progress": "正在解决",
    "planned": "列入计划",
    "not_now": "条件暂不具备",
    "not_feasible": "不能解决",
    "reference": "留作参考",
    "upper_level": "属上级职权",
}
AUDIENCES = {"owner": "经办人", "station": "联络站", "office": "人大机关", "leader": "负责人"}
SCORE_PARTS = {
    "communication": "沟通联系",
    "face_reply": "面复",
    "result": "落实效果",
    "follow_up": "跟踪反馈与续办续复",
}
COPIES = {
    "office": "人大代表工作机构",
    "through": "负责转交的单位",
    "cosigners": "其他联名代表",
    "co_units": "会办单位",
}
RATES = {"v1": "按答复类别计算", "v2": "按代表打分计算"}


@dataclass(frozen=True)
class Table:
    """`check` gives the reason why a value does not fit, empty when it does; `say` its words."""

    check: Callable[[Any], str]
    say: Callable[[Any], str]


def _check_letters(value: Any) -> str:
    good = isinstance(value, dict) and set(value) == set(REPLY_CODES)
    if good and all(isinstance(v, str) and 1 <= len(v) <= 2 for v in value.values()):
        return ""
    return "每个答复类别都要对应一个字母：" + "、".join(REPLY_CODES) + "。"


def _say_letters(value: Any) -> str:
    letters: dict[str, list[str]] = {}
    for code, words in REPLY_CODES.items():
        letters.setdefault(value[code], []).append(words)
    return "；".join(f"{letter}：{'、'.join(words)}" for letter, words in sorted(letters.items()))


def _check_stages(value: Any) -> str:
    remedy = '每项写成 {"offset": -3, "to": ["owner"]}；to 可用 ' + "、".join(AUDIENCES) + "。"
    if not isinstance(value, list) or not value:
        return remedy
    return "" if all(_is_stage(stage) for stage in value) else remedy


def _is_stage(stage: Any) -> bool:
    if not isinstance(stage, dict) or set(stage) != {"offset", "to"}:
        return False
    offset, people = stage["offset"], stage["to"]
    if isinstance(offset, bool) or not isinstance(offset, int) or abs(offset) > 60:
        return False
    return isinstance(people, list) and bool(people) and all(p in AUDIENCES for p in people)


def _say_stages(value: Any) -> str:
    return "；".join(
        f"{_say_offset(stage['offset'])}提醒{'、'.join(AUDIENCES[p] for p in stage['to'])}"
        for stage in sorted(value, key=lambda stage: int(stage["offset"]))
    )


def _say_offset(offset: int) -> str:
    if offset == 0:
        return "到期当天"
    return f"到期{'前' if offset < 0 else '后'}{abs(offset)}个工作日"


def _check_rates(value: Any) -> str:
    if isinstance(value, list) and value and all(v in ("v1", "v2") for v in value):
        return ""
    return '请填 ["v1"]、["v2"] 或 ["v1", "v2"]。'


def _say_rates(value: Any) -> str:
    return "、".join(RATES[code] for code in value)


def _check_weights(value: Any) -> str:
    good = isinstance(value, dict) and set(value) == set(SCORE_PARTS)
    if good and all(type(v) is int and 0 <= v <= 100 for v in value.values()):
        return "" if sum(value.values()) == 100 else "各项满分加起来应是100分。"
    return "每一项都要有满分：" + "、".join(SCORE_PARTS) + "。"


def _say_weights(value: Any) -> str:
    return "，".join(f"{words}{value[part]}分" for part, words in SCORE_PARTS.items())


def _check_copies(value: Any) -> str:
    if isinstance(value, list) and all(one in COPIES for one in value):
        return ""
    return "请列出抄送给谁，可以是：" + "、".join(COPIES) + "；都不抄送填 []。"


def _say_copies(value: Any) -> str:
    return "、".join(COPIES[one] for one in value) or "不抄送"


TABLES = {
    "reply_copies": Table(_check_copies, _say_copies),
    "score_weights": Table(_check_weights, _say_weights),
    "reply_letters": Table(_check_letters, _say_letters),
    "reminder_stages": Table(_check_stages, _say_stages),
    "fulfilment_rates": Table(_check_rates, _say_rates),
}
