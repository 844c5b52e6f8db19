"""Rules by place and date, inheritance, presets, versions."""

from datetime import date

import pytest
from django.core.management import call_command

from audit.actors import SYSTEM
from audit.models import Entry
from congress.models import CalendarYear, Rulebook, RuleValue
from congress.rules import KEYS, Duration, check_value
from congress.selectors import (
    due_date,
    presets,
    rulebook_differences,
    rulebook_for,
    rulebook_for_region,
    version_in_force,
)
from congress.services import (
    RuleInput,
    copy_rulebook,
    create_rulebook,
    load_presets,
    remove_rule,
    set_rule,
)
from congress.services.rulebooks import read_presets
from congress.states import Measure
from core.errors import InputInvalid, StateMoved

pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 2)
OWN = "县人大常委会主任会议2026年第3次"


def rule(key, amount, unit=Measure.WORKING_DAYS, basis=OWN):
    return RuleInput(key, unit, basis, amount)


def make(congress, on, now, base="", rules=()):
    return create_rulebook(
        actor=SYSTEM, congress=congress, effective_from=on, base=base, rules=rules, now=now
    )


# --- presets ------------------------------------------------------------------------------


def test_presets_are_the_ten_places_and_the_default():
    assert sorted(presets().values_list("preset", flat=True)) == [
        "beijing-2014",
        "chongqing-2018",
        "county",
        "default",
        "henan-2017",
        "national",
        "qingdao-2021",
        "shandong-2017",
        "shandong-township-2015",
        "shanghai-2015",
        "zhejiang-2016",
    ]


PRESETS = [pytest.param(head, rules, id=head["preset"]) for head, rules in read_presets()]


@pytest.mark.parametrize(("head", "rules"), PRESETS)
def test_preset_values_fit_their_rule_and_name_their_basis(head, rules):
    assert rules
    for one in rules:
        assert check_value(one.key, one.amount, one.unit, one.value) == ""
        assert one.basis.startswith(("依据《", "系统默认（可在规则库修改）"))
        if head["preset"] not in ("default", "county"):
            assert "条" in one.basis.split("》")[1]
        assert len(one.basis) <= 200
        assert len(one.note) <= 300


def test_default_preset_has_every_rule():
    default = next(rules for head, rules in read_presets() if head["preset"] == "default")
    assert {one.key for one in default} == set(KEYS)


M, W, D = Measure.MONTHS, Measure.WORKING_DAYS, Measure.DAYS
COLUMNS = ("assign_within", "order_return_within", "contact_within", "co_opinion_within",
           "reply_within", "reply_extended_to", "feedback_within", "rehandle_within")  # fmt: skip
NONE = None


@pytest.mark.parametrize(
    ("preset", "numbers"),
    [
        ("qingdao-2021", [(5, W), (5, W), NONE, (1, M), (3, M), (6, M), NONE, NONE]),
        ("shandong-2017", [(5, D), (5, D), NONE, (1, M), (3, M), (6, M), NONE, (1, M)]),
        ("zhejiang-2016", [NONE, (10, D), NONE, (2, M), (3, M), (6, M), NONE, (1, M)]),
        ("chongqing-2018", [(10, W), (10, W), (20, W), (30, W), (3, M), (6, M), (20, W), (2, M)]),
        ("shanghai-2015", [(7, W), (7, W), NONE, (1, M), (3, M), (6, M), NONE, (1, M)]),
        ("beijing-2014", [NONE, NONE, NONE, NONE, (3, M), (6, M), (15, W), (2, M)]),
        ("henan-2017", [NONE, (10, W), NONE, (2, M), (3, M), (6, M), (10, W), (1, M)]),
        ("national", [NONE, NONE, NONE, NONE, (3, M), (6, M), NONE, NONE]),
        ("shandong-township-2015", [NONE, NONE, NONE, NONE, (2, M), (4, M), NONE, NONE]),
        ("county", [(5, W), (5, W), NONE, (1, M), (3, M), (6, M), (20, W), (1, M)]),
    ],
)
def test_preset_numbers_are_those_of_the_law(preset, numbers):
    values = {v.key: (v.amount, v.unit) for v in RuleValue.objects.filter(rulebook__preset=preset)}
    assert [values.get(key) for key in COLUMNS] == numbers


@pytest.mark.parametrize(
    ("preset", "answer"),
    [
        ("qingdao-2021", "lead"),
        ("shandong-2017", "each_or_lead"),
        ("zhejiang-2016", "each"),
        ("chongqing-2018", "each"),
        ("shanghai-2015", "each"),
        ("henan-2017", "each"),
        ("county", "lead"),
    ],
)
def test_preset_answers_joint_signers_as_the_law_says(preset, answer):
    value = RuleValue.objects.get(rulebook__preset=preset, key="joint_answer")
    assert value.value == answer


