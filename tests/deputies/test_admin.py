"""The register in the admin: scope, services, reason pages, import in two steps, cost."""

import io
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from audit.actors import SYSTEM
from audit.models import Entry
from codes.models import Code
from congress.memory import forget_all
from core.sheets import read_rows
from deputies.models import ContactRecord, Deputy, DutyRecord, Group, Link, Seat, SheetDraft, Studio
from deputies.services import join_group, open_seat, open_studio, record_duty, tie_link
from deputies.services.sheet_columns import HEADER
from tests.deputies.places import village
from tests.deputies.sheets import row, sheet
from tests.world import NOW

pytestmark = pytest.mark.django_db
DAY = date(2023, 1, 1)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def url(model, name, *args):
    return reverse(f"admin:deputies_{model}_{name}", args=args)


def text(answer, status=200):
    body = answer.content.decode()
    assert answer.status_code == status, body[:1500]
    return body


def one_of_each(place, actor):
    """A row in every register of the place, by model name."""
    deputy = place.deputy("本县代表" if actor == "here" else "邻县代表")
    group = place.group(f"{place.code}小组")
    join_group(actor=SYSTEM, group=group, deputy=deputy, starts_on=DAY, now=NOW)
    studio = open_studio(
        actor=SYSTEM, owner_kind="deputy", owner_code=deputy.code, name=f"{place.code}工作室",
        region_code=deputy.region_code, opened_on=DAY, now=NOW,
    )  # fmt: skip
    link = tie_link(actor=SYSTEM, kind="deputy_voter", deputy=deputy, other=f"{place.code}选民",
                    region_code=place.code, starts_on=DAY, now=NOW)  # fmt: skip
    duty = record_duty(deputy=deputy, kind="reception", on=DAY, title=f"{place.code}接待",
                       source_type="t", source_code="1", actor=SYSTEM, now=NOW)  # fmt: skip
    return {"deputy": deputy, "seat": deputy.seats.get(), "group": group, "studio": studio,
            "link": link, "dutyrecord": duty}  # fmt: skip


MARKS = {"deputy": "邻县代表", "seat": "邻县代表", "group": "370783小组",
         "studio": "370783工作室", "link": "370783选民", "dutyrecord": "370783接待"}  # fmt: skip


@pytest.mark.parametrize("model", MARKS)
def test_register_shows_the_own_region_only(client, here, there, model):
    theirs = one_of_each(there, "there")[model]
    mine = one_of_each(here, "here")[model]
    client.force_login(there.staff)
    assert MARKS[model] in text(client.get(url(model, "changelist")))  # it could leak

    client.force_login(here.staff)

    assert MARKS[model] not in text(client.get(url(model, "changelist")))
    assert client.get(url(model, "change", theirs.pk)).status_code == 404
    assert client.get(url(model, "change", mine.pk)).status_code == 200


ACTIONS = [
    ("deputy", "photo"), ("deputy", "account"), ("group", "join"), ("group", "end"),
    ("studio", "close"), ("link", "contact"), ("link", "end"), ("dutyrecord", "reverse"),
]  # fmt: skip


@pytest.mark.parametrize(("model", "action"), ACTIONS)
def test_action_out_of_scope_is_404_and_writes_nothing(client, here, there, model, action):
    theirs = one_of_each(there, "there")[model]
    client.force_login(here.staff)
    before = Entry.objects.count()

    address = url(model, action, theirs.pk)

    assert client.get(address).status_code == 404
    posted = {"on": "2026-01-01", "reason": "x", "content": "x", "way": "走访", "username": ""}
    assert client.post(address, posted).status_code == 404
    assert Entry.objects.count() == before


@pytest.mark.parametrize("role", ["auditor", "moderator", "security_admin", "system_admin"])
def test_staff_without_the_right_get_403(client, here, role):
    parts = one_of_each(here, "here")
    client.force_login(here.county.users[role])

    for model in MARKS:
        assert client.get(url(model, "changelist")).status_code == 403
    assert client.get(url("deputy", "import")).status_code == 403
    assert (
        client.post(url("group", "end", parts["group"].pk), {"on": "2026-01-01"}).status_code == 403
    )
    assert Group.objects.get(pk=parts["group"].pk).ended_on is None


