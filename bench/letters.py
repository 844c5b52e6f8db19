"""What the made-up residents send: the form as a browser sends it, one address each."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

from bench.load import Ask

_NUMBER = itertools.count()
BOUNDARY = "----bench"
TEXT = "村口的路灯坏了三天，晚上老人出门看不见路，请帮忙看看第{n}盏什么时候能修好。"


def fields(number: int, run: str) -> dict[str, str]:
    """The form's fields; every other person leaves name and phone."""
    known = {"consent": "on", "name": "张阿姨", "phone": "13800001234"} if number % 2 else {}
    return {
        "kind": "problem", "text": TEXT.format(n=number), "place": "村口第二个路灯",
        "idempotency_key": f"{run}-{number}", **known,
    }  # fmt: skip


def letters(tokens: list[str], count: int, *, run: str, json: bool = False) -> Iterator[Ask]:
    """`count` submissions by these codes, each from an address of its own."""
    for _ in range(count):
        number = next(_NUMBER)
        yield Ask(
            "POST", f"/q/{tokens[number % len(tokens)]}/message/", multipart(fields(number, run)),
            (
                ("Content-Type", f"multipart/form-data; boundary={BOUNDARY}"),
                ("X-Forwarded-For", f"10.{number >> 14 & 255}.{number >> 7 & 127}.{number & 127}"),
                ("Accept", "application/json" if json else "text/html"),
                ("Accept-Encoding", "br"),
            ),
        )  # fmt: skip


def multipart(values: dict[str, str]) -> bytes:
    parts = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in values.items()
    )
    return ("".join(parts) + f"--{BOUNDARY}--\r\n").encode()


def shared(asks: Iterable[Ask], people: int) -> list[list[Ask]]:
    """The same asks dealt out to so many people."""
    everything = list(asks)
    return [everything[n::people] for n in range(people)]
