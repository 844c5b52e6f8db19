"""Sort keys: Chinese names in the order people look them up."""

from functools import lru_cache

from pypinyin import Style, lazy_pinyin

# Tones only break ties; the toneless key is what a person types and what the eye follows.
_LONGEST = 120


@lru_cache(maxsize=30_000)
def _of_character(character: str) -> str:
    return "".join(lazy_pinyin(character, style=Style.NORMAL))


def sort_key(name: str) -> str:
    """Return the pinyin a name is sorted by, lower case, one space between characters.

    Character by character: a whole province (62,000 names) takes a second, and a polyphone
    read the other way only moves a row within its list.
    """
    return " ".join(_of_character(c) for c in name).lower()[:_LONGEST]
