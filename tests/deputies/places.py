"""Rows that differ in everything a list might read one by one."""

from congress.models import Region


def village(place, n):
    """A community of its own, so that every row has another place."""
    code, town = f"{place.code}001{n + 100:03d}", f"{place.code}001"
    Region.objects.create(code=code, level="village", name=name_of(n), full_name=code,
                          parent_code=town)  # fmt: skip
    return code


def name_of(n):
    return "王" + chr(0x4E00 + n)
