"""Personal data inside free text: find it, mask it.

Used to *suggest* masks to a moderator and to keep such data out of public pages. Numbers with
check digits are verified (GB 11643 for identity numbers, Luhn for bank cards), so that a case
number is not taken for a person.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

_SEPARATORS = dict.fromkeys(map(ord, "\u3000\u00a0\u2002\u2003\u2009\t"), " ") | dict.fromkeys(
    map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d_\uff3f"), "-"
)
_HAN_DIGITS = {ord(c): str(d) for d, c in enumerate("零一二三四五六七八九")}
_HAN_DIGITS |= {ord("〇"): "0", ord("幺"): "1", 0xFF0E: ".", ord("＋"): "+"}
_FOLD = _SEPARATORS | _HAN_DIGITS | {ord("（"): "(", ord("）"): ")"}

_GAP = r"[ .\-]{0,2}"
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_LETTER = "[A-HJ-NP-Z]"
_MARK = "[A-HJ-NP-Z0-9]"

_ID_NUMBER = re.compile(rf"(?<!\d)(?=([1-9]{_GAP}(?:\d{_GAP}){{16}}[\dX])(?![\dA-Z]))")
_BANK_CARDS = [
    re.compile(rf"(?<!\d)(?=([1-9]{_GAP}(?:\d{_GAP}){{{n - 2}}}\d)(?!\d))")
    for n in (19, 18, 17, 16)
]
_MOBILE = re.compile(
    rf"(?<!\d)(?=((?:(?:\+|00)?86{_GAP})?1{_GAP}[3-9]{_GAP}(?:\d{_GAP}){{8}}\d)(?!\d))"
)
_LANDLINE = re.compile(
    rf"(?<!\d)(?=(\(?0{_GAP}(?:10|2\d|[3-9]\d\d)\)?{_GAP}[2-9]{_GAP}(?:\d{_GAP}){{5,6}}\d)(?!\d))"
)
# New-energy plates have one more place, with the energy letter in front or at the end.
_PLATE = re.compile(
    rf"(?=([{_PROVINCES}]{_LETTER}[·• .\-]?"
    rf"(?:[A-HJK]{_MARK}\d{{4}}|\d{{5}}[A-HJK]|{_MARK}{{4}}[A-HJ-NP-Z0-9学警挂港澳领使])"
    r")(?![A-Z0-9]))"
)


@dataclass(frozen=True, order=True)
class Span:
    """`text[start:end]` is personal data; kind is id_number, bank_card, phone or plate."""

    start: int
    end: int
    kind: str


def find_personal_spans(text: str) -> list[Span]:
    """All personal numbers in the text, in order, not overlapping; indexes are the text's own.

    Full-width and Chinese digits, and spaces, dots or dashes between digits, do not hide one.
    """
    folded = _folded(text)
    found: list[Span] = []
    for span in _candidates(folded):
        if all(span.end <= other.start or other.end <= span.start for other in found):
            found.append(span)
    return sorted(found)


def mask_personal(text: str) -> str:
    """The text with every personal number masked (138****1234). Masking twice changes nothing."""
    while spans := find_personal_spans(text):
        for span in reversed(spans):
            masked = _MASKS[span.kind](_folded(text[span.start : span.end]))
            text = text[: span.start] + masked + text[span.end :]
    return text


def mask_name(name: str) -> str:
    """张三丰 → 张**; a name of one character is hidden entirely."""
    name = name.strip()
    return "*" if len(name) == 1 else name[:1] + "*" * (len(name) - 1)


def mask_phone(phone: str) -> str:
    """13812341234 → 138****1234; of a shorter number only the last two digits stay."""
    digits = normalise_phone(phone)
    if len(digits) >= 11:
        return f"{digits[:3]}****{digits[-4:]}"
    return "*" * (len(digits) - 2) + digits[-2:] if len(digits) > 4 else "*" * len(digits)


def normalise_phone(phone: str) -> str:
    """Only the digits of a phone number, without the country's 86: one spelling per line."""
    digits = re.sub(r"\D", "", _folded(phone))
    return re.sub(r"^(?:00)?86(?=1\d{10}$|0\d{9,11}$)", "", digits)


def is_id_number(digits: str) -> bool:
    """GB 11643-1999: 17 digits with a possible birthday and the check character mod 11-2."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    if not re.fullmatch(r"[1-9]\d{16}[\dX]", digits, re.ASCII):
        return False
    try:
        born = date(int(digits[6:10]), int(digits[10:12]), int(digits[12:14]))
    except ValueError:
        return False
    total = sum(int(d) * w for d, w in zip(digits, weights, strict=False))
    return born.year >= 1900 and "10X98765432"[total % 11] == digits[17]


def is_bank_card(digits: str) -> bool:
    """16 to 19 digits whose last one is right by Luhn (ISO/IEC 7812-1)."""
    if not re.fullmatch(r"[1-9]\d{15,18}", digits, re.ASCII):
        return False
    doubled = [int(d) * 2 for d in digits[-2::-2]]
    return (sum(map(int, digits[-1::-2])) + sum(d - 9 if d > 9 else d for d in doubled)) % 10 == 0


def _candidates(folded: str) -> Iterator[Span]:
    """Most certain first: an identity number outranks a card, a card outranks a phone."""
    yield from _matches(_ID_NUMBER, folded, "id_number", is_id_number)
    for pattern in _BANK_CARDS:
        yield from _matches(pattern, folded, "bank_card", is_bank_card)
    yield from _matches(_MOBILE, folded, "phone")
    yield from _matches(_LANDLINE, folded, "phone")
    yield from _matches(_PLATE, folded, "plate", lambda plate: any(map(str.isdigit, plate)))


def _matches(
    pattern: re.Pattern[str],
    folded: str,
    kind: str,
    is_right: Callable[[str], bool] = lambda compact: True,
) -> Iterator[Span]:
    for match in pattern.finditer(folded):
        if is_right(re.sub(r"[^0-9A-Z]", "", match[1])):
            yield Span(match.start(1), match.end(1), kind)


def _folded(text: str) -> str:
    """The text with every digit, letter and separator in one spelling, position by position."""
    return "".join(map(_fold_char, text.translate(_FOLD)))


def _fold_char(char: str) -> str:
    if char.isascii():
        return char.upper()
    digit = unicodedata.digit(char, None)
    if digit is not None:
        return str(digit)
    if "\uff21" <= char <= "\uff3a" or "\uff41" <= char <= "\uff5a":  # full-width letters
        return unicodedata.normalize("NFKC", char).upper()
    return char


def _mask_number(folded: str, head: int, tail: int) -> str:
    compact = re.sub(r"[^0-9A-Z]", "", folded)
    return compact[:head] + "*" * (len(compact) - head - tail) + compact[len(compact) - tail :]


def _mask_plate(folded: str) -> str:
    compact = re.sub(r"[·• .\-]", "", folded)
    return compact[:2] + "*" * (len(compact) - 4) + compact[-2:]


_MASKS: dict[str, Callable[[str], str]] = {
    "id_number": lambda folded: _mask_number(folded, 3, 1),
    "bank_card": lambda folded: _mask_number(folded, 0, 4),
    "phone": mask_phone,
    "plate": _mask_plate,
}
