"""What to call a group of texts: a short clause people really said, else its telling words."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence

import rjieba

LOOKED_AT = 600  # texts of a group that are read for its name: the nearest to its middle
LONGEST, SHORTEST = 12, 4
_CLAUSE = re.compile(r"[^一-鿿A-Za-z0-9]+")
_LEAD = re.compile(
    r"^(?:(?:我们?|大家|咱们?|村里|希望|建议|请|能不能|能否|最好|尽快|应该|可以|要|把|在|就|还|也|都|又)+)"
)
_NO_NAME = re.compile(r"[0-9]|先生|女士|大爷|大妈|阿姨|电话|微信|家住|我|你|他|她")
_EMPTY = frozenset(
    [
        "我们",
        "你们",
        "他们",
        "大家",
        "这个",
        "那个",
        "这里",
        "那里",
        "这边",
        "那边",
        "这样",
        "现在",
        "已经",
        "因为",
        "所以",
        "但是",
        "如果",
        "还有",
        "就是",
        "没有",
        "不是",
        "可以",
        "能够",
        "应该",
        "需要",
        "希望",
        "建议",
        "请求",
        "解决",
        "问题",
        "情况",
        "时候",
        "有些",
        "一些",
        "一个",
        "一下",
        "一点",
        "很多",
        "非常",
        "特别",
        "比较",
        "经常",
        "每天",
        "有关",
        "相关",
        "部门",
        "领导",
        "政府",
        "关注",
        "尽快",
        "及时",
        "加强",
        "进行",
        "方面",
        "什么",
        "怎么",
        "真的",
        "感觉",
        "觉得",
        "知道",
        "出来",
        "起来",
        "时间",
        "地方",
        "东西",
        "事情",
        "反映",
        "谢谢",
    ]
)


def name_groups(groups: Sequence[Sequence[str]], *, ask: str = "") -> list[str]:
    """A name for each group, none twice. Texts nearest the middle come first."""
    read = [[_words(text) for text in group[:LOOKED_AT]] for group in groups]
    shares = [_shares(texts) for texts in read]
    asked = _words(ask)
    names: list[str] = []
    for place, group in enumerate(groups):
        telling = _telling(shares, place, asked)
        name = _clause(group[:LOOKED_AT], telling) or "、".join(_best(telling, 3)) or "其他说法"
        names.append(_once(name, names, telling))
    return names


def _words(text: str) -> set[str]:
    return {word for word in rjieba.cut(text) if len(word) > 1 and word not in _EMPTY}


def _shares(texts: Sequence[set[str]]) -> dict[str, float]:
    counts = Counter(word for words in texts for word in words)
    return {word: count / max(1, len(texts)) for word, count in counts.items()}


def _telling(shares: Sequence[dict[str, float]], place: int, asked: set[str]) -> dict[str, float]:
    """How much a word says of this group and not of the others."""
    found = {}
    for word, share in shares[place].items():
        if share < 0.04 or word in asked or not _CLAUSE.sub("", word) or word.isascii():
            continue
        others = [other.get(word, 0.0) for n, other in enumerate(shares) if n != place]
        elsewhere = max(others, default=0.0) * 0.5 + sum(others) / max(1, len(others)) * 0.5
        weight = share * math.log((share + 0.01) / (elsewhere + 0.01))
        if weight > 0:
            found[word] = weight
    return found


def _best(telling: dict[str, float], count: int) -> list[str]:
    chosen: list[str] = []
    for word in sorted(telling, key=lambda one: (-telling[one], one)):
        if len(chosen) < count and not any(word in one or one in word for one in chosen):
            chosen.append(word)
    return chosen


def _clause(texts: Sequence[str], telling: dict[str, float]) -> str:
    """The short run of words with the most telling ones; said by many where equal."""
    best = _best(telling, 1)
    if not best:
        return ""
    said: Counter[tuple[str, ...]] = Counter()
    ends: Counter[tuple[str, ...]] = Counter()
    for text in texts:
        for clause in _CLAUSE.split(text):
            if best[0] in clause:
                words = rjieba.cut(_LEAD.sub("", clause))
                said.update(set(_runs(words)))
                ends.update({run for run in _runs(words) if run[-1] == words[-1]})
    few = max(2, len(texts) // 100)
    scored = [
        (_score(run, count, ends[run], telling), "".join(run))
        for run, count in said.items()
        if count >= few and best[0] in "".join(run)
    ]
    return max(scored, key=lambda one: (one[0], -len(one[1]), one[1]))[1] if scored else ""


def _runs(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Neighbouring words that make four to twelve characters."""
    for begin in range(len(words)):
        length = 0
        for end in range(begin, len(words)):
            length += len(words[end])
            if length > LONGEST:
                break
            if length >= SHORTEST and not _NO_NAME.search("".join(words[begin : end + 1])):
                yield tuple(words[begin : end + 1])


def _score(run: Sequence[str], count: int, ends: int, telling: dict[str, float]) -> float:
    """Telling words for it, idle ones against it; better said often and to the end of a clause."""
    known = sum(telling.get(word, 0.0) for word in set(run))
    idle = sum(1 for word in run if word not in telling)
    return known * (1 + 0.15 * math.log(count) + 0.3 * ends / count) / (1 + 0.2 * idle)


def _once(name: str, taken: Sequence[str], telling: dict[str, float]) -> str:
    """The name, with a telling word more where it is taken."""
    for word in _best(telling, 6):
        if name not in taken:
            return name
        name = name if word in name else f"{name}（{word}）"
    number = 2
    base = name
    while name in taken:
        name = f"{base} {number}"
        number += 1
    return name
