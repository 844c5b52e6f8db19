"""The public pages, the wall, the open data, the API and the staff's pages."""

import csv
import io
import json
from datetime import datetime, timedelta

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.dates import LOCAL_ZONE, local_date
from stats.models import Snapshot
from stats.opendata import FIELDS, HEADER
from stats.services import refresh, take
from tests.stats.made import make_messages
from tests.world import County
from voices.models import Message


def lately() -> datetime:
    """Nine in the morning, five days ago, or the first of January when that is nearer."""
    today = local_date(timezone.now())
    day = max(today - timedelta(days=5), today.replace(month=1, day=1))
    return datetime(day.year, day.month, day.day, 9, tzinfo=LOCAL_ZONE)


@pytest.fixture
def messages(county: County) -> list[Message]:
    groups = [
        (2, {"outcome": "solved", "score": "satisfied"}), (1, {"outcome": "solved"}),
        (1, {"outcome": "explained", "score": "basic"}), (4, {"state": "received"}),
    ]  # fmt: skip
    return make_messages(county, lately(), groups)


def publish(messages: list[Message]) -> None:
    Message.objects.filter(pk__in=[m.pk for m in messages]).update(
        publication="published", published_at=timezone.now(), public_title="北门的路灯",
        public_text="北门的路灯坏了", public_answer="换好了",
    )  # fmt: skip


def test_page_says_it_in_sentences_first(messages):
    text = Client().get("/statistics/").content.decode()
    start = text.index("今年收到")
    assert text[start : text.index("</h1>", start)].split("<b>")[1:] == [
        "8</b> 件，<br>办结 ", "4</b> 件，<br>其中问题真正解决 ", "3</b> 件。",
    ]  # fmt: skip
    assert "4 ÷ 8 件" in text
    assert "50.0" in text
    assert "怎么算的" in text
    assert "满意率（含「基本满意」）" in text


def test_page_without_anything_has_dashes_and_no_hundred(county):
    text = Client().get("/statistics/").content.decode()
    assert "100" not in text.split("<main")[1].replace("不写100%", "")
    assert '<p class="fig">—</p>' in text


@pytest.mark.parametrize(
    "address",
    [
        "/statistics/370999/", "/statistics/370782001001/", "/statistics/?year=1999",
        "/statistics/items/?of=message.text", "/statistics/items/?of=order.replied",
        "/statistics/items/?until=x", "/statistics/items/?place=370782001001",
        "/statistics/data.csv?place=9", "/screen/9/",
    ],
)  # fmt: skip
def test_unknown_place_measure_or_day_is_not_there(county, address):
    assert Client().get(address).status_code == 404


def test_everybody_gets_the_published_items_only(messages):
    publish(messages[:1])
    text = Client().get("/statistics/items/?of=message.closed").content.decode()
    assert "一共4件" in text
    assert text.count("北门的路灯") == 1
    assert "路灯坏了" not in text.replace("北门的路灯坏了", "")
    for other in messages[1:]:
        assert other.code not in text


def test_item_list_asks_no_more_for_thirty_than_for_one(county):
    made = make_messages(county, lately(), [(30, {"outcome": "solved"})])
    publish(made[:1])
    client, address = Client(), "/statistics/items/?of=message.closed"
    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as one:
        client.get(address)
    publish(made)
    with CaptureQueriesContext(connection) as many:
        assert client.get(address).content.decode().count("北门的路灯") == 20
    assert len(many) == len(one)


def test_open_data_has_both_sides_and_its_schema(messages):
    client = Client()
    lines = list(
        csv.reader(io.StringIO(client.get("/statistics/data.csv").content.decode("utf-8-sig")))
    )
    assert lines[0] == HEADER
    total = next(row for row in lines if row[4] == "message.closed" and row[8] == "total")
    assert total[5:] == ["办结率", "M3", "1", "total", "", "合计", "4", "8", "50.0"]
    document = client.get("/statistics/data.json").json()
    assert [list(row) for row in document["rows"]] == [list(FIELDS)] * len(document["rows"])
    assert len(document["rows"]) == len(lines) - 1
    schema = client.get(document["schema"]).json()
    assert schema["required"] == list(FIELDS)
    empty = next(row for row in document["rows"] if row["rate"] == "promise.kept")
    assert (empty["denominator"], empty["percent"]) == (0, None)


