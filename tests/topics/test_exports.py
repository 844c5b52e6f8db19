"""Files people take away: whole, harmless, in their scope, recorded; the digest counts apart."""

from __future__ import annotations

import csv
import io
import time
import zipfile
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from docx import Document

from audit.models import Entry
from core.sheets import read_rows
from liaison.demo.opinion_pour import Said, pour, varied
from tests.topics.course import make_topic, say
from tests.world import NOW, County
from topics.models import Opinion, Topic
from topics.selectors.digest import Figures, count_digest
from topics.services import group_topic

XLSX, DOCX, REPORT = "opinions.xlsx", "opinions.docx", "report.docx"


@pytest.fixture
def topic(county: County) -> Topic:
    return make_topic(county, "collecting")


def got(county: County, role: str, topic: Topic, name: str):
    client = Client()
    client.force_login(county.users[role])
    return client.get(f"/desk/topics/{topic.code}/{name}")


def body(response) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def words(data: bytes) -> list[str]:
    paper = Document(io.BytesIO(data))
    cells = [c.text for t in paper.tables for row in t.rows for c in row.cells]
    return [p.text for p in paper.paragraphs] + cells


# --- opinions ------------------------------------------------------------------------------------


def test_sheet_holds_every_opinion_and_no_formula(topic, county):
    pour(topic, [Said("=HYPERLINK(\"http://x\")", "a"), Said("+1支持", "b"), Said("修路灯", "c")],
         now=NOW)  # fmt: skip
    pour(topic, [Said("还在审核", "d")], now=NOW, state="pending")
    group_topic(topic, now=NOW)

    response = got(county, "deputy", topic, XLSX)

    data = body(response)
    assert response.status_code == 200
    _, rows = read_rows(io.BytesIO(data))
    found = [row for _, row in rows]
    assert [(r["原文"], r["公开文本"], r["状态"], r["分组"]) for r in found] == [
        ("=HYPERLINK(\"http://x\")", "=HYPERLINK(\"http://x\")", "已公开", "其他"),
        ("+1支持", "+1支持", "已公开", "其他"), ("修路灯", "修路灯", "已公开", "其他"),
        ("还在审核", "", "待审核", ""),
    ]  # fmt: skip
    assert b"<f>" not in zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml")
    entry = Entry.objects.of(topic).get(action="topics.opinions.exported")
    assert entry.data == {"kind": "xlsx", "rows": 4}


def test_no_contact_data_leaves(topic, county):
    say(topic, "修路灯", name="王大海", phone="13912345678", consent=True)

    for name in (XLSX, DOCX, REPORT):
        data = body(got(county, "congress_staff", topic, name))
        texts = "".join(
            zipfile.ZipFile(io.BytesIO(data)).read(one).decode(errors="ignore")
            for one in zipfile.ZipFile(io.BytesIO(data)).namelist()
        )
        assert "王大海" not in texts
        assert "13912345678" not in texts


def test_word_has_published_words_by_group(topic, county):
    pour(topic, [*varied(80), Said("修路灯", "a"), Said("修路灯！", "b")], now=NOW)
    pour(topic, [Said("还在审核的话", "d")], now=NOW, state="pending")
    Opinion.objects.filter(text="修路灯").update(public_text="修某处路灯")
    group_topic(topic, now=NOW)

    found = words(body(got(county, "station_keeper", topic, DOCX)))

    told = "\n".join(found)
    assert found[0] == f"群众意见汇总：{topic.title}"
    assert "1. 最先要改什么？" in found
    assert "修某处路灯" in told
    assert "还在审核的话" not in told
    assert all(group.name in told for group in topic.groups.filter(people__gt=0))


def test_report_tells_the_whole_story(county):
    topic = make_topic(county, "published")

    found = "\n".join(words(body(got(county, "moderator", topic, REPORT))))

    for part in topic.parts.all():
        assert part.text in found
        assert part.outcome_words in found
    for question in topic.questions.all():
        assert question.answer.said in found
        assert question.text in found
    assert topic.result.text in found
    assert county.units[0].name in found
    assert "未公开" not in found
    assert Entry.objects.of(topic).filter(action="topics.report.exported").count() == 1


