"""Posters: one A5 page per code (or two on an A4 sheet), thousands in one file.

Drawn with plain PDF operators into fpdf2 pages: what is the same on every poster is encoded
once, a code is a path of dark runs. A page costs about half a millisecond of encoding beside the
code itself. Layout: look/13-poster. docs/decisions/0202.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from codes import registry
from codes.models import Code
from codes.registry import Target
from codes.rules.drawing import (
    GOLD,
    GREY,
    HEIGHT,
    INK,
    POINT,
    WIDTH,
    code_path,
    colour,
    frame,
    mark,
    number,
    rectangle,
    squares,
)
from codes.selectors import code_url, short_address
from congress.selectors import rulebook_for_region

FONTS = Path(__file__).resolve().parent / "fonts"
SIZES = ("A5", "A4")
MARGIN, MIDDLE = 12.0, WIDTH / 2
CODE_SIDE = 80.0  # with the quiet zone
SERIF, SANS = "serif", "sans"
UNKNOWN = "〓"  # 下駄: a character the font does not have
HEADLINES = {
    "deputy": "有话对代表说",
    "station": "有话到联络站说",
    "grid": "有话对代表说",
    "topic": "这件事，您怎么看",
}
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Poster:
    """The words of one poster."""

    url: str
    headline: str
    name: str
    words: str
    promise: str
    phrase: str
    address: str
    phone: str
    foot: str
    point: str


@dataclass
class Sheet:
    """A finished file: its bytes, how many posters, and whose names could not be set."""

    data: bytes = b""
    posters: int = 0
    missing: list[tuple[str, str]] = field(default_factory=list)  # label, characters
    skipped: list[str] = field(default_factory=list)  # point codes whose target is gone


def make_posters(
    codes: Iterable[Code], *, today: Any, size: str = "A5", progress: Progress | None = None
) -> Sheet:
    """The posters of these codes in one PDF. `progress(done, total)` is called now and then.

    Codes whose target no longer serves are left out and named in `skipped`.
    """
    if size not in SIZES:
        raise ValueError(f"size is one of {', '.join(SIZES)}")
    wanted = list(codes)
    sheet, page = Sheet(), _Pages(size)
    for done, (code, poster) in enumerate(_posters(wanted, today), 1):
        if poster is None:
            sheet.skipped.append(code.point_code)
        else:
            sheet.posters += 1
            lacking = page.add(poster)
            if lacking:
                sheet.missing.append((code.label, lacking))
        if progress and (done % 50 == 0 or done == len(wanted)):
            progress(done, len(wanted))
    sheet.data = page.finish() if sheet.posters else b""
    return sheet


def _posters(codes: list[Code], today: Any) -> Iterator[tuple[Code, Poster | None]]:
    targets: dict[tuple[str, str], Target] = {}
    for kind in {code.kind for code in codes}:
        found = registry.find_targets(kind, [c.target_code for c in codes if c.kind == kind])
        targets |= {(kind, key): target for key, target in found.items()}
    for code in codes:
        target = targets.get((code.kind, code.target_code))
        yield code, _poster(code, target, today) if target and target.serving else None


def _poster(code: Code, target: Target, today: Any) -> Poster:
    within = rulebook_for_region(target.region_code, today).duration("message_accept_within")
    return Poster(
        url=code_url(code),
        headline=HEADLINES.get(code.kind, HEADLINES["deputy"]),
        name=target.title,
        words=" · ".join(part for part in (target.subtitle, target.place) if part),
        promise=f"{within}内受理，办到哪一步，凭回执码都查得到",
        phrase=code.check_phrase,
        address=short_address(code),
        phone=target.phone or settings.SITE_PHONE,
        foot=" · ".join(target.facts)[:40],
        point=code.point_code,
    )


# --- drawing -----------------------------------------------------------------------------------


class _Pages:
    """The pages of one file. Coordinates in millimetres from the upper left corner of a poster."""

    def __init__(self, size: str) -> None:
        self.two = size == "A4"
        # Half a second and 30 MB that a web process needs only when it prints (decision 0202).
        from fpdf import FPDF

        page = (2 * WIDTH if self.two else WIDTH, HEIGHT)
        self.pdf = FPDF(unit="mm", format=page)
        self.pdf.set_auto_page_break(False)
        self.pdf.set_title(f"{settings.SITE_NAME} 海报")
        for name in (SERIF, SANS):
            self.pdf.add_font(name, fname=FONTS / f"{name}.woff")
        fonts: list[Any] = list(self.pdf.fonts.values())
        for font in fonts:
            font.ttfont.recalcBBoxes = False  # glyphs are copied as they are
        self.known = {name: frozenset(self._font(name).cmap) for name in (SERIF, SANS)}
        self.count = 0
        self.headlines: dict[str, str] = {}
        self.common = self._common()

    def add(self, poster: Poster) -> str:
        """Draw one more poster; returns the characters no font has."""
        left = self.two and self.count % 2 == 0
        if left or not self.two:
            self.pdf.add_page()
            for name in (SERIF, SANS):  # a space of each: both fonts belong to the page then
                self.pdf.set_font(name, size=10)
                self.pdf.text(0, 0, " ")
        self.count += 1
        shift = number(WIDTH) if self.two and not left else "0"
        lacking = self._lacking(poster)
        parts = [f"q 1 0 0 1 {shift} 0 cm", self.common, *self._parts(poster), "Q"]
        if left:
            parts.append(self._cut())
        self.pdf._out("\n".join(parts))
        return lacking

    def finish(self) -> bytes:
        return bytes(self.pdf.output())

    # --- what every poster has ---------------------------------------------------------------

    def _common(self) -> str:
        box = (WIDTH - CODE_SIDE) / 2
        real = f"网址是 {_domain()}，才是真的。"
        parts = [
            mark(),
            self._text(SERIF, 13, 24.2, 18.2, settings.SITE_NAME, INK),
            self._right(SANS, 9.4, WIDTH - MARGIN, 17.4, settings.SITE_OWNER, GREY),
            rectangle(MARGIN, 23.6, WIDTH - 2 * MARGIN, 0.75, GOLD),
            rectangle(MARGIN, 25.0, WIDTH - 2 * MARGIN, 0.25, GOLD),
            self._centre(SANS, 13, 54.6, "打开微信扫一扫，不用注册", GREY),
            frame(box, 60.6, CODE_SIDE, CODE_SIDE, 3, GOLD, 0.3),
            rectangle(MARGIN, 193.4, WIDTH - 2 * MARGIN, 0.25, GOLD),
            self._text(SANS, 11, 62.6, 173.6, "扫开后，页面上也有这四个字，", INK),
            self._left(SANS, 11, 62.6, 179.2, real, INK, WIDTH - 74.6, least=0.4),
            squares(14.2, 169.1, 11.1, 11.4),
        ]
        return "\n".join(parts)

    # --- what is this poster's own -----------------------------------------------------------

    def _parts(self, poster: Poster) -> Iterator[str]:
        yield self._headline(poster.headline)
        yield code_path(poster.url, (WIDTH - CODE_SIDE) / 2, 60.6, CODE_SIDE)
        yield from self._who(poster)
        for place, letter in enumerate(poster.phrase):
            middle = 14.2 + 11.1 * (place + 0.5)
            yield self._centre(SERIF, 20, 177.3, letter, INK, middle=middle)
        ways = f"扫不了码：打开 {poster.address}"
        if poster.phone:
            ways += f"，或打电话 {poster.phone}"
        yield self._centre(SANS, 10.5, 188.8, ways, GREY, width=WIDTH - 2 * MARGIN, least=0.4)
        point = f"点位 {poster.point}"
        room = WIDTH - 2 * MARGIN - self._width(SANS, 9.3, point) - 6
        yield self._left(SANS, 9.3, MARGIN, 199.7, poster.foot, GREY, room)
        yield self._right(SANS, 9.3, WIDTH - MARGIN, 199.7, point, GREY)

    def _headline(self, words: str) -> str:
        if words not in self.headlines:
            self.headlines[words] = self._centre(
                SERIF, 38, 45.4, words, INK, width=WIDTH - 2 * MARGIN
            )
        return self.headlines[words]

    def _who(self, poster: Poster) -> Iterator[str]:
        """Name and place on one line where they fit, else on two."""
        room, gap = WIDTH - 2 * MARGIN, 3.2
        face = self._face(poster.name)
        name, words = self._width(face, 19, poster.name), self._width(SANS, 12, poster.words)
        if name + gap + words <= room:
            left = (WIDTH - name - gap - words) / 2
            yield self._text(face, 19, left, 153, poster.name, INK)
            yield self._text(SANS, 12, left + name + gap, 152.8, poster.words, GREY)
            yield self._centre(SANS, 12, 161.2, poster.promise, INK, width=room)
            return
        yield self._centre(face, 19, 150.6, poster.name, INK, width=room)
        yield self._centre(SANS, 11.5, 157.2, poster.words, GREY, width=room)
        yield self._centre(SANS, 11, 163.4, poster.promise, INK, width=room)

    @staticmethod
    def _cut() -> str:
        """A fine line to cut along, between the two halves of a sheet."""
        return f"q 0.3 w [2 3] 0 d 0.6 G {number(WIDTH)} 0 m {number(WIDTH)} {number(HEIGHT)} l S Q"

    # --- text --------------------------------------------------------------------------------

    def _font(self, name: str) -> Any:
        return self.pdf.fonts[name]

    def _face(self, text: str) -> str:
        """Song for names; the plain face when Song lacks one of the characters."""
        return SERIF if all(ord(c) in self.known[SERIF] for c in text) else SANS

    def _lacking(self, poster: Poster) -> str:
        own = poster.name + poster.words + poster.foot + poster.phrase + poster.phone
        return "".join(dict.fromkeys(c for c in own if ord(c) not in self.known[SANS]))

    def _settable(self, font: str, text: str) -> str:
        known = self.known[font]
        return "".join(c if ord(c) in known else UNKNOWN for c in text)

    def _width(self, font: str, size: float, text: str) -> float:
        widths = self._font(font).cw
        return float(sum(widths[ord(c)] for c in self._settable(font, text))) * size / 1000 / POINT

    def _fitted(
        self, font: str, size: float, text: str, width: float, least: float = 0.7
    ) -> tuple[float, str]:
        """Size and text that fit into a width: smaller, down to `least`, then cut with …."""
        there = self._width(font, size, text)
        if there <= width:
            return size, text
        smaller = size * max(least, width / there)
        if there * smaller / size > width + 0.01:
            while text and self._width(font, smaller, text + "…") > width:
                text = text[:-1]
            text += "…"
        return smaller, text

    def _text(self, font: str, size: float, x: float, y: float, text: str, shade: str) -> str:
        if not text:
            return ""
        found = self._font(font)
        shown = found.encode_text(self._settable(font, text))
        place = f"{number(x)} {number(HEIGHT - y)} Td"
        return f"BT {colour(shade)} /F{found.i} {size:.2f} Tf {place} {shown} ET"

    def _left(
        self, font: str, size: float, x: float, y: float, text: str, shade: str, width: float,
        least: float = 0.7,
    ) -> str:  # fmt: skip
        size, text = self._fitted(font, size, text, width, least)
        return self._text(font, size, x, y, text, shade)

    def _right(self, font: str, size: float, x: float, y: float, text: str, shade: str) -> str:
        size, text = self._fitted(font, size, text, 92)
        return self._text(font, size, x - self._width(font, size, text), y, text, shade)

    def _centre(
        self, font: str, size: float, y: float, text: str, shade: str, *, middle: float = MIDDLE,
        width: float = WIDTH, least: float = 0.7,
    ) -> str:  # fmt: skip
        size, text = self._fitted(font, size, text, width, least)
        left = middle - self._width(font, size, text) / 2
        return self._text(font, size, left, y, text, shade)


def _domain() -> str:
    return str(urlsplit(settings.BASE_URL).netloc)
