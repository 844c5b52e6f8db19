"""Photos from strangers: checked, decoded, drawn anew; nothing of the original file survives."""

import io
from dataclasses import dataclass
from typing import IO

import filetype
from PIL import Image, ImageOps

from core.errors import DomainError, TooLarge, WrongMedia

MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 40_000_000
MAX_SIDE = 12_000
LONG_SIDE = 2048
THUMB_SIDE = 320
QUALITY = 82

# A phone's multi-picture JPEG opens as MPO.
_FORMATS = {"image/jpeg": ("JPEG", "MPO"), "image/png": ("PNG",), "image/webp": ("WEBP",)}
_KEEPS_APPLE = (
    "这是苹果手机的HEIC照片，网页打不开。请在“设置-相机-格式”里选“兼容性最佳”后重拍，或截屏后再选。"
)


@dataclass(frozen=True)
class CleanImage:
    """A JPEG without metadata, upright, at most 2048 pixels long, and its thumbnail (320)."""

    data: bytes
    width: int
    height: int
    thumb: bytes


def read_image(file: IO[bytes]) -> CleanImage:
    """The photo in `file`, drawn anew.

    Takes JPEG, PNG and WebP by content, whatever the name says. Raises WrongMedia for any other
    or broken file, TooLarge over 10 MB, 40 million pixels or 12,000 pixels a side; the size is
    read from the header before anything is decoded (a 17 KB PNG can ask for 859 MB).
    """
    data = _content(file)
    expected = _expected_formats(data)
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as image:
            if image.format not in expected:
                raise _broken()
            _check_size(image)
            return _redrawn(image)
    except DomainError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    # A decoder fed by strangers fails in any way it likes; each is a broken file to its sender.
    except Exception as error:
        raise _broken() from error


def _content(file: IO[bytes]) -> bytes:
    file.seek(0)
    data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        message = "这张照片超过10MB了，请换一张小一点的，或截屏后再选。"
        raise TooLarge("file_too_large", message, {"files": message})
    return data


def _expected_formats(data: bytes) -> tuple[str, ...]:
    kind = filetype.guess(data[:8192])
    mime = kind.mime if kind else ""
    if mime in ("image/heic", "image/heif", "image/avif"):
        raise WrongMedia("file_heic", _KEEPS_APPLE, {"files": _KEEPS_APPLE})
    if mime not in _FORMATS:
        message = "只能上传照片（JPG、PNG、WebP格式）。这个文件不是照片，请换一张。"
        raise WrongMedia("file_not_photo", message, {"files": message})
    return _FORMATS[mime]


def _check_size(image: Image.Image) -> None:
    width, height = image.size
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
        raise _too_many_pixels()


def _redrawn(image: Image.Image) -> CleanImage:
    # Shrinking first lets the JPEG decoder work at a fraction of the size; the limit is square,
    # so turning afterwards is the same.
    image.thumbnail((LONG_SIDE, LONG_SIDE))
    upright = ImageOps.exif_transpose(image)
    if upright.mode.startswith("I;16"):
        upright = upright.point(lambda value: value / 256).convert("L")
    pixels = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    # A new canvas: comments, profiles and positions stay behind with the old one.
    canvas = Image.new("RGB", pixels.size, "white")
    canvas.paste(pixels, mask=pixels if pixels.mode == "RGBA" else None)
    thumb = canvas.copy()
    thumb.thumbnail((THUMB_SIDE, THUMB_SIDE))
    return CleanImage(_jpeg(canvas), canvas.width, canvas.height, _jpeg(thumb))


def _jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


def _broken() -> WrongMedia:
    message = "这张照片打不开，可能没有传完整。请重新选一次，或换一张。"
    return WrongMedia("file_broken", message, {"files": message})


def _too_many_pixels() -> TooLarge:
    message = "这张照片的尺寸太大了（最多4000万像素，每边不超过12000）。请截屏后再选，或换一张。"
    return TooLarge("image_too_large", message, {"files": message})