def test_nothing_can_be_deleted(staff_client, here):
    for model, obj in one_of_each(here, "here").items():
        answer = staff_client.post(url(model, "delete", obj.pk), {"post": "yes"})
        assert answer.status_code == 403
        assert type(obj).objects.filter(pk=obj.pk).exists()


# --- writes by services -------------------------------------------------------------------------


def form(**more):
    given = {"name": "王小明", "gender": "m", "region_code": "370782001001", "occupation": "教师",
             "office_phone": "", "introduction": "热心。"}  # fmt: skip
    return given | more


def test_add_and_change_a_deputy_by_hand(staff_client, here):
    staff_client.post(url("deputy", "add"), form())
    deputy = Deputy.objects.get(name="王小明")
    assert (deputy.initials, deputy.serving) == ("wxm", False)

    inlines = text(staff_client.get(url("deputy", "change", deputy.pk)))
    hidden = _formsets(inlines)
    answer = staff_client.post(url("deputy", "change", deputy.pk), form(occupation="医生") | hidden)

    assert answer.status_code == 302
    deputy.refresh_from_db()
    assert deputy.occupation == "医生"
    assert [e.action for e in Entry.objects.of(deputy)][:2] == [
        "deputies.deputy_registered", "deputies.deputy_updated",
    ]  # fmt: skip


def _formsets(page):
    """The hidden fields of the inlines, as a browser sends them back."""
    import re

    found = re.findall(r'<input type="hidden" name="([^"]+)" (?:value="([^"]*)" )?', page)
    return {name: value for name, value in found if "-" in name}


@pytest.mark.parametrize(
    "bad",
    [
        {"region_code": "370783001001"},  # the neighbour's
        {"region_code": "370782999"},
        {"name": ""},
        {"introduction": "电话13800138000"},
        {"introduction": "身份证11010519491231002X"},
    ],
)
def test_bad_deputy_is_sent_back_with_what_was_typed(staff_client, here, there, bad):
    answer = staff_client.post(url("deputy", "add"), form(**bad))

    assert "errorlist" in text(answer) or answer.status_code == 400
    assert not Deputy.objects.filter(name="王小明").exists()


def test_photo_is_drawn_anew_and_taken_away(staff_client, here):
    deputy = here.deputy()
    file = io.BytesIO()
    Image.new("RGB", (40, 40), "red").save(file, "PNG")
    file.seek(0)
    file.name = "a.png"

    assert staff_client.post(url("deputy", "photo", deputy.pk), {"photo": file}).status_code == 302
    deputy.refresh_from_db()
    assert deputy.photo.name.endswith(".jpg")

    evil = io.BytesIO(b"<svg onload=alert(1)>")
    evil.name = "a.png"
    assert staff_client.post(url("deputy", "photo", deputy.pk), {"photo": evil}).status_code == 400
    staff_client.post(url("deputy", "photo", deputy.pk), {})
    deputy.refresh_from_db()
    assert not deputy.photo


def test_account_must_be_one_the_person_manages(staff_client, here, there):
    deputy = here.deputy()
    address = url("deputy", "account", deputy.pk)
    theirs, mine = there.county.users["deputy"], here.county.users["moderator"]

    assert "没有这个账号" in text(staff_client.post(address, {"username": theirs.username}), 400)
    staff_client.post(address, {"username": mine.username})
    deputy.refresh_from_db()
    assert deputy.user == mine


def test_seat_is_opened_and_terminated_with_a_reason(staff_client, here):
    deputy = here.deputy(seat=False)
    assert f'value="{deputy.code}"' in text(
        staff_client.get(url("seat", "add") + f"?deputy={deputy.code}")
    )
    posted = {"deputy_code": deputy.code, "term": here.term.pk, "district": "第三选区",
              "certificate": "", "delegation": "", "starts_on": ""}  # fmt: skip

    assert staff_client.post(url("seat", "add"), posted).status_code == 302
    seat = deputy.seats.get()
    assert (seat.state, seat.starts_on, seat.district) == (
        "active", here.term.starts_on, "第三选区",
    )  # fmt: skip
    page = text(staff_client.get(url("seat", "change", seat.pk)))
    assert url("seat", "act", seat.pk, "terminate") in page
    assert 'name="state"' not in page

    address = url("seat", "act", seat.pk, "terminate")
    assert "迁出或者调离" in text(staff_client.get(address))
    today = timezone.localdate().isoformat()
    text(staff_client.post(address, {"on": today, "reason": ""}), 400)
    seat.refresh_from_db()
    assert seat.state == "active"
    answer = staff_client.post(address, {"on": today, "reason": "resigned", "note": "某文件"})
    assert answer.status_code == 302
    seat.refresh_from_db()
    assert (seat.state, seat.end_reason, seat.end_note) == ("terminated", "resigned", "某文件")
    again = staff_client.post(address, {"on": today, "reason": "resigned"})
    assert "不能再" in text(again, 400)