def test_wall_renews_itself_without_script_and_names_nobody(messages, county):
    publish(messages[:2])
    answer = Client().get(f"/screen/{county.code}/")
    text = answer.content.decode()
    assert answer["Refresh"] == "60"
    assert "<script" not in text
    assert text.count("北门的路灯") == 2
    assert county.deputy.name not in text
    assert "占收到的50.0%" in text


def test_snapshot_is_kept_once_a_day_and_read(messages, county):
    now = timezone.now()
    refresh(None, now)
    refresh(None, now)
    today = local_date(now)
    kept = Snapshot.objects.filter(on=today)
    assert sorted(kept.values_list("scope", "final")) == [
        ("", False), ("3707", False), (county.code, False), (f"{county.code}001", False),
    ]  # fmt: skip
    settled = Snapshot.objects.filter(final=True, scope="").values_list("on", flat=True)
    assert today - timedelta(days=1) in settled
    kept.filter(scope="").update(body={**kept.get(scope="").body, "message": {}})
    assert "还没有收到留言" in Client().get("/statistics/").content.decode()
    assert "今年收到" in Client().get(f"/statistics/{county.code}/").content.decode()


def test_reading_a_snapshot_is_one_query(messages, county):
    take(local_date(timezone.now()), now=timezone.now(), final=False)
    with CaptureQueriesContext(connection) as seen:
        Client().get("/api/v1/rates/?since=" + lately().strftime("%Y-01-01"))
    assert [q["sql"].split()[0] for q in seen if "stats_snapshot" in q["sql"]] == ["SELECT"]
    assert not [q for q in seen if "voices_message" in q["sql"]]


def test_api_gives_every_rate_and_one_by_place_and_kind(messages, county):
    client = Client()
    found = client.get("/api/v1/rates/?kind=message").json()
    assert found["count"] == len(found["results"]) == 9
    closed = next(r for r in found["results"] if r["code"] == "message.closed")
    assert {k: closed[k] for k in ("numerator", "denominator", "percent", "formula", "scope")} == {
        "numerator": 4, "denominator": 8, "percent": 50.0, "formula": "M3", "scope": "",
    }  # fmt: skip
    one = client.get(f"/api/v1/rates/message.closed/?scope={county.code}").json()
    street = {"key": f"{county.code}001", "name": "诸城市东街街道", "numerator": 4,
              "denominator": 8, "percent": 50.0}  # fmt: skip
    assert one["by"]["place"] == [street]
    assert one["by"]["category"] == [street | {"key": "problem", "name": "反映问题"}]


def test_api_keeps_small_places_for_those_who_may_see_them(messages, county, neighbour):
    village = f"/api/v1/rates/?scope={county.deputy.region_code}"
    client = Client()
    assert client.get(village).status_code == 403
    client.force_login(county.users["unit_handler"])
    assert client.get(village).status_code == 403
    client.force_login(neighbour.users["congress_staff"])
    assert client.get(village).status_code == 404
    client.force_login(county.users["town_staff"])
    assert client.get(village).json()["results"][2]["denominator"] == 8


@pytest.mark.parametrize(
    ("query", "status"),
    [("as_of=gestern", 400), ("as_of=2026-01-01&since=2026-02-01", 400), ("kind=x", 400),
     ("scope=abc", 404), ("scope=999999", 404), ("since=0001-01-01", 400)],
)  # fmt: skip
def test_api_refuses_what_it_cannot_read(county, query, status):
    answer = Client().get(f"/api/v1/rates/?{query}")
    assert answer.status_code == status
    assert set(answer.json()) == {"code", "message", "fields"}


