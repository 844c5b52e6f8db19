"""What a poster is drawn of, as PDF operators; millimetres from the upper left corner."""

from codes.rules.qr import QUIET, matrix, runs

POINT = 72 / 25.4  # one millimetre
WIDTH, HEIGHT = 148.0, 210.0  # A5
INK, GREY, RED, GOLD, EDGE = "#23211E", "#57534C", "#B4232A", "#C9B27C", "#7D6B33"


def colour(code: str, *, stroke: bool = False) -> str:
    parts = " ".join(f"{int(code[n : n + 2], 16) / 255:.3f}" for n in (1, 3, 5))
    return f"{parts} {'RG' if stroke else 'rg'}"


def number(value: float) -> str:
    return f"{value * POINT:.2f}"


def rectangle(x: float, y: float, width: float, height: float, shade: str) -> str:
    corner = f"{number(x)} {number(HEIGHT - y - height)}"
    return f"{colour(shade)} {corner} {number(width)} {number(height)} re f"


def frame(
    x: float, y: float, width: float, height: float, radius: float, shade: str, line: float
) -> str:
    """A frame with round corners."""
    left, right, top, bottom = x, x + width, HEIGHT - y, HEIGHT - y - height
    bend = radius * 0.4477  # what is left of the radius beside the Bézier handle
    points = [
        (left + radius, top, "m"), (right - radius, top, "l"),
        (right - bend, top, right, top - bend, right, top - radius, "c"),
        (right, bottom + radius, "l"),
        (right, bottom + bend, right - bend, bottom, right - radius, bottom, "c"),
        (left + radius, bottom, "l"),
        (left + bend, bottom, left, bottom + bend, left, bottom + radius, "c"),
        (left, top - radius, "l"),
        (left, top - bend, left + bend, top, left + radius, top, "c"),
    ]  # fmt: skip
    path = " ".join(
        " ".join(n if isinstance(n, str) else number(n) for n in point) for point in points
    )
    return f"{colour(shade, stroke=True)} {number(line)} w {path} s"


def squares(x: float, y: float, width: float, height: float) -> str:
    """The four ruled squares of the check phrase."""
    top, bottom = number(HEIGHT - y), number(HEIGHT - y - height)
    lines = " ".join(
        f"{number(x + n * width)} {top} m {number(x + n * width)} {bottom} l S" for n in (1, 2, 3)
    )
    return f"{frame(x, y, 4 * width, height, 1.1, EDGE, 0.3)} {lines}"


def code_path(text: str, x: float, y: float, side: float) -> str:
    """The code as one path of dark runs; the quiet zone is left clear inside `side`."""
    rows = matrix(text)
    module = side / (len(rows) + 2 * QUIET) * POINT
    left, top = (x * POINT) + QUIET * module, (HEIGHT - y) * POINT - QUIET * module
    path = "".join(f"{x} {y} {width} 1 re\n" for x, y, width in runs(rows))
    return f"q {colour(INK)} {module:.4f} 0 0 -{module:.4f} {left:.3f} {top:.3f} cm\n{path}f Q"


def mark() -> str:
    """「回」字泡, 24 units on a side, 8.7 mm wide; even-odd, as in mark.svg."""
    scale = 8.7 / 24 * POINT
    left, top = 12.1 * POINT, (HEIGHT - 11.2) * POINT
    path = (
        "6.5 1 m 17.5 1 l 19.43 1 21 2.57 21 4.5 c 21 15.5 l 21 17.43 19.43 19 17.5 19 c"
        " 11 19 l 6 23.5 l 6 19 l 4.35 18.85 3 17.33 3 15.5 c 3 4.5 l 3 2.57 4.57 1 6.5 1 c h"
        " 7 4 m 6.45 4 6 4.45 6 5 c 6 15 l 6 15.55 6.45 16 7 16 c 17 16 l"
        " 17.55 16 18 15.55 18 15 c 18 5 l 18 4.45 17.55 4 17 4 c h"
        " 9.5 6.5 m 14.5 6.5 l 15.05 6.5 15.5 6.95 15.5 7.5 c 15.5 12.5 l"
        " 15.5 13.05 15.05 13.5 14.5 13.5 c 9.5 13.5 l 8.95 13.5 8.5 13.05 8.5 12.5 c"
        " 8.5 7.5 l 8.5 6.95 8.95 6.5 9.5 6.5 c h"
    )
    return f"q {colour(RED)} {scale:.4f} 0 0 -{scale:.4f} {left:.3f} {top:.3f} cm {path} f* Q"
