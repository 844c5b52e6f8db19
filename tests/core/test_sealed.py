"""`rotate_keys`: every sealed value comes under the first key, however often it is run."""

import base64
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db.models import BinaryField
from django.test import Client
from django.utils import timezone

from accounts.models import SecondFactor
from accounts.services.factors import secret_of, set_factor
from core import sealed
from core.crypto import blind_index, needs_rotation
from notifications.models import Channel
from notifications.outside import address_of, sealed_address
from tests.voices.conftest import say
from tests.world import make_county
from voices.models import MessageContact
from voices.services import reveal_contact


def key(name, fill):
    return f"{name}:{base64.b64encode(bytes([fill]) * 32).decode()}"


OLD, NEW = key("k2025", 1), key("k2026", 2)
# Binary columns that hold no sealed value: hashes, indexes, files.
PLAIN = ("receipt_hash", "phone_index", "person_key", "device_key", "fingerprint", "data")


@pytest.fixture
def county(db, settings):
    settings.FIELD_KEYS = [OLD]
    return make_county()


@pytest.fixture
def stored(county):
    """Something sealed of every kind, made under the old key."""
    keeper = county.users["station_keeper"]
    for n in range(5):
        say(county, key=f"key-{n}" * 4, text=f"第{n}件", name=f"王某{n}",
            phone=f"1381234123{n}", consent=True)  # fmt: skip
    say(county, key="nameless-nameless", name="", phone="13900000000", consent=True)
    set_factor(user=keeper, secret=b"a factor for testing", now=timezone.now())
    Channel.objects.create(
        user=keeper, kind="wecom", address=sealed_address(keeper.pk, "abc"),
        created_at=timezone.now(),
    )  # fmt: skip
    return county


def rotate():
    out = StringIO()
    call_command("rotate_keys", stdout=out)
    return out.getvalue()


def blobs():
    contacts = MessageContact.objects.order_by("pk").values_list("name_sealed", "phone_sealed")
    found = [bytes(blob) for row in contacts for blob in row if blob]
    found += [bytes(row.secret) for row in SecondFactor.objects.all()]
    return found + [bytes(row.address) for row in Channel.objects.all()]


def test_everything_is_sealed_anew_and_still_opens_without_the_old_key(stored, settings):
    settings.FIELD_KEYS = [NEW, OLD]
    assert sum(map(needs_rotation, blobs())) == 13
    said = rotate()
    for words in ("联系方式：共6条，改了6条", "外部渠道：共1条，改了1条"):
        assert words in said
    assert not any(map(needs_rotation, blobs()))
    settings.FIELD_KEYS = [NEW]
    keeper = stored.users["station_keeper"]
    contact = MessageContact.objects.select_related("message").order_by("pk")[3]
    shown = reveal_contact(contact.message, actor=keeper, reason="核实情况", now=timezone.now())
    assert (shown.name, shown.phone) == ("王某3", "13812341233")
    assert secret_of(SecondFactor.objects.get(user=keeper)) == b"a factor for testing"
    assert address_of(Channel.objects.get()) == "abc"


def test_second_run_changes_nothing(stored, settings):
    settings.FIELD_KEYS = [NEW, OLD]
    rotate()
    before = blobs()
    assert "改了0条" in rotate()
    assert blobs() == before


def test_interrupted_run_is_taken_up_again(stored, settings, monkeypatch):
    settings.FIELD_KEYS = [NEW, OLD]
    contacts = next(s for s in sealed.sealed_models() if s.model == "voices.messagecontact")
    plain, calls = sealed._brought_up, []

    def killed(row, of):
        calls.append(row.pk)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return plain(row, of)

    monkeypatch.setattr(sealed, "_brought_up", killed)
    with pytest.raises(KeyboardInterrupt):
        sealed.rotate_model(contacts, chunk=2)
    names = MessageContact.objects.order_by("pk").values_list("phone_sealed", flat=True)
    assert [needs_rotation(blob) for blob in names] == [False, False, True, True, True, True]
    monkeypatch.setattr(sealed, "_brought_up", plain)
    done = sealed.rotate_model(contacts, chunk=2)
    assert (done.seen, done.changed, done.broken) == (6, 4, [])


def test_index_is_built_anew_when_the_last_key_is_gone(stored, settings):
    settings.FIELD_KEYS = [NEW, OLD]
    rotate()
    settings.FIELD_KEYS = [NEW]
    wanted = blind_index("13812341230", purpose="phone")
    assert not MessageContact.objects.filter(phone_index=wanted).exists()
    assert "联系方式：共6条，改了6条" in rotate()
    assert MessageContact.objects.get(phone_index=wanted).phone_sealed is not None


def test_row_that_does_not_open_is_named_and_the_rest_goes_on(stored, settings):
    broken = MessageContact.objects.order_by("pk")[1]
    other = MessageContact.objects.order_by("pk")[0]
    MessageContact.objects.filter(pk=broken.pk).update(name_sealed=other.name_sealed)
    settings.FIELD_KEYS = [NEW, OLD]
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("rotate_keys", stdout=out)
    assert f"打不开1条（主键 {broken.pk}）" in out.getvalue()
    left = [c.pk for c in MessageContact.objects.all() if needs_rotation(c.phone_sealed)]
    assert left == [broken.pk]


def test_sealed_message_is_read_at_the_desk_after_a_rotation(stored, settings):
    settings.FIELD_KEYS = [NEW, OLD]
    rotate()
    settings.FIELD_KEYS = [NEW]
    client = Client()
    client.force_login(stored.users["station_keeper"])
    message = MessageContact.objects.select_related("message").order_by("pk")[0].message
    page = client.post(f"/desk/messages/{message.code}/reveal/", {"reason": "核实情况"})
    assert "13812341230" in page.content.decode()


def test_every_binary_column_is_plain_or_spoken_for():
    columns = {
        (model._meta.label_lower, column.name)
        for model in apps.get_models()
        for column in model._meta.get_fields()
        if isinstance(column, BinaryField) and column.name not in PLAIN
    }
    spoken = {(one.model, name) for one in sealed.sealed_models() for name in one.columns}
    assert spoken == columns
