"""The office's screens of suggestions through HTTP: 交办, 审核, 督办, 公开, import, report."""

import io
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from congress.memory import forget_all
from congress.models import CalendarYear
from core.dates import local_date
from handling.models import Order
from proposals.models import Batch, Proposal
from proposals.records import put_down
from proposals.services import Text
from tests.browser.test_html import faults
from tests.proposals.place import (
    Place,
    accepted,
    assigned,
    make_place,
    open_session,
    orders_of,
    replied,
    submitted,
)
from workflows.engine import apply

NOW = timezone.now()
OLD = NOW - timedelta(days=40)
ASSIGN = "/admin/proposals/assign/"


@pytest.fixture(autouse=True)
def published_years(db):
    for year in range(NOW.year - 1, NOW.year + 3):
        CalendarYear.objects.get_or_create(year=year, defaults={"source": "测试"})


def signed_in(user) -> Client:
    found = Client()
    found.force_login(user)
    return found


@pytest.fixture
def staff(place) -> Client:
    return signed_in(place.staff)


def text(title: str) -> Text:
    return Text(title, "情况，电话13812345678。", "一是补助。\n二是评估。")


def words_of(answer) -> str:
    body = answer.content.decode().split('id="content"', 1)[1]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


def well_made(answer) -> None:
    assert answer.status_code == 200
    assert not faults(answer.content.decode())


def unit(place: Place, n: int) -> str:
    return place.county.units[n].code


# --- 交办 -----------------------------------------------------------------------------------------


def test_many_are_handed_over_in_one_step_with_a_batch(place, staff):
    open_session(place, opens=local_date(NOW) - timedelta(days=3), closes=local_date(NOW))
    made = [accepted(place, now=NOW, text=text(f"关于第{n}座桥的建议")) for n in (1, 2, 3)]
    page = staff.get(ASSIGN)
    well_made(page)
    words = words_of(page)
    assert "第1号" in words
    assert "手上0件，与平均相当" in words
    assert "答复代表" in words
    assert [f["count"] for f in page.context["filters"]] == [3, 3]
    answer = staff.post(ASSIGN, {
        "proposal": [p.code for p in made[:2]], "units": unit(place, 0),
        "co_units": unit(place, 1), "batch_title": "五次会议交办会", "batch_place": "三楼",
    })  # fmt: skip
    batch = Batch.objects.get()
    assert answer["Location"] == f"/admin/proposals/batches/{batch.code}/"
    states = {p.code: p.state for p in Proposal.objects.all()}
    assert states == {made[0].code: "assigned", made[1].code: "assigned", made[2].code: "accepted"}
    given = Order.objects.order_by("source_code", "id").values_list("unit__name", "role")
    assert list(given) == [("住建局", "lead"), ("供电公司", "co")] * 2
    slips = staff.get(answer["Location"])
    well_made(slips)
    words = words_of(slips)
    assert "2件建议，2个单位，签收0/4" in words
    assert "签 收 单" in words
    assert "住建局：下列代表建议请依规办理" in words
    assert "会办（住建局主办）" in words
    assert "五次会议交办会" in words_of(staff.get("/admin/proposals/batches/"))
    assert "手上2件" in words_of(staff.get(ASSIGN))


def test_one_wrong_choice_hands_over_nothing(place, staff):
    made = [accepted(place, now=NOW, text=text(f"关于第{n}座桥的建议")) for n in (1, 2)]
    codes = [p.code for p in made]
    for data, why in (
        ({"proposal": codes}, "请选择承办单位"),
        ({"units": unit(place, 0)}, "请先在左边勾选"),
        ({"proposal": codes, "units": [unit(place, 0), unit(place, 1)],
          "co_units": unit(place, 2), "batch_title": "会"}, "只能有一个主办单位"),
        ({"proposal": [*codes, "J9999"], "units": unit(place, 0)}, "刚刚被别人交办了"),
        ({"proposal": codes, "units": unit(place, 0), "batch": "none"}, "没有这个交办批次"),
        ({"proposal": codes, "units": unit(place, 0), "batch_title": "会", "batch_on": "明天"},
         "2026-11-21"),
    ):  # fmt: skip
        answer = staff.post(ASSIGN, data)
        assert answer.status_code == 400, why
        assert why in answer.content.decode()
    assert {p.state for p in Proposal.objects.all()} == {"accepted"}
    assert not Batch.objects.exists()


