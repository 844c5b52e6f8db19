"""Properties of tokens, phrases and drawn codes."""

import io
import random

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from codes.rules.phrases import PHRASES, check_phrase
from codes.rules.qr import QUIET, matrix, qr_png, qr_svg, runs
from codes.rules.tokens import ALPHABET, LENGTH, normal_token, point_code, random_token

CONFUSABLE = set("ilo01")


def test_alphabet_has_nothing_that_can_be_mistaken():
    assert not set(ALPHABET) & CONFUSABLE
    assert len(set(ALPHABET)) == len(ALPHABET) >= 31
    assert LENGTH >= 10


@given(st.randoms(use_true_random=False))
def test_every_token_is_a_token(rng):
    token = random_token(rng)
    assert normal_token(token) == normal_token(token.upper()) == token


@given(st.text(max_size=20))
def test_only_tokens_are_tokens(text):
    token = normal_token(text)
    assert token is None or (set(token) <= set(ALPHABET) and 10 <= len(token) <= 16)


def test_trap_15_a_hundred_thousand_tokens_are_all_different():
    assert len({random_token() for _ in range(100_000)}) == 100_000


def test_system_randomness_is_the_default():
    assert random_token(random.Random(1)) == random_token(random.Random(1))
    assert random_token() != random_token()


def test_phrases_are_many_different_and_four_common_characters():
    assert len(PHRASES) == len(set(PHRASES)) >= 400
    for phrase in PHRASES:
        assert len(phrase) == len(set(phrase)) == 4
        assert len(phrase.encode("gb2312")) == 8  # the most common characters only
    assert check_phrase() in PHRASES


def test_point_codes_are_readable():
    assert len(point_code("ZC")) == len("ZC-04173")


@settings(max_examples=30, deadline=None)
@given(st.text(ALPHABET, min_size=10, max_size=10))
def test_every_drawn_code_reads_back(token):
    url = f"https://rd.zhucheng.example/q/{token}/"
    rows = matrix(url)
    side = len(rows) + 2 * QUIET
    image = Image.new("L", (side, side), 255)
    for x, y, width in runs(rows):
        image.paste(0, (x + QUIET, y + QUIET, x + QUIET + width, y + QUIET + 1))
    found = zxingcpp.read_barcodes(image.resize((side * 4, side * 4), Image.Resampling.NEAREST))
    assert [code.text for code in found] == [url]
    assert found[0].ec_level == "Q"


def test_png_and_svg_of_one_code():
    url = "https://rd.zhucheng.example/q/abcdefghjk/"
    found = zxingcpp.read_barcodes(Image.open(io.BytesIO(qr_png(url))))
    assert [(code.text, code.ec_level) for code in found] == [(url, "Q")]
    svg = qr_svg(url)
    assert svg.count("<path") == 2
    assert "<script" not in svg
    assert "style=" not in svg


@pytest.mark.parametrize("damage", [0.10, 0.15])
def test_a_dirty_code_still_reads(damage):
    """Level Q restores a quarter of the code words; a stain in the corner must not matter."""
    url = "https://rd.zhucheng.example/q/abcdefghjk/"
    image = Image.open(io.BytesIO(qr_png(url, module=8))).convert("L")
    side = int((image.width**2 * damage) ** 0.5)
    image.paste(128, (image.width - side, image.width - side, image.width, image.width))
    assert [code.text for code in zxingcpp.read_barcodes(image)] == [url]
