"""Static files under names that carry their hash, compressed once and quickly enough."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import brotli
from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage

HASHED = re.compile(r"\.[0-9a-f]{12}\.")
OURS = ("css/", "js/", "img/", "vendor/", "django_htmx/")


class _Quick(Compressor):
    """For other people's large files, which no resident ever loads."""

    @staticmethod
    def compress_brotli(data: bytes) -> bytes:
        return bytes(brotli.compress(data, quality=4))


class AssetStorage(CompressedManifestStaticFilesStorage):
    """WhiteNoise's manifest storage; a page never breaks over a file that was not collected.

    Only hashed names are compressed, pages use no others: ours as small as they get, those of
    libraries quickly. Doing all at the highest level took 29 of the 33 seconds of a first start.
    """

    manifest_strict = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._urls: dict[str, str] = {}

    def url(self, name: str | None, force: bool = False) -> str:
        """The address under which a file is served: it stays the same while a process lives."""
        if name is None or force:
            return str(super().url(name, force))
        found = self._urls.get(name)
        if found is None:
            found = self._urls[name] = str(super().url(name, force))
        return found

    def hashed_name(self, name: str, content: Any = None, filename: str | None = None) -> str:
        try:
            return str(super().hashed_name(name, content, filename))
        except ValueError:  # not collected (yet): the plain name is served by the finders
            return name

    def compress_files(self, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
        wanted = [path for path in paths if HASHED.search(path) and not path.endswith(".map")]
        yield from super().compress_files([path for path in wanted if path.startswith(OURS)])
        self.create_compressor = _Quick
        try:
            yield from super().compress_files([p for p in wanted if not p.startswith(OURS)])
        finally:
            del self.create_compressor
