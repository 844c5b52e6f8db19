"""Message kinds, and what a clock's object is called and who answers for it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from workflows.registry import Change


@dataclass(frozen=True)
class Kind:
    """One kind of notice sent on a transition."""

    name: str
    recipients: Callable[[Change], list[int]]
    text: Callable[[Change], str]
    resident: bool = False
    label: str = ""


@dataclass(frozen=True)
class Subject:
    """What reminders need to know about a type of object.

    `recipients(codes, audience, on)` gives account ids by object code, the audience being one of
    owner, station, office, leader; `titles(codes)` gives what the object is called;
    `url(code)` is its desk page.
    """

    object_type: str
    recipients: Callable[[list[str], str, date], dict[str, list[int]]]
    titles: Callable[[list[str]], dict[str, str]]
    url: Callable[[str], str]


_kinds: dict[str, Kind] = {}
_subjects: dict[str, Subject] = {}
_labels: dict[str, str] = {}
_phones: dict[str, Callable[[str], str | None]] = {}


def register_kind(
    name: str,
    *,
    recipients: Callable[[Change], list[int]],
    text: Callable[[Change], str],
    resident: bool = False,
    label: str = "",
) -> None:
    """Make `name` usable in a transition's `notify`.

    `label` is what channels outside may say of it: no word of a resident's.
    """
    _kinds[name] = Kind(name, recipients, text, resident, label)
    if label:
        _labels[name] = label


def register_label(name: str, label: str) -> None:
    """Name a kind that is sent by `services.notify` alone."""
    _labels[name] = label


def kind_label(name: str) -> str:
    return _labels.get(name, "有新消息")


def register_resident_phone(object_type: str, find: Callable[[str], str | None]) -> None:
    """Let text messages reach the resident behind an object: `find(code)` gives the phone that
    was left for it, or None. Asked only when SMS_BACKEND is set.
    """
    _phones[object_type] = find


def resident_phone(object_type: str, code: str) -> str | None:
    find = _phones.get(object_type)
    return find(code) if find else None


def kind(name: str) -> Kind:
    return _kinds[name]


def kind_known(name: str) -> bool:
    return name in _kinds


def register_subject(subject: Subject) -> None:
    """Let objects of this type have clocks and a link in the inbox."""
    _subjects[subject.object_type] = subject


def subject(object_type: str) -> Subject | None:
    return _subjects.get(object_type)
