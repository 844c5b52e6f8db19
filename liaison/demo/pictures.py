"""Small drawings in place of photographs: nobody's street, nobody's face."""

import io
from collections.abc import Callable
from functools import lru_cache

from PIL import Image, ImageDraw

from core.images import CleanImage

WIDTH, HEIGHT = 800, 600
GROUND = 400
Draw = ImageDraw.ImageDraw
Colour = tuple[int, int, int]


def picture(name: str, *, mended: bool = False) -> CleanImage | None:
    """The drawing of a subject, before or after it was put right; None for a subject unknown."""
    return _drawn(name, mended) if name in _SUBJECTS else None


@lru_cache(maxsize=64)
def _drawn(name: str, mended: bool) -> CleanImage:
    night = name == "lamp"
    image = Image.new("RGB", (WIDTH, HEIGHT))
    draw = ImageDraw.Draw(image)
    _sky(draw, *(((24, 32, 56), (58, 62, 84)) if night else ((178, 206, 228), (233, 238, 236))))
    _houses(draw, (40, 44, 60) if night else (201, 189, 172))
    draw.rectangle((0, GROUND, WIDTH, HEIGHT), fill=(52, 54, 58) if night else (150, 150, 146))
    _SUBJECTS[name](draw, mended)
    return CleanImage(_jpeg(image), WIDTH, HEIGHT, _jpeg(image.resize((320, 240))))


def _jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=72)
    return out.getvalue()


def _sky(draw: Draw, top: Colour, low: Colour) -> None:
    for y in range(0, GROUND, 4):
        share = y / GROUND
        colour = tuple(int(a + (b - a) * share) for a, b in zip(top, low, strict=True))
        draw.rectangle((0, y, WIDTH, y + 4), fill=colour)