def test_loading_presets_again_mends_what_differs_and_only_that():
    RuleValue.objects.filter(rulebook__preset="qingdao-2021", key="assign_within").update(amount=9)
    assert load_presets() == 1
    assert load_presets() == 0
    value = RuleValue.objects.get(rulebook__preset="qingdao-2021", key="assign_within")
    assert value.amount == 5


@pytest.mark.django_db(transaction=True)
def test_reference_data_is_there_again_after_a_flush():
    call_command("flush", interactive=False, verbosity=0)
    assert presets().count() == 11
    assert set(CalendarYear.objects.values_list("year", flat=True)) == {2024, 2025, 2026}


# --- inheritance --------------------------------------------------------------------------


def test_place_without_rulebook_takes_the_nation_then_the_default(county):
    rules = rulebook_for(county, TODAY)

    assert rules.duration("reply_within") == Duration(3, M, "依据《代表法》第51条", "reply_within")
    assert rules.duration("message_accept_within") == Duration(
        5, W, "系统默认（可在规则库修改）", "message_accept_within"
    )
    assert set(rules.rules) == set(KEYS)
    assert all(one.basis for one in rules.rules.values())


def test_nowhere_at_all_is_still_complete(db):
    assert set(rulebook_for(None, date(2001, 1, 1)).rules) == set(KEYS)


def test_national_law_counts_only_since_it_is_in_force(county):
    before, since = date(2025, 3, 10), date(2025, 3, 11)
    assert rulebook_for(county, before).rule("reply_within").source == "系统默认值"
    assert rulebook_for(county, since).duration("reply_within").basis == "依据《代表法》第51条"


def test_own_value_wins_then_base_then_nation_then_default(county, now):
    make(county, date(2026, 1, 1), now, "qingdao-2021", [rule("message_accept_within", 3)])

    rules = rulebook_for(county, TODAY)

    assert rules.duration("message_accept_within") == Duration(3, W, OWN, "message_accept_within")
    assert rules.duration("assign_within").basis == "依据《青岛市代表建议工作条例》第14条"
    assert rules.rule("contact_required").basis == "依据《代表法》第51条"
    assert rules.rule("contact_within").source == "系统默认值"


def test_town_takes_its_own_then_its_countys(county, town, now):
    make(county, date(2026, 1, 1), now, "county", [rule("message_accept_within", 3)])
    make(town, date(2026, 1, 1), now, "shandong-township-2015")

    rules = rulebook_for(town, TODAY)

    assert str(rules.duration("reply_within")) == "2个月"
    assert str(rules.duration("reply_extended_to")) == "4个月"
    assert rules.value("reply_from") == "session_closed"
    assert rules.duration("message_accept_within").amount == 3
    assert str(rulebook_for(county, TODAY).duration("reply_within")) == "3个月"


def test_neighbour_county_is_not_touched(county, congresses, now):
    make(county, date(2026, 1, 1), now, rules=[rule("message_accept_within", 3)])
    assert rulebook_for(congresses["370785"], TODAY).duration("message_accept_within").amount == 5


def test_street_and_grid_follow_their_county(county, now):
    make(county, date(2026, 1, 1), now, rules=[rule("message_accept_within", 3)])
    for code in ("370782001", "370782001001", "370782001001007"):
        assert rulebook_for_region(code, TODAY).duration("message_accept_within").amount == 3


# --- versions -----------------------------------------------------------------------------


def test_rule_changed_in_mid_flight_counts_from_the_version_of_the_start(county, now):
    make(county, date(2026, 1, 1), now, rules=[rule("message_accept_within", 5)])
    make(county, date(2026, 4, 1), now, rules=[rule("message_accept_within", 2, basis="新规定")])

    def due(start):
        return due_date(start, rulebook_for(county, start).duration("message_accept_within"))

    assert (due(date(2026, 3, 31)).on, due(date(2026, 3, 31)).basis) == (date(2026, 4, 8), OWN)
    assert (due(date(2026, 4, 1)).on, due(date(2026, 4, 1)).basis) == (date(2026, 4, 3), "新规定")
    assert version_in_force(county, date(2026, 3, 31)).effective_from == date(2026, 1, 1)
    assert version_in_force(county, date(2025, 12, 31)) is None


def test_second_version_of_one_day_is_refused(county, now):
    make(county, date(2026, 4, 1), now)
    with pytest.raises(InputInvalid, match="这一天已有一个版本"):
        make(county, date(2026, 4, 1), now)
    assert Rulebook.objects.filter(congress=county).count() == 1


