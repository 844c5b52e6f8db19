"""What the API reads. Apart from `core.api`: the settings name it while DRF is still loading."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework import exceptions
from rest_framework.parsers import JSONParser

from core.errors import InputInvalid
from core.middleware import BROKEN_CHARACTERS


class CleanJSONParser(JSONParser):
    """JSON without NUL and surrogates (PostgreSQL holds neither), and not nested to death."""

    def parse(self, *args: Any, **kwargs: Any) -> Any:
        try:
            parsed = super().parse(*args, **kwargs)
            _refuse_broken(parsed)
        except RecursionError as error:
            raise exceptions.ParseError from error
        return parsed


def _refuse_broken(value: Any) -> None:
    if isinstance(value, str) and BROKEN_CHARACTERS.search(value):
        message = "内容里有无法识别的字符（乱码），请删去后再试。"
        raise InputInvalid("text_broken", message)
    if isinstance(value, Mapping):
        for name, part in value.items():
            _refuse_broken(name)
            _refuse_broken(part)
    elif isinstance(value, list):
        for part in value:
            _refuse_broken(part)