def _houses(draw: Draw, wall: Colour) -> None:
    for left, top, wide in ((20, 250, 150), (190, 300, 110), (560, 270, 130), (700, 310, 120)):
        draw.rectangle((left, top, left + wide, GROUND), fill=wall)
        roof = [(left - 10, top), (left + wide // 2, top - 50), (left + wide + 10, top)]
        draw.polygon(roof, fill=tuple(c * 2 // 3 for c in wall))
        for x in range(left + 18, left + wide - 30, 44):
            draw.rectangle((x, top + 28, x + 24, top + 60), fill=(120, 138, 150))


def _lamp(draw: Draw, mended: bool) -> None:
    for x in (180, 400, 620):
        if mended:
            for size, shade in ((120, 84), (80, 120), (44, 190)):
                draw.ellipse((x + 50 - size, 160 - size, x + 50 + size, 160 + size),
                             fill=(shade, shade - 10, shade - 40))  # fmt: skip
        draw.rectangle((x, 150, x + 10, GROUND + 30), fill=(92, 96, 104))
        draw.rectangle((x, 146, x + 60, 154), fill=(92, 96, 104))
        draw.ellipse((x + 38, 148, x + 66, 170), fill=(255, 236, 170) if mended else (70, 72, 78))


def _road(draw: Draw, mended: bool) -> None:
    draw.polygon([(330, GROUND), (470, GROUND), (760, HEIGHT), (40, HEIGHT)], fill=(92, 92, 92))
    for y in range(GROUND + 20, HEIGHT, 48):
        draw.rectangle((394, y, 406, y + 24), fill=(220, 220, 214))
    for x, y, size in ((330, 450, 34), (470, 500, 46), (250, 545, 52)):
        fill = (78, 78, 78) if mended else (58, 54, 48)
        draw.ellipse((x - size, y - size // 3, x + size, y + size // 3), fill=fill)
        if not mended:
            puddle = (x - size // 2, y - size // 6, x + size // 2, y + size // 6)
            draw.ellipse(puddle, fill=(120, 132, 140))


def _bins(draw: Draw, mended: bool) -> None:
    for n in range(7 if mended else 4):
        x = 90 + n * (92 if mended else 150)
        draw.rectangle((x, 380, x + 76, 490), fill=(46, 110, 82) if n % 2 else (60, 92, 150))
        draw.rectangle((x - 5, 366, x + 81, 382), fill=(34, 60, 60))
        if not mended:
            for m in range(4):
                draw.ellipse((x + m * 18 - 4, 344, x + m * 18 + 26, 374), fill=(226, 222, 206))
            draw.ellipse((x - 10, 486, x + 60, 512), fill=(110, 92, 70))


def _manhole(draw: Draw, mended: bool) -> None:
    draw.ellipse((290, 460, 510, 550), fill=(66, 66, 70))
    draw.ellipse((302, 466, 498, 544), fill=(110, 110, 114))
    if mended:
        for x in range(320, 490, 24):
            draw.line((x, 480, x, 530), fill=(70, 70, 74), width=4)
    else:
        draw.polygon([(400, 466), (498, 505), (440, 544), (386, 510)], fill=(20, 20, 24))
        for x in (250, 540):
            draw.polygon([(x - 24, 540), (x + 24, 540), (x, 450)], fill=(222, 96, 44))
            draw.rectangle((x - 12, 490, x + 12, 502), fill=(245, 245, 240))


def _school(draw: Draw, mended: bool) -> None:
    draw.rectangle((240, 240, 560, GROUND), fill=(214, 152, 118))
    draw.rectangle((360, 310, 440, GROUND), fill=(110, 120, 128))
    if mended:
        draw.rectangle((120, 470, 680, 478), fill=(240, 240, 240))
        for x in range(120, 681, 40):
            draw.rectangle((x, 440, x + 6, 500), fill=(240, 240, 240))


def _market(draw: Draw, mended: bool) -> None:
    for n in range(5):
        x, y = 40 + n * 150, 400 if mended else 420 + (n % 2) * 40
        draw.rectangle((x, y, x + 120, y + 50), fill=(178, 138, 92))
        draw.polygon([(x - 10, y - 40), (x + 130, y - 40), (x + 110, y - 80), (x + 10, y - 80)],
                     fill=(196, 70, 60) if n % 2 else (70, 128, 90))  # fmt: skip
        for m in range(5):
            colour = (96, 150, 60) if m % 2 else (214, 120, 40)
            draw.ellipse((x + 8 + m * 20, y - 10, x + 30 + m * 20, y + 12), fill=colour)


def _tap(draw: Draw, mended: bool) -> None:
    draw.rectangle((300, 300, 480, 324), fill=(150, 156, 162))
    draw.rectangle((300, 300, 324, 480), fill=(150, 156, 162))
    draw.rectangle((460, 300, 484, 360), fill=(150, 156, 162))
    draw.ellipse((370, 270, 410, 302), fill=(60, 96, 168))
    wide = 20 if mended else 3
    draw.rectangle((472 - wide // 2, 360, 472 + wide // 2 + 1, 520), fill=(140, 186, 220))
    draw.ellipse((420, 510, 524, 540), fill=(140, 186, 220) if mended else (132, 132, 130))


def _pipe(draw: Draw, mended: bool) -> None:
    draw.rectangle((0, 0, WIDTH, HEIGHT), fill=(226, 220, 206))
    for n in range(8):
        x = 220 + n * 46
        draw.rounded_rectangle((x, 180, x + 36, 460), radius=16, fill=(238, 238, 234),
                               outline=(170, 168, 160), width=3)  # fmt: skip
    draw.ellipse((600, 200, 720, 320), fill=(250, 250, 248), outline=(90, 90, 90), width=5)
    end = (690, 236) if mended else (628, 250)
    draw.line((660, 262, *end), fill=(190, 50, 40), width=6)


def _canal(draw: Draw, mended: bool) -> None:
    draw.rectangle((0, GROUND, WIDTH, HEIGHT), fill=(120, 146, 84))
    draw.polygon([(360, GROUND), (440, GROUND), (640, HEIGHT), (160, HEIGHT)], fill=(128, 110, 84))
    water = [(376, GROUND), (424, GROUND), (560, HEIGHT), (240, HEIGHT)]
    draw.polygon(water, fill=(112, 158, 178) if mended else (98, 92, 62))


def _bus(draw: Draw, mended: bool) -> None:
    draw.rectangle((90, 300, 100, 470), fill=(90, 96, 104))
    draw.rectangle((60, 280, 130, 320), fill=(44, 100, 170))
    if mended:
        draw.rounded_rectangle((220, 310, 690, 470), radius=20, fill=(60, 140, 110))
        for x in range(245, 640, 76):
            draw.rectangle((x, 330, x + 58, 385), fill=(206, 226, 232))
        for x in (290, 590):
            draw.ellipse((x, 440, x + 60, 500), fill=(34, 34, 38))


def _swing(draw: Draw, mended: bool) -> None:
    draw.line((250, 470, 300, 280), fill=(60, 110, 170), width=14)
    draw.line((300, 280, 500, 280), fill=(222, 170, 50), width=14)
    end = (550, 470) if mended else (520, 400)
    draw.line((500, 280, *end), fill=(60, 110, 170), width=14)
    if not mended:
        draw.line((536, 470, 590, 486), fill=(60, 110, 170), width=14)


def _rubble(draw: Draw, mended: bool) -> None:
    _canal(draw, mended=True)
    if mended:
        return
    for n in range(40):
        x, y = 220 + (n * 73) % 340, 440 + (n * 37) % 130
        draw.polygon([(x, y), (x + 34, y - 12), (x + 50, y + 14), (x + 12, y + 24)],
                     fill=(176 - n, 130 - n, 112 - n))  # fmt: skip


def _tree(draw: Draw, mended: bool) -> None:
    draw.rectangle((380, 260, 420, 470), fill=(104, 78, 54))
    draw.ellipse((290, 110, 510, 310), fill=(84, 128, 74))
    draw.rectangle((320, 460, 480, 520), fill=(96, 84, 70) if mended else (120, 118, 112))
    for x in range(200, 640, 60):
        lift = 0 if mended or abs(x - 400) > 140 else (x * 7) % 26
        slab = (x, 520 - lift, x + 54, 560 - lift)
        draw.rectangle(slab, fill=(186, 180, 170), outline=(140, 136, 128))


_SUBJECTS: dict[str, Callable[[Draw, bool], None]] = {
    "lamp": _lamp, "road": _road, "bins": _bins, "manhole": _manhole, "school": _school,
    "market": _market, "tap": _tap, "pipe": _pipe, "canal": _canal, "bus": _bus, "swing": _swing,
    "rubble": _rubble, "tree": _tree,
}  # fmt: skip
