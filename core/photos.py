"""Storing a cleaned photograph under a random name."""

import secrets
from typing import Any

from django.core.files.base import ContentFile

from core.images import CleanImage


def photo_fields(picture: CleanImage) -> dict[str, Any]:
    """Field values `image, thumb, width, height` for a row that keeps a picture.

    The files are written when the row is saved, under names nobody can guess.
    """
    name = secrets.token_hex(16)
    return {
        "image": ContentFile(picture.data, name=f"{name}.jpg"),
        "thumb": ContentFile(picture.thumb, name=f"{name}-small.jpg"),
        "width": picture.width,
        "height": picture.height,
    }
