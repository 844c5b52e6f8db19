"""One visit of a resident: what it leaves beside the page, and what erasure leaves of it."""

from __future__ import annotations

import logging
from io import StringIO

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client

from tests.safety.test_traces import hits
from tests.voices.conftest import say
from tests.voices.test_pages import picture
from tests.world import make_county, receipt_of
from voices.models import Message


@pytest.fixture
def heard():
    """Everything any logger of the process says, whoever it is for."""
    out = StringIO()
    handler = logging.StreamHandler(out)
    root, level = logging.getLogger(), logging.getLogger().level
    names = ["", *logging.root.manager.loggerDict]
    loggers = [logging.getLogger(name) for name in names]
    for logger in loggers:
        logger.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield out
    root.setLevel(level)
    for logger in loggers:
        logger.removeHandler(handler)


def test_a_visit_leaves_nothing_in_logs_addresses_cookies_and_cache(db, heard, monkeypatch):
    """One whole visit, good and bad: no words, no phone, no receipt beside the page itself."""
    keys = []
    plain = cache.set
    monkeypatch.setattr(
        cache, "set", lambda key, *a, **k: keys.append(str(key)) or plain(key, *a, **k)
    )
    county = make_county()
    path = f"/q/{county.codes['deputy'].token}/message/"
    client = Client(raise_request_exception=False)
    said = {"kind": "problem", "text": "暗号QWERTZ路灯坏了", "place": "暗号QWERTZ东街",
            "name": "暗号QWERTZ", "phone": "15412345678", "consent": "on"}  # fmt: skip
    answers = [client.post(path, said)]
    receipt = receipt_of(answers[0])
    answers += [
        client.post(path, said | {"kind": "wrong"}),
        client.post(path, said | {"text": "a\0QWERTZ"}),
        client.post("/receipt/", {"receipt": receipt}),
        client.post("/receipt/append/", {"receipt": receipt, "text": "暗号QWERTZ又坏了"}),
        client.post("/receipt/rate/", {"receipt": receipt, "score": "satisfied"}),
        client.post("/receipt/withdraw/", {"receipt": receipt, "sure": "yes"}),
        client.post("/receipt/", {"receipt": receipt[:-1] + "?"}),
        client.post(path.replace("message", "similar"), {"text": "暗号QWERTZ路灯坏了"}),
    ]  # fmt: skip
    secret = ["QWERTZ", "15412345678", receipt, receipt.replace("-", "")]
    assert hits(secret, heard.getvalue()) == []
    assert heard.getvalue() != ""
    assert hits(secret, " ".join(keys)) == []
    for answer in answers:
        around = " ".join(f"{k}: {v}" for k, v in answer.headers.items()) + str(answer.cookies)
        assert hits(secret, around) == []
        links = answer.content.decode().split('href="')[1:]
        assert hits(secret, " ".join(part.split('"')[0] for part in links)) == []


def test_erased_photographs_are_gone_from_the_disk(
    db, media_root, django_capture_on_commit_callbacks
):
    county = make_county()
    path = f"/q/{county.codes['deputy'].token}/message/"
    sent = Client().post(path, {"kind": "problem", "text": "看图", "files": [picture()]})
    assert len([f for f in media_root.rglob("*") if f.is_file()]) == 2
    other = say(county).message
    with django_capture_on_commit_callbacks(execute=True):
        call_command("erase_resident", receipt_of(sent))
    assert [f for f in media_root.rglob("*") if f.is_file()] == []
    assert Message.objects.get(pk=other.pk).text == "路灯坏了三天，晚上看不见路"
