"""The yearly report by session and by calendar year; its numbers are those of `manage.py rates`."""

import io
import json
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command
from docx import Document
from openpyxl import load_workbook

from audit.models import Entry
from core.dates import local_date
from proposals.models import Proposal
from proposals.records import put_down
from tests.proposals.place import (
    accepted,
    assigned,
    make_place,
    open_session,
    orders_of,
    replied,
    submitted,
    work,
)
from tests.proposals.test_admin_pages import NOW, published_years, signed_in, text, well_made
from workflows.engine import apply

__all__ = ["published_years"]  # an autouse fixture
BASE = "/admin/proposals/reports/"
TODAY = local_date(NOW)


def ago(days: int):
    return NOW - timedelta(days=days)


@pytest.fixture
def staff(place):
    return signed_in(place.staff)


def said(staff, address: str) -> str:
    answer = staff.get(BASE + address)
    assert answer.status_code == 200
    return "\n".join(p.text for p in Document(io.BytesIO(answer.content)).paragraphs)


def test_trap_31_session_counts_its_own_and_what_came_between_by_date(place, staff):
    opened = {4: 400, 5: 300}
    sessions = {
        n: open_session(place, n, (ago(days)).date(), (ago(days - 4)).date())
        for n, days in opened.items()
    }
    when = {
        "关于四次会议的建议": (399, 399), "关于四次会后的建议": (350, 350),
        "关于五次会前一天的建议": (301, 301), "关于五次会议的建议": (299, 280),
        "关于五次会后的建议": (100, 100),
    }  # fmt: skip
    for title, (handed_in, taken) in when.items():
        made = submitted(place, now=ago(handed_in), text=text(title))
        apply(made, "accept", actor=place.staff, now=ago(taken), data={"category": "construction"})
    assert list(Proposal.objects.order_by("id").values_list("series", "session__number")) == [
        ("session", 4), ("between", 4), ("between", 4), ("session", 5), ("between", 5),
    ]  # fmt: skip
    page = staff.get(BASE)
    well_made(page)
    code = place.congress.code
    four = said(staff, f"{code}/sessions/{sessions[4].pk}/")
    five = said(staff, f"{code}/sessions/{sessions[5].pk}/")
    assert "关于十八届四次会议以来代表建议、批评和意见办理情况的报告" in four
    assert "立案3件（撤回和转来信的不在内）。其中：大会期间1件，闭会期间2件" in four
    assert "立案2件（撤回和转来信的不在内）。其中：大会期间1件，闭会期间1件" in five
    last = sessions[5].opens_on - timedelta(days=1)
    assert f"至{last:%Y年%-m月%-d日}）；截至{TODAY:%Y年%-m月%-d日}" in four
    assert "至今）" in five
    for address in (f"{code}/sessions/0/", f"C999/sessions/{sessions[4].pk}/"):
        assert staff.get(BASE + address).status_code == 404
    other = make_place("370783", "寿光市")
    theirs = open_session(other, 4, ago(400).date(), ago(396).date())
    assert staff.get(f"{BASE}{code}/sessions/{theirs.pk}/").status_code == 404
    assert signed_in(other.staff).get(
        f"{BASE}{code}/sessions/{sessions[4].pk}/").status_code == 404  # fmt: skip
    coming = open_session(place, 6, TODAY + timedelta(days=30), None)
    assert staff.get(f"{BASE}{code}/sessions/{coming.pk}/").status_code == 404


# words of the report and the rate they stand for
RATES = {
    "交办率": "proposal.assigned", "办复率": "proposal.replied", "按期答复率": "proposal.on_time",
    "面复率": "proposal.face", "办结率": "proposal.closed", "解决率": "proposal.solved",
    "落实率（已解决、正在解决和列入计划的）": "proposal.fulfilled", "反馈率": "proposal.rated",
    "对办理结果满意率": "proposal.satisfied", "满意和基本满意合计": "proposal.content",
    "对办理态度满意率": "proposal.attitude",
}  # fmt: skip


