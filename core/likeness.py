"""How much two texts say the same: the share of neighbouring characters they have in common.

Chinese has no spaces between words, so pairs of characters stand for words. In memory, for a few
hundred rows at most; what is found by index uses `text_bigrams` in the database.
"""

from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")
MOST = 500  # characters that count; longer texts only begin to repeat themselves
FEWEST = 4  # pairs; shorter texts are like everything


def pairs_of(text: str) -> set[str]:
    """The pairs of neighbouring letters of a text, without spaces and punctuation."""
    letters = "".join(c for c in text[: 2 * MOST] if c.isalnum())[:MOST]
    return {letters[i : i + 2] for i in range(len(letters) - 1)}


def likeness(one: set[str], other: set[str]) -> float:
    """From 0 to 1: what they share, of the shorter one's pairs."""
    return len(one & other) / (min(len(one), len(other)) or 1)


def most_alike(
    rows: Iterable[T], text: str, words: Callable[[T], str], *, share: float, limit: int
) -> list[T]:
    """Of the rows those that share at least so much with the text, the likest first."""
    wanted = pairs_of(text)
    if len(wanted) < FEWEST:
        return []
    scored = [(likeness(wanted, pairs_of(words(row))), row) for row in rows]
    near = [pair for pair in scored if pair[0] >= share]
    near.sort(key=lambda pair: -pair[0])
    return [row for _, row in near[:limit]]
