"""Field encryption with a key ring, and blind indexes to look encrypted values up again.

A blob is `version | length of key id | key id | nonce | ciphertext and tag`. The version names the
cipher. Version, key id and the caller's `binding` (say `voices.Message:<code>:phone`) are
authenticated with it, so a blob copied into another row or column does not open.
"""

import base64
import hashlib
import hmac
import os
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from core.personal import normalise_phone

NONCE_BYTES = 12
TAG_BYTES = 16
_VERSIONS = {"aes-256-gcm": 1, "sm4-gcm": 2}


class CryptoError(Exception):
    """The blob cannot be opened: tampered with, bound to another place, or its key is gone."""


def encrypt(plain: str, *, binding: str) -> bytes:
    """A blob that only `decrypt` with the same binding opens. The first key of the ring is used."""
    key_id, key = next(iter(_ring().items()))
    head = bytes([_version(), len(key_id)]) + key_id.encode()
    nonce = os.urandom(NONCE_BYTES)
    sealer = Cipher(_algorithm(_version(), key), modes.GCM(nonce)).encryptor()
    sealer.authenticate_additional_data(head + binding.encode())
    return head + nonce + sealer.update(plain.encode()) + sealer.finalize() + sealer.tag


def decrypt(blob: bytes | memoryview, *, binding: str) -> str:
    """The plain text of a blob. CryptoError when it was changed or belongs somewhere else."""
    head, rest = _parts(bytes(blob))
    try:
        key = _ring()[head[2:].decode()]
    except (KeyError, UnicodeDecodeError) as error:
        raise CryptoError("the key of this blob is not in FIELD_KEYS") from error
    nonce, body, tag = rest[:NONCE_BYTES], rest[NONCE_BYTES:-TAG_BYTES], rest[-TAG_BYTES:]
    opener = Cipher(_algorithm(head[0], key), modes.GCM(nonce, tag)).decryptor()
    opener.authenticate_additional_data(head + binding.encode())
    try:
        return (opener.update(body) + opener.finalize()).decode()
    except InvalidTag as error:
        raise CryptoError("the blob was changed or is bound to another place") from error


def needs_rotation(blob: bytes | memoryview) -> bool:
    """Whether the blob was made with another key or cipher than the current one."""
    head, _ = _parts(bytes(blob))
    current = next(iter(_ring()))
    return head != bytes([_version(), len(current)]) + current.encode()


def reencrypt(blob: bytes | memoryview, *, binding: str) -> bytes:
    """The same text under the current key and cipher."""
    return encrypt(decrypt(blob, binding=binding), binding=binding)


def rotate(blob: bytes | memoryview, *, binding: str) -> bytes:
    """The blob itself if it is current, otherwise re-encrypted. Safe to run over a table twice."""
    return reencrypt(blob, binding=binding) if needs_rotation(blob) else bytes(blob)


def blind_index(value: str, *, purpose: str) -> bytes:
    """32 bytes that are equal for equal values of one purpose, and tell nothing without the key.

    Phone numbers are compared by their digits, other values without case and width. The key
    comes from the *last* key of the ring: new keys go in front, and indexes stay valid until the
    last one is taken out (then every index must be built anew).
    """
    key = _derived(list(_ring().values())[-1], b"liaison blind index " + purpose.encode(), 32)
    return hmac.digest(key, _comparable(value).encode(), hashlib.sha256)


def check_field_keys() -> None:
    """ImproperlyConfigured when FIELD_KEYS or FIELD_CIPHER cannot be used."""
    _ring()
    _version()


def _comparable(value: str) -> str:
    folded = unicodedata.normalize("NFKC", value).strip().casefold()
    is_number = re.search(r"\d", folded) and not re.search(r"[^\W\d]", folded)
    return normalise_phone(folded) if is_number else folded


def _parts(blob: bytes) -> tuple[bytes, bytes]:
    head = blob[: 2 + blob[1]] if len(blob) > 1 else b""
    if (
        not head
        or head[0] not in _VERSIONS.values()
        or len(blob) < len(head) + NONCE_BYTES + TAG_BYTES
    ):
        raise CryptoError("not a blob of this house")
    return head, blob[len(head) :]


def _algorithm(version: int, key: bytes) -> algorithms.AES | algorithms.SM4:
    if version == _VERSIONS["aes-256-gcm"]:
        return algorithms.AES(key)
    return algorithms.SM4(_derived(key, b"liaison sm4", 16))


def _version() -> int:
    name = getattr(settings, "FIELD_CIPHER", "aes-256-gcm")
    try:
        return _VERSIONS[name]
    except KeyError as error:
        raise ImproperlyConfigured(f"FIELD_CIPHER is one of {', '.join(_VERSIONS)}") from error


def _ring() -> dict[str, bytes]:
    keys: str | Sequence[str] = settings.FIELD_KEYS
    return _parsed(tuple(keys.split(",") if isinstance(keys, str) else keys))


@lru_cache(maxsize=4)
def _parsed(entries: tuple[str, ...]) -> dict[str, bytes]:
    """`id:base64` entries in their order; the dict keeps it."""
    ring: dict[str, bytes] = {}
    for entry in filter(None, map(str.strip, entries)):
        key_id, _, encoded = entry.partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except ValueError:
            key = b""
        if not re.fullmatch(r"[A-Za-z0-9_.-]{1,32}", key_id) or len(key) != 32 or key_id in ring:
            raise ImproperlyConfigured("FIELD_KEYS holds id:base64(32 bytes), ids once each")
        ring[key_id] = key
    if not ring:
        raise ImproperlyConfigured("FIELD_KEYS holds no key")
    return ring


@lru_cache(maxsize=64)
def _derived(key: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=info).derive(key)
