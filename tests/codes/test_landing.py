"""The page behind a printed code."""

import re
from datetime import date, timedelta

import pytest
from django.db import ProgrammingError, transaction
from django.utils import timezone

from audit.actors import SYSTEM
from codes import registry
from codes.models import Code, DailyScan
from codes.scans import ScanCounter, counter
from codes.selectors import landing
from codes.services import retire_code, revoke_code
from congress.memory import forget_all
from tests.world import NOW

pytestmark = pytest.mark.django_db
UNKNOWN = "zzzzzzzzzz"


@pytest.fixture(autouse=True)
def _no_counts():
    counter._counts.clear()
    yield
    counter._counts.clear()


def page(client, code, query=""):
    return client.get(f"/q/{code.token}/{query}")


def test_station_landing_says_whom_and_what_to_press(client, county, settings):
    settings.BASE_URL = "https://rd.zhucheng.example"
    code = county.codes["station"]
    response = page(client, code)
    text = response.content.decode()

    assert response.status_code == 200
    assert f">{county.station.name}</h1>" in text
    assert f'aria-label="核对语：{code.check_phrase}"' in text
    assert "rd.zhucheng.example" in text
    assert code.point_code in text
    assert f'href="/q/{code.token}/message/"' in text
    assert text.count("btn-primary") == 1
    assert "5个工作日内受理" in text
    for path in ("/receipt/", "/deputies/", "?elder=1"):
        assert f'href="{path}"' in text


def test_landing_is_a_public_page_without_anything_of_the_visitor(client, county):
    response = page(client, county.codes["station"])

    assert not response.cookies
    assert response["X-Public-Page"] == "1"
    assert "csrf" not in response.content.decode().lower()
    again = page(client, county.codes["station"])
    assert re.sub(r'nonce="[^"]*"', "", again.content.decode()) == response.content.decode()


@pytest.mark.parametrize("kind", ["station", "deputy", "grid"])
def test_landing_takes_no_query_once_its_parts_are_known(
    client, county, kind, django_assert_num_queries
):
    page(client, county.codes[kind])
    with django_assert_num_queries(0):
        page(client, county.codes[kind], "?elder=1")


def test_revoked_code_is_forgotten_at_once_in_this_process(
    client, county, django_capture_on_commit_callbacks
):
    code = county.codes["station"]
    assert page(client, code).status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        revoke_code(actor=SYSTEM, code=code, reason="被人仿冒", now=NOW)
    assert page(client, code).status_code == 404


def test_landing_parts_cost_a_few_queries_each_half_minute(
    client, county, django_assert_max_num_queries
):
    page(client, county.codes["station"])  # the rulebook is known from now on
    with django_assert_max_num_queries(14):
        page(client, county.codes["deputy"])


def test_head_answers_like_get_and_is_not_counted(client, county):
    response = client.head(f"/q/{county.codes['station'].token}/")
    assert (response.status_code, response.content) == (200, b"")
    assert not counter._counts


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_landing_takes_no_writes(client, county, method):
    assert getattr(client, method)(f"/q/{county.codes['station'].token}/").status_code == 405


def test_typed_address_without_slash_or_in_capitals_is_served_without_redirect(client, county):
    token = county.codes["station"].token
    for path in (f"/q/{token}", f"/q/{token.upper()}/"):
        assert client.get(path).status_code == 200


