"""The public pages: serving ones only, public words only, no cookie, quick."""

import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image

from audit.actors import SYSTEM
from codes.selectors import active_code, code_path
from congress.memory import forget_all
from core.images import read_image
from deputies.models import Deputy, Seat
from deputies.services import join_group, open_seat, open_studio, record_duty, set_photo
from tests.deputies.places import name_of, village
from tests.world import NOW, make_user
from workflows.engine import apply

pytestmark = pytest.mark.django_db
DAY = NOW.date()


def text(client, url, status=200):
    answer = client.get(url)
    assert answer.status_code == status, answer.content.decode()[:500]
    return answer.content.decode()


def names(client, query):
    page = text(client, f"/deputies/{query}")
    return {d.name for d in Deputy.objects.all() if f"<b>{d.name}</b>" in page}


def test_list_shows_who_serves_and_nobody_else(client, here):
    here.deputy("在任某")
    here.deputy("未任某", seat=False)

    assert {"在任某"} <= names(client, "")
    assert "未任某" not in text(client, "/deputies/")


def test_list_is_found_by_name_initials_place_group_and_level(client, here, there, city_term):
    mine, other = here.deputy("王小明"), there.deputy("王大明")
    city = here.deputy("李市代", seat=False)
    open_seat(actor=SYSTEM, deputy=city, term=city_term, now=NOW)
    group = here.group("汽车产业小组")
    join_group(actor=SYSTEM, group=group, deputy=mine, starts_on=DAY, now=NOW)

    assert names(client, "?q=王小") == names(client, "?q=wxm") == {"王小明"}
    assert names(client, "?q=小明") == names(client, "?q=wangxiao") == {"王小明"}
    assert names(client, "?q=明") == {"王小明", "王大明"}
    assert names(client, f"?q={mine.code}") == {"王小明"}
    assert names(client, "?region=370783") - {"宋玉禾"} == {"王大明"}
    assert names(client, f"?group={group.code}") == {"王小明"}
    assert names(client, "?q=汽车产业") == {"王小明"}  # nobody's name, but a group's
    assert other.name in names(client, "?q=寿光市东街街道")
    assert names(client, "?level=3") == {"李市代"}
    assert names(client, "?q=王&level=3") == set()


@pytest.mark.parametrize(
    "query",
    ["?level=9", "?level=x", "?region=%27--", "?group=%00x", "?q=" + "长" * 5000, "?region=a"],
)
def test_list_takes_any_address_with_a_clear_answer(client, here, query):
    assert client.get(f"/deputies/{query}").status_code in (200, 400)


def test_list_with_a_broken_cursor_is_refused_in_words(client, here):
    assert "第一页" in text(client, "/deputies/?cursor=abc", 400)


def test_list_is_paged_by_key_without_loss(client, here):
    for n in range(45):
        here.deputy("王" + chr(0x4E00 + n))
    seen, url = [], "/deputies/?q=王"
    while url:
        page = text(client, url)
        seen += [d.code for d in Deputy.objects.all() if f"/deputies/{d.code}/" in page]
        after = page.split('rel="next" href="')
        url = "/deputies/" + after[1].split('"')[0].replace("&amp;", "&") if len(after) > 1 else ""

    assert len(seen) == len(set(seen)) == 45


def test_list_costs_the_same_for_1_and_30_rows(client, here):
    def queries():
        forget_all()
        with CaptureQueriesContext(
            connection,
        ) as found:
            assert client.get("/deputies/?q=王").status_code == 200
        return len(found)

    here.deputy("王一一")
    one = queries()
    for n in range(29):
        here.deputy(name_of(n), region_code=village(here, n))
    assert queries() == one <= 8


def test_detail_says_seats_in_words_and_leads_to_the_code(client, here, city_term):
    deputy = here.county.deputy
    for term in (here.term, city_term):
        open_seat(actor=SYSTEM, deputy=deputy, term=term, now=NOW)
    group = here.group()
    join_group(actor=SYSTEM, group=group, deputy=deputy, starts_on=DAY, now=NOW)
    open_studio(
        actor=SYSTEM, owner_kind="deputy", owner_code=deputy.code, name="宋玉禾云工作室",
        region_code=deputy.region_code, introduction="线上接待。", opened_on=DAY, now=NOW,
    )  # fmt: skip
    record_duty(deputy=deputy, kind="reception", on=DAY, title="接待", source_type="t",
                source_code="1", actor=SYSTEM, now=NOW)  # fmt: skip

    page = text(client, f"/deputies/{deputy.code}/")

    code = active_code("deputy", deputy.code)
    for words in (
        "诸城市第十九届人大代表", "潍坊市第十八届人大代表", group.name, "宋玉禾云工作室",
        "线上接待。", "接待群众", here.county.station.name, f'href="{code_path(code)}"',
    ):  # fmt: skip
        assert words in page
    assert page.count("btn-primary") == 1


