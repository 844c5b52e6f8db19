"""The opening checklist (八有四公开, DOMAIN §4.1) and the other sets that places use.

Which set holds is the rulebook's `station_checklist`. An item that is to be public is never
ticked: it holds when the public page really shows it.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Item:
    """One item: its code, its words, what proves it; `shown` names the part of the public page."""

    code: str
    label: str
    proof: str
    shown: str = ""


ROSTER, PLAN, WORK, PLATFORM = "roster", "plan", "work", "platform"

_PUBLIC = (
    Item("public_roster", "公开代表信息", "公开页上有在任的驻站代表", ROSTER),
    Item("public_plan", "公开接待计划", "公开页上有今后的接待日", PLAN),
    Item("public_work", "公开工作情况", "公开页上有近一年的接待情况", WORK),
    Item("public_platform", "公开平台运行情况", "公开页上有在用的码和运行数字", PLATFORM),
)
_EIGHT = (
    Item("place", "有场所", "场所地址、面积，门牌照片"),
    Item("information", "有信息", "代表姓名、联系方式上墙的照片"),
    Item("rules", "有制度", "接待、受理、反馈制度的名称和日期"),
    Item("plan", "有计划", "本年度活动计划"),
    Item("files", "有档案", "接待登记、履职档案存放在哪里"),
    Item("material", "有资料", "学习资料、法律法规目录"),
    Item("equipment", "有设备", "桌椅、电脑、显示屏等"),
    Item("platform", "有信息化平台", "能登录本平台的设备和人员"),
)
_SIX = (
    Item("place", "有场所", "场所地址，门牌照片"),
    Item("sign", "有标识", "标识牌照片"),
    Item("people", "有人员", "站长、联络员的姓名"),
    Item("rules", "有制度", "制度的名称和日期"),
    Item("plan", "有计划", "本年度活动计划"),
    Item("files", "有台账", "接待登记存放在哪里"),
)
SETS: dict[str, tuple[str, tuple[Item, ...]]] = {
    "eight_four": ("八有四公开", _EIGHT + _PUBLIC),
    "six_four": ("六有四公开", _SIX + _PUBLIC),
}


def checklist_set(name: str) -> tuple[str, tuple[Item, ...]]:
    """Title and items of a set; the fullest one for a name nobody knows."""
    return SETS.get(name, SETS["eight_four"])
