"""Rounding, and what is printed where there is nothing to divide by."""

from decimal import Decimal

import pytest

from core.fractions import percent, words
from stats.definitions import RATES
from stats.kinds import KINDS


@pytest.mark.parametrize(
    ("numerator", "denominator", "printed"),
    [
        (755, 1034, "73.0%"), (690, 755, "91.4%"), (766, 1034, "74.1%"), (5298, 5375, "98.6%"),
        (33, 52, "63.5%"), (1, 3, "33.3%"), (2, 3, "66.7%"), (1, 8, "12.5%"), (0, 9, "0.0%"),
        (9, 9, "100.0%"), (9999, 10000, "99.99%"), (2999, 3000, "99.96%"), (1, 3000, "0.03%"),
        (1, 1_000_000, "0.01%"), (999_999, 1_000_000, "99.99%"),
    ],
)  # fmt: skip
def test_percent_is_printed_half_up_and_never_rounds_to_all_or_nothing(
    numerator, denominator, printed
):
    assert words(percent(numerator, denominator)) == printed


def test_trap_32_zero_denominator_is_a_dash():
    assert percent(0, 0) is None
    assert words(percent(0, 0)) == "—"


def test_mean_is_points_not_percent():
    assert percent(9157, 100, mean=True) == Decimal("91.6")
    assert words(percent(1803, 2, mean=True, per=10), mean=True) == "90.2分"


def test_every_rate_is_declared_whole():
    formulas = [rate.formula for rate in RATES.values()]
    assert len(formulas) == len(set(formulas))
    for rate in RATES.values():
        measures = KINDS[rate.kind].measures
        assert rate.numerator in measures, rate
        assert rate.denominator in measures, rate
        assert all([rate.how, rate.excluded, rate.source, rate.version]), rate
        assert not rate.beside or RATES[rate.beside].kind == rate.kind, rate


def test_trap_4_two_rates_never_bear_one_name():
    for kind in KINDS:
        names = [rate.name for rate in RATES.values() if rate.kind == kind]
        assert len(names) == len(set(names))
    strict, wide = RATES["message.satisfied"], RATES["message.content"]
    assert (strict.name, wide.name) == ("满意率（只算「满意」）", "满意率（含「基本满意」）")


def test_trap_20_closed_has_solved_beside_it():
    for kind in ("message", "proposal"):
        assert RATES[f"{kind}.closed"].beside == f"{kind}.solved"
        assert RATES[f"{kind}.solved"].beside == f"{kind}.closed"
