import base64

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st

from core.crypto import (
    CryptoError,
    blind_index,
    check_field_keys,
    decrypt,
    encrypt,
    needs_rotation,
    reencrypt,
    rotate,
)

FULL_WIDTH = "13812341234".translate({ord(d): ord(d) + 0xFEE0 for d in "0123456789"})


def key(key_id, fill):
    return f"{key_id}:{base64.b64encode(bytes([fill]) * 32).decode()}"


OLD, NEW = key("k2025", 1), key("k2026", 2)


@pytest.fixture(params=["aes-256-gcm", "sm4-gcm"])
def cipher(request, settings):
    settings.FIELD_KEYS = [OLD]
    settings.FIELD_CIPHER = request.param


@given(plain=st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_decrypt_gives_back_what_was_encrypted(plain):
    assert decrypt(encrypt(plain, binding="a"), binding="a") == plain


def test_encrypt_never_gives_the_same_blob_twice(cipher):
    blobs = {encrypt("13812341234", binding="a") for _ in range(50)}
    assert len(blobs) == 50
    assert not any(b"1381234" in blob for blob in blobs)


def test_decrypt_takes_what_the_database_returns(cipher):
    assert decrypt(memoryview(encrypt("王五", binding="a")), binding="a") == "王五"


def test_decrypt_refuses_another_binding(cipher):
    with pytest.raises(CryptoError):
        decrypt(encrypt("王五", binding="voices.Message:1:name"), binding="voices.Message:2:name")


def test_decrypt_refuses_every_changed_byte(cipher):
    blob = encrypt("王五", binding="a")
    for position in range(len(blob)):
        changed = bytearray(blob)
        changed[position] ^= 1
        with pytest.raises(CryptoError):
            decrypt(bytes(changed), binding="a")


def test_decrypt_refuses_every_shortened_blob(cipher):
    blob = encrypt("王五", binding="a")
    for length in range(len(blob)):
        with pytest.raises(CryptoError):
            decrypt(blob[:length], binding="a")


def test_rotation_moves_to_the_first_key_and_keeps_the_old_readable(settings):
    settings.FIELD_KEYS = [OLD]
    before = encrypt("王五", binding="a")
    assert rotate(before, binding="a") == before
    settings.FIELD_KEYS = [NEW, OLD]
    assert needs_rotation(before)
    assert decrypt(before, binding="a") == "王五"
    after = rotate(before, binding="a")
    assert not needs_rotation(after)
    settings.FIELD_KEYS = [NEW]
    assert decrypt(after, binding="a") == "王五"
    with pytest.raises(CryptoError):
        decrypt(before, binding="a")


def test_reencrypt_refuses_another_binding():
    with pytest.raises(CryptoError):
        reencrypt(encrypt("王五", binding="a"), binding="b")


def test_needs_rotation_when_the_cipher_changed(settings):
    before = encrypt("王五", binding="a")
    settings.FIELD_CIPHER = "sm4-gcm"
    assert needs_rotation(before)
    assert decrypt(rotate(before, binding="a"), binding="a") == "王五"


@pytest.mark.parametrize(
    "spelling", ["13812341234", "138-1234-1234", "+86 138 1234 1234", FULL_WIDTH]
)
def test_blind_index_is_the_same_for_one_phone_however_written(spelling):
    assert blind_index(spelling, purpose="phone") == blind_index("13812341234", purpose="phone")


def test_blind_index_differs_by_value_purpose_and_key(settings):
    settings.FIELD_KEYS = [OLD]
    first = blind_index("13812341234", purpose="phone")
    assert len(first) == 32
    others = [
        blind_index("13812341235", purpose="phone"),
        blind_index("13812341234", purpose="receipt"),
        blind_index("1381234x1234", purpose="phone"),
    ]
    settings.FIELD_KEYS = [NEW]
    others.append(blind_index("13812341234", purpose="phone"))
    assert first not in others


def test_blind_index_survives_a_new_key_in_front(settings):
    settings.FIELD_KEYS = [OLD]
    before = blind_index("13812341234", purpose="phone")
    settings.FIELD_KEYS = [NEW, OLD]
    assert blind_index("13812341234", purpose="phone") == before


@pytest.mark.parametrize(
    "keys",
    [
        [],
        [""],
        ["k1"],
        ["k1:short"],
        [OLD, OLD],
        [":" + OLD.split(":")[1]],
        "k1:!!!",
        ["键:" + "A" * 44],
    ],
)
def test_check_field_keys_refuses_an_unusable_ring(settings, keys):
    settings.FIELD_KEYS = keys
    with pytest.raises(ImproperlyConfigured):
        check_field_keys()


def test_check_field_keys_takes_a_comma_list_and_refuses_an_unknown_cipher(settings):
    settings.FIELD_KEYS = f"{NEW},{OLD}"
    check_field_keys()
    settings.FIELD_CIPHER = "des"
    with pytest.raises(ImproperlyConfigured):
        check_field_keys()