def test_seat_of_a_neighbours_deputy_cannot_be_opened_or_moved(staff_client, here, there):
    theirs = there.deputy(seat=False)
    seat = there.deputy("邻县某").seats.get()
    posted = {"deputy_code": theirs.code, "term": here.term.pk}

    assert "没有这位代表" in text(staff_client.post(url("seat", "add"), posted))
    mine = here.deputy(seat=False)
    text(staff_client.post(url("seat", "add"), {"deputy_code": mine.code, "term": there.term.pk}))
    assert staff_client.post(url("seat", "act", seat.pk, "terminate")).status_code == 404
    assert Seat.objects.filter(deputy__in=[theirs, mine]).count() == 0


def test_term_is_closed_from_one_page(staff_client, here, there):
    deputy, theirs = here.deputy(), there.deputy("邻县某")
    page = text(staff_client.get(url("seat", "close")))
    assert "诸城市人民代表大会第十九届（1个席位）" in page
    assert "寿光" not in page

    day = timezone.localdate().isoformat()
    bad = staff_client.post(url("seat", "close"), {"term": there.term.pk, "on": day})
    assert bad.status_code == 400
    staff_client.post(url("seat", "close"), {"term": here.term.pk, "on": day})

    assert (deputy.seats.get().state, theirs.seats.get().state) == ("expired", "active")


def test_group_is_filled_and_ended(staff_client, here):
    posted = {"name": "新小组", "kind": "area", "field": "", "region_code": here.code, "term": "",
              "counterpart": "", "founded_on": ""}  # fmt: skip
    staff_client.post(url("group", "add"), posted)
    group = Group.objects.get(name="新小组")
    deputy = here.deputy()
    staff_client.post(
        url("group", "join", group.pk), {"deputy": deputy.code, "starts_on": "2023-01-01"}
    )
    row = group.memberships.get()
    twice = staff_client.post(
        url("group", "join", group.pk), {"deputy": deputy.code, "starts_on": "2023-01-01"}
    )
    assert "已在这个小组" in text(twice, 400)
    early = {"on": "2022-01-01"}
    assert staff_client.post(url("group", "leave", group.pk, row.pk), early).status_code == 400
    staff_client.post(url("group", "leave", group.pk, row.pk), {"on": "2024-01-01"})
    staff_client.post(url("group", "end", group.pk), {"on": "2024-02-01"})

    group.refresh_from_db()
    row.refresh_from_db()
    assert (row.ends_on, group.ended_on) == (date(2024, 1, 1), date(2024, 2, 1))


def test_studio_belongs_to_somebody_real(staff_client, here, there):
    theirs, mine = there.deputy(), here.deputy()
    posted = {"owner_kind": "deputy", "name": "工作室", "region_code": here.code,
              "introduction": "", "opened_on": "2023-01-01"}  # fmt: skip

    staff_client.post(url("studio", "add"), posted | {"owner_code": theirs.code})
    assert Studio.objects.count() == 0
    staff_client.post(url("studio", "add"), posted | {"owner_code": mine.code})
    studio = Studio.objects.get()
    staff_client.post(url("studio", "close", studio.pk), {"on": "2024-01-01"})
    studio.refresh_from_db()
    assert studio.closed_on == date(2024, 1, 1)


