"""What the keys of the figures are called."""

from collections.abc import Iterable

from congress.models import Unit
from congress.selectors import region_names
from congress.states import chinese_number
from deputies.models import Delegation
from handling.registry import source
from proposals import states as proposal_states
from stats.counting import PLACE
from topics import states as topic_states
from voices import states

EVERYWHERE = "各地合计"
HERE = "本级"


def place_name(code: str) -> str:
    """诸城市; the whole site has no name of its own."""
    if not code:
        return EVERYWHERE
    return region_names([code]).get(code) or code


def labels(kind: str, dimension: str, keys: Iterable[str]) -> dict[str, str]:
    """The keys of one dimension in words, in one query or none."""
    wanted = list(keys)
    if dimension == PLACE:
        names = region_names(wanted)
        return {key: names.get(key, key) or HERE for key in wanted}
    if dimension == "unit":
        rows = Unit.objects.filter(code__in=wanted).values_list("code", "short_name", "name")
        names = {code: short or name for code, short, name in rows}
        return {key: names.get(key, key) for key in wanted}
    if dimension == "session":
        return {key: _session(key) for key in wanted}
    if dimension == "group":
        names = dict(Delegation.objects.filter(code__in=wanted).values_list("code", "name"))
        return {key: names.get(key, key) for key in wanted}
    known = _WORDS.get((kind, dimension), {})
    return {key: known.get(key) or _source(key) for key in wanted}


def _source(key: str) -> str:
    found = source(key)
    return found.label if found else key


def _session(key: str) -> str:
    """19-5-session: 十九届五次会议 · 大会期间; between sessions without its number."""
    term, number, series = key.split("-")
    words = f"{chinese_number(int(term))}届"
    words += f"{chinese_number(int(number))}次会议" if number else ""
    return f"{words} · {dict(proposal_states.SERIES).get(series, '')}"


_WORDS: dict[tuple[str, str], dict[str, str]] = {
    ("message", "category"): dict(states.KINDS),
    ("message", "source"): dict(states.CHANNELS),
    ("proposal", "category"): dict(proposal_states.CATEGORIES),
    ("proposal", "source"): proposal_states.SOURCES,
    ("topic", "source"): dict(topic_states.SOURCES),
}
