"""代表建议办理情况的报告: figures of a year or a session for the standing committee, from the rows.

S is what was accepted in the year, or of a session (大会期间 by the session, 闭会期间 by the day of
立案 up to the next one: trap 31), without 撤回 and 转来信 (DOMAIN §2.9). It stands as of today, as
`manage.py rates` counts it. A rate is written with
its numerator and denominator, an empty denominator as 「—」, 满意 apart from 基本满意.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.utils import timezone

from congress.models import Session
from core.fractions import percent, words
from handling.models import Order, Promise
from handling.states import CO, OUTCOMES, REASSIGNED, STOPPED
from proposals import states
from proposals.models import Evaluation, Proposal, Referral, ScoreSheet, Supervision
from proposals.selectors import counts

Pair = tuple[str, int]
_RANK = [key for key, _ in states.SCORES]


@dataclass(frozen=True)
class Period:
    """What is reported on: `accepted` and `submitted` narrow suggestions to it."""

    label: str
    during: str
    scope: str
    accepted: Q
    submitted: Q


def year_period(year: int) -> Period:
    """A calendar year, by the day of 立案 (审核 by the day of 提出)."""
    days = (_start(date(year, 1, 1)), _start(date(year + 1, 1, 1)))
    return Period(f"{year}年", "全年", f"{year}年立案的", _within("accepted_at", *days),
                  _within("submitted_at", *days))  # fmt: skip


def session_period(session: Session) -> Period:
    """届次: what was submitted at a session, and between it and the next by date (trap 31)."""
    following = Session.objects.filter(
        term__congress=session.term.congress_id, opens_on__gt=session.opens_on
    )
    opened = following.order_by("opens_on").values_list("opens_on", flat=True).first()
    days = (_start(session.opens_on), _start(opened) if opened else None)
    sat = Q(series=states.SESSION, session=session)
    between = Q(series=states.BETWEEN)
    last = f"至{opened - timedelta(days=1):%Y年%-m月%-d日}" if opened else "至今"
    return Period(
        f"{session}以来", "会议以来",
        f"大会期间的按会次，闭会期间的按立案日期（{session.opens_on:%Y年%-m月%-d日}{last}）",
        sat | (between & _within("accepted_at", *days)),
        sat | (between & _within("submitted_at", *days)),
    )  # fmt: skip


def _within(name: str, since: datetime, until: datetime | None) -> Q:
    found = Q(**{f"{name}__gte": since})
    return found & Q(**{f"{name}__lt": until}) if until else found


@dataclass(frozen=True)
class Yearly:
    """What the report says, `on` the day it was counted."""

    period: Period
    on: date
    place: str
    reviewed: dict[str, int]
    total: int
    series: list[Pair]
    categories: list[Pair]
    sources: list[Pair]
    assigned: int
    answered: int
    due: int
    on_time: int
    face: int
    closed: int
    outcomes: list[Pair]
    results: list[Pair]
    attitudes: list[Pair]
    rated: int
    points: int
    scored: int
    sheets: int
    tenths: int
    again: int
    units: list[tuple[str, int, int]]
    promises: list[Pair]
    key_items: list[tuple[str, str, str, str]]
    referrals: int
    late: list[tuple[str, str, date]]


def yearly(user: Any, period: Period, region_code: str, place: str, today: date) -> Yearly:
    """Count a period's suggestions of one congress, as far as this person sees them."""
    seen = Proposal.objects.visible_to(user).filter(region_code=region_code)
    rows = seen.counted().filter(period.accepted, accepted_at__isnull=False)
    answered = rows.filter(replied_at__isnull=False)
    orders = Order.objects.filter(
        source_type="proposals.proposal", source_code__in=rows.values("code")
    ).exclude(state__in=(REASSIGNED, STOPPED))
    first = Q(assignments__round=1, assignments__replied_at__isnull=False)
    rated = _rated(answered)
    sheets = ScoreSheet.objects.filter(proposal__in=rows).aggregate(n=Count("id"), sum=Sum("total"))
    return Yearly(
        period=period, on=today, place=place, reviewed=counts(seen.filter(period.submitted)),
        total=rows.count(), series=_by(rows, "series", states.SERIES),
        categories=_by(rows, "category", states.CATEGORIES),
        sources=_by(rows, "source_kind", list(states.SOURCES.items())),
        assigned=rows.filter(assigned_at__isnull=False).count(), answered=answered.count(),
        due=rows.filter(
            Q(replied_at__isnull=False)
            | Q(state=states.ASSIGNED, assignments__round=1, assignments__due_on__lt=today)
        ).distinct().count(),
        on_time=answered.filter(
            first, assignments__replied_at__date__lte=F("assignments__due_on")
        ).distinct().count(),
        face=answered.filter(face_replies__way="face").distinct().count(),
        closed=rows.filter(state=states.CLOSED).count(),
        outcomes=_by(answered, "outcome", OUTCOMES),
        results=_words(one.result for one in rated),
        attitudes=_words(one.attitude for one in rated),
        rated=len(rated), points=sum(one.points for one in rated),
        scored=sum(one.scored for one in rated), sheets=sheets["n"],
        tenths=int(10 * (sheets["sum"] or 0)), again=rows.filter(round__gt=1).count(),
        units=_units(orders),
        promises=_by(Promise.objects.filter(order__in=orders), "outcome", Promise.STATES),
        key_items=_key_items(rows), referrals=Referral.objects.filter(proposal__in=rows).count(),
        late=[
            (p.number_words, "（保密）" if p.confidential else p.title, p.due_on)
            for p in rows.filter(state__in=states.WORKING, due_on__lt=today).order_by("due_on")[:50]
            if p.due_on
        ],
    )  # fmt: skip


