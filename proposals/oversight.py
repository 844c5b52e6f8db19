"""督办: what the office keeps an eye on, list by list. Rows here, words in `Line`; no writing."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from congress.selectors import describe_due, working_day_offset
from core.dates import local_date
from core.wording import day_words
from handling.models import Extension, Order, Promise, ReturnRequest
from handling.selectors import decide_by_of
from proposals import states
from proposals.models import (
    Dispute,
    Evaluation,
    ExpertReview,
    Proposal,
    Referral,
    ScoreSheet,
    Supervision,
)

SOON_DAYS = 5
PASSED = 60  # points of 100
LEVELS = {"late": "逾期", "soon": "5个工作日内", "fine": "正常"}
Action = tuple[str, str]


@dataclass(frozen=True)
class Line:
    """One line of a list: what it is, the further cells, and what to do next."""

    title: str
    url: str
    cells: list[str]
    due: Any = None
    actions: list[Action] = field(default_factory=list)
    tick: str = ""
    number: str = ""


@dataclass(frozen=True)
class Tab:
    """One list: `rows(user, asked)` in keyset `order`, drawn by `line(row, today)`."""

    key: str
    label: str
    head: tuple[str, ...]
    order: tuple[str, ...]
    rows: Callable[[Any, str], QuerySet[Any]]
    line: Callable[[Any, date], Line]
    empty: str
    chips: tuple[tuple[str, str], ...] = ()
    bulk: str = ""


def _seen(user: Any) -> QuerySet[Proposal]:
    return Proposal.objects.visible_to(user)


def _of(rows: QuerySet[Any], user: Any) -> QuerySet[Any]:
    """Side records of suggestions this person sees."""
    return rows.filter(proposal__in=_seen(user).values("pk")).select_related("proposal__lead")


def page_of(proposal: Proposal) -> str:
    return reverse("proposals_desk:proposal", args=[proposal.code])


def step_of(proposal: Proposal, name: str) -> str:
    return reverse("proposals_desk:act", args=[proposal.code, name])


def record_of(proposal: Proposal, name: str) -> str:
    return reverse("proposals_desk:record", args=[proposal.code, name])


def _title(proposal: Proposal) -> dict[str, Any]:
    return {"title": proposal.title, "url": page_of(proposal),
            "number": proposal.number_words or proposal.code}  # fmt: skip


# --- 红黄绿 --------------------------------------------------------------------------------------


def due_rows(user: Any, level: str, today: date | None = None) -> QuerySet[Proposal]:
    """Suggestions whose time runs: late, due within five working days, or later."""
    today = today or local_date(timezone.now())
    soon = working_day_offset(today, SOON_DAYS)
    rows = _seen(user).filter(state__in=states.OPEN, due_on__isnull=False)
    narrowed = {
        "late": Q(due_on__lt=today), "soon": Q(due_on__gte=today, due_on__lte=soon),
        "fine": Q(due_on__gt=soon),
    }.get(level)  # fmt: skip
    rows = rows.filter(narrowed) if narrowed is not None else rows
    return rows.select_related("lead", "through")


def due_line(proposal: Proposal, today: date) -> Line:
    assert proposal.due_on
    badge = describe_due(today, proposal.due_on, basis=proposal.basis,
                         provisional=proposal.provisional)  # fmt: skip
    return Line(
        **_title(proposal), due=badge,
        cells=[proposal.lead.name, proposal.get_state_display()],
        actions=[("看进度", page_of(proposal))],
    )  # fmt: skip


# --- 五种督办 -----------------------------------------------------------------------------------


def _supervised(user: Any, kind: str) -> QuerySet[Any]:
    rows = _of(Supervision.objects.filter(ended_at__isnull=True), user).select_related("organ")
    return rows.filter(kind=kind) if kind in dict(states.SUPERVISIONS) else rows


def _supervised_line(row: Supervision, today: date) -> Line:
    who = "、".join(filter(None, [row.leader, row.organ.name if row.organ else ""]))
    return Line(
        **_title(row.proposal), due=_running(row.proposal, today),
        cells=[row.get_kind_display(), who or "—", row.plan[:60], row.proposal.get_state_display()],
        actions=[("督办结束", record_of(row.proposal, "end_supervision"))],
    )  # fmt: skip


def _key_items(user: Any, asked: str) -> QuerySet[Any]:
    return _of(Supervision.objects.filter(kind=states.KEY), user).select_related("organ")


def _key_line(row: Supervision, today: date) -> Line:
    return Line(
        **_title(row.proposal), due=_running(row.proposal, today),
        cells=[row.decision_reference, row.leader, row.organ.name if row.organ else "",
               row.outcome[:60] if row.ended_at else "正在督办"],
        actions=[] if row.ended_at else [("督办结束", record_of(row.proposal, "end_supervision"))],
    )  # fmt: skip


def _running(proposal: Proposal, today: date) -> Any:
    if proposal.due_on is None or proposal.state not in states.OPEN:
        return None
    return describe_due(today, proposal.due_on, basis=proposal.basis)


# --- 申退, 延期 ----------------------------------------------------------------------------------


def _orders(user: Any) -> QuerySet[Order]:
    """Orders of suggestions this person sees, that are theirs to decide on."""
    return Order.objects.visible_to(user).filter(source_type="proposals.proposal")


def return_rows(user: Any, asked: str = "") -> QuerySet[ReturnRequest]:
    """Returns to decide on, each with the day it has to be decided by."""
    rows = ReturnRequest.objects.filter(granted__isnull=True, order__in=_orders(user).values("pk"))
    return rows.select_related("order__unit").annotate(decide_by=decide_by_of("order__code"))


def extension_rows(user: Any, asked: str = "") -> QuerySet[Extension]:
    rows = Extension.objects.filter(granted__isnull=True, order__in=_orders(user).values("pk"))
    return rows.select_related("order__unit")


def _order_title(order: Order) -> dict[str, Any]:
    return {"title": order.title, "url": reverse("handling_desk:order", args=[order.code]),
            "number": order.code}  # fmt: skip


def _return_line(row: ReturnRequest, today: date) -> Line:
    url = reverse("handling_desk:order", args=[row.order.code])
    return Line(
        **_order_title(row.order), due=describe_due(today, row.decide_by or row.order.due_on),  # type: ignore[attr-defined]
        cells=[row.order.unit.name, row.reason[:80], row.suggested or "—",
               day_words(local_date(row.at), today=today)],
        actions=[("决定", url)],
    )  # fmt: skip


def _extension_line(row: Extension, today: date) -> Line:
    url = reverse("handling_desk:order", args=[row.order.code])
    return Line(
        **_order_title(row.order), due=describe_due(today, row.order.due_on),
        cells=[row.order.unit.name, row.reason[:80], f"{row.wanted_on:%Y-%m-%d}",
               day_words(local_date(row.at), today=today)],
        actions=[("决定", url)],
    )  # fmt: skip


# --- 争议, 催评 ----------------------------------------------------------------------------------


def dispute_rows(user: Any, asked: str = "") -> QuerySet[Any]:
    return _of(Dispute.objects.filter(decided_at__isnull=True), user).select_related("unit")


def _dispute_line(row: Dispute, today: date) -> Line:
    return Line(
        **_title(row.proposal), due=_running(row.proposal, today),
        cells=[row.unit.name, row.about[:80], row.get_arbiter_display()],
        actions=[("协调决定", record_of(row.proposal, "settle_dispute"))],
    )  # fmt: skip


def unrated_rows(user: Any, asked: str = "") -> QuerySet[Proposal]:
    """Answered, and some deputy who must has not rated this round."""
    waiting = Evaluation.objects.filter(
        proposal=OuterRef("pk"), round=OuterRef("round"), at__isnull=True
    )
    rows = _seen(user).filter(state=states.REPLIED).filter(Exists(waiting))
    return rows.select_related("lead").prefetch_related("evaluations__deputy")


def _unrated_line(proposal: Proposal, today: date) -> Line:
    open_ones = [e for e in proposal.evaluations.all() if e.round == proposal.round and not e.at]
    urged = max((e.urged_at for e in open_ones if e.urged_at), default=None)
    return Line(
        **_title(proposal), due=_running(proposal, today),
        cells=["、".join(e.deputy.name for e in open_ones),
               f"{day_words(local_date(urged), today=today)}催过" if urged else "没催过"],
        actions=[("录入评价", step_of(proposal, "evaluate"))], tick=proposal.code,
    )  # fmt: skip


# --- 承诺, 检察, 专家, 测评 -------------------------------------------------------------------------


def _promises(user: Any, asked: str) -> QuerySet[Promise]:
    rows = Promise.objects.filter(order__in=_orders(user).values("pk")).select_related(
        "order__unit"
    )
    return rows.filter(outcome=asked) if asked in dict(Promise.STATES) else rows


def _promise_line(row: Promise, today: date) -> Line:
    running = row.outcome in ("open", "moved")
    return Line(
        title=row.text, url=reverse("proposals_desk:proposal", args=[row.order.source_code]),
        number=row.order.source_code, due=describe_due(today, row.due_on) if running else None,
        cells=[row.order.unit.name, f"{row.due_on:%Y-%m-%d}", row.get_outcome_display(),
               row.note[:60]],
        actions=[("登记落实情况", reverse("proposals_desk:update_promise", args=[row.code]))]
        if running else [],
    )  # fmt: skip


def _referrals(user: Any, asked: str) -> QuerySet[Any]:
    return _of(Referral.objects.all(), user).select_related("unit")


def _referral_line(row: Referral, today: date) -> Line:
    filed = {True: "已立案", False: "不立案", None: "还没定"}[row.filed]
    papers = "、".join(filter(None, [row.filing_number, row.advice_number]))
    return Line(
        **_title(row.proposal), due=_running(row.proposal, today),
        cells=[row.get_field_display(), row.unit.name, f"{row.handed_on:%Y-%m-%d}", filed,
               papers or "—", row.result[:60]],
        actions=[] if row.closed_on else [("登记", record_of(row.proposal, "update_referral"))],
    )  # fmt: skip


def _experts(user: Any, asked: str) -> QuerySet[Any]:
    rows = _of(ExpertReview.objects.all(), user)
    return rows.filter(again=True) if asked == "again" else rows


def _expert_line(row: ExpertReview, today: date) -> Line:
    step = {states.EVALUATED: ("重新办理", "rehandle"), states.CLOSED: ("二次交办", "reopen")}
    found = step.get(row.proposal.state) if row.again else None
    return Line(
        **_title(row.proposal),
        cells=[row.experts, f"{row.score}分", row.opinion[:80],
               "建议重新办理" if row.again else "—", f"第{row.round}轮"],
        actions=[(found[0], step_of(row.proposal, found[1]))] if found else [],
    )  # fmt: skip


def sheets(user: Any, asked: str = "") -> QuerySet[Any]:
    """量化测评 of suggestions this person sees; `low` are those under 60 points."""
    rows = _of(ScoreSheet.objects.all(), user).select_related("order__unit", "deputy")
    return rows.filter(total__lt=PASSED) if asked == "low" else rows


def _who(row: ScoreSheet) -> str:
    """The deputy, and who typed it in when it was somebody else."""
    name = row.deputy.name
    return name if row.by in ("", name) else f"{name}（{row.by}录入）"


def _sheet_line(row: ScoreSheet, today: date) -> Line:
    points = [
        f"{row.points.get(part, 0):g}/{row.weights.get(part, most)}"
        for part, (_, most) in states.SCORE_PARTS.items()
    ]
    return Line(
        **_title(row.proposal),
        cells=[row.order.unit.name, _who(row), *points, f"{float(row.total):g}", row.note or "—"],
    )  # fmt: skip


TABS: dict[str, Tab] = {
    tab.key: tab
    for tab in (
        Tab("due", "到期", ("领衔代表", "到哪一步"), ("due_on", "id"), due_rows, due_line,
            "现在没有在走期限的建议。", tuple(LEVELS.items())),
        Tab("supervision", "督办", ("方式", "谁督办", "安排", "到哪一步"), ("id",), _supervised,
            _supervised_line, "现在没有督办的建议。", tuple(states.SUPERVISIONS)),
        Tab("key", "重点督办", ("主任会议决定", "督办领导", "督办机构", "结果"), ("-id",), _key_items,
            _key_line, "还没有确定重点督办的建议。由主任会议确定后登记。"),
        Tab("returns", "退回申请", ("承办单位", "理由", "建议改交", "申请于"), ("id",), return_rows,
            _return_line, "没有等决定的退回申请。"),
        Tab("extensions", "延期申请", ("承办单位", "理由", "想延到", "申请于"), ("id",),
            extension_rows, _extension_line, "没有等决定的延期申请。"),
        Tab("disputes", "承办争议", ("提出单位", "争议", "谁协调"), ("id",), dispute_rows,
            _dispute_line, "没有等协调的争议。"),
        Tab("unrated", "催评", ("还没评的代表", "催评"), ("due_on", "id"), unrated_rows,
            _unrated_line, "答复过的都评了。", bulk="urge"),
        Tab("promises", "承诺台账", ("承办单位", "期限", "情况", "说明"), ("due_on", "id"), _promises,
            _promise_line, "还没有承诺的事项。", tuple(Promise.STATES)),
        Tab("referrals", "检察衔接", ("领域", "检察院", "移送", "立案", "文书", "结果"), ("-id",),
            _referrals, _referral_line, "没有移送检察机关的建议。"),
        Tab("experts", "专家评估", ("专家", "评分", "意见", "结论", "轮次"), ("-id",), _experts,
            _expert_line, "还没有专家评估。", (("again", "建议重新办理"),)),
        Tab("sheets", "量化测评",
            ("承办单位", "代表", *(label for label, _ in states.SCORE_PARTS.values()), "总分", "说明"),
            ("-id",), sheets, _sheet_line, "还没有量化测评表。", (("low", "不到60分"),)),
    )
}  # fmt: skip
