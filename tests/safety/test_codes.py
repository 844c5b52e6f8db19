"""A code that is wrong, revoked or of an ended thing: one fixed page behind every door."""

import pytest
from django.test import Client

from audit.actors import SYSTEM
from codes.services import revoke_code
from tests.world import NOW, make_county
from voices.models import Message


@pytest.mark.parametrize("door", ["", "message/", "similar/"])
def test_no_door_tells_wrong_codes_apart(db, door: str):
    county = make_county()
    code = county.codes["station"]
    revoke_code(actor=SYSTEM, code=code, reason="海报被人调换", now=NOW)
    client = Client(raise_request_exception=False)
    answers = []
    for token in (code.token, "nosuchcode", "x" * 400, "%E4%BD%A0", "' OR 1=1", "a%20b"):
        path = f"/q/{token}/{door}"
        if door != "similar/":
            answers.append(client.get(path))
        if door:
            answers.append(client.post(path, {"kind": "problem", "text": "路灯坏了"}))
    assert {a.status_code for a in answers} == {404}
    assert len({a.content for a in answers}) == 1
    assert all(not a.cookies and not a.get("Location") for a in answers)
    assert county.station.name not in answers[0].content.decode()
    assert not Message.objects.exists()


def test_the_api_says_the_same_of_every_wrong_code(db):
    county = make_county()
    code = county.codes["station"]
    revoke_code(actor=SYSTEM, code=code, reason="海报被人调换", now=NOW)
    answers = [
        Client().post("/api/v1/messages/", {"token": token, "kind": "problem", "text": "在吗"},
                      content_type="application/json")
        for token in (code.token, "nosuchcode", "", None, "x" * 400)
    ]  # fmt: skip
    assert {a.status_code for a in answers} == {404}
    assert len({a.content for a in answers}) == 1
    assert not Message.objects.exists()
