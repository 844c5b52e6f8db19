"""The database goes away while somebody writes: 503, the words kept, and the same form works."""

import re

import pytest

from tests.core.test_middleware import Proxy, door, served
from tests.world import make_county
from voices.models import Message

__all__ = ["Proxy", "door"]
WORDS = {
    "kind": "problem", "text": "东街北头的路灯坏了三天，夜里看不见", "place": "东街北头",
    "name": "王某", "phone": "13812341234", "consent": "on", "idempotency_key": "typed-just-once-1",
}  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_what_a_resident_typed_is_kept_and_sent_again_once(request):
    proxy = request.getfixturevalue("door")
    path = f"/q/{make_county().codes['deputy'].token}/message/"
    proxy.shut()
    answer = served(path, data=WORDS)
    assert (answer["status"], answer["Retry-After"]) == (503, "10")
    assert f"{WORDS['text']}</textarea>" in answer["text"]
    kept = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', answer["text"]))
    for name in ("kind", "place", "idempotency_key"):
        assert kept[name] == WORDS[name]
    proxy.open()
    assert not Message.objects.exists()
    sent = [served(path, data=WORDS)["status"] for _ in range(2)]
    assert sent == [201, 201]
    assert Message.objects.get().text == WORDS["text"]
