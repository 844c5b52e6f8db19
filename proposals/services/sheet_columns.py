"""The columns offices really use for a session's list of suggestions, going in and coming out."""

import re
from typing import Any, Final

from core.sheets import Column, to_choice, to_day, to_integer, to_text
from deputies.services.sheet_columns import to_names, to_term
from proposals import states

_SERIES: Final = {
    "大会期间": states.SESSION, "大会": states.SESSION, "会议期间": states.SESSION,
    "闭会期间": states.BETWEEN, "闭会": states.BETWEEN, "平时": states.BETWEEN,
}  # fmt: skip
_NUMBER = re.compile(r"\d+")


def to_number(cell: str) -> int:
    """12 out of 12, 第12号, 会字第12号 or 012."""
    found = _NUMBER.findall(cell)
    return to_integer(1, 99_999)(found[-1] if len(found) == 1 else cell)


COLUMNS: Final = (
    Column("number", "建议号", aliases=("编号", "序号", "案号", "建议编号"), parse=to_number),
    Column("congress", "人大", aliases=("人大名称", "所属人大"), parse=to_text(60)),
    Column("term", "届次", aliases=("届",), parse=to_term),
    Column("session", "会次", aliases=("次", "会议"), parse=to_number),
    Column("series", "提出时间", aliases=("类别", "大会闭会"), parse=to_choice(_SERIES)),
    Column(
        "title", "标题", required=True, aliases=("案由", "题目", "建议标题", "建议名称"),
        parse=to_text(80),
    ),
    Column("facts", "情况和问题", aliases=("存在问题", "事由"), parse=to_text(4000)),
    Column(
        "advice", "具体建议", required=True, aliases=("内容", "建议内容", "主要内容"),
        parse=to_text(4000),
    ),
    Column(
        "lead", "领衔代表", required=True, aliases=("提出人", "领衔人", "代表姓名", "第一提出人"),
        parse=to_text(40),
    ),
    Column("signers", "联名代表", aliases=("附议人", "联名人", "附议代表"), parse=to_names),
    Column("category", "分类", aliases=("类型", "内容分类"),
           parse=to_choice({label: code for code, label in states.CATEGORIES})),
    Column("submitted_on", "提出日期", aliases=("收到日期", "日期"), parse=to_day),
    Column("leads", "主办单位", aliases=("承办单位", "主办"), parse=to_names),
    Column("co", "会办单位", aliases=("协办单位", "会办", "协办"), parse=to_names),
    Column("note", "备注", parse=to_text(300)),
)  # fmt: skip
HEADER: Final = [column.label for column in COLUMNS]
EXAMPLE: Final[list[Any]] = [
    1, "", "第十九届", 5, "大会期间", "关于改善老旧小区电梯安全的建议（示例，导入前删去本行）",
    "老旧小区电梯使用年限长。", "一是补助更新。二是逐台评估。", "王小明", "李田、王港", "城乡建设",
    "2026-01-12", "住房和城乡建设局", "财政局", "",
]  # fmt: skip
EXPORTED: Final = [
    "编号", "建议号", "届", "会次", "提出时间", "标题", "分类", "来源", "领衔代表", "联名代表",
    "提出日期", "立案日期", "交办日期", "承办单位", "会办单位", "到期日", "状态", "办理结果",
    "答复类别", "结果评价",
]  # fmt: skip