def test_detail_never_shows_account_certificate_or_reason(client, here):
    deputy = here.county.deputy
    seat = deputy.seats.get()
    Seat.objects.filter(pk=seat.pk).update(certificate="CANARY-证号")
    user = make_user("canary_user_x", "deputy", "deputy", deputy.code, here.code)
    deputy.user = user
    deputy.save()
    page = text(client, f"/deputies/{deputy.code}/")
    assert "CANARY" not in page
    assert user.username not in page

    apply(seat, "suspend", actor=here.staff,
          data={"on": "2026-11-02", "reason": "custody", "note": "CANARY-文件"}, now=NOW)  # fmt: skip

    page = text(client, f"/deputies/{deputy.code}/", 410)
    for secret in ("CANARY", "羁押", "暂停", "custody"):
        assert secret not in page
    assert "现在不在任" in page


def test_detail_of_who_serves_no_longer_leads_to_successor_or_station(client, here):
    deputy = here.county.deputy  # has a seat, a code and a station
    seat = deputy.seats.get()
    ending = {"on": "2026-11-01", "reason": "resigned", "note": ""}
    apply(seat, "terminate", actor=here.staff, data=ending, now=NOW)

    page = text(client, f"/deputies/{deputy.code}/", 410)

    station = here.county.codes["station"]
    assert here.county.station.name in page
    assert code_path(station) in page or f"/stations/{here.county.station.code}/" in page
    assert "辞职" not in page
    assert "给代表留言" not in page


@pytest.mark.parametrize("code", ["D999999", "%27", "x" * 200, "..%2f"])
def test_detail_of_nobody_is_404(client, here, code):
    assert client.get(f"/deputies/{code}/").status_code == 404


def test_pages_are_public_and_set_nothing(client, here):
    deputy = here.deputy()
    for url in ("/deputies/", f"/deputies/{deputy.code}/"):
        answer = client.get(url)
        assert (answer["X-Public-Page"], dict(answer.cookies)) == ("1", {})
        body = answer.content.decode().lower()
        assert "csrf" not in body
        assert "<script>" not in body
        assert "style=" not in body
    assert client.post("/deputies/").status_code in (403, 405)


def test_pages_keep_the_elder_mode_along_their_links(client, here):
    deputy = here.deputy()
    page = text(client, "/deputies/?elder=1")

    assert f'/deputies/{deputy.code}/?elder=1"' in page
    assert "data-elder" in page


def test_detail_costs_few_queries(client, here):
    deputy = here.county.deputy
    open_seat(actor=SYSTEM, deputy=deputy, term=here.term, now=NOW)
    client.get(f"/deputies/{deputy.code}/")
    with CaptureQueriesContext(connection) as found:
        client.get(f"/deputies/{deputy.code}/")

    assert len(found) <= 9


def test_photo_is_public_while_its_deputy_serves(client, here):
    deputy = here.deputy()
    file = io.BytesIO()
    Image.new("RGB", (40, 40), "red").save(file, "JPEG")
    file.seek(0)
    assert client.get(f"/deputies/{deputy.code}/photo.jpg").status_code == 404
    set_photo(actor=here.staff, deputy=deputy, picture=read_image(file), now=NOW)

    address = deputy.photo_url

    answer = client.get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
    assert b"".join(answer.streaming_content).startswith(b"\xff\xd8")
    assert "max-age" in answer["Cache-Control"]
    assert address in text(client, f"/deputies/{deputy.code}/").replace("&amp;", "&")
    ending = {"on": "2026-11-01", "reason": "resigned", "note": ""}
    apply(deputy.seats.get(), "terminate", actor=here.staff, data=ending, now=NOW)
    assert client.get(address).status_code == 404
    deputy.refresh_from_db()
    assert deputy.photo_url == ""


def test_detail_without_a_code_leads_to_a_station(client, here):
    without, rostered = here.deputy(), here.county.deputy
    open_seat(actor=SYSTEM, deputy=rostered, term=here.term, now=NOW)
    here.county.codes["deputy"].delete()

    assert 'btn-primary big" href="/stations/"' in text(client, f"/deputies/{without.code}/")
    page = text(client, f"/deputies/{rostered.code}/")
    assert f'btn-primary big" href="/stations/{here.county.station.code}/"' in page
