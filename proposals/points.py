"""Pure readings of a text: is it one matter, and which answer belongs to which point."""

import re
from collections.abc import Sequence

_ORDINAL = re.compile(
    r"^\s*(?:[一二三四五六七八九十]+、|[（(][一二三四五六七八九十\d]+[）)]|\d+[.、])"
)
_SEVERAL = re.compile(r"以及|同时|[、和及与].*[、和及与]")
MOST_POINTS = 8


def looks_like_several(title: str, points: Sequence[str]) -> str:
    """一事一议: a hint when the title joins matters or the points are many; never a refusal."""
    if _SEVERAL.search(title):
        return "标题里像是有几件事。一事一议：不相关的，请分开提。"
    if len(points) > MOST_POINTS:
        return f"具体建议有{len(points)}条。都是同一件事的，可以并一并；不是的，请分开提。"
    return ""


def sections_of(text: str) -> list[str]:
    """A reply cut where it numbers its own parts; one piece when it does not."""
    found: list[list[str]] = []
    for line in text.splitlines():
        if not line.strip():
            continue
        if _ORDINAL.match(line) or not found:
            found.append([])
        found[-1].append(line.strip())
    return ["\n".join(lines) for lines in found]


def answered_points(points: Sequence[str], text: str) -> list[tuple[str, str]]:
    """Each point with its answer (逐条答复), or nothing when they do not match one to one."""
    parts = sections_of(text)
    numbered = [part for part in parts if _ORDINAL.match(part)]
    if len(points) < 2 or len(numbered) != len(points) or len(parts) - len(numbered) > 1:
        return []
    return list(zip(points, numbered, strict=True))


def changed_lines(before: str, after: str) -> list[tuple[str, str]]:
    """Two texts line by line: ("same" | "gone" | "new", line), in reading order."""
    old, new = before.splitlines(), after.splitlines()
    table = _common(old, new)
    found, i, j = [], 0, 0
    while i < len(old) or j < len(new):
        if i < len(old) and j < len(new) and old[i] == new[j]:
            found.append(("same", old[i]))
            i, j = i + 1, j + 1
        elif j == len(new) or (i < len(old) and table[i + 1][j] >= table[i][j + 1]):
            found.append(("gone", old[i]))
            i += 1
        else:
            found.append(("new", new[j]))
            j += 1
    return found


def _common(old: Sequence[str], new: Sequence[str]) -> list[list[int]]:
    """Length of the longest common run of lines from every pair of places on."""
    table = [[0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in range(len(old) - 1, -1, -1):
        for j in range(len(new) - 1, -1, -1):
            same = old[i] == new[j]
            table[i][j] = table[i + 1][j + 1] + 1 if same else max(table[i + 1][j], table[i][j + 1])
    return table
