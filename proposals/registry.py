"""What upper and neighbouring apps tell this one: how a source is called and where it is read."""

from collections.abc import Callable
from dataclasses import dataclass

from proposals import states


@dataclass(frozen=True)
class Source:
    """Where a suggestion came from: `url(code)` is its desk page, empty when there is none."""

    kind: str
    label: str
    url: Callable[[str], str]


def _nowhere(code: str) -> str:
    return ""


_sources: dict[str, Source] = {
    kind: Source(kind, label, _nowhere) for kind, label in states.SOURCES.items()
}


def register_source(kind: str, label: str, url: Callable[[str], str] = _nowhere) -> None:
    """Name the page of one kind of source; `kind` is one of `states.SOURCES`, else ValueError."""
    if kind not in states.SOURCES:
        raise ValueError(f"unknown kind of source {kind}")
    _sources[kind] = Source(kind, label, url)


def source(kind: str) -> Source:
    return _sources[kind]