def test_link_contact_and_gap_list(staff_client, here, there):
    deputy = here.deputy()
    base = {"kind": "deputy_voter", "region_code": here.code, "starts_on": "2025-01-01",
            "deputy_code": "", "group_code": "", "other": "", "organ": ""}  # fmt: skip
    page = text(staff_client.post(url("link", "add"), base))
    assert "这一类联系要填这一项" in page
    staff_client.post(
        url("link", "add"), base | {"deputy_code": deputy.code, "other": "三里庄选民"}
    )
    link = Link.objects.get()
    tie_link(actor=SYSTEM, kind="deputy_voter", deputy=there.deputy("邻县某"), other="邻县选民",
             region_code=there.code, starts_on=DAY, now=NOW)  # fmt: skip
    gaps = text(staff_client.get(url("link", "gaps")))
    assert "三里庄选民" in gaps
    assert "邻县选民" not in gaps
    assert "还没有联系的" in text(staff_client.get("/admin/"))

    day = timezone.localdate().isoformat()
    staff_client.post(
        url("link", "contact", link.pk), {"on": day, "way": "走访", "content": "听取意见"}
    )

    assert ContactRecord.objects.get().recorded_by == here.staff
    assert "三里庄选民" not in text(staff_client.get(url("link", "gaps")))


def test_trap_17_duty_is_reversed_with_a_reason(staff_client, here):
    duty = one_of_each(here, "here")["dutyrecord"]
    assert staff_client.get(url("dutyrecord", "add")).status_code == 403
    assert staff_client.post(url("dutyrecord", "reverse", duty.pk), {}).status_code == 400

    staff_client.post(url("dutyrecord", "reverse", duty.pk), {"reason": "登记错了"})

    assert DutyRecord.objects.get(reverses=duty).title == "冲销：登记错了"


# --- sheets -------------------------------------------------------------------------------------


def upload(client, *rows, name="代表.xlsx"):
    file = sheet(*rows)
    file.name = name
    return client.post(url("deputy", "import"), {"file": file})


def test_import_is_checked_first_and_confirmed_after(staff_client, here):
    page = text(upload(staff_client, row(code="A1")))

    assert "检查通过，还没有写入" in page
    assert not Deputy.objects.filter(code="A1").exists()
    token = SheetDraft.objects.get().token
    answer = staff_client.post(url("deputy", "import"), {"token": token})
    assert answer.status_code == 302
    assert Deputy.objects.get(code="A1").serving
    assert SheetDraft.objects.count() == 0
    again = staff_client.post(url("deputy", "import"), {"token": token})
    assert "过期" in text(again)


def test_bad_import_is_reported_row_by_row(staff_client, here):
    page = text(upload(staff_client, row(code="A1"), row(code="A2", name="", gender="?")), 400)

    assert "2处要改（共2行）" in page
    assert "没有填写" in page
    assert SheetDraft.objects.count() == 0
    evil = io.BytesIO(b"not a sheet \x00")
    evil.name = "a.xlsx"
    assert "errbar" in text(staff_client.post(url("deputy", "import"), {"file": evil}))


def test_import_stays_within_the_region(staff_client, here, there):
    text(upload(staff_client, row(region=there.village, congress="寿光市")), 400)
    assert not Deputy.objects.filter(name="王小明").exists()


def test_draft_of_somebody_else_cannot_be_confirmed(client, staff_client, here, there):
    upload(staff_client, row(code="A1"))
    token = SheetDraft.objects.get().token
    client.force_login(there.staff)

    assert "过期" in text(client.post(url("deputy", "import"), {"token": token}))
    assert not Deputy.objects.filter(code="A1").exists()


def test_template_has_the_columns(staff_client, here):
    answer = staff_client.get(url("deputy", "template"))
    header, rows = read_rows(io.BytesIO(b"".join(answer.streaming_content)))

    assert (header, len(list(rows))) == (HEADER, 1)


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_export_gives_the_selected_rows_of_the_region_harmless(staff_client, here, there, kind):
    mine, theirs = here.deputy("甲某某", occupation="=cmd()"), there.deputy("邻县某")
    posted = {"action": f"export_{kind}", "_selected_action": [mine.pk, theirs.pk]}

    answer = staff_client.post(url("deputy", "changelist"), posted)

    data = b"".join(answer.streaming_content)
    header, rows = read_rows(io.BytesIO(data))
    found = [cells for _, cells in rows]
    assert header == HEADER
    assert [r["姓名"] for r in found] == ["甲某某"]
    if kind == "csv":
        assert "'=cmd()" in data.decode("utf-8-sig")
    assert "寿光".encode() not in data


# --- cost ---------------------------------------------------------------------------------------


def cost(client, address):
    forget_all()
    with CaptureQueriesContext(connection) as found:
        assert client.get(address).status_code == 200
    return len(found)


