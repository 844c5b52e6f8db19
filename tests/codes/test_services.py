"""Issuing, ending and resolving codes."""

import random
from datetime import UTC, datetime

import pytest

from audit.actors import SYSTEM
from audit.models import Entry
from codes.models import Code
from codes.rules.phrases import PHRASES
from codes.rules.tokens import ALPHABET, LENGTH, normal_token, point_prefix
from codes.selectors import active_code, code_url, resolve, short_address
from codes.services import (
    NewCode,
    issue_code,
    issue_codes,
    mark_printed,
    reissue_code,
    retire_code,
    revoke_code,
)
from congress.models import Region
from core.errors import InputInvalid, StateMoved

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)


@pytest.fixture
def county():
    return Region.objects.create(
        code="370782", name="诸城市", full_name="山东省潍坊市诸城市", level="county",
        parent_code="3707", pinyin="zhu cheng shi",
    )  # fmt: skip


def entries():
    return Entry.objects.filter(action__startswith="codes.").order_by("id")


def issue(target="D001", **fields):
    given = {"kind": "deputy", "region_code": "370782001", "label": "宋玉梅"} | fields
    return issue_code(actor=SYSTEM, target_code=target, now=NOW, **given)


def test_issue_gives_token_phrase_and_point(county):
    code = issue()

    assert len(code.token) == LENGTH
    assert set(code.token) <= set(ALPHABET)
    assert code.check_phrase in PHRASES
    assert code.point_code.startswith("ZC-")
    assert (code.state, code.issued_at) == ("active", NOW)
    entry = entries().get()
    assert (entry.action, entry.object_code, entry.region_code) == (
        "codes.issued", code.point_code, "370782001",
    )  # fmt: skip
    assert code.token not in str(entry.__dict__)


def test_issue_twice_is_refused_and_writes_nothing(county):
    issue()
    with pytest.raises(StateMoved):
        issue()

    assert (Code.objects.count(), entries().count()) == (1, 1)


def test_issue_without_label_is_refused(county):
    with pytest.raises(InputInvalid):
        issue(label=" ")
    with pytest.raises(InputInvalid):
        issue(kind="lamp")

    assert not Code.objects.exists()


def test_issue_codes_keeps_those_that_exist(county, django_assert_max_num_queries):
    first = issue()
    rows = [NewCode("deputy", f"D{n:03}", "370782001", "某") for n in range(1, 501)]
    with django_assert_max_num_queries(12):
        codes = issue_codes(rows, actor=SYSTEM, now=NOW)

    assert codes[0] == first
    assert [code.target_code for code in codes] == [row.target_code for row in rows]
    assert len({c.token for c in codes}) == len({c.point_code for c in codes}) == 500
    assert entries().count() == 500


def test_issue_codes_is_deterministic_for_a_seed(county):
    rows = [NewCode("grid", f"37078200100100{n}", "370782001001", "网格") for n in range(5)]
    codes = issue_codes(rows, actor=SYSTEM, now=NOW, rng=random.Random(7))
    first = [(c.token, c.check_phrase, c.point_code) for c in codes]
    Code.objects.all().delete()

    codes = issue_codes(rows, actor=SYSTEM, now=NOW, rng=random.Random(7))
    assert [(c.token, c.check_phrase, c.point_code) for c in codes] == first


def test_two_rows_of_one_target_are_refused(county):
    rows = [NewCode("grid", "370782001001001", "370782001001", "网格")] * 2
    with pytest.raises(InputInvalid):
        issue_codes(rows, actor=SYSTEM, now=NOW)
    assert not Code.objects.exists()


def test_revoke_ends_a_code_once(county):
    code = issue()
    revoke_code(actor=SYSTEM, code=code, reason="海报被人调换", now=NOW)
    with pytest.raises(StateMoved):
        retire_code(actor=SYSTEM, code=code, reason="换届", now=NOW)

    code.refresh_from_db()
    assert (code.state, code.reason, code.ended_at) == ("revoked", "海报被人调换", NOW)
    actions = list(entries().values_list("action", flat=True))
    assert actions == ["codes.issued", "codes.revoked"]


def test_ending_needs_a_reason(county):
    code = issue()
    with pytest.raises(InputInvalid):
        revoke_code(actor=SYSTEM, code=code, reason="  ", now=NOW)
    code.refresh_from_db()
    assert code.state == "active"


def test_retire_names_the_successor(county):
    old, new = issue(), issue("D002", label="王建国")
    retire_code(actor=SYSTEM, code=old, reason="换届", successor=new, now=NOW)

    assert resolve(old.token).successor == new
    assert entries().last().data == {"successor": new.point_code}


def test_retire_refuses_itself_and_an_ended_successor(county):
    code, other = issue(), issue("D002")
    revoke_code(actor=SYSTEM, code=other, reason="错", now=NOW)
    for wrong in (code, other):
        with pytest.raises(InputInvalid):
            retire_code(actor=SYSTEM, code=code, reason="换届", successor=wrong, now=NOW)
    code.refresh_from_db()
    assert code.state == "active"


def test_reissue_leads_from_the_old_sheet_to_the_new_one(county):
    old = issue()
    new = reissue_code(actor=SYSTEM, code=old, reason="海报破损", now=NOW)

    assert new.token != old.token
    assert active_code("deputy", "D001") == new
    assert resolve(old.token).successor == new


def test_mark_printed_notes_the_day(county):
    code = issue()
    assert mark_printed(actor=SYSTEM, codes=[code], now=NOW) == 1
    code.refresh_from_db()
    assert code.printed_at == NOW


def test_resolve_takes_one_query_and_forgives_capitals(county, django_assert_num_queries):
    code = issue()
    with django_assert_num_queries(1):
        found = resolve(code.token.upper())
        assert (found, found.successor) == (code, None)


@pytest.mark.parametrize(
    "typed",
    ["", "1", "a" * 9, "a" * 17, "il0o1il0o1", "abc def ghi", "abcdefghj\uff4b", "a\x00" * 5],
)
def test_resolve_asks_nobody_about_what_is_no_token(typed, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert resolve(typed) is None


def test_addresses(county, settings):
    settings.BASE_URL = "https://rd.zhucheng.example"
    code = issue(token="abcdefghjk", phrase="春耕秋实")
    assert (code.token, code.check_phrase) == ("abcdefghjk", "春耕秋实")
    assert code_url(code) == "https://rd.zhucheng.example/q/abcdefghjk/"
    assert short_address(code) == "rd.zhucheng.example/q/abcdefghjk"
    assert normal_token("ABCDEFGHJK") == "abcdefghjk"


def test_point_prefix_says_the_place():
    assert point_prefix("zhu cheng shi", "370782") == "ZC"
    assert point_prefix("", "370782001") == "370782"
