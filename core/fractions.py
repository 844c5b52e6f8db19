"""How a fraction is printed, the same in every report, page and command. No database here."""

from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

NONE = "—"  # a zero denominator: never 100 % (DOMAIN §7, trap 32)
TENTH, HUNDREDTH = Decimal("0.1"), Decimal("0.01")


def percent(
    numerator: int, denominator: int, *, mean: bool = False, per: int = 1
) -> Decimal | None:
    """The value as it is printed, or None for a zero denominator.

    One decimal, half up. What is not quite all is never printed as 100, what is not quite nothing
    never as 0: then with two decimals, cut off.
    """
    if not denominator:
        return None
    exact = Decimal(numerator) * (1 if mean else 100) / Decimal(denominator * per)
    rounded = exact.quantize(TENTH, ROUND_HALF_UP)
    if mean or not 0 < numerator < denominator or 0 < rounded < 100:
        return rounded
    return max(exact.quantize(HUNDREDTH, ROUND_DOWN), HUNDREDTH)


def words(value: Decimal | None, *, mean: bool = False) -> str:
    """「73.0%」, 「91.6分」, or 「—」."""
    return NONE if value is None else f"{value}{'分' if mean else '%'}"
