"""What an official division code and name tell: level, parent, kind."""

from congress.states import CODE_LENGTHS, RegionKind, RegionLevel

LENGTHS = sorted(CODE_LENGTHS)
MUNICIPALITIES = ("11", "12", "31", "50")

# By the name's ending; the first that fits wins, so the longer endings stand first.
_ENDINGS: dict[RegionLevel, tuple[tuple[str, RegionKind], ...]] = {
    RegionLevel.PROVINCE: (("自治区", RegionKind.AUTONOMOUS), ("省", RegionKind.PROVINCE)),
    RegionLevel.CITY: (
        ("自治州", RegionKind.PREFECTURE),
        ("盟", RegionKind.PREFECTURE),
        ("地区", RegionKind.PREFECTURE),
        ("市", RegionKind.CITY),
    ),
    RegionLevel.COUNTY: (
        ("开发区", RegionKind.ZONE),
        ("高新区", RegionKind.ZONE),
        ("园区", RegionKind.ZONE),
        ("市", RegionKind.COUNTY_CITY),
        ("县", RegionKind.COUNTY),
        ("旗", RegionKind.COUNTY),
        ("区", RegionKind.DISTRICT),
    ),
    RegionLevel.TOWN: (
        ("街道办事处", RegionKind.STREET),
        ("街道", RegionKind.STREET),
        ("镇", RegionKind.TOWN),
        ("苏木", RegionKind.TOWNSHIP),
        ("乡", RegionKind.TOWNSHIP),
    ),
    RegionLevel.VILLAGE: (
        ("社区居民委员会", RegionKind.COMMUNITY),
        ("社区居委会", RegionKind.COMMUNITY),
        ("社区", RegionKind.COMMUNITY),
        ("居民委员会", RegionKind.COMMUNITY),
        ("居委会", RegionKind.COMMUNITY),
        ("村民委员会", RegionKind.VILLAGE),
        ("村委会", RegionKind.VILLAGE),
        ("嘎查", RegionKind.VILLAGE),
        ("村", RegionKind.VILLAGE),
    ),
}


def level_of(code: str) -> RegionLevel | None:
    """Return the level a code's length stands for; None for any other length."""
    return CODE_LENGTHS.get(len(code)) if code.isascii() and code.isdigit() else None


def parent_code_of(code: str) -> str:
    """Return the code one level up, empty for a province."""
    shorter = [n for n in LENGTHS if n < len(code)]
    return code[: shorter[-1]] if shorter else ""


def prefixes_of(code: str) -> list[str]:
    """Return the codes of a region and all above it, nearest first; grids have 15 digits."""
    return [code[:n] for n in reversed(LENGTHS) if n <= len(code)]


def kind_of(code: str, name: str) -> RegionKind:
    """Tell a division's kind from its name; a zone (开发区) elects no congress.

    Zones and farms that the statistics count at town level end in neither 街道, 镇 nor 乡.
    """
    level = level_of(code)
    if level is RegionLevel.PROVINCE and code in MUNICIPALITIES:
        return RegionKind.MUNICIPALITY
    for ending, kind in _ENDINGS.get(level, ()) if level else ():
        if name.endswith(ending):
            return kind
    return RegionKind.ZONE if level is RegionLevel.TOWN else RegionKind.OTHER
