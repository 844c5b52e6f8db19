"""What a grant's scope code means: filled by the apps that own the things (in their `apps.py`)."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """One thing a grant can name: its code, its words, and the region it is managed in."""

    code: str
    label: str
    region_code: str


@dataclass(frozen=True)
class Scope:
    """A kind of scope. `find(code)` gives the place or None; `search(text, prefixes)` the first
    twenty whose name or code matches, inside the division-code prefixes.
    """

    kind: str
    find: Callable[[str], Place | None]
    search: Callable[[str, list[str]], list[Place]]


_scopes: dict[str, Scope] = {}


def register_scope(
    kind: str,
    *,
    find: Callable[[str], Place | None],
    search: Callable[[str, list[str]], list[Place]],
) -> None:
    """Let grants of this kind (`Grant.SCOPE_KINDS`) be chosen by name and checked."""
    _scopes[kind] = Scope(kind, find, search)


def scope(kind: str) -> Scope | None:
    return _scopes.get(kind)
