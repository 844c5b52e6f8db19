"""Named records one after another in a stream: ``name, blocks of data, an empty block``."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Protocol

from liaison.backup import BackupRefused
from liaison.backup.sealed import DAMAGED

BLOCK = 256 * 1024
LONGEST_NAME = 4096


class Sink(Protocol):
    def write(self, data: bytes, /) -> object: ...


class Source(Protocol):
    def read(self, size: int, /) -> bytes: ...
    def exactly(self, size: int, /) -> bytes: ...


class RecordWriter:
    """One record: write its data, then close it."""

    def __init__(self, sink: Sink, name: str) -> None:
        self._sink = sink
        encoded = name.encode()
        sink.write(struct.pack(">I", len(encoded)) + encoded)

    def write(self, data: bytes) -> int:
        for start in range(0, len(data), BLOCK):
            block = bytes(data[start : start + BLOCK])
            self._sink.write(struct.pack(">I", len(block)) + block)
        return len(data)

    def close(self) -> None:
        self._sink.write(struct.pack(">I", 0))


class Record:
    """One record being read; a file object for whoever wants its data."""

    def __init__(self, source: Source, name: str) -> None:
        self.name = name
        self._source = source
        self._buffer = b""
        self._ended = False

    def read(self, size: int = -1) -> bytes:
        if size < 0:
            return b"".join(iter(lambda: self.read(BLOCK), b""))
        if not self._buffer and not self._ended:
            length = struct.unpack(">I", self._source.exactly(4))[0]
            if length > BLOCK:
                raise BackupRefused(DAMAGED)
            self._ended = length == 0
            self._buffer = self._source.exactly(length) if length else b""
        data, self._buffer = self._buffer[:size], self._buffer[size:]
        return data

    def skip(self) -> None:
        while self.read(BLOCK):
            pass


def records(source: Source) -> Iterator[Record]:
    """Every record in turn; what was not read of one is skipped before the next."""
    while first := source.read(1):
        length = struct.unpack(">I", first + source.exactly(3))[0]
        if length > LONGEST_NAME:
            raise BackupRefused(DAMAGED)
        record = Record(source, source.exactly(length).decode())
        yield record
        record.skip()
