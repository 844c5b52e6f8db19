"""Photos: what is taken, what is refused, and that nothing of the original file survives."""

import io
import struct
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageCms, PngImagePlugin

from core.errors import TooLarge, WrongMedia
from core.images import MAX_BYTES, read_image


def encoded(image, kind, **more):
    out = io.BytesIO()
    image.save(out, kind, **more)
    return out.getvalue()


def photo(size=(400, 300), kind="JPEG", mode="RGB", color="red", **more):
    return encoded(Image.new(mode, size, color), kind, **more)


def read(data, name="a.jpg"):
    return read_image(SimpleUploadedFile(name, data))


def decoded(data):
    return Image.open(io.BytesIO(data))


def png_chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_header(width, height, idat=b""):
    """A PNG that only claims its size."""
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + png_chunk(b"IHDR", head)
        + png_chunk(b"IDAT", zlib.compress(idat))
        + png_chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_read_image_draws_a_jpeg_and_a_thumbnail(kind):
    clean = read(photo((3000, 1500), kind), name="whatever.txt")
    assert (clean.width, clean.height) == (2048, 1024)
    big, small = decoded(clean.data), decoded(clean.thumb)
    assert (big.format, big.size) == ("JPEG", (2048, 1024))
    assert (small.format, small.size) == ("JPEG", (320, 160))
    assert big.getpixel((1000, 500))[0] > 240


def test_read_image_keeps_a_small_photo_small():
    assert decoded(read(photo((50, 40))).data).size == (50, 40)


def test_read_image_turns_upright_and_forgets_all_metadata():
    image = Image.new("RGB", (400, 300), "red")
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    exif[0x010F] = "CANARY-MAKER"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (36.0, 0.0, 0.0)
    data = encoded(
        image,
        "JPEG",
        exif=exif,
        comment=b"CANARY-COMMENT",
        xmp=b"<x:xmpmeta>CANARY-XMP</x:xmpmeta>",
        icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(),
    )
    assert b"CANARY-COMMENT" in data
    clean = read(data)
    assert (clean.width, clean.height) == (300, 400)
    for out in (clean.data, clean.thumb):
        image = decoded(out)
        assert b"CANARY" not in out
        assert dict(image.getexif()) == {}
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_read_image_forgets_png_text():
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", "CANARY-TEXT")
    assert b"CANARY" not in read(photo(kind="PNG", pnginfo=info)).data


def test_read_image_drops_what_is_hung_behind_the_photo():
    clean = read(photo() + b"<script>alert('CANARY')</script>PK\x03\x04")
    assert b"CANARY" not in clean.data
    assert b"<script" not in clean.data


def test_read_image_puts_transparency_on_white():
    pixel = decoded(read(photo(kind="PNG", mode="RGBA", color=(255, 0, 0, 0))).data).getpixel(
        (9, 9)
    )
    assert min(pixel) > 250


@pytest.mark.parametrize(
    ("mode", "kind", "color"),
    [
        ("P", "PNG", 0), ("L", "JPEG", 128), ("CMYK", "JPEG", (0, 0, 0, 0)), ("1", "PNG", 1),
        ("LA", "PNG", (10, 200)), ("I;16", "PNG", 30_000),
    ],
)  # fmt: skip
def test_read_image_takes_every_colour_mode(mode, kind, color):
    assert decoded(read(photo(mode=mode, kind=kind, color=color)).data).mode == "RGB"


def test_read_image_scales_sixteen_bit_greys():
    grey = decoded(read(photo(mode="I;16", kind="PNG", color=32_768)).data).getpixel((5, 5))
    assert abs(grey[0] - 128) < 3


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file_not_photo"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "file_not_photo"),
        (b"<!doctype html><script>alert(1)</script>", "file_not_photo"),
        (b"%PDF-1.7\n" + photo(), "file_not_photo"),
        (b"PK\x03\x04" + photo(), "file_not_photo"),
        (b"MZ" + b"\0" * 200, "file_not_photo"),
        (photo(kind="GIF", mode="P", color=0), "file_not_photo"),
        (photo(kind="BMP"), "file_not_photo"),
        (photo(kind="TIFF"), "file_not_photo"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 300, "file_heic"),
        (photo()[:400], "file_broken"),
        (photo((800, 800), kind="PNG")[:-40], "file_broken"),
        (photo((800, 800), kind="WEBP")[:-20], "file_broken"),
        (b"\xff\xd8\xff\xe0" + b"JFIF" * 90, "file_broken"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 300, "file_broken"),
        (b"\xff\xd8\xff<html><script>alert(1)</script>", "file_broken"),
        (photo(kind="PNG").replace(b"IDAT", b"IDAX"), "file_broken"),
    ],
)
def test_read_image_refuses_what_is_no_whole_photo(data, code):
    with pytest.raises(WrongMedia) as caught:
        read(data)
    assert caught.value.code == code
    assert "请" in caught.value.message
    assert caught.value.fields == {"files": caught.value.message}


@pytest.mark.parametrize(
    ("width", "height"),
    [(12_001, 10), (10, 12_001), (8_000, 5_001), (20_000, 20_000), (2**31 - 1, 2**31 - 1)],
)
def test_read_image_refuses_too_many_pixels_from_the_header(width, height):
    """The body is empty: whoever decodes first calls it broken instead."""
    with pytest.raises(TooLarge) as caught:
        read(png_header(width, height))
    assert caught.value.code == "image_too_large"


def test_read_image_takes_the_largest_allowed_header_as_far_as_its_body():
    with pytest.raises(WrongMedia):
        read(png_header(12_000, 3_333))


def test_read_image_refuses_more_than_ten_megabytes():
    with pytest.raises(TooLarge) as caught:
        read(photo() + b"\0" * MAX_BYTES)
    assert caught.value.code == "file_too_large"


def test_read_image_refuses_a_text_bomb_in_a_png():
    bomb = png_chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"0" * 100_000_000))
    data = photo(kind="PNG")
    with pytest.raises(WrongMedia):
        read(data[:33] + bomb + data[33:])
