"""A rule's content as people type it and read it: 是, 领衔代表, or a table as JSON."""

import json
from typing import Any

from congress.rules.rulebook import KEYS, Rule
from congress.states import Measure

YES, NO = ("是", "true", "1"), ("否", "false", "0")


def read_content(key: str, text: str) -> Any:
    """Turn what was typed for a flag, a choice or a table into the value.

    ValueError, with a Chinese sentence, when it cannot be one. Whether the value fits the rule
    is `check_value`'s question.
    """
    known, text = KEYS[key], text.strip()
    if Measure.FLAG in known.measures:
        if text.lower() in YES + NO:
            return text.lower() in YES
        raise ValueError("请填“是”或“否”。")
    if Measure.TEXT in known.measures:
        by_label = {label: code for code, label in known.choices.items()}
        if text in by_label or text in known.choices:
            return by_label.get(text, text)
        raise ValueError(f"请填其中之一：{'、'.join(by_label)}。")
    try:
        return json.loads(text)
    except ValueError as error:
        raise ValueError("这条规则填 JSON，请照系统默认值的写法修改。") from error


def write_content(rule: Rule) -> str:
    """Write a flag, a choice or a table the way `read_content` reads it."""
    if rule.unit is Measure.JSON:
        return json.dumps(rule.value, ensure_ascii=False)
    return str(rule)