def test_report_says_what_the_rates_command_says(place, staff):
    for n, outcome in enumerate(("solved", "planned", "not_feasible")):
        made = assigned(place, now=NOW, text=text(f"关于第{n}座桥的建议"))
        later = {"promise": "明年修好", "promise_on": TODAY + timedelta(days=200)}
        (order,) = orders_of(made)
        work(place, order, now=NOW, outcome=outcome, **(later if n == 1 else {}))
        made.refresh_from_db()
        if n == 0:
            put_down(made, "face_reply", actor=place.staff, now=NOW, data={
                "way": "face", "on": f"{TODAY}", "leader": "王局长", "content": "当面答复",
            })  # fmt: skip
            put_down(made, "score", actor=place.user(place.lead), now=NOW, data={
                "communication": 10, "face_reply": 25, "result": "40.5", "follow_up": 5,
            })  # fmt: skip
        if n < 2:
            data = {"attitude": "satisfied", "result": ("satisfied", "basic")[n], "score": 80 + n}
            apply(made, "evaluate", actor=place.user(place.lead), now=NOW, data=data)
    accepted(place, now=NOW, text=text("关于公交的建议"))
    gone = submitted(place, now=NOW, text=text("关于撤回的建议"))
    apply(
        gone,
        "divert",
        actor=place.staff,
        now=NOW,
        data={"note": "来信事项", "exclusions": ["relayed"]},
    )
    Proposal.objects.filter(title="关于第1座桥的建议").update(state="closed")
    year = TODAY.year
    paper = said(staff, f"{place.congress.code}/{year}/")
    out = io.StringIO()
    call_command("rates", "--as-of", f"{TODAY}", "--since", f"{year}-01-01", "--scope", "370782",
                 "--json", stdout=out)  # fmt: skip
    rates = {one["code"]: one for one in json.loads(out.getvalue())["rates"]}
    for words, code in RATES.items():
        found = re.search(re.escape(words) + r"([\d.]+%)（(\d+)/(\d+)）", paper)
        assert found, (words, paper)
        one = rates[code]
        expected = (one["text"], one["numerator"], one["denominator"])
        assert (found[1], int(found[2]), int(found[3])) == expected, words
    assert f"平均{rates['proposal.points']['text']}（2份）" in paper
    assert f"量化测评，平均{rates['proposal.sheets']['text']}（1份）" in paper
    assert "（4/4）" not in paper
    assert "（3/4）" in paper


def test_score_sheets_by_unit_and_as_a_table(place, staff):
    """量化测评: who was given what by whom, under the place's own weights; taken away as Excel."""
    made = replied(place, now=NOW, days=0, text=text("=关于大桥的建议"))
    own = {"communication": 10, "face_reply": 30, "result": 50, "follow_up": 10}
    place.user(place.lead).name = place.lead.name
    first = {"communication": 10, "face_reply": 25, "result": "40.5", "follow_up": 5}
    put_down(made, "score", actor=place.user(place.lead), now=NOW, data=first)
    other = replied(place, now=NOW, days=0, text=text("关于公交的建议"))
    second = {
        "communication": 5,
        "face_reply": 10,
        "result": 30,
        "follow_up": 5,
        "note": "没有落实",
    }
    put_down(other, "score", actor=place.staff, now=NOW,
             data=second | {"deputy": place.lead.code})  # fmt: skip
    page = staff.get("/admin/proposals/oversight/?tab=sheets")
    well_made(page)
    assert page.context["units"] == [
        {"unit": "住建局", "sheets": 2, "mean": Decimal("65.3"), "lowest": "50"}
    ]
    cells = [line.cells for line in page.context["lines"]]
    by = f"{place.lead.name}（{place.staff.name}录入）"
    assert cells == [
        ["住建局", by, "5/10", "10/30", "30/50", "5/10", "50", "没有落实"],
        ["住建局", place.lead.name, "10/10", "25/30", "40.5/50", "5/10", "80.5", "—"],
    ]
    low = staff.get("/admin/proposals/oversight/?tab=sheets&show=low")
    assert [line.title for line in low.context["lines"]] == [other.title]
    answer = staff.get("/admin/proposals/oversight/sheets/file/")
    table = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    rows = [[cell.value for cell in row] for row in table.iter_rows()]
    assert rows[0][6:9] == ["沟通联系得分", "沟通联系满分", "面复得分"]
    assert rows[1][1] == "'=关于大桥的建议"
    assert [rows[1][n] for n in (4, 5, 7, 9, 11, 13, 14)] == [
        place.lead.name, place.user(place.lead).actor_label, *own.values(), 80.5,
    ]  # fmt: skip
    entry = Entry.objects.filter(action="proposals.register.exported").get()
    assert entry.data == {"rows": 2, "form": "xlsx", "what": "score_sheets"}
    theirs = signed_in(make_place("370783", "寿光市").staff)
    assert "大桥" not in theirs.get("/admin/proposals/oversight/?tab=sheets").content.decode()
    answer = theirs.get("/admin/proposals/oversight/sheets/file/")
    assert len(list(load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active.rows)) == 1
    assert signed_in(place.county.users["moderator"]).get(
        "/admin/proposals/oversight/sheets/file/").status_code == 403  # fmt: skip