def test_lists_cost_the_same_for_1_and_30_rows(staff_client, here):
    addresses = [url(model, "changelist") for model in MARKS] + [url("link", "gaps")]
    one_of_each(here, "here")
    for address in addresses:
        staff_client.get(address)
    few = [cost(staff_client, address) for address in addresses]
    for n in range(29):
        name = "王" + chr(0x4E00 + n)
        deputy = here.deputy(name, region_code=village(here, n))
        group = here.group(f"小组{n}")
        join_group(actor=SYSTEM, group=group, deputy=deputy, starts_on=DAY, now=NOW)
        open_studio(actor=SYSTEM, owner_kind="deputy", owner_code=deputy.code, name=name,
                    region_code=deputy.region_code, opened_on=DAY, now=NOW)  # fmt: skip
        tie_link(actor=SYSTEM, kind="deputy_voter", deputy=deputy, other=name,
                 region_code=here.code, starts_on=DAY, now=NOW)  # fmt: skip
        record_duty(deputy=deputy, kind="reception", on=DAY, title=name, source_type="t",
                    source_code="1", actor=SYSTEM, now=NOW)  # fmt: skip

    assert [cost(staff_client, address) for address in addresses] == few
    assert max(few) <= 16


def test_entry_costs_the_same_for_1_and_30_parts(staff_client, here, city_term):
    deputy = here.deputy()
    address = url("deputy", "change", deputy.pk)
    group = here.group()
    join_group(actor=SYSTEM, group=group, deputy=deputy, starts_on=DAY, now=NOW)
    record_duty(deputy=deputy, kind="reception", on=DAY, title="一", source_type="t",
                source_code="x", actor=SYSTEM, now=NOW)  # fmt: skip
    staff_client.get(address)
    few = cost(staff_client, address)
    open_seat(actor=SYSTEM, deputy=deputy, term=city_term, now=NOW)
    for n in range(29):
        more = here.group(f"小组{n}")
        join_group(actor=SYSTEM, group=more, deputy=deputy, starts_on=DAY, now=NOW)
        record_duty(deputy=deputy, kind="reception", on=DAY, title="一", source_type="t",
                    source_code=str(n), actor=SYSTEM, now=NOW)  # fmt: skip

    assert cost(staff_client, address) == few <= 20


def test_search_and_filters_find_whom_they_should(staff_client, here, city_term):
    one = here.deputy("王小明")
    two = here.deputy("李市代", seat=False, region_code=f"{here.code}001")
    open_seat(actor=SYSTEM, deputy=two, term=city_term, now=NOW)
    group = here.group()
    join_group(actor=SYSTEM, group=group, deputy=one, starts_on=DAY, now=NOW)
    here.deputy("未任某", seat=False)

    def names(query):
        page = text(staff_client.get(url("deputy", "changelist") + query))
        return {d.name for d in Deputy.objects.all() if f">{d.name}</a>" in page}

    assert names("?q=wxm") == names("?q=小明") == names(f"?q={one.code}") == {"王小明"}
    assert names("?level=3") == {"李市代"}
    assert names(f"?group={group.code}") == {"王小明"}
    assert names("?serving=0") == {"未任某"}
    assert "王小明" in names(f"?town={here.code}001&grid=0")
    assert names("?town=x") == set()


def test_deputy_without_a_code_is_seen_and_given_one(staff_client, here):
    deputy = here.deputy("李春和")
    entry, listed = url("deputy", "change", deputy.pk), url("deputy", "changelist")
    assert "还没有码" in text(staff_client.get(listed))
    assert "发代表码" in text(staff_client.get(entry))
    answer = staff_client.post(url("deputy", "printed", deputy.pk), follow=True)
    assert "发了1个代表码" in text(answer)
    code = Code.objects.get(kind="deputy", target_code=deputy.code)
    assert (code.state, code.region_code, code.label) == (
        "active", deputy.region_code, "李春和代表",
    )  # fmt: skip
    assert Entry.objects.filter(action="codes.issued", object_code=code.code).count() == 1
    assert "发代表码" not in text(staff_client.get(entry))
    again = staff_client.post(url("deputy", "printed", deputy.pk), follow=True)
    assert "没有要发的" in text(again)
    assert Code.objects.filter(target_code=deputy.code).count() == 1


