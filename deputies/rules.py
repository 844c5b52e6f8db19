"""Pure facts of the registers: quarters, search keys, how a term is written."""

import re
from datetime import date, timedelta
from functools import lru_cache

from pypinyin import Style, lazy_pinyin

from congress.states import chinese_number

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,19}")
_TERMS = {chinese_number(number): number for number in range(1, 100)}


def quarter_of(on: date) -> tuple[date, date]:
    """First and last day of the quarter a day lies in."""
    first = date(on.year, (on.month - 1) // 3 * 3 + 1, 1)
    following = (first + timedelta(days=100)).replace(day=1)
    return first, following - timedelta(days=1)


def quarter_words(on: date) -> str:
    """「2026年第三季度」."""
    return f"{on.year}年第{chinese_number((on.month - 1) // 3 + 1)}季度"


@lru_cache(maxsize=30_000)
def _initial_of(character: str) -> str:
    found = "".join(lazy_pinyin(character, style=Style.NORMAL))
    return found[:1].lower() if found else ""


def initials_of(name: str) -> str:
    """`wxm` for 王小明: what people type to find a name quickly."""
    return "".join(_initial_of(character) for character in name)[:40]


def term_number(text: str) -> int | None:
    """19 out of 19, 十九, 第十九届 or 第19届; None for anything else."""
    bare = text.removeprefix("第").removesuffix("届").strip()
    if re.fullmatch(r"[1-9]\d?", bare, re.ASCII):
        return int(bare)
    return _TERMS.get(bare)