def test_confidential_one_is_handed_over_without_its_deputy_on_paper(place, staff):
    """QD 18, SD 11: the slip that is carried into a meeting does not name the deputy."""
    made = accepted(place, now=NOW, text=text("关于举报污染的建议"))
    put_down(made, "conceal", actor=place.user(place.lead), now=NOW,
             data={"confidential": "on", "reason": "怕报复"})  # fmt: skip
    answer = staff.post(ASSIGN, {
        "proposal": made.code, "units": unit(place, 0), "batch_title": "交办会",
    })  # fmt: skip
    words = words_of(staff.get(answer["Location"]))
    assert "（保密）" in words
    assert place.lead.name not in words


def test_neighbour_neither_sees_nor_hands_over(place, staff):
    other = make_place("370783", "寿光市")
    theirs = accepted(other, now=NOW, text=text("关于大棚的建议"))
    assert "大棚" not in words_of(staff.get(ASSIGN))
    answer = staff.post(ASSIGN, {"proposal": theirs.code, "units": unit(place, 0)})
    assert answer.status_code == 400
    theirs.refresh_from_db()
    assert theirs.state == "accepted"
    for role in ("deputy", "unit_handler", "moderator", "auditor"):
        assert signed_in(place.county.users[role]).get(ASSIGN).status_code in (403, 302)


def test_assignment_is_searched_and_filtered(place, staff):
    accepted(place, now=NOW, text=text("关于大桥的建议"))
    accepted(place, now=NOW, text=text("关于公交的建议"))

    def found(**query) -> list[str]:
        return [r["proposal"].title for r in staff.get(ASSIGN, query).context["rows"]]

    assert found(words="桥") == ["关于大桥的建议"]
    assert found(words="2") == ["关于公交的建议"]
    assert len(found(words="宋玉禾")) == 2
    assert found(category="construction") == ["关于大桥的建议", "关于公交的建议"]
    assert found(category="health") == []


# --- 审核 -----------------------------------------------------------------------------------------


def test_review_shows_text_opinions_and_doors(place, staff):
    made = submitted(place, now=NOW, text=text("关于电梯的建议"))
    put_down(made, "give_opinion", actor=place.staff, now=NOW,
             data={"organ": place.organ.code, "note": "建议写明小区"})  # fmt: skip
    page = staff.get("/admin/proposals/review/")
    well_made(page)
    words = words_of(page)
    for said in ("关于电梯的建议", "城建环资委", "建议写明小区", "立案", "退回修改", "转来信"):
        assert said in words
    assert f"/desk/proposals/{made.code}/accept/" in page.content.decode()
    apply(made, "accept", actor=place.staff, now=NOW, data={"category": "construction"})
    later = staff.get("/admin/proposals/review/", {"tab": "accepted"})
    assert "并案" in words_of(later)
    assert "都审完了" in words_of(staff.get("/admin/proposals/review/"))


# --- 督办 -----------------------------------------------------------------------------------------

OVERSIGHT = "/admin/proposals/oversight/"


def lines(client: Client, tab: str, **query) -> list[str]:
    page = client.get(OVERSIGHT, {"tab": tab, **query})
    well_made(page)
    return [line.title for line in page.context["lines"]]


def test_due_list_by_level(place, staff):
    late = assigned(place, now=NOW - timedelta(days=200), text=text("关于逾期的建议"))
    fine = assigned(place, now=NOW, text=text("关于正常的建议"))
    assert lines(staff, "due") == [late.title, fine.title]
    assert lines(staff, "due", show="late") == [late.title]
    assert lines(staff, "due", show="fine") == [fine.title]
    assert lines(staff, "due", show="soon") == []


def test_side_records_have_their_lists(place, staff):
    made = assigned(place, now=NOW, text=text("关于电梯的建议"))
    (order,) = orders_of(made)
    handler = place.unit_user(order.unit)
    put_down(made, "supervise", actor=place.staff, now=NOW, data={
        "kind": "key", "decision_reference": "主任会议〔2026〕3号", "leader": "王副主任",
        "organ": place.organ.code,
    })  # fmt: skip
    put_down(made, "supervise", actor=place.staff, now=NOW,
             data={"kind": "leader", "leader": "李副主任"})  # fmt: skip
    put_down(made, "refer", actor=place.staff, now=NOW, data={
        "field": "safety", "unit": place.procuratorate.code, "handed_on": f"{local_date(NOW)}",
    })  # fmt: skip
    put_down(made, "dispute", actor=handler, now=NOW,
             data={"about": "应由水务主办", "arbiter": "congress"})  # fmt: skip
    order = apply(order, "sign", actor=handler, now=NOW)
    apply(order, "request_return", actor=handler, now=NOW, data={"reason": "不属本局职责"})
    assert lines(staff, "supervision") == [made.title] * 2
    assert lines(staff, "supervision", show="leader") == [made.title]
    assert "主任会议〔2026〕3号" in words_of(staff.get(OVERSIGHT, {"tab": "key"}))
    assert lines(staff, "referrals") == [made.title]
    assert "应由水务主办" in words_of(staff.get(OVERSIGHT, {"tab": "disputes"}))
    assert "不属本局职责" in words_of(staff.get(OVERSIGHT, {"tab": "returns"}))
    for tab in ("extensions", "unrated", "promises", "experts", "sheets"):
        assert lines(staff, tab) == []
    other = make_place("370783", "寿光市")
    theirs = signed_in(other.staff)
    for tab in ("due", "supervision", "key", "returns", "disputes", "referrals"):
        assert lines(theirs, tab) == []


