"""Regions by code, their congresses, terms and sessions."""

import re
from datetime import date

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, connection, transaction

from audit.actors import SYSTEM
from congress.models import Congress, Region, Term
from congress.rules import kind_of, level_of, parent_code_of, prefixes_of
from congress.selectors import congress_for_region, lineage, open_session, region_names, units_for
from congress.services import (
    create_congress,
    create_organ,
    create_unit,
    start_session,
    start_term,
)
from congress.states import OrganKind, RegionKind, UnitKind, chinese_number
from core.errors import InputInvalid

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("number", "words"),
    [(1, "一"), (10, "十"), (11, "十一"), (19, "十九"), (20, "二十"), (35, "三十五"), (100, "100")],
)
def test_chinese_number(number, words):
    assert chinese_number(number) == words


@pytest.mark.parametrize(
    ("code", "name", "kind"),
    [
        ("11", "北京市", RegionKind.MUNICIPALITY),
        ("37", "山东省", RegionKind.PROVINCE),
        ("15", "内蒙古自治区", RegionKind.AUTONOMOUS),
        ("3707", "潍坊市", RegionKind.CITY),
        ("370782", "诸城市", RegionKind.COUNTY_CITY),
        ("370724", "临朐县", RegionKind.COUNTY),
        ("370702", "潍城区", RegionKind.DISTRICT),
        ("370772", "潍坊滨海经济技术开发区", RegionKind.ZONE),
        ("370782001", "密州街道", RegionKind.STREET),
        ("150102001", "海拉尔东路街道办事处", RegionKind.STREET),
        ("370782101", "枳沟镇", RegionKind.TOWN),
        ("370724200", "蒋峪乡", RegionKind.TOWNSHIP),
        ("370782400", "诸城经济开发区管理委员会", RegionKind.ZONE),
        ("370782001001", "兴华社区居民委员会", RegionKind.COMMUNITY),
        ("370782101200", "枳沟村村民委员会", RegionKind.VILLAGE),
    ],
)
def test_kind_of_division(code, name, kind):
    assert kind_of(code, name) == kind


def test_codes_tell_level_parent_and_lineage():
    assert [level_of(c) for c in ("37", "370782001", "3", "37078", "\uff13\uff17", "3a")] == [
        "province",
        "town",
        None,
        None,
        None,
        None,
    ]
    assert [parent_code_of(c) for c in ("37", "3707", "370782001001")] == ["", "37", "370782001"]
    assert prefixes_of("370782001001007") == [
        "370782001001",
        "370782001",
        "370782",
        "3707",
        "37",
    ]
    assert prefixes_of("") == []


def test_region_prefix_reaches_what_is_below_and_nothing_else(regions):
    assert set(Region.objects.under("370782").values_list("code", flat=True)) == {
        "370782",
        "370782001",
        "370782001001",
        "370782108",
        "370782400",
    }


def test_region_prefix_is_a_range_of_an_index(regions):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        plan = Region.objects.filter(code__startswith="370782").order_by().explain()
    # by the pattern index, or where the database sorts by bytes (C) by the key itself
    assert re.search(r"Index Cond: .*(~>=~|>=) '370782'.*(~<~|<) '370783'", plan)


