"""Every number of the staff's dashboard opens exactly the rows it counted."""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from congress.models import CalendarYear
from tests.proposals.place import accepted, assigned, make_place, replied, submitted
from tests.proposals.test_admin_pages import text
from tests.topics.course import make_topic, say
from topics.models import Topic
from voices.models import Message
from voices.selectors import route_of
from voices.services import Words, submit

NOW = timezone.now()
# what a card counts that is no row: the sum of a column of the list it opens
SUMS = {"今年收到的意见": lambda rows: sum(topic.opinion_count for topic in rows)}


@pytest.fixture
def place(db):
    for year in range(NOW.year - 2, NOW.year + 3):
        CalendarYear.objects.get_or_create(year=year, defaults={"source": "测试"})
    return make_place()


@pytest.fixture
def staff(place) -> Client:
    """The office of a county with something in every state, the counted and what just is not."""
    county = place.county
    for n in range(4):
        code = county.codes["deputy"]
        words = Words("problem", f"路灯坏了第{n}次")
        submit(words, code=code, route=route_of(code), idempotency_key="", now=NOW)
    long_ago = NOW - timedelta(days=800)
    pks = list(Message.objects.order_by("pk").values_list("pk", flat=True))
    Message.objects.filter(pk=pks[0]).update(
        created_at=long_ago, state_at=long_ago, due_on=long_ago.date()
    )
    Message.objects.filter(pk=pks[1]).update(due_on=None)
    Message.objects.filter(pk=pks[2]).update(
        state="closed", closed_at=NOW, answered_at=NOW, outcome="solved"
    )
    collecting = make_topic(county, "collecting")
    say(collecting)
    make_topic(county, "applied")
    published = make_topic(county, "published")
    Topic.objects.filter(pk=published.pk).update(created_at=long_ago, opened_at=long_ago)
    submitted(place, now=NOW, text=text("关于甲桥的建议"))
    accepted(place, now=NOW, text=text("关于乙桥的建议"))
    assigned(place, now=NOW - timedelta(days=200), text=text("关于丙桥的建议"))
    assigned(place, now=NOW, text=text("关于丁桥的建议"))
    assigned(place, now=NOW - timedelta(days=500), text=text("关于戊桥的建议"))
    replied(place, now=NOW - timedelta(days=40), text=text("关于己桥的建议"))
    make_place("370783", "寿光市")
    cache.clear()
    found = Client()
    found.force_login(place.staff)
    return found


def cards(client: Client) -> list[tuple[str, int, str]]:
    """Words, number and address of every link of the dashboard that shows a number."""
    html = client.get("/admin/").content.decode().split('id="content"', 1)[1]
    found = []
    for url, inner in re.findall(r'<a [^>]*href="([^"]+)"[^>]*>(.*?)</a>', html, re.DOTALL):
        words = re.sub(r"<[^>]+>", " ", inner).strip()
        numbers = re.findall(r"(?<![\d年月])(\d[\d,]*)(?![\d.%年月次])", words)
        if numbers and re.fullmatch(r"[^\d]*[\d,]+[^\d]*", words):
            label = re.sub(r"[\d,\s]+", "", words)
            found.append((label, int(numbers[-1].replace(",", "")), url.replace("&amp;", "&")))
    return found


def rows_of(client: Client, url: str) -> list:
    """The rows of whatever list an address opens."""
    context = client.get(url).context
    for name, read in (
        ("cl", lambda found: list(found.queryset)),
        ("places", lambda found: [p for p in found for _ in range(p["count"])]),
        ("page", lambda found: list(found.rows)),
    ):
        if found := context.get(name):
            return read(found)
    return []


def test_every_number_opens_the_rows_it_counts(staff):
    found = cards(staff)
    labels = {label for label, _, _ in found}
    assert labels >= {
        "今天收到的留言", "今天办结的留言", "正在办的留言", "今年已解决的留言", "今年的议题",
        "正在征集的议题", "今年收到的意见", "今年公开结果的议题", "今年立案的建议", "正在办的建议",
        "等代表评价的建议", "今年办结的建议", "去交办（件）", "建议审核", "待催评", "议题审议",
        "公开前审核", "退回申请", "延期申请", "逾期的交办单",
    }  # fmt: skip
    assert sum(number > 0 for _, number, _ in found) > 12
    wrong = []
    for label, number, url in found:
        if "stat" in url or "deputies" in url or "grids" in url:
            continue  # pages of figures, with tests of their own
        rows = rows_of(staff, url)
        shown = SUMS[label](rows) if label in SUMS else len(rows)
        if shown != number:
            wrong.append((label, number, url, shown))
    assert not wrong, "\n".join(map(str, wrong))


def test_numbers_are_what_was_made(staff):
    """The list and the card do not err together."""
    found = [(label, number) for label, number, _ in cards(staff)]
    for expected in (
        ("今天收到的留言", 3), ("今天办结的留言", 1), ("正在办的留言", 3), ("今年已解决的留言", 1),
        ("正在征集的议题", 1), ("等代表评价的建议", 1), ("去交办（件）", 1), ("建议审核", 1), ("议题审议", 1),
    ):  # fmt: skip
        assert expected in found, expected