def test_unrated_ones_are_urged_together(place, staff):
    made = [replied(place, now=OLD, text=text(f"关于第{n}座桥的建议")) for n in (1, 2)]
    assert lines(staff, "unrated") == [p.title for p in made]
    assert "没催过" in words_of(staff.get(OVERSIGHT, {"tab": "unrated"}))
    answer = staff.post(OVERSIGHT + "urge/", {"proposal": [p.code for p in made]}, follow=True)
    assert "催了2件" in answer.content.decode()
    assert "没催过" not in words_of(answer)
    answer = staff.post(OVERSIGHT + "urge/", {}, follow=True)
    assert "请先勾选" in answer.content.decode()


def test_experts_sheets_promises_and_loads(place, staff):
    made = replied(place, now=OLD, text=text("关于电梯的建议"))
    put_down(made, "assess", actor=place.staff, now=NOW, data={
        "experts": "第三方", "score": "55", "opinion": "没有落实", "again": "on",
    })  # fmt: skip
    points = {"communication": 10, "face_reply": 30, "result": 40, "follow_up": 5}
    put_down(made, "score", actor=place.user(place.lead), now=NOW, data=points)
    assert lines(staff, "experts", show="again") == [made.title]
    words = words_of(staff.get(OVERSIGHT, {"tab": "sheets"}))
    for said in ("沟通联系", "10/10", "40/50", "85"):
        assert said in words
    loads = staff.get(OVERSIGHT + "loads/")
    well_made(loads)
    assert "住建局" in words_of(loads)


# --- 公开 -----------------------------------------------------------------------------------------


def test_publication_review_marks_masks_and_decides(place, staff):
    made = replied(place, now=OLD, text=text("关于电梯的建议"))
    address = f"/admin/proposals/publication/{made.code}/"
    assert made.title in words_of(staff.get("/admin/proposals/publication/"))
    page = staff.get(address)
    well_made(page)
    html = page.content.decode()
    assert "<mark>13812345678</mark>" in html
    assert "13812345678" not in html.split("公开的样子</h2>")[1]
    refused = staff.post(address, {"decision": "not_public"})
    assert refused.status_code == 400
    assert "请选择不公开" in refused.content.decode()
    answer = staff.post(address, {"decision": "partial", "why_not": "privacy", "text": "改电梯"})
    assert answer["Location"] == "/admin/proposals/publication/"
    made.refresh_from_db()
    assert (made.publication.decision, made.publication.text) == ("partial", "改电梯")
    assert made.published_at
    assert made.title in words_of(staff.get("/admin/proposals/publication/", {"tab": "partial"}))
    assert Client().get(f"/proposals/{made.code}/").status_code == 200
    moderator = signed_in(place.county.users["moderator"])
    assert moderator.get(address).status_code == 200
    other = make_place("370783", "寿光市")
    assert signed_in(other.staff).get(address).status_code == 404


# --- register, dashboard, import, report


