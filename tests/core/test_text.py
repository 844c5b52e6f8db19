"""Text hygiene: what goes in comes out clean, once and for all, or is refused in plain words."""

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputInvalid
from core.text import clean_text


def clean(raw, max_length=10_000, **more):
    return clean_text(raw, max_length=max_length, field="text", **more)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("  路灯坏了\r\n第二行\r第三行\u2028第四行 ", "路灯坏了\n第二行\n第三行\n第四行"),
        ("a\u0301", "á"),
        ("e\u200b\u0301", "é"),  # composed only after the zero width space is gone
        ("abc\u202edef\u2066g\u200eh\u061ci", "abcdefghi"),
        ("空\u200b白\ufeff\u2060\u00ad", "空白"),
        ("响\x07铃\x1b[0m\x7f\x9f", "响铃[0m"),
        ("\u3164\u2800", ""),
        ("一家👨\u200d👩\u200d👧好", "一家👨\u200d👩\u200d👧好"),
        ("❤\ufe0f\u200d🔥", "❤\ufe0f\u200d🔥"),
        ("a\u200db\u200d", "ab"),
        ("x\U000e0041\ufffe\ufdd0y", "xy"),
        ("留\t表", "留\t表"),
    ],
)
def test_clean_text_has_one_spelling(raw, expected):
    assert clean(raw) == expected


def test_clean_text_single_line_joins_lines():
    assert clean(" 密州\r\n街道\t 办 ", multiline=False) == "密州 街道 办"


@pytest.mark.parametrize("raw", ["a\0b", "\ud800", "x\udfff", "\ud83d\ude00"])
def test_clean_text_broken_characters_are_refused(raw):
    with pytest.raises(InputInvalid) as caught:
        clean(raw)
    assert caught.value.code == "text_broken"
    assert caught.value.fields == {"text": caught.value.message}
    assert "请" in caught.value.message


@pytest.mark.parametrize("raw", [None, 3, b"x", ["x"]])
def test_clean_text_refuses_what_is_no_text(raw):
    with pytest.raises(InputInvalid) as caught:
        clean(raw)
    assert caught.value.code == "text_expected"


def test_clean_text_over_length_says_how_much_to_cut():
    assert clean("字" * 20 + "\u200b" * 50, max_length=20) == "字" * 20
    with pytest.raises(InputInvalid) as caught:
        clean("字" * 23, max_length=20)
    assert caught.value.message == "最多写20个字，现在有23个字，请删去3个字。"
    assert caught.value.fields == {"text": caught.value.message}


def test_clean_text_drops_exactly_the_invisible_characters():
    """The written-out ranges against the categories of this Python's Unicode."""
    kept_formats = {"\t", "\n", "\u200d"}
    missed = [
        f"{code:04x}"
        for code in range(1, sys.maxunicode + 1)
        if unicodedata.category(chr(code)) in ("Cc", "Cf")
        and chr(code) not in kept_formats
        and clean(f"a{chr(code)}b").replace("\n", "") != "ab"
    ]
    assert missed == []


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_clean_text_twice_is_once(raw):
    once = clean(raw)
    assert clean(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert not set(once) & set("\r\u202e\u2066\u200b\ufeff")


@given(st.text(alphabet="👨👩❤\ufe0f\u200d🏽aé\u0301 \n"))
def test_clean_text_twice_is_once_with_joiners(raw):
    assert clean(clean(raw)) == clean(raw)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_clean_text_single_line_has_one_line(raw):
    once = clean(raw, multiline=False)
    assert "\n" not in once
    assert clean(once, multiline=False) == once
