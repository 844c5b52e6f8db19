"""An encrypted, authenticated stream: what is cut off, reordered or changed does not open.

``magic | length of head | head (JSON: key id, salt) | frames``; a frame is a 4-byte length and
AES-256-GCM of at most CHUNK bytes. The file's key is derived from one key of FIELD_KEYS and the
salt, so no nonce is ever used twice: it is the frame's number and whether it is the last one.
The head is authenticated with every frame.
"""

from __future__ import annotations

import base64
import json
import os
import struct
from collections.abc import Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from liaison.backup import BackupRefused

MAGIC = b"LIAISON BACKUP 1\n"
CHUNK = 1024 * 1024
TAG = 16
DAMAGED = "备份文件损坏，或密钥不对；什么也没有改动"


def _file_key(field_keys: list[str], key_id: str, salt: bytes) -> AESGCM:
    ring = dict(entry.split(":", 1) for entry in field_keys)
    if key_id not in ring:
        raise BackupRefused(f"FIELD_KEYS 里没有编号为 {key_id} 的密钥，打不开这个备份")
    material = base64.b64decode(ring[key_id])
    derived = HKDF(SHA256(), 32, salt=salt, info=b"liaison backup v1").derive(material)
    return AESGCM(derived)


def _nonce(number: int, last: bool) -> bytes:
    return struct.pack(">xxxQ?", number, last)


class SealedWriter:
    """Write plain bytes, get a sealed file; `close` writes the last frame, without it no backup."""

    def __init__(self, file: BinaryIO, field_keys: list[str]) -> None:
        key_id = field_keys[0].split(":", 1)[0]
        salt = os.urandom(16)
        self._head = json.dumps({"key": key_id, "salt": base64.b64encode(salt).decode()}).encode()
        self._cipher = _file_key(field_keys, key_id, salt)
        self._file = file
        self._buffer = bytearray()
        self._number = 0
        file.write(MAGIC + struct.pack(">I", len(self._head)) + self._head)

    def write(self, data: bytes | str) -> int:
        self._buffer += data.encode() if isinstance(data, str) else data
        while len(self._buffer) > CHUNK:
            self._frame(bytes(self._buffer[:CHUNK]), last=False)
            del self._buffer[:CHUNK]
        return len(data)

    def close(self) -> None:
        self._frame(bytes(self._buffer), last=True)
        self._buffer.clear()

    def _frame(self, plain: bytes, *, last: bool) -> None:
        sealed = self._cipher.encrypt(_nonce(self._number, last), plain, self._head)
        self._file.write(struct.pack(">I", len(sealed)) + sealed)
        self._number += 1


class SealedReader:
    """Read what SealedWriter wrote. Raises BackupRefused at the first frame that is not right."""

    def __init__(self, file: BinaryIO, field_keys: list[str]) -> None:
        if file.read(len(MAGIC)) != MAGIC:
            raise BackupRefused("这不是本系统的备份文件")
        self._file = file
        try:
            self._head = self._exactly(struct.unpack(">I", self._exactly(4))[0] & 0xFFFF)
            head = json.loads(self._head)
            salt = base64.b64decode(head["salt"])
            self._cipher = _file_key(field_keys, str(head["key"]), salt)
        except (ValueError, KeyError, TypeError) as error:
            raise BackupRefused(DAMAGED) from error
        self._frames = self._open_frames()
        self._buffer = b""

    def read(self, size: int) -> bytes:
        """At most `size` bytes; empty at the end of a file that is whole."""
        while not self._buffer:
            frame = next(self._frames, None)
            if frame is None:
                return b""
            self._buffer = frame
        data, self._buffer = self._buffer[:size], self._buffer[size:]
        return data

    def exactly(self, size: int) -> bytes:
        """`size` bytes, or BackupRefused."""
        parts, wanted = [], size
        while wanted:
            part = self.read(wanted)
            if not part:
                raise BackupRefused(DAMAGED)
            parts.append(part)
            wanted -= len(part)
        return b"".join(parts)

    def _open_frames(self) -> Iterator[bytes]:
        number, last = 0, False
        while not last:
            length = struct.unpack(">I", self._exactly(4))[0]
            if length > CHUNK + TAG:
                raise BackupRefused(DAMAGED)
            sealed = self._exactly(length)
            last = not (peek := self._file.read(1))
            if peek:
                self._file.seek(-1, os.SEEK_CUR)
            try:
                yield self._cipher.decrypt(_nonce(number, last), sealed, self._head)
            except InvalidTag as error:
                raise BackupRefused(DAMAGED) from error
            number += 1

    def _exactly(self, size: int) -> bytes:
        data = self._file.read(size)
        if len(data) != size:
            raise BackupRefused(DAMAGED)
        return data