@dataclass
class _Rated:
    """What deputies said of one suggestion in its latest rated round: the worst form counts."""

    round: int = 0
    worst: int = 0
    rude: int = 0
    points: int = 0
    scored: int = 0

    @property
    def result(self) -> str:
        return _RANK[self.worst]

    @property
    def attitude(self) -> str:
        return _RANK[self.rude]


def _rated(answered: QuerySet[Proposal]) -> list[_Rated]:
    """The ratings that count, one for each rated suggestion."""
    latest: dict[int, _Rated] = {}
    forms = Evaluation.objects.filter(proposal__in=answered, at__isnull=False)
    for pk, round, result, attitude, score in forms.values_list(
        "proposal_id", "round", "result", "attitude", "score"
    ):
        one = latest.get(pk, _Rated())
        if round < one.round:
            continue
        one = latest[pk] = one if one.round == round else _Rated(round)
        one.worst = max(one.worst, _RANK.index(result))
        one.rude = max(one.rude, _RANK.index(attitude))
        one.points, one.scored = one.points + (score or 0), one.scored + (score is not None)
    return list(latest.values())


def _words(found: Iterable[str]) -> list[Pair]:
    counted = Counter(found)
    return [(label, counted[key]) for key, label in states.SCORES if counted[key]]


def _by(rows: QuerySet[Any], name: str, labels: Any) -> list[Pair]:
    found = dict(rows.order_by().values_list(name).annotate(n=Count("id")))
    return [(label, found[key]) for key, label in labels if found.get(key)]


def _units(orders: QuerySet[Order]) -> list[tuple[str, int, int]]:
    """Unit, what it led, what it joined."""
    counted = orders.order_by().values_list("unit__name").annotate(
        led=Count("id", filter=~Q(role=CO)), joined=Count("id", filter=Q(role=CO))
    )  # fmt: skip
    return sorted(counted, key=lambda row: (-row[1], -row[2], row[0]))


def _key_items(rows: QuerySet[Proposal]) -> list[tuple[str, str, str, str]]:
    found = Supervision.objects.filter(kind=states.KEY, proposal__in=rows)
    return [
        (s.proposal.number_words, "（保密）" if s.proposal.confidential else s.proposal.title,
         s.leader, s.decision_reference)
        for s in found.select_related("proposal").order_by("id")
    ]  # fmt: skip


def _start(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def rate(numerator: int, denominator: int) -> str:
    """98.6%（5298/5375）, rounded as all our rates; nothing to divide by is a dash (trap 32)."""
    value = percent(numerator, denominator)
    return words(value) if value is None else f"{words(value)}（{numerator}/{denominator}）"


def mean(total: int, count: int, *, per: int = 1) -> str:
    """91.6分（3份）, the sum kept in parts of 1/`per`; of none a dash."""
    value = percent(total, count, mean=True, per=per)
    return words(value) if value is None else f"{words(value, mean=True)}（{count}份）"
