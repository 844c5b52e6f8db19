"""A form without files, read in one go.

Forms that may carry photographs are always sent as multipart, mostly without any. Django reads
multipart as a stream, part by part, which for seven short fields takes longer than to check and
answer them. What is small and of the plain shape that browsers send is taken apart here; whatever
else comes is left to Django as it came.
"""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest, QueryDict
from django.utils.datastructures import MultiValueDict

SMALL = 64 * 1024
MOST_FIELDS = 100
# a field; or a file input nobody chose a file in, which Django gives as an empty field
_HEAD = re.compile(
    rb'\r\nContent-Disposition: form-data; name="([A-Za-z0-9_.-]+)"'
    rb'(?:; filename=""\r\nContent-Type: application/octet-stream)?\r\n\r\n'
)


class PlainFormHandler(FileUploadHandler):
    """First of FILE_UPLOAD_HANDLERS; it never takes a file."""

    def handle_raw_input(
        self,
        input_data: Any,
        META: dict[str, Any],  # noqa: N803  Django's name
        content_length: int,
        boundary: Any,  # bytes; the stubs say str
        encoding: str | None = None,
    ) -> tuple[QueryDict, MultiValueDict[str, Any]] | None:
        """POST and (no) FILES, or None with the input as it was."""
        if content_length > SMALL or not isinstance(input_data, HttpRequest):
            return None
        raw = input_data.read(content_length)
        pairs = plain_fields(raw, boundary)
        if pairs is None:
            input_data._stream = BytesIO(raw)
            return None
        post = QueryDict(mutable=True, encoding=encoding)
        for name, value in pairs:
            post.appendlist(name.decode("ascii"), value.decode(post.encoding, "replace"))
        post._mutable = False
        return post, MultiValueDict()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Files are for the next handler."""
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Nothing was kept."""


def plain_fields(raw: bytes, boundary: bytes) -> list[tuple[bytes, bytes]] | None:
    """Names and values, or None when `raw` is anything but a plain form without files."""
    mark = b"--" + boundary
    parts = (b"\r\n" + raw).split(b"\r\n" + mark)
    first, *inner, last = parts if len(parts) > 1 else (b"?", b"")
    if first or last not in (b"--", b"--\r\n") or len(inner) > MOST_FIELDS:
        return None
    if raw.count(mark) != len(parts) - 1:  # also after a bare line feed, which Django takes too
        return None
    found = []
    for part in inner:
        head = _HEAD.match(part)
        if head is None:
            return None
        found.append((head[1], part[head.end() :]))
    return found
