"""Like matters beside a message at the desk: those still open that this person may read."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.voices.conftest import say
from tests.world import NOW, make_user
from voices.selectors import similar_open
from workflows.engine import apply

WORDS = "东街北头的路灯坏了三天，晚上看不见路"


def said(county, text, number, **more):
    return say(county, text=text, key=f"similar-{number}-" * 2, **more).message


def shown(client, message):
    page = client.get(f"/desk/messages/{message.code}/").content.decode()
    part = re.search(r"正在办的还有(\d+)件像这样的.*?</section>", page, re.DOTALL)
    return (int(part[1]), re.findall(r"/desk/messages/(M\d+)/", part[0])) if part else (0, [])


def test_desk_shows_the_open_matters_that_say_the_same(client, county):
    first = said(county, WORDS, 1)
    like = said(county, "东街北头路灯坏了，晚上看不见", 2)
    other = said(county, "想问问图书馆周一开不开门", 3)
    client.force_login(county.users["deputy"])
    assert shown(client, first) == (1, [like.code])
    assert shown(client, other) == (0, [])


def test_answered_matters_are_no_longer_open(client, county):
    first, like = said(county, WORDS, 1), said(county, WORDS + "！", 2)
    deputy = county.users["deputy"]
    apply(like, "accept", actor=deputy, now=NOW)
    apply(like, "answer", actor=deputy, now=NOW, data={"text": "修好了", "outcome": "solved"})
    client.force_login(deputy)
    assert shown(client, first) == (0, [])


def test_only_what_the_person_may_read_is_shown(client, county, neighbour):
    mine = said(county, WORDS, 1)
    said(neighbour, WORDS, 2)
    unseen = said(county, WORDS + "。", 3, kind="station")  # goes to the station, not the deputy
    client.force_login(county.users["deputy"])
    assert shown(client, mine) == (0, [])
    client.force_login(county.users["station_keeper"])
    assert shown(client, mine) == (1, [unseen.code])
    stranger = make_user("nobody", "unit_handler", "unit", county.units[2].code, county.code)
    assert similar_open(stranger, mine) == []


@pytest.mark.parametrize("count", [1, 30])
def test_looking_costs_one_query(county, count):
    first = said(county, WORDS, 0)
    for n in range(1, count + 1):
        said(county, f"{WORDS}{n}", n)
    keeper = county.users["station_keeper"]
    keeper.region_prefixes("voices.view_message")  # grants are read once a request
    with CaptureQueriesContext(connection) as queries:
        found = similar_open(keeper, first)
    assert (len(queries), len(found)) == (1, min(count, 5))
