"""Pure rules of accounts: what a password must be like (等保 level 3) and where one may go next."""

import re
from typing import Any

from django.core.exceptions import ValidationError

CLASSES = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^A-Za-z0-9]")
CLASSES_NEEDED = 3
CLASSES_WORDS = "密码要包含大写字母、小写字母、数字、符号中的至少三类。"
NAME_WORDS = "密码里不能含有用户名，正着反着都不行。"


class ThreeClassesValidator:
    """Refuses a password with fewer than three of: small, capital, digit, other."""

    def validate(self, password: str, user: Any = None) -> None:
        if sum(bool(re.search(pattern, password)) for pattern in CLASSES) < CLASSES_NEEDED:
            raise ValidationError(CLASSES_WORDS, code="password_classes")

    def get_help_text(self) -> str:
        return CLASSES_WORDS


class NotTheNameValidator:
    """Refuses a password that holds the user name, forwards or backwards."""

    def validate(self, password: str, user: Any = None) -> None:
        name = str(getattr(user, "username", "") or "").casefold()
        folded = password.casefold()
        if len(name) >= 3 and (name in folded or name[::-1] in folded):
            raise ValidationError(NAME_WORDS, code="password_name")

    def get_help_text(self) -> str:
        return NAME_WORDS


def is_region_code(code: str) -> bool:
    """Whether the code is one of the official lengths: province 2 … village 12, grid 15."""
    return code.isascii() and code.isdigit() and len(code) in (2, 4, 6, 9, 12, 15)
