"""Figures that were published, from data made to be so; rows and log agree to the digit."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

from stats.checking import check
from stats.definitions import RATES
from stats.rules import Span
from stats.selectors import count_now
from tests.stats.made import make_messages, make_proposals
from tests.world import NOW, County

LOCAL = ZoneInfo("Asia/Shanghai")
IN_2016, IN_2022 = datetime(2016, 2, 1, tzinfo=LOCAL), datetime(2022, 5, 1, 9, tzinfo=LOCAL)


def said(scope: str, span: Span, *codes: str) -> list[tuple[str, int, int]]:
    found = count_now(scope, span, now=NOW)
    readings = [found.reading(RATES[code]) for code in codes]
    return [(one.words, one.numerator, one.denominator) for one in readings]


def sichuan(county: County) -> None:
    make_proposals(
        county, IN_2016,
        [
            (300, {"outcome": "solved", "result": "satisfied", "score": 95}),
            (63, {"outcome": "solved"}),
            (390, {"outcome": "planned", "result": "satisfied", "score": 90}),
            (13, {"outcome": "in_progress"}),
            (40, {"outcome": "reference", "result": "basic", "score": 70}),
            (25, {"outcome": "not_now", "result": "unsatisfied", "attitude": "basic"}),
            (203, {"outcome": "reference"}),
            (12, {"state": "withdrawn"}),
        ],
    )  # fmt: skip


def test_sichuan_2016_feedback_satisfaction_and_fulfilment(county):
    sichuan(county)
    span = Span(date(2016, 12, 31), date(2016, 1, 1))
    assert said(
        county.code, span, "proposal.rated", "proposal.satisfied", "proposal.fulfilled",
        "proposal.solved", "proposal.content", "proposal.replied", "proposal.attitude",
        "proposal.points",
    ) == [
        ("73.0%", 755, 1034), ("91.4%", 690, 755), ("74.1%", 363 + 403, 1034),
        ("35.1%", 363, 1034), ("96.7%", 730, 755), ("100.0%", 1034, 1034), ("96.7%", 730, 755),
        ("91.0分", 300 * 95 + 390 * 90 + 40 * 70, 730),
    ]  # fmt: skip
    verdict = check(span, scope=county.code)
    assert (verdict.differences, verdict.compared > 0) == ([], True)


def test_zhucheng_2022_closed_of_received(county):
    make_messages(
        county, IN_2022,
        [
            (4000, {"outcome": "solved", "score": "satisfied"}),
            (1298, {"outcome": "explained"}),
            (77, {"state": "received"}),
            (31, {"state": "withdrawn"}),
        ],
    )  # fmt: skip
    span = Span(date(2022, 12, 31), date(2022, 1, 1))
    assert said(county.code, span, "message.closed", "message.solved", "message.satisfied") == [
        ("98.6%", 5298, 5375), ("75.5%", 4000, 5298), ("100.0%", 4000, 4000),
    ]  # fmt: skip
    assert check(span).differences == []


def test_trap_22_withdrawn_and_diverted_leave_the_denominator_but_are_counted(county):
    make_messages(
        county, IN_2022,
        [(3, {"outcome": "solved"}), (2, {"state": "withdrawn"}), (1, {"state": "diverted"})],
    )  # fmt: skip
    found = count_now("", Span(date(2022, 12, 31)), now=NOW)
    assert found.reading(RATES["message.closed"]).words == "100.0%"
    counts = found.counts("message")
    assert (counts["received"], counts["withdrawn"], counts["diverted"], counts["all"]) == (
        3, 2, 1, 6,
    )  # fmt: skip


def test_trap_31_year_counts_what_arrived_in_it(county):
    make_messages(county, IN_2022, [(5, {"outcome": "solved"})], prefix="A")
    make_messages(county, IN_2022.replace(year=2023), [(4, {"state": "received"})], prefix="B")
    spans = [Span(date(2023, 12, 31), date(2023, 1, 1)), Span(date(2023, 12, 31))]
    assert [said("", span, "message.closed")[0] for span in spans] == [
        ("0.0%", 0, 4), ("55.6%", 5, 9),
    ]  # fmt: skip


def test_trap_31_suggestions_stand_by_session_and_category(county):
    sichuan(county)
    found = count_now(county.code, Span(date(2016, 12, 31)), now=timezone.now())
    assert found.keys("proposal", "session") == ["18--session"]
    assert found.counts("proposal", "category", "traffic")["counted"] == 1034


def test_trap_32_nothing_at_all_prints_dashes(county):
    found = count_now("", Span(date(2022, 12, 31)), now=NOW)
    assert {found.reading(rate).words for rate in RATES.values()} == {"—"}


def test_check_sees_a_row_that_the_log_does_not_know(county):
    rows = make_messages(county, IN_2022, [(3, {"outcome": "solved"})])
    type(rows[0]).objects.filter(pk=rows[0].pk).update(outcome="explained")
    found = {(d.measure, d.rows, d.log) for d in check(Span(date(2022, 12, 31))).differences}
    assert found == {("solved", 2, 3)}