def test_version_in_force_cannot_be_edited(county, now):
    book = make(county, date(2026, 3, 1), now, rules=[rule("assign_within", 4)])
    with pytest.raises(StateMoved, match="请新建一个版本"):
        set_rule(actor=SYSTEM, book=book, rule=rule("assign_within", 3), now=now)
    with pytest.raises(StateMoved):
        remove_rule(actor=SYSTEM, book=book, key="assign_within", now=now)
    assert list(book.values.values_list("key", "amount")) == [("assign_within", 4)]


def test_preset_cannot_be_edited_or_copied(now):
    book = Rulebook.objects.get(preset="county")
    with pytest.raises(StateMoved):
        set_rule(actor=SYSTEM, book=book, rule=rule("assign_within", 3), now=now)
    with pytest.raises(InputInvalid):
        copy_rulebook(actor=SYSTEM, book=book, effective_from=date(2027, 1, 1), now=now)


def test_next_version_is_a_copy_that_can_be_changed_and_compared(county, now):
    first = make(county, date(2026, 1, 1), now, "county", [rule("assign_within", 4)])

    second = copy_rulebook(actor=SYSTEM, book=first, effective_from=date(2026, 7, 1), now=now)
    set_rule(actor=SYSTEM, book=second, rule=rule("assign_within", 3), now=now)
    set_rule(actor=SYSTEM, book=second, rule=rule("contact_within", 10), now=now)
    remove_rule(actor=SYSTEM, book=second, key="contact_within", now=now)
    set_rule(actor=SYSTEM, book=second, rule=rule("order_sign_within", 1), now=now)

    assert second.base == "county"
    assert [(d.key, d.before, d.after) for d in rulebook_differences(first, second)] == [
        ("assign_within", "4个工作日", "3个工作日"),
        ("order_sign_within", "", "1个工作日"),
    ]
    assert rulebook_for(county, date(2026, 7, 1)).duration("assign_within").amount == 3
    assert Entry.objects.filter(action="congress.rule_set").count() == 3


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (RuleInput("nonsense", W, OWN, 3), "没有这条规则"),
        (RuleInput("assign_within", Measure.FLAG, OWN, None, True), "单位应是"),
        (RuleInput("assign_within", W, OWN, 0), "1到366"),
        (RuleInput("assign_within", W, OWN, None), "1到366"),
        (RuleInput("assign_within", W, OWN, 3, "x"), "不填值"),
        (RuleInput("joint_answer", Measure.TEXT, OWN, None, "nobody"), "请填"),
        (RuleInput("joint_answer", Measure.TEXT, OWN, None, ["lead"]), "请填"),
        (RuleInput("publish_feedback", Measure.FLAG, OWN, None, "yes"), "true"),
        (RuleInput("reminder_stages", Measure.JSON, OWN, None, [{"offset": 1}]), "每项写成"),
        (
            RuleInput("reminder_stages", Measure.JSON, OWN, None, [{"offset": 1, "to": ["x"]}]),
            "每项写成",
        ),
        (RuleInput("reply_letters", Measure.JSON, OWN, None, {"solved": "A"}), "每个答复类别"),
        (RuleInput("fulfilment_rates", Measure.JSON, OWN, None, [{}]), "请填"),
        (RuleInput("assign_within", W, "", 3), "字段"),
    ],
)
def test_rule_that_does_not_fit_is_refused(county, now, wrong, words):
    book = make(county, date(2026, 7, 1), now)
    with pytest.raises(InputInvalid, match=words):
        set_rule(actor=SYSTEM, book=book, rule=wrong, now=now)
    assert book.values.count() == 0


def test_value_and_duration_are_not_mixed_up(county):
    rules = rulebook_for(county, TODAY)
    with pytest.raises(TypeError):
        rules.value("reply_within")
    with pytest.raises(TypeError):
        rules.duration("joint_answer")
    with pytest.raises(KeyError):
        rules.duration("nonsense")
    assert rules.value("message_rounds_max") == 2
    assert rules.value("publish_feedback") is False
    assert rules.value("reply_letters")["planned"] == "B"
    assert rules.value("reminder_stages")[0] == {"offset": -3, "to": ["owner"]}


def test_unknown_base_is_refused(county, now):
    with pytest.raises(InputInvalid, match="没有“atlantis”这个预设"):
        make(county, TODAY, now, "atlantis")


def test_rules_are_read_once(county, town, django_assert_num_queries):
    rulebook_for(county, TODAY)
    with django_assert_num_queries(0):
        for _ in range(30):
            rulebook_for(county, TODAY).duration("reply_within")
            rulebook_for(town, date(2025, 1, 1)).duration("reply_within")
