"""The columns of the deputies' sheet: the same going in and coming out."""

import gc
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from core.personal import find_personal_spans
from core.sheets import (
    CellWrong,
    Column,
    ImportReport,
    to_choice,
    to_day,
    to_phone,
    to_text,
)
from deputies.rules import CODE, term_number
from deputies.states import SEAT_STATES

_SPACE_IN_NAME = re.compile(r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])")
_NAME = re.compile(r"[^\W\d_]+(?:[·•. '’-][^\W\d_]+)*")
_SEPARATORS = re.compile(r"[、，,;；/\n]+")


@dataclass(frozen=True)
class RegisterReport(ImportReport):
    """What an import of a register found, and what it does (or would do) when all is right."""

    added: int = 0
    changed: int = 0
    notes: list[str] = field(default_factory=list)

    def as_text(self) -> str:
        text = super().as_text()
        if not self.ok:
            return text
        same = self.rows - self.added - self.changed
        sums = f"新增{self.added}行，修改{self.changed}行，{same}行没有变化。"
        return "\n".join([text, sums, *self.notes])

    def as_json(self) -> str:
        body = json.loads(super().as_json())
        more = {"added": self.added, "changed": self.changed, "notes": self.notes}
        return json.dumps(body | more, ensure_ascii=False)


@contextmanager
def collector_paused() -> Iterator[None]:
    """No garbage collection meanwhile: it walks 50,000 fresh rows again and again for nothing.

    Halves the time of an import; what has no cycles is freed all the same.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def to_code(cell: str) -> str:
    if not CODE.fullmatch(cell):
        raise CellWrong("不是代表编号", "用20个以内的字母、数字和短横；新代表可以留空")
    return cell


def to_name(cell: str) -> str:
    """A person's name; the space that lists put into 王　伟 is taken out."""
    name = _SPACE_IN_NAME.sub("", cell)
    if not 2 <= len(name) <= 40:
        raise CellWrong(f"有{len(name)}个字，不像姓名", "写2到40个字的姓名")
    if not _NAME.fullmatch(name):
        raise CellWrong("姓名里有数字或符号", "只写姓名，职务写到“单位及职务”")
    return name


def to_term(cell: str) -> int:
    number = term_number(cell)
    if number is None:
        raise CellWrong("看不出是第几届", "写成“19”或“第十九届”")
    return number


def to_names(cell: str) -> list[str]:
    """Several names or codes in one cell, separated by 、，；/ or a line break."""
    return list(dict.fromkeys(part.strip() for part in _SEPARATORS.split(cell) if part.strip()))


def to_public_text(cell: str) -> str:
    """Text that everybody will read: no ID number, phone or bank card in it."""
    if len(cell) > 1000:
        raise CellWrong(f"有{len(cell)}个字，太长", "不超过1000个字")
    if find_personal_spans(cell):
        raise CellWrong("含有身份证号、手机号等个人信息", "删去这些内容，简介是公开的")
    return cell


STATE_WORDS: Final = {label: value for value, label in SEAT_STATES.items()}
COLUMNS: Final = (
    Column("code", "代表编号", aliases=("编号",), parse=to_code),
    Column("name", "姓名", required=True, aliases=("代表姓名",), parse=to_name),
    Column("gender", "性别", parse=to_choice({"男": "m", "女": "f"})),
    Column("region", "联系地区代码", aliases=("联系地区", "区划代码"), parse=to_text(60)),
    Column("congress", "人大", aliases=("所属人大", "人大名称"), parse=to_text(60)),
    Column("term", "届次", aliases=("届",), parse=to_term),
    Column(
        "district", "选区或选举单位", aliases=("原选区", "选区", "选举单位", "原选区（选举单位）"),
        parse=to_text(60),
    ),
    Column("delegation", "代表团", parse=to_text(60)),
    Column("certificate", "代表证号", parse=to_text(30)),
    Column("starts_on", "任职日期", aliases=("任职起始日期",), parse=to_day),
    Column("state", "资格", parse=to_choice(STATE_WORDS)),
    Column("occupation", "单位及职务", aliases=("工作单位及职务",), parse=to_text(80)),
    Column("office_phone", "公开联系电话", aliases=("公开电话",), parse=to_phone),
    Column("groups", "代表小组", parse=to_names),
    Column("studio", "云工作室", parse=to_text(60)),
    Column("introduction", "简介", parse=to_public_text),
)  # fmt: skip
HEADER: Final = [column.label for column in COLUMNS]
EXAMPLE: Final[list[Any]] = [
    "", "王小明（示例，导入前删去本行）", "男", "370782001", "诸城市", "第十九届", "第三选区",
    "密州代表团", "190001", "2022-01-15", "在任", "密州街道某某公司职工", "05366012345", "",
    "王小明代表工作室", "扎根社区二十年。",
]  # fmt: skip
