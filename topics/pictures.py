"""Pictures of topics on desk pages: addresses good for two hours, opened by whoever may see."""

from collections.abc import Iterable
from typing import Any

from django.core import signing
from django.urls import reverse

from core.errors import NotVisible
from topics.models import Picture

SALT = "topics.picture"


def picture_links(pictures: Iterable[Picture]) -> list[dict[str, Any]]:
    """Pictures as `partials/photos.html` takes them."""
    return [
        {
            "url": _address(picture, "image"), "thumb": _address(picture, "thumb"),
            "alt": picture.alt or f"{picture.get_kind_display()}{n}",
            "caption": picture.get_kind_display(), "picture": picture,
        }
        for n, picture in enumerate(pictures, 1)
    ]  # fmt: skip


def _address(picture: Picture, size: str) -> str:
    signed = signing.dumps([picture.pk, size], salt=SALT)
    return reverse("topics_desk:picture", args=[signed])


def opened(signed: str) -> tuple[Picture, str]:
    """The picture behind an address, and which size. Raises NotVisible for any other words."""
    try:
        pk, size = signing.loads(signed, salt=SALT, max_age=7200)
    except signing.BadSignature as error:
        raise NotVisible() from error
    found = Picture.objects.select_related("topic").filter(pk=pk).first()
    if found is None:
        raise NotVisible()
    return found, size