def test_region_code_must_fit_its_level(regions):
    for wrong in (
        {"code": "37078", "level": "county", "parent_code": "3707"},
        {"code": "370799", "level": "town", "parent_code": "3707"},
        {"code": "370799", "level": "county", "parent_code": "3702"},
        {"code": "370799", "level": "county", "parent_code": ""},
        {"code": "37079x", "level": "county", "parent_code": "3707"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Region.objects.create(name="错", full_name="错", **wrong)
    assert Region.objects.count() == len(regions)


def test_regions_are_public(regions):
    assert Region.objects.visible_to(AnonymousUser()).count() == len(regions)
    assert Region.objects.managed_by(AnonymousUser()).count() == 0


@pytest.mark.parametrize("code", ["370782001", "370782400", "370782001001"])
def test_trap_13_street_zone_and_village_have_no_congress(regions, code):
    with pytest.raises(InputInvalid, match="不设人民代表大会"):
        create_congress(actor=SYSTEM, region=regions[code], now=None)
    assert Congress.objects.count() == 0
    assert regions[code].is_street is (code == "370782001")


def test_second_congress_of_a_region_is_refused(congresses, regions, now):
    with pytest.raises(InputInvalid):
        create_congress(actor=SYSTEM, region=regions["370782"], now=now, code="again")


@pytest.mark.parametrize(
    ("place", "congress"),
    [
        ("370782108", "370782108"),
        ("370782001", "370782"),
        ("370782001001", "370782"),
        ("370782001001003", "370782"),
        ("370782400", "370782"),
        ("3707", "3707"),
        ("370785001", "370785"),
        ("370702", "3707"),
    ],
)
def test_congress_for_region(congresses, place, congress):
    assert congress_for_region(place) == congresses[congress]


def test_congress_for_region_of_nowhere(congresses):
    assert congress_for_region("44") is None
    assert congress_for_region("") is None


def test_national_congress_has_no_region_and_covers_no_place_by_prefix(congresses):
    Congress.objects.create(code="national", name="全国人民代表大会", level=1)
    assert congress_for_region("44") is None


def test_region_names_in_one_query_then_none(regions, django_assert_num_queries):
    with django_assert_num_queries(1):
        found = region_names(["370782001", "370785", "370782001001007", ""])
    with django_assert_num_queries(0):
        full = region_names(["370785", "370782001"], full=True)

    assert found == {"370782001": "密州街道", "370785": "高密市"}
    assert full == {"370785": "山东省潍坊市高密市", "370782001": "山东省潍坊市诸城市密州街道"}


def test_lineage_from_the_province_down(regions):
    assert [r.name for r in lineage("370782001001")] == [
        "山东省",
        "潍坊市",
        "诸城市",
        "密州街道",
        "兴华社区居民委员会",
    ]


def test_terms_and_sessions_are_said_in_chinese(county, now):
    old = start_term(actor=SYSTEM, congress=county, number=18, starts_on=date(2017, 1, 10), now=now)
    term = start_term(
        actor=SYSTEM, congress=county, number=19, starts_on=date(2022, 1, 12), now=now
    )
    session = start_session(actor=SYSTEM, term=term, number=3, opens_on=date(2024, 1, 9), now=now)
    start_session(actor=SYSTEM, term=term, number=4, opens_on=date(2025, 1, 9), now=now)

    old.refresh_from_db()
    assert (str(term), str(session)) == ("第十九届", "十九届三次会议")
    assert (old.ends_on, term.ends_on) == (date(2022, 1, 11), None)
    assert open_session(county, date(2024, 12, 31)) == session
    assert open_session(county, date(2021, 1, 1)) is None


def test_term_number_only_once_and_dates_in_order(county, now):
    start_term(actor=SYSTEM, congress=county, number=19, starts_on=date(2022, 1, 12), now=now)
    with pytest.raises(InputInvalid):
        start_term(actor=SYSTEM, congress=county, number=19, starts_on=date(2027, 1, 1), now=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Term.objects.update(ends_on=date(2021, 1, 1))
    assert Term.objects.get().ends_on is None


def test_street_committee_is_an_organ_of_the_county(county, now):
    organ = create_organ(
        actor=SYSTEM,
        congress=county,
        kind=OrganKind.STREET_COMMITTEE,
        name="市人大常委会密州街道工作委员会",
        region_code="370782001",
        now=now,
    )
    assert (organ.congress, organ.region_code, organ.code) == (county, "370782001", "370782-01")


def test_units_for_a_place_are_its_congress_then_those_above(congresses, now):
    for code, congress in (("c", "370782"), ("t", "370782108"), ("n", "370785"), ("p", "3707")):
        create_unit(
            actor=SYSTEM,
            congress=congresses[congress],
            code=code,
            name=f"{code}单位",
            kind=UnitKind.DEPARTMENT,
            now=now,
        )
    assert [u.code for u in units_for("370782108001")] == ["t", "c", "p"]
    assert [u.code for u in units_for("370782001001")] == ["c", "p"]
