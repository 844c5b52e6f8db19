"""Whose figures a person may see."""

from typing import Any

PERMISSION = "stats.view_rate"


def places_of(user: Any) -> list[str]:
    """The places whose figures this person may see, the largest first; '' is everywhere."""
    if user.is_superuser:
        return [""]
    return sorted(user.region_prefixes(PERMISSION), key=lambda code: (len(code), code))