def test_register_is_found_filtered_exported(place, staff):
    one = accepted(place, now=NOW, text=text("关于大桥的建议"))
    assigned(place, now=NOW - timedelta(days=200), text=text("=关于公交的建议"))
    base = "/admin/proposals/proposal/"

    def found(**query) -> list[str]:
        page = staff.get(base, query)
        assert page.status_code == 200
        return sorted(p.title for p in page.context["cl"].result_list)

    assert found() == ["=关于公交的建议", "关于大桥的建议"]
    assert found(q="大桥") == ["关于大桥的建议"]
    assert found(q=one.code) == ["关于大桥的建议"]
    assert found(stage="assigned") == ["=关于公交的建议"]
    assert found(due="late") == ["=关于公交的建议"]
    entry = staff.get(f"{base}{one.pk}/change/")
    assert "交办" in words_of(entry)
    assert 'name="state"' not in entry.content.decode()
    pks = list(Proposal.objects.values_list("pk", flat=True))
    sheet = staff.post(base, {"action": "export_csv", "_selected_action": pks})
    data = b"".join(sheet.streaming_content).decode("utf-8-sig")
    assert "'=关于公交的建议" in data
    other = make_place("370783", "寿光市")
    theirs = signed_in(other.staff)
    assert theirs.get(f"{base}{one.pk}/change/").status_code == 404
    assert "大桥" not in theirs.get(base).content.decode()
    for one in (place, other):
        open_session(one)
    page = theirs.get(base)  # the neighbours' sessions are no choice
    choices = next(f for f in page.context["cl"].filter_specs if f.title == "届次").lookup_choices
    assert ["寿光市" in words for _, words in choices] == [True]


def test_dashboard_says_what_waits(place, staff):
    accepted(place, now=NOW, text=text("关于大桥的建议"))
    submitted(place, now=NOW, text=text("关于公交的建议"))
    assigned(place, now=NOW - timedelta(days=200), text=text("关于逾期的建议"))
    page = staff.get("/admin/")
    words = words_of(page)
    for said in (
        "去交办（1件）",
        "建议到期清单",
        "关于逾期的建议",
        "建议公开审核",
        "今年立案的建议",
    ):
        assert said in words
    assert not faults(page.content.decode())


def test_import_checks_first_then_stores(place, staff):
    open_session(place)
    head = "标题,情况和问题,具体建议,领衔代表,届次,会次,分类\n"

    def send(row: str, **more):
        file = io.BytesIO((head + row).encode())
        file.name = "a.csv"
        return staff.post("/admin/proposals/import/", {"file": file, **more})

    form = staff.get("/admin/proposals/import/")
    well_made(form)
    bad = send("关于甲的建议,情况,建议,没有此人,18,5,城乡建设\n", sure="yes")
    assert bad.status_code == 400
    assert "没有此人" in words_of(bad)
    good = "关于甲的建议,情况,建议,宋玉禾,18,5,城乡建设\n"
    dry = send(good)
    assert "1行都没有问题" in words_of(dry)
    assert not Proposal.objects.exists()
    answer = send(good, sure="yes")
    assert answer["Location"] == ASSIGN
    assert Proposal.objects.get().state == "accepted"
    assert staff.post("/admin/proposals/import/", {}).status_code == 400


def test_yearly_report_is_written_from_the_rows(place, staff):
    from docx import Document

    replied(place, now=OLD, text=text("关于大桥的建议"))
    year = local_date(OLD).year
    assert place.congress.name in words_of(staff.get("/admin/proposals/reports/"))
    answer = staff.get(f"/admin/proposals/reports/{place.congress.code}/{year}/")
    paper = Document(io.BytesIO(answer.content))
    said = "\n".join(p.text for p in paper.paragraphs)
    assert f"关于{year}年代表建议、批评和意见办理情况的报告" in said
    assert "办复率100.0%（1/1）" in said
    assert "解决率100.0%（1/1）" in said
    assert "对办理结果满意率—" in said
    assert [c.text for c in paper.tables[0].rows[1].cells] == ["住建局", "1", "0"]
    assert staff.get(f"/admin/proposals/reports/{place.congress.code}/1999/").status_code == 404
    assert staff.get(f"/admin/proposals/reports/C999/{year}/").status_code == 404


# --- how many queries


@pytest.mark.parametrize(
    ("address", "make"),
    [
        (ASSIGN, accepted), ("/admin/proposals/review/", submitted),
        ("/admin/proposals/review/?tab=accepted", accepted),
        (OVERSIGHT, assigned), (OVERSIGHT + "?tab=unrated", replied),
        ("/admin/proposals/publication/", replied), ("/admin/proposals/proposal/", accepted),
        ("/admin/", assigned),
    ],
)  # fmt: skip
def test_lists_ask_the_same_for_one_and_for_thirty(place, staff, address, make):
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert staff.get(address).status_code == 200
        return len(asked)

    make(place, now=OLD, text=text("关于第一座桥的建议"))
    forget_all()
    queries()
    one = queries()
    for n in range(29):
        make(place, now=OLD, text=text(f"关于第{n}座桥的建议"))
    assert queries() == one
