"""Receipts: the only key a resident has. 65 bits, shown once, stored as a keyed hash."""

import hashlib
import hmac
import secrets

from django.conf import settings

from core.crypto import blind_index

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: no I, L, O, U
LENGTH = 13
_FOLD = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V", "-": None, " ": None, "—": None})


def new_receipt() -> str:
    """A random receipt of 65 bits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def receipt_for(idempotency_key: str, *content: str) -> str:
    """The receipt of one submission: the same key with the same content gives the same receipt.

    So fifty copies of one request meet at one unique hash, and each can be answered alike without
    the receipt ever being stored.
    """
    parts = "\x1f".join((idempotency_key, *content)).encode()
    digest = hmac.new(settings.SECRET_KEY.encode() + b"receipt", parts, hashlib.sha256).digest()
    number = int.from_bytes(digest[:9], "big")
    return "".join(ALPHABET[(number >> (5 * i)) & 31] for i in range(LENGTH))


def normalise(typed: str) -> str | None:
    """The receipt as stored from what a person typed, or None when it cannot be one."""
    if len(typed) > 60:
        return None
    code = typed.strip().upper().translate(_FOLD)
    return code if len(code) == LENGTH and all(c in ALPHABET for c in code) else None


def display(receipt: str) -> str:
    """In groups people can read out: ABCD-EFGH-JKLMN."""
    return f"{receipt[:4]}-{receipt[4:8]}-{receipt[8:]}"


def receipt_hash(receipt: str) -> bytes:
    """What the database keeps."""
    return blind_index(receipt, purpose="receipt")
