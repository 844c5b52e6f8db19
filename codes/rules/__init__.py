"""Pure rules of codes: tokens, check phrases, point codes, the drawing of a code."""

from codes.rules.phrases import check_phrase
from codes.rules.tokens import drawn_from, normal_token, point_code, point_prefix, random_token

__all__ = [
    "check_phrase", "drawn_from", "normal_token", "point_code", "point_prefix", "random_token",
]  # fmt: skip