def test_report_of_an_open_topic_says_so(topic, county):
    found = "\n".join(words(body(got(county, "deputy", topic, REPORT))))

    assert "未公开，仅供工作使用" in found
    assert "还没有回应。" in found


@pytest.mark.parametrize("name", [XLSX, DOCX, REPORT])
def test_others_get_nothing_and_nothing_is_recorded(topic, county, neighbour, name):
    client = Client()

    assert client.get(f"/desk/topics/{topic.code}/{name}").status_code == 302
    assert got(county, "unit_handler", topic, name).status_code == 403
    assert got(neighbour, "congress_staff", topic, name).status_code == 404
    assert got(neighbour, "deputy", topic, name).status_code == 404
    assert not Entry.objects.filter(action__endswith="exported").exists()


def test_ten_thousand_rows_are_one_request(topic, county, django_assert_max_num_queries):
    pour(topic, varied(2_000), now=NOW, log=False)
    Opinion.objects.filter(pk__in=list(topic.opinions.values_list("pk", flat=True)[:3])).update(
        text="\U0001f600 表情和\n换行"
    )
    client = Client()
    client.force_login(county.users["deputy"])
    path = f"/desk/topics/{topic.code}/{XLSX}"
    with django_assert_max_num_queries(30):
        started = time.process_time()
        data = body(client.get(path))

    assert time.process_time() - started < 20
    _, rows = read_rows(io.BytesIO(data))
    assert len(list(rows)) == 2_000


# --- the year ------------------------------------------------------------------------------------


def test_digest_counts_apart_by_source_and_place(county, neighbour):
    make_topic(county, "published")
    plain = make_topic(county, "collecting")
    pour(plain, [Said("甲", "a"), Said("乙", "a"), Said("丙", "b")], now=NOW)
    make_topic(neighbour, "planned")
    make_topic(neighbour, "draft")

    found = count_digest(2026)

    assert found.total == Figures(
        topics=3, opinions=3, people=2, meetings=2, plans=2, parts=4, results=1
    )
    assert found.by_source == [
        ("党委点题", Figures()), ("人大派题", Figures()), ("代表荐题", found.total),
        ("群众出题", Figures()),
    ]  # fmt: skip
    assert [(name, f.topics, f.results) for name, f in found.by_place] == [
        ("诸城市东街街道", 2, 1), ("高密市东街街道", 1, 0),
    ]  # fmt: skip
    assert count_digest(2026) == found
    assert count_digest(2026, place="370785").total.topics == 1
    assert count_digest(2025).total == Figures()


def test_new_year_is_midnight_in_china(county):
    topic = make_topic(county, "collecting")
    late = timezone.make_aware(datetime(2026, 12, 31, 23, 59, 59))  # noqa: DTZ001
    for number, moment in enumerate((late, late + timedelta(seconds=1))):
        pour(topic, [Said(f"第{number}条", f"p{number}")], now=moment)
        Opinion.objects.filter(text=f"第{number}条").update(created_at=moment)

    assert count_digest(2026).total.opinions == 1
    assert count_digest(2027).total.opinions == 1


def test_digest_page_csv_and_word_say_the_same(county, client):
    make_topic(county, "published")
    figures = [str(n) for n in count_digest(2026).total.row]

    page = client.get("/topics/digest/2026/").content.decode()
    table = client.get("/topics/digest/2026/table.csv").content.decode("utf-8-sig")
    paper = words(client.get("/topics/digest/2026/report.docx").content)

    assert next(csv.reader(io.StringIO(table.splitlines()[1]))) == ["合计", *figures]
    assert "2026年议题汇总" in page
    assert "诸城市东街街道" in page
    for number in figures:
        assert f'<td class="n">{number}</td>' in page
    assert "合计" in paper
    assert client.get("/topics/digest/2027/").status_code == 404
    assert client.get("/topics/digest/1999/").status_code == 404


def test_digest_is_two_queries_for_one_topic_and_for_many(
    county, client, django_assert_max_num_queries
):
    make_topic(county, "published")
    with django_assert_max_num_queries(2):
        count_digest(2026)
    for _ in range(5):
        make_topic(county, "collecting")
    with django_assert_max_num_queries(2):
        count_digest(2026)