def test_codes_for_all_who_lack_one_come_at_once(staff_client, here, there):
    mine = [here.deputy(f"李春{name}") for name in "和风雨"]
    former, theirs = here.deputy("王未任", seat=False), there.deputy("赵邻")
    action = {"action": "issue_printed",
              "_selected_action": [d.pk for d in (*mine, former, theirs)]}  # fmt: skip
    assert "发了3个代表码" in text(
        staff_client.post(url("deputy", "changelist"), action, follow=True)
    )
    issued = Code.objects.filter(target_code__in=[d.code for d in (*mine, former, theirs)])
    assert set(issued.values_list("target_code", flat=True)) == {d.code for d in mine}
    lacking = text(staff_client.get(url("deputy", "changelist"), {"printed": "0"}))
    assert "李春和" not in lacking


@pytest.mark.parametrize("role", ["auditor", "moderator", "system_admin"])
def test_codes_are_given_by_whoever_may(client, here, role):
    deputy = here.deputy("李春和")
    client.force_login(here.county.users[role])
    assert client.post(url("deputy", "printed", deputy.pk)).status_code == 403
    assert not Code.objects.filter(target_code=deputy.code).exists()


def test_code_of_a_neighbours_deputy_is_not_given(staff_client, there):
    deputy = there.deputy("赵邻")
    assert staff_client.post(url("deputy", "printed", deputy.pk)).status_code == 404
    assert not Code.objects.filter(target_code=deputy.code).exists()


def seat_posted(here, typed):
    return {"deputy_code": typed, "term": here.term.pk, "district": "第三选区"}


@pytest.mark.parametrize("typed", ["李春和", " 李春和 ", "李春和（{code}）", "{code}"])
def test_seat_is_opened_by_name_or_code(staff_client, here, typed):
    deputy = here.deputy("李春和", seat=False)
    posted = seat_posted(here, typed.format(code=deputy.code))
    assert staff_client.post(url("seat", "add"), posted).status_code == 302
    assert deputy.seats.count() == 1


def test_namesakes_are_told_apart_by_code(staff_client, here):
    one, two = here.deputy("李春和", seat=False), here.deputy("李春和", seat=False)
    page = text(staff_client.post(url("seat", "add"), seat_posted(here, "李春和")))
    assert f"李春和（{one.code}）" in page
    assert f"李春和（{two.code}）" in page
    assert (one.seats.count(), two.seats.count()) == (0, 0)


@pytest.mark.parametrize("typed", ["赵邻", "赵邻（{code}）", "{code}", "没有此人"])
def test_neighbours_deputy_is_not_found_by_name(staff_client, here, there, typed):
    deputy = there.deputy("赵邻", seat=False)
    posted = seat_posted(here, typed.format(code=deputy.code))
    assert "没有这位代表" in text(staff_client.post(url("seat", "add"), posted))
    assert deputy.seats.count() == 0


def test_names_are_suggested_within_the_region(client, staff_client, here, there):
    mine = here.deputy("李春和")
    there.deputy("李春邻")
    found = staff_client.get(url("deputy", "names"), {"term": "李春"}).json()
    assert [row["value"] for row in found["results"]] == [f"李春和（{mine.code}）"]
    assert "诸城市" in found["results"][0]["words"]
    assert staff_client.get(url("deputy", "names")).json() == {"results": []}
    page = text(staff_client.get(url("seat", "add")))
    assert ("js/suggest.js" in page, url("deputy", "names") in page) == (True, True)
    client.force_login(here.county.users["moderator"])
    assert client.get(url("deputy", "names"), {"term": "李"}).status_code == 403


def test_suggestions_cost_the_same_for_1_and_30_people(staff_client, here):
    address = url("deputy", "names") + "?term=王"
    here.deputy("王一")
    staff_client.get(address)
    few = cost(staff_client, address)
    for n in range(29):
        here.deputy("王" + chr(0x4E00 + n), region_code=village(here, n))
    assert cost(staff_client, address) == few


def test_link_names_its_deputy_and_group(staff_client, here):
    deputy, group = here.deputy("李春和"), here.group("汽车小组")
    base = {"kind": "deputy_voter", "region_code": here.code, "starts_on": "2026-01-01",
            "deputy_code": "李春和", "group_code": "", "other": "选民", "organ": ""}  # fmt: skip
    page = text(staff_client.get(url("link", "add")))
    assert f'<option value="{group.code}">汽车小组</option>' in page
    assert staff_client.post(url("link", "add"), base).status_code == 302
    assert Link.objects.get().deputy == deputy
