"""Pages rendered once with the words put in afterwards say what a plain rendering says."""

import pytest
from django.test import Client

from core import holes
from tests.world import make_county, receipt_of

WORDS = {"kind": "problem", "text": "路灯不亮", "place": ""}


def send(county, token: str, key: str, query: str = ""):
    words = WORDS | {"idempotency_key": key * 10}
    return Client().post(f"/q/{token}/message/{query}", words)


@pytest.mark.django_db
def test_two_people_get_one_page_with_their_own_receipt(monkeypatch):
    county = make_county()
    token = county.codes["deputy"].token
    holes._pages.clear()
    first, second = send(county, token, "a"), send(county, token, "b")
    assert first.status_code == second.status_code == 201
    one, other = receipt_of(first), receipt_of(second)
    assert one != other
    assert first.content.decode().replace(one, other) == second.content.decode()
    assert len(holes._pages) == 1
    monkeypatch.setattr(holes, "_pages", {})  # a plain rendering of the same
    again = send(county, token, "b")
    assert again.content == second.content


@pytest.mark.django_db
def test_elder_mode_is_another_page_and_other_addresses_are_not_kept():
    county = make_county()
    token = county.codes["deputy"].token
    holes._pages.clear()
    plain, elder = send(county, token, "a"), send(county, token, "b", "?elder=1")
    assert "data-elder" in elder.content.decode()
    assert "data-elder" not in plain.content.decode()
    assert len(holes._pages) == 2
    send(county, token, "c", "?from=poster")
    assert len(holes._pages) == 2


@pytest.mark.django_db
def test_the_words_put_in_are_escaped():
    county = make_county()
    county.deputy.name = '<b>"甲"&乙'
    county.deputy.save()
    answer = send(county, county.codes["deputy"].token, "a").content.decode()
    assert "&lt;b&gt;&quot;甲&quot;&amp;乙" in answer
    assert "<b>" + '"甲"' not in answer


@pytest.mark.django_db
def test_no_more_than_so_many_are_kept(monkeypatch):
    county = make_county()
    monkeypatch.setattr(holes, "_MOST", 1)
    holes._pages.clear()
    token = county.codes["deputy"].token
    send(county, token, "a")
    send(county, token, "b", "?elder=1")
    assert len(holes._pages) == 1
