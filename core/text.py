"""Hygiene of typed text: one spelling of the same words, nothing invisible, no surprise."""

import re
import unicodedata

from core.errors import InputInvalid
from core.personal import Span, find_personal_spans, mask_name, mask_personal, mask_phone

__all__ = [
    "Span",
    "clean_text",
    "find_personal_spans",
    "mask_name",
    "mask_personal",
    "mask_phone",
]

_BROKEN = re.compile("[\0\ud800-\udfff]")
_LINE_ENDS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_ZWJ = "\u200d"
_INVISIBLE = re.compile(
    "["
    "\x01-\x08\x0b-\x1f\x7f-\x9f"  # Cc: controls, but for tab and line feed
    "\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e"  # Cf: bidi marks, zero width
    "\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e007f"  # tags: text that only machines read
    "\u115f\u1160\u3164\uffa0\u2800"  # letters without ink, which make an empty text look filled
    "\ufdd0-\ufdef"  # noncharacters: no XML file (xlsx, docx) can hold them
    + "".join(chr(plane * 0x10000 + low) for plane in range(17) for low in (0xFFFE, 0xFFFF))
    + "]"
)
_EMOJI = "\u2190-\u2bff\u3030\u303d\U0001f000-\U0001faff"
_LONE_ZWJ = re.compile(f"(?<![{_EMOJI}\ufe0f]){_ZWJ}|{_ZWJ}(?![{_EMOJI}])")


def clean_text(raw: str, *, max_length: int, field: str, multiline: bool = True) -> str:
    """The text in NFC with plain line ends and without control, bidi and zero-width characters.

    Leading and trailing white space goes; a single-line text loses its line breaks too. The
    joiner inside an emoji stays. Cleaning twice changes nothing more. Raises InputInvalid for
    NUL, broken characters, more than `max_length` characters, or something that is no text.
    """
    if not isinstance(raw, str):
        raise _invalid(field, "text_expected", "这里要填文字，请重新输入。")
    if _BROKEN.search(raw):
        raise _invalid(
            field, "text_broken", "文字里混进了无法保存的字符，请删去乱码，或者重新手打一遍。"
        )
    text = _LINE_ENDS.sub("\n", raw)
    if not multiline:
        text = " ".join(text.split())
    text = _LONE_ZWJ.sub("", _INVISIBLE.sub("", text))
    text = unicodedata.normalize("NFC", text).strip()
    if len(text) > max_length:
        raise _invalid(
            field,
            "text_too_long",
            f"最多写{max_length}个字，现在有{len(text)}个字，请删去{len(text) - max_length}个字。",
        )
    return text


def _invalid(field: str, code: str, message: str) -> InputInvalid:
    return InputInvalid(code, message, {field: message})