def test_wrong_expired_revoked_and_malformed_are_one_fixed_page(client, county):
    code = county.codes["station"]
    revoke_code(actor=SYSTEM, code=code, reason="海报被人调换", now=NOW)
    answers = [
        client.get(f"/q/{token}/")
        for token in (UNKNOWN, code.token, "1", "x" * 400, "%E4%BD%A0", "..", "a b", "<script>")
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert all(not answer.cookies and not answer.get("Location") for answer in answers)
    assert "这个码无效" in answers[0].content.decode()
    assert county.station.name not in answers[1].content.decode()


def test_trap_15_a_retired_code_leads_to_its_successor(client, county):
    old, new = county.codes["grid"], county.codes["station"]
    retire_code(actor=SYSTEM, code=old, reason="撤并", successor=new, now=NOW)
    response = page(client, old)

    assert response.status_code == 410
    assert f'href="/q/{new.token}/"' in response.content.decode()
    assert response["Cache-Control"] == "no-store"


def test_retired_code_follows_a_chain_of_successors(client, county):
    first = county.codes["grid"]
    middle = county.codes["deputy"]
    last = county.codes["station"]
    retire_code(actor=SYSTEM, code=first, reason="撤并", successor=middle, now=NOW)
    retire_code(actor=SYSTEM, code=middle, reason="换届", successor=last, now=NOW)

    assert f'href="/q/{last.token}/"' in page(client, first).content.decode()


def test_two_codes_that_name_each_other_end_at_the_station(client, county):
    one, other = county.codes["grid"], county.codes["deputy"]
    Code.objects.filter(pk=one.pk).update(state="retired", successor=other)
    Code.objects.filter(pk=other.pk).update(state="retired", successor=one)

    response = page(client, one)
    assert response.status_code == 410
    assert f'href="/stations/{county.station.code}/"' in response.content.decode()


def test_trap_15_a_retired_code_without_successor_leads_to_the_station(client, county):
    code = county.codes["grid"]
    retire_code(actor=SYSTEM, code=code, reason="撤并", now=NOW)
    text = page(client, code).content.decode()

    assert county.station.name in text
    assert f'href="/stations/{county.station.code}/"' in text


def test_retired_code_never_leads_into_another_county(client, county, neighbour):
    code = county.codes["grid"]
    county.station.closed_on = date(2026, 1, 1)
    county.station.save()
    retire_code(actor=SYSTEM, code=code, reason="撤并", now=NOW)
    text = page(client, code).content.decode()

    assert neighbour.station.name not in text
    assert 'href="/stations/"' in text


def test_active_code_of_a_closed_target_is_treated_as_ended(client, county):
    county.station.closed_on = date(2026, 1, 1)
    county.station.save()
    assert page(client, county.codes["station"]).status_code == 410


def test_elder_landing_has_exactly_five_choices(client, county, settings):
    settings.SITE_PHONE = "0536-12345"
    text = page(client, county.codes["station"], "?elder=1").content.decode()
    body = text[text.index("<main") : text.index("</main>")]

    assert len(re.findall(r'<(?:a|button) class="btn', body)) == 5
    assert body.count("<a ") + body.count("<button ") == 5
    assert 'data-speak="words"' in body
    assert f'href="/q/{county.codes["station"].token}/message/?elder=1"' in body


def test_panels_of_upper_apps_stand_in_their_order(client, county, monkeypatch):
    monkeypatch.setattr(registry, "_panels", [])
    for order in (20, 10):
        registry.register_panel(
            order, "partials/notice.html", lambda code, target, n=order: {"n": n}
        )
    registry.register_panel(5, "partials/notice.html", lambda code, target: None)
    found = landing(county.codes["station"], today=date(2026, 11, 20))
    assert [panel.context["n"] for panel in found.panels] == [10, 20]


def test_a_change_of_the_target_shows_within_half_a_minute(client, county):
    page(client, county.codes["station"])
    county.station.name = "新名字联络站"
    county.station.save()
    forget_all()  # what the clock does after 30 seconds
    assert "新名字联络站" in page(client, county.codes["station"]).content.decode()


# --- scans -----------------------------------------------------------------------------------


def test_an_unchanged_page_is_not_made_again_and_each_mode_has_its_own(client, county, settings):
    settings.PAGE_CACHE_SECONDS = 10
    path = f"/q/{county.codes['deputy'].token}/"
    first, elder = client.get(path), client.get(path, {"elder": "1"})
    again, elder_again = client.get(path), client.get(path, {"elder": "1"})
    assert first.templates
    assert elder.templates
    assert not again.templates
    assert not elder_again.templates
    assert again.content == first.content != elder.content == elder_again.content
    client.cookies["somebody"] = "1"
    assert client.get(path).templates, "who brings a cookie gets a page made now"
    forget_all()
    assert client.get(path).templates


def test_scans_are_counted_exactly_after_a_flush(client, county):
    code, other = county.codes["station"], county.codes["grid"]
    for _ in range(3):
        page(client, code)
    page(client, other)
    page(client, code, "?elder=1")
    counter.take_paths({f"/q/{code.token}/": 40, f"/q/{other.token}": 2, "/deputies/": 9})
    counter.flush()
    assert counter.flush() == 0

    counts = dict(DailyScan.objects.values_list("code_id", "count"))
    assert counts == {code.pk: 44, other.pk: 3}
    assert {row.on for row in DailyScan.objects.all()} == {timezone.localdate()}


def test_two_processes_add_to_one_row(county):
    token = county.codes["station"].token
    for _ in range(2):
        one = ScanCounter()
        one.add(token, 5)
        one.flush()
    assert DailyScan.objects.get().count == 10


def test_made_up_tokens_are_not_counted(client, county):
    counter.take_paths({f"/q/{UNKNOWN}/": 5})
    assert counter.flush() == 0
    assert not DailyScan.objects.exists()


def test_counts_wait_while_the_database_is_away(county, monkeypatch):
    mine = ScanCounter()
    mine.add(county.codes["station"].token, 7)
    monkeypatch.setattr("codes.scans._UPSERT", "SELECT broken")
    with pytest.raises(ProgrammingError), transaction.atomic():
        mine.flush()
    monkeypatch.undo()

    assert mine.flush() == 1
    assert DailyScan.objects.get().count == 7


def test_scan_days_are_days_in_china(county):
    mine = ScanCounter()
    mine.add(county.codes["station"].token)
    (_, day), *_ = mine._counts
    assert abs(day - date.today()) <= timedelta(days=1)  # noqa: DTZ011


def test_landing_of_a_serving_deputy_names_the_seat(client, county):
    text = page(client, county.codes["deputy"]).content.decode()
    assert "不再担任代表" not in text
    assert "第十八届" in text
