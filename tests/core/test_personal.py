"""Personal numbers in free text: found by their check digits, masked, and nothing else touched."""

import itertools

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.text import Span, find_personal_spans, mask_name, mask_personal, mask_phone

# Invented: the classical sample of GB 11643 and test numbers of the card schemes.
ID_NUMBER = "11010519491231002X"
CARD = "6222021234567890128"

FULL_WIDTH = "13812341234".translate({ord(d): ord(d) + 0xFEE0 for d in "0123456789"})


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("请打13812341234找我", [Span(2, 13, "phone")]),
        ("138-1234-1234", [Span(0, 13, "phone")]),
        ("138 1234 1234", [Span(0, 13, "phone")]),
        (FULL_WIDTH, [Span(0, 11, "phone")]),
        ("一三八一二三四一二三四", [Span(0, 11, "phone")]),
        ("+86 138.1234.1234", [Span(0, 17, "phone")]),
        ("0536-6062345", [Span(0, 12, "phone")]),
        ("（010）62345678", [Span(0, 13, "phone")]),
        (f"身份证{ID_NUMBER}。", [Span(3, 21, "id_number")]),
        ("110105 19491231 002x", [Span(0, 20, "id_number")]),
        (f"卡号{CARD}", [Span(2, 21, "bank_card")]),
        ("4111 1111 1111 1111", [Span(0, 19, "bank_card")]),
        ("车牌鲁G·12345违停", [Span(2, 10, "plate")]),
        ("鲁gd12345", [Span(0, 8, "plate")]),
        ("鲁G12345D", [Span(0, 8, "plate")]),
        ("京A1234警", [Span(0, 7, "plate")]),
        ("13812341234，13912341234", [Span(0, 11, "phone"), Span(12, 23, "phone")]),
    ],
)
def test_find_personal_spans_finds(text, spans):
    assert find_personal_spans(text) == spans


@pytest.mark.parametrize(
    "text",
    [
        "110105194912310021",  # wrong check character
        "11010519491331002X",  # month 13
        "12812341234",  # no mobile network begins with 12
        "2138123412340",  # a longer number
        "1381234123",
        "4111111111111112",  # Luhn wrong
        "1" * 40,
        "第3702期2026年11月21日共1234件",
        "鲁GABCDE",
        "鲁I12345",
        "3.1415926535",
        "",
    ],
)
def test_find_personal_spans_leaves_other_numbers(text):
    assert find_personal_spans(text) == []


def test_mask_personal_masks_each_kind():
    text = f"我138-1234-1234，{ID_NUMBER}，{CARD}，鲁G·12345，0536-6062345"
    assert mask_personal(text) == (
        "我138****1234，110**************X，***************0128，鲁G***45，053****2345"
    )


_PIECES = st.lists(
    st.one_of(
        st.sampled_from(
            ["13812341234", "138 1234 1234", ID_NUMBER, CARD, "鲁G12345", "+86", "0536-6062345"]
        ),
        st.text(alphabet="0123456789\uff10\uff11九〇 -.（)*鲁GXx\n", max_size=12),
        st.text(max_size=5),
    ),
    max_size=6,
).map("".join)


@given(_PIECES)
@example("13812341234138 1234 1234")
@example("1381 38123412341234")
def test_mask_personal_leaves_nothing_and_is_done_once(text):
    masked = mask_personal(text)
    assert find_personal_spans(masked) == []
    assert mask_personal(masked) == masked


@given(_PIECES)
def test_find_personal_spans_are_ordered_and_apart(text):
    spans = find_personal_spans(text)
    assert spans == sorted(spans)
    assert all(a.end <= b.start for a, b in itertools.pairwise(spans))
    assert all(0 <= s.start < s.end <= len(text) for s in spans)


def test_mask_personal_of_a_long_text_is_quick():
    """5,000 characters of digits and dashes: linear, no backtracking to death."""
    assert mask_personal("1-" * 50_000) == "1-" * 50_000


@pytest.mark.parametrize(
    ("name", "masked"), [("张三丰", "张**"), ("李", "*"), ("", ""), (" 王五 ", "王*")]
)
def test_mask_name(name, masked):
    assert mask_name(name) == masked


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("13812341234", "138****1234"),
        ("+86 138-1234-1234", "138****1234"),
        ("6062345", "*****45"),
        ("110", "***"),
        ("", ""),
    ],
)
def test_mask_phone(phone, masked):
    assert mask_phone(phone) == masked