def test_staff_see_their_own_place_and_its_items(messages, county, neighbour):
    client = Client()
    client.force_login(county.users["congress_staff"])
    text = client.get("/admin/statistics/").content.decode()
    assert "50.0%" in text
    items = client.get("/admin/statistics/items/?of=message.solved").content.decode()
    assert [m.code in items for m in messages] == [True] * 3 + [False] * 5
    assert client.get(f"/admin/statistics/?place={neighbour.code}").status_code == 404
    assert client.get("/admin/statistics/?kind=nothing").status_code == 404
    client.force_login(neighbour.users["congress_staff"])
    items = client.get("/admin/statistics/items/?of=message.solved").content.decode()
    assert not any(m.code in items for m in messages)
    assert client.get(
        f"/admin/statistics/items/?of=message.solved&place={county.code}"
    ).status_code == 404  # fmt: skip


@pytest.mark.parametrize("role", ["moderator", "auditor", "unit_handler", "deputy"])
def test_staff_pages_are_not_for_other_roles(county, role):
    client = Client()
    client.force_login(county.users[role])
    assert client.get("/admin/statistics/").status_code == 403


def test_dashboard_shows_the_rates_of_ones_place(messages, county):
    client = Client()
    client.force_login(county.users["congress_staff"])
    text = client.get("/admin/").content.decode()
    panel = text[text.index("今年的率") :]
    assert "50.0%" in panel
    assert "4/8" in panel


def test_dashboard_reads_what_was_kept_and_asks_little(messages, county):
    now = timezone.now()
    take(local_date(now), now=now, final=False)
    client = Client()
    client.force_login(county.users["congress_staff"])
    client.get("/admin/")
    cache.clear()
    with CaptureQueriesContext(connection) as seen:
        text = client.get("/admin/").content.decode()
    assert "4/8" in text[text.index("今年的率") :]
    assert "数字截至" in text
    assert not [q for q in seen if "GROUPING SETS" in q["sql"]]
    assert len(seen) <= 15


def test_dashboard_numbers_are_a_minute_old_at_most_and_what_waits_is_not(county):
    client = Client()
    client.force_login(county.users["congress_staff"])
    client.get("/admin/")
    make_messages(county, lately(), [(3, {"state": "received"})])
    assert "<b>0</b><span>正在办" in client.get("/admin/").content.decode()
    cache.clear()
    assert "<b>3</b><span>正在办" in client.get("/admin/").content.decode()


@pytest.mark.parametrize("path", ["", "items/?of=message.closed", "?kind=order"])
def test_staff_pages_ask_no_more_for_thirty_than_for_one(county, path):
    client = Client()
    client.force_login(county.users["congress_staff"])

    def asked() -> int:
        cache.clear()
        with CaptureQueriesContext(connection) as seen:
            assert client.get(f"/admin/statistics/{path}").status_code == 200
        return len(seen)

    make_messages(county, lately(), [(1, {"outcome": "solved"})])
    asked()
    one = asked()
    make_messages(county, lately(), [(29, {"outcome": "solved"})], prefix="U")
    assert asked() == one


def command(*arguments: str) -> tuple[int, str]:
    out = io.StringIO()
    try:
        call_command("rates", *arguments, stdout=out)
    except SystemExit as error:
        return int(error.code or 0), out.getvalue()
    return 0, out.getvalue()


def test_command_prints_one_document_and_checks_it(messages, county):
    code, text = command("--json", "--scope", county.code, "--by", "place")
    document = json.loads(text)
    closed = next(r for r in document["rates"] if r["code"] == "message.closed")
    assert (code, closed["percent"], closed["by"]) == (
        0, 50.0, {f"{county.code}001": {"numerator": 4, "denominator": 8, "percent": 50.0}},
    )  # fmt: skip
    code, text = command("--check", "--json")
    assert (code, json.loads(text)["holds"]) == (0, True)
    assert "M3·v1" in command("--since", "2026-01-01")[1]


def test_command_says_what_does_not_agree(messages):
    Message.objects.filter(pk=messages[0].pk).update(state="received")
    code, text = command("--check")
    assert code == 1
    assert "message.closed" not in text
    assert "不符：message place" in text
