"""Tokens in printed addresses and the numbers of the points where they hang."""

import random
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

# No i, l, o, 0, 1: a person who types the short address from a poster cannot mistake them.
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
LENGTH = 10  # 31**10 is 49 bits: a million codes leave a guess one chance in 800 million
POINT_DIGITS = 5

_TOKEN = re.compile(f"[{ALPHABET}]{{{LENGTH},16}}")
_SYSTEM = secrets.SystemRandom()
_source: ContextVar[random.Random] = ContextVar("source of tokens", default=_SYSTEM)


@contextmanager
def drawn_from(rng: random.Random) -> Iterator[None]:
    """Demo data only: codes that a step issues by itself are the same in every seeding."""
    kept = _source.set(rng)
    try:
        yield
    finally:
        _source.reset(kept)


def random_token(rng: random.Random | None = None) -> str:
    """A new token. `rng` is for demo data only; without it the system's randomness is used."""
    return "".join((rng or _source.get()).choices(ALPHABET, k=LENGTH))


def normal_token(typed: str) -> str | None:
    """The token a typed address means (capitals are forgiven), or None for what can be none."""
    token = typed.lower()
    return token if _TOKEN.fullmatch(token) else None


def point_prefix(pinyin: str, region_code: str) -> str:
    """ZC for 诸城市 (「zhu cheng shi」), so that people can say it; else the division code.

    The word for the kind of division (市, 区, 县) is left out.
    """
    initials = "".join(word[0] for word in pinyin.split()[:-1] if word[0].isalpha()).upper()
    return initials[:4] if len(initials) > 1 else region_code[:6]


def point_code(prefix: str, rng: random.Random | None = None) -> str:
    """A point's number, like ZC-04173: random, so it does not tell how many there are."""
    return f"{prefix}-{(rng or _source.get()).randrange(10**POINT_DIGITS):0{POINT_DIGITS}d}"
