"""The registers in the staff admin: scope, rights, and what each page does."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.models import Grant, User
from audit.actors import SYSTEM
from congress.models import CalendarYear, Congress, Region, Rulebook, RuleValue, Term, Unit
from congress.selectors import rulebook_for
from congress.services import RuleInput, create_rulebook, create_unit
from congress.states import Measure
from core.dates import local_date

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _one_factor(settings):
    settings.SECOND_FACTOR_REQUIRED = False


@pytest.fixture
def sign_in(client):
    def sign_in(role, scope, kind="region"):
        user = User.objects.create_user(f"{role}{scope}", "Vole-meadow-42", name="谭青禾")
        Grant.objects.create(
            user=user, role=role, scope_kind=kind, scope_code=scope, region_code=scope[:6],
            starts_on=date(2020, 1, 1),
        )  # fmt: skip
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def staff(sign_in, congresses):
    return sign_in("congress_staff", "370782")


@pytest.fixture
def units(congresses, now):
    return {
        code: create_unit(
            actor=SYSTEM, congress=congresses[place], code=code, name=name, kind="department",
            now=now,
        )
        for code, place, name in (
            ("ZJ", "370782", "诸城市住建局"),
            ("CG", "370782", "诸城市城管局"),
            ("GM", "370785", "高密市水利局"),
        )
    }  # fmt: skip


def page(client, name, /, *args, status=200):
    answer = client.get(reverse(f"admin:congress_{name}", args=args))
    assert answer.status_code == status, answer.content.decode()[:2000]
    return answer.content.decode()


def send(client, name, /, *args, status=302, **data):
    answer = client.post(reverse(f"admin:congress_{name}", args=args), data)
    if answer.status_code != status:
        form = answer.context and answer.context.get("adminform")
        raise AssertionError(
            f"{answer.status_code} {form and form.form.errors} {answer.content.decode()[:500]}"
        )
    return answer


# --- scope --------------------------------------------------------------------------------


def test_lists_show_ones_own_region_only(staff, units):
    assert "诸城市住建局" in page(staff, "unit_changelist")
    for name in ("unit_changelist", "region_changelist", "congress_changelist", "unit_tree"):
        assert "高密市" not in page(staff, name)


def test_neighbours_row_is_not_found(staff, units, congresses):
    gone = Region.objects.get(code="370785").pk
    page(staff, "unit_change", units["GM"].pk, status=404)
    page(staff, "unit_merge", units["GM"].pk, status=404)
    page(staff, "unit_retire", units["GM"].pk, status=404)
    page(staff, "region_change", gone, status=404)
    page(staff, "congress_change", congresses["370785"].pk, status=404)
    send(staff, "unit_retire", units["GM"].pk, status=404, on="2026-01-01")
    assert Unit.objects.get(code="GM").retired_on is None


@pytest.mark.parametrize("role", ["auditor", "moderator", "security_admin"])
@pytest.mark.parametrize("name", ["unit_changelist", "rulebook_changelist", "unit_tree"])
def test_other_staff_has_no_right(sign_in, congresses, role, name):
    page(sign_in(role, "370782"), name, status=403)


def test_town_staff_may_look_and_not_write(sign_in, units, congresses):
    client = sign_in("town_staff", "370782")
    page(client, "unit_changelist")
    page(client, "unit_tree")
    for name in ("unit_add", "unit_import", "region_import", "calendaryear_import"):
        page(client, name, status=403)
    send(client, "unit_merge", units["ZJ"].pk, status=403, into=units["CG"].pk, on="2026-01-01")
    send(client, "unit_change", units["ZJ"].pk, status=403, name="改名")
    assert Unit.objects.get(code="ZJ").name == "诸城市住建局"


def test_every_page_opens_for_congress_staff(staff, units, county, now):
    book = create_rulebook(
        actor=SYSTEM, congress=county, effective_from=date(2026, 1, 1), now=now, base="county"
    )
    year = CalendarYear.objects.get(year=2026)
    region = Region.objects.get(code="370782001")
    for name, *args in (
        ("region_changelist",), ("region_change", region.pk), ("region_import",),
        ("congress_changelist",), ("congress_add",), ("congress_change", county.pk),
        ("term_changelist",), ("term_add",), ("unit_changelist",), ("unit_add",),
        ("unit_change", units["ZJ"].pk), ("unit_tree",), ("unit_import",),
        ("unit_merge", units["ZJ"].pk), ("unit_retire", units["ZJ"].pk),
        ("rulebook_changelist",), ("rulebook_add",), ("rulebook_change", book.pk),
        ("rulebook_all", book.pk), ("rulebook_compare", book.pk), ("rulebook_next", book.pk),
        ("rulebook_change", Rulebook.objects.get(preset="qingdao-2021").pk),
        ("calendaryear_changelist",), ("calendaryear_change", year.pk),
    ):  # fmt: skip
        text = page(staff, name, *args)
        assert "style=" not in text, name


# --- regions and congresses ---------------------------------------------------------------


def test_congress_is_set_up_from_its_region(staff, regions):
    region = regions["370782108"]
    Congress.objects.filter(region=region).delete()
    send(staff, "congress_add", region=region.pk, name="")
    made = Congress.objects.get(region=region)
    assert (made.name, made.level, made.code) == ("相州镇人民代表大会", 5, "370782108")


def test_trap_13_congress_of_a_street_is_refused_in_the_form(staff, regions):
    answer = send(staff, "congress_add", status=200, region=regions["370782001"].pk, name="")
    assert "不设人民代表大会" in answer.content.decode()
    assert not Congress.objects.filter(region_code="370782001").exists()


def test_term_with_a_session(staff, county):
    send(
        staff, "term_add", congress=county.pk, number=19, starts_on="2022-01-12",
        **{"sessions-TOTAL_FORMS": 1, "sessions-INITIAL_FORMS": 0, "sessions-0-number": 3,
           "sessions-0-opens_on": "2024-01-09"},
    )  # fmt: skip
    assert str(Term.objects.get().sessions.get()) == "十九届三次会议"


def test_regions_are_imported_within_ones_scope(staff, regions):
    def upload(*lines):
        return SimpleUploadedFile("r.csv", "\n".join(["代码,名称", *lines]).encode())

    send(staff, "region_import", status=200, file=upload("370782110,昌城镇"), dry_run="on")
    assert not Region.objects.filter(code="370782110").exists()
    send(staff, "region_import", status=403, file=upload("370785110,别处镇"))
    assert not Region.objects.filter(code="370785110").exists()
    answer = send(staff, "region_import", status=200, file=upload("370782110,昌城镇"))
    assert "已写入" in answer.content.decode()
    assert Region.objects.get(code="370782110").full_name == "山东省潍坊市诸城市昌城镇"


# --- units --------------------------------------------------------------------------------


def test_unit_is_added_and_changed(staff, county, units):
    send(staff, "unit_add", congress=county.pk, code="JT", name="诸城市交通局", kind="department",
         parent="", short_name="", region_code="", phone="")  # fmt: skip
    made = Unit.objects.get(code="JT")
    assert (made.region_code, made.pinyin) == ("370782", "zhu cheng shi jiao tong ju")

    send(staff, "unit_change", made.pk, name="诸城市交通运输局", kind="department",
         parent=units["ZJ"].pk, short_name="交通局", region_code="370782", phone="0536-1")  # fmt: skip
    made.refresh_from_db()
    assert (made.name, made.parent, made.pinyin) == (
        "诸城市交通运输局", units["ZJ"], "jiao tong ju",
    )  # fmt: skip


def test_unit_of_another_congress_or_in_a_circle_is_refused(staff, county, congresses, units):
    common = {"kind": "department", "short_name": "", "phone": ""}
    send(staff, "unit_add", status=200, congress=congresses["370785"].pk, code="X", name="某局",
         parent="", region_code="", **common)  # fmt: skip
    send(staff, "unit_add", status=200, congress=county.pk, code="X", name="某局", parent="",
         region_code="370785", **common)  # fmt: skip
    send(staff, "unit_change", units["ZJ"].pk, status=200, name="诸城市住建局",
         parent=units["ZJ"].pk, region_code="370782", **common)  # fmt: skip
    assert not Unit.objects.filter(code="X").exists()
    assert Unit.objects.get(code="ZJ").parent is None


def test_unit_is_merged_and_then_only_looked_at(staff, units):
    send(staff, "unit_merge", units["CG"].pk, status=200, into=units["GM"].pk, on="2026-01-01")
    assert Unit.objects.get(code="CG").merged_into is None
    send(staff, "unit_merge", units["CG"].pk, into=units["ZJ"].pk, on="2026-01-01")
    assert Unit.objects.get(code="CG").merged_into == units["ZJ"]
    send(staff, "unit_merge", units["CG"].pk, status=409, into=units["ZJ"].pk, on="2026-01-01")
    assert "2026-01-01并入" in page(staff, "unit_changelist")


def test_units_are_imported(staff, county):
    lines = "编号,全称,类别\nA,诸城市甲局,政府部门\nB,乙局,外星人\n"
    bad = SimpleUploadedFile("u.csv", lines.encode())
    answer = send(staff, "unit_import", status=200, congress=county.pk, file=bad)
    assert "没有导入" in answer.content.decode()
    assert Unit.objects.count() == 0
    good = SimpleUploadedFile("u.csv", lines.replace("外星人", "法院").encode())
    send(staff, "unit_import", status=200, congress=county.pk, file=good)
    assert set(Unit.objects.values_list("code", "kind")) == {("A", "department"), ("B", "court")}


def test_unit_list_asks_the_same_queries_for_1_and_30_rows(
    staff, county, now, django_assert_max_num_queries
):
    def make(numbers):
        for n in numbers:
            create_unit(actor=SYSTEM, congress=county, code=f"u{n}", name=f"第{n}局",
                        kind="department", now=now)  # fmt: skip

    make([0])
    page(staff, "unit_changelist")
    with django_assert_max_num_queries(10) as few:
        page(staff, "unit_changelist")
    make(range(1, 30))
    with django_assert_max_num_queries(10) as many:
        page(staff, "unit_changelist")
    assert len(many) == len(few)


# --- rulebooks ----------------------------------------------------------------------------


def rows(*rules, initial=0):
    data = {"values-TOTAL_FORMS": len(rules), "values-INITIAL_FORMS": initial}
    for n, rule in enumerate(rules):
        data |= {f"values-{n}-{name}": value for name, value in rule.items()}
    return data


def typed(key, amount="", unit="", content="", basis="县人大常委会决定", **more):
    return {"key": key, "amount": amount, "unit": unit, "content": content, "basis": basis,
            "note": "", **more}  # fmt: skip


@pytest.fixture
def tomorrow():
    return local_date(timezone.now()) + timedelta(days=1)


def test_rulebook_is_made_and_filled(staff, county, tomorrow):
    answer = send(staff, "rulebook_add", congress=county.pk, effective_from=tomorrow,
                  base="county", name="")  # fmt: skip
    book = Rulebook.objects.get(congress=county)
    assert answer["Location"].endswith(f"/{book.pk}/change/")
    head = {"effective_from": tomorrow, "base": "county", "name": book.name}

    send(staff, "rulebook_change", book.pk, **head, **rows(
        typed("message_accept_within", 3, "working_days"),
        typed("joint_answer", content="每位联名代表"),
        typed("publish_feedback", content="是"),
        typed("message_rounds_max", 3),
        typed("", basis=""),
    ))  # fmt: skip

    rules = rulebook_for(county, tomorrow)
    assert str(rules.duration("message_accept_within")) == "3个工作日"
    assert rules.value("joint_answer") == "each"
    assert rules.value("publish_feedback") is True
    assert rules.value("message_rounds_max") == 3
    assert rules.duration("assign_within").basis.endswith("第14条")


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (typed("message_accept_within", 3, "working_days", basis=""), "请写明依据"),
        (typed("message_accept_within", "", "working_days"), "1到366"),
        (typed("message_accept_within", 3, "count"), "单位应是"),
        (typed("joint_answer", content="谁也不答复"), "请填其中之一"),
        (typed("publish_feedback", content="也许"), "请填“是”或“否”"),
        (typed("reply_letters", content="{"), "填 JSON"),
    ],
)
def test_wrong_rule_comes_back_with_the_reason(staff, county, tomorrow, now, rule, words):
    book = create_rulebook(actor=SYSTEM, congress=county, effective_from=tomorrow, now=now)
    head = {"effective_from": tomorrow, "base": "", "name": book.name}
    answer = send(staff, "rulebook_change", book.pk, status=200, **head, **rows(rule))
    assert words in answer.content.decode()
    assert RuleValue.objects.filter(rulebook=book).count() == 0


def test_rule_is_changed_and_removed(staff, county, tomorrow, now):
    rules = [
        RuleInput("assign_within", Measure.WORKING_DAYS, "旧", 4),
        RuleInput("joint_answer", Measure.TEXT, "旧", None, "each"),
    ]
    book = create_rulebook(
        actor=SYSTEM, congress=county, effective_from=tomorrow, now=now, rules=rules
    )
    first, second = (book.values.get(key=r.key).pk for r in rules)
    assert "每位联名代表" in page(staff, "rulebook_change", book.pk)
    send(staff, "rulebook_change", book.pk, effective_from=tomorrow, base="", name=book.name,
         **rows(
             typed("assign_within", 2, "working_days", id=first),
             typed("joint_answer", content="每位联名代表", id=second, DELETE="on"),
             initial=2,
         ))  # fmt: skip
    assert list(book.values.values_list("key", "amount")) == [("assign_within", 2)]


def test_version_in_force_and_presets_are_read_only(staff, county, now):
    book = create_rulebook(actor=SYSTEM, congress=county, effective_from=date(2026, 1, 1), now=now)
    preset = Rulebook.objects.get(preset="county")
    for one, words in ((book, "已经施行"), (preset, "预设随产品提供")):
        assert words in page(staff, "rulebook_change", one.pk)
        send(staff, "rulebook_change", one.pk, status=403, effective_from="2030-01-01", name="x",
             **rows())  # fmt: skip
    send(staff, "rulebook_next", preset.pk, status=403, effective_from="2030-01-01")
    assert Rulebook.objects.filter(congress__isnull=False).count() == 1


def test_next_version_and_comparison(staff, county, now, tomorrow):
    rule = RuleInput("assign_within", Measure.WORKING_DAYS, "决定", 4)
    book = create_rulebook(
        actor=SYSTEM, congress=county, effective_from=date(2026, 1, 1), now=now, rules=[rule]
    )
    again = send(staff, "rulebook_next", book.pk, status=200, effective_from="2026-01-01")
    assert "这一天已有一个版本" in again.content.decode()
    send(staff, "rulebook_next", book.pk, effective_from=tomorrow)
    made = Rulebook.objects.get(effective_from=tomorrow)
    assert "完全一样" in page(staff, "rulebook_compare", made.pk)
    value = made.values.get()
    send(staff, "rulebook_change", made.pk, effective_from=tomorrow, base="", name=made.name,
         **rows(typed("assign_within", 2, "working_days", id=value.pk), initial=1))  # fmt: skip
    text = page(staff, "rulebook_compare", made.pk)
    assert "4个工作日" in text
    assert "2个工作日" in text


def test_all_rules_say_where_they_come_from(staff, county, now):
    rule = RuleInput("assign_within", Measure.WORKING_DAYS, "主任会议决定", 4)
    book = create_rulebook(
        actor=SYSTEM, congress=county, effective_from=date(2026, 1, 1), now=now, rules=[rule],
        base="qingdao-2021",
    )  # fmt: skip
    text = page(staff, "rulebook_all", book.pk)
    for words in ("主任会议决定", "本版本", "青岛市（2021年）", "系统默认值", "领衔代表"):
        assert words in text


def test_neighbours_rulebook_is_not_found(staff, congresses, now):
    book = create_rulebook(
        actor=SYSTEM, congress=congresses["370785"], effective_from=date(2026, 1, 1), now=now
    )
    for name in ("rulebook_change", "rulebook_all", "rulebook_compare", "rulebook_next"):
        page(staff, name, book.pk, status=404)


# --- calendar -----------------------------------------------------------------------------


def test_year_shows_holidays_and_make_up_days(staff):
    year = CalendarYear.objects.get(year=2026)
    text = page(staff, "calendaryear_change", year.pk)
    assert text.count("<small>班</small>") == 6
    assert text.count("<small>休</small>") == 33


def next_year():
    lines = ["日期,安排,名称", *(f"2027-02-{n:02d},放假,春节" for n in range(1, 13))]
    return SimpleUploadedFile("2027.csv", "\n".join(lines).encode())


def test_year_is_imported_by_the_system_admin(sign_in, congresses):
    client = sign_in("system_admin", "370782")
    assert "导入新一年" in page(client, "calendaryear_changelist")
    send(client, "calendaryear_import", status=200, file=next_year())
    assert CalendarYear.objects.get(year=2027).source == "2027.csv"


@pytest.mark.parametrize("role", ["congress_staff", "town_staff"])
def test_one_county_does_not_change_the_calendar_of_all(sign_in, congresses, role):
    client = sign_in(role, "370782")
    assert "导入新一年" not in page(client, "calendaryear_changelist")
    page(client, "calendaryear_import", status=403)
    send(client, "calendaryear_import", status=403, file=next_year())
    assert not CalendarYear.objects.filter(year=2027).exists()
