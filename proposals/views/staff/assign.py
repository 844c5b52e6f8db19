"""交办: choose suggestions left, units right with their load; one step for all of them."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST

from congress.models import Unit
from congress.selectors import region_names, rulebook_for_region
from core.dates import local_date
from core.errors import DomainError, InputInvalid
from core.paging import keyset_page, pager_urls
from handling.selectors import due_for, units_to_assign
from jobs.bulk_admin import bulk_page
from proposals import states
from proposals.bulk import PLANNED, planned_units
from proposals.loads import loads
from proposals.models import Batch, Proposal
from proposals.office import batches_of, to_assign
from proposals.public import signers_of
from proposals.services import assign_batch, open_batch
from proposals.views.staff.frame import shown, staff_page, tell
from workflows.engine import apply

PERMISSION = "proposals.assign_proposal"
SIZE, MOST = 50, 500


@dataclass(frozen=True)
class Typed:
    """What was chosen, kept when it is sent back."""

    codes: list[str]
    units: list[str]
    co_units: list[str]
    through: str = ""
    instruction: str = ""
    decision_reference: str = ""
    batch: str = ""
    batch_title: str = ""
    batch_on: str = ""
    batch_place: str = ""
    short_track: bool = False
    with_linked: bool = False


@staff_page(PERMISSION)
@require_http_methods(["GET", "HEAD", "POST"])
def assign(request: HttpRequest) -> HttpResponse:
    """GET shows what waits and who has how much; POST hands over all that is chosen, or nothing."""
    typed = _typed(request)
    if request.method != "POST":
        return _page(request, typed)
    try:
        done, batch = _hand_over(request, typed)
    except DomainError as error:
        tell(request, error)
        return _page(request, typed, status=error.status)
    messages.success(request, f"{done}件建议交办了，承办单位会收到通知。")
    if batch is not None:
        return redirect("proposals_admin:batch", batch.code)
    return redirect("proposals_admin:assign")


@staff_page(PERMISSION)
@require_POST
def planned(request: HttpRequest) -> HttpResponse:
    """All that were imported with their units: asked on the next page, then handed over."""
    everything = to_assign(request.user)
    places = sorted(set(everything.order_by().values_list("region_code", flat=True).distinct()))
    rows = _narrowed(everything, _asked(request, places)).exclude(planned_lead="")
    try:
        found = rows.order_by("series", "number", "id").values_list("code", flat=True)
        return bulk_page(request, PLANNED, found)
    except InputInvalid as error:
        tell(request, error)
        return redirect("proposals_admin:assign")


def _typed(request: HttpRequest) -> Typed:
    given = request.POST
    plain = ("through", "instruction", "decision_reference", "batch", "batch_title", "batch_on",
             "batch_place")  # fmt: skip
    return Typed(
        codes=given.getlist("proposal")[:MOST], units=given.getlist("units"),
        co_units=given.getlist("co_units"), short_track=bool(given.get("short_track")),
        with_linked=bool(given.get("with_linked")),
        **{name: given.get(name, "").strip() for name in plain},
    )  # fmt: skip


@transaction.atomic
def _hand_over(request: HttpRequest, typed: Typed) -> tuple[int, Batch | None]:
    """All of them or none. Raises InputInvalid when nothing, or what no longer waits, is chosen."""
    user, now = request.user, timezone.now()
    rows = list(to_assign(user).filter(code__in=typed.codes).order_by("series", "number", "id"))
    if not rows:
        raise InputInvalid("nothing", "请先在左边勾选要交办的建议。")
    if len(rows) != len(set(typed.codes)):
        raise InputInvalid("moved", "有的建议刚刚被别人交办了，列表已经更新，请看过再交办。")
    if len({p.region_code for p in rows}) > 1:
        raise InputInvalid("places", "一次只能交办同一个人大的建议。")
    batch = _batch(request, typed, rows[0].region_code)
    data = {
        "units": typed.units, "co_units": typed.co_units, "through": typed.through,
        "instruction": typed.instruction, "decision_reference": typed.decision_reference,
        "short_track": typed.short_track, "with_linked": typed.with_linked,
    }  # fmt: skip
    if batch is not None:
        return assign_batch(batch, ((p, data) for p in rows), actor=user, now=now), batch
    return _without_batch(rows, data, user, now), None


def _without_batch(rows: list[Proposal], data: dict[str, Any], user: Any, now: Any) -> int:
    for proposal in rows:
        apply(proposal, "assign", actor=user, now=now, data=data)
    return len(rows)


def _batch(request: HttpRequest, typed: Typed, region_code: str) -> Batch | None:
    """The meeting chosen, or a new one when it is named."""
    if typed.batch_title:
        return open_batch(
            actor=request.user, region_code=region_code, title=typed.batch_title[:80],
            on=_day(typed.batch_on), now=timezone.now(), place=typed.batch_place[:80],
        )  # fmt: skip
    if not typed.batch:
        return None
    found = batches_of(request.user).filter(code=typed.batch, region_code=region_code).first()
    if found is None:
        raise InputInvalid("batch", "没有这个交办批次，请重新选。")
    return found


def _day(written: str) -> date:
    if not written:
        return local_date(timezone.now())
    try:
        return date.fromisoformat(written)
    except ValueError as error:
        raise InputInvalid("batch_on", "交办会的日期请写成2026-11-21这样。") from error


def _page(request: HttpRequest, typed: Typed, *, status: int = 200) -> HttpResponse:
    user, today = request.user, local_date(timezone.now())
    everything = to_assign(user)
    places = dict(
        everything.order_by("region_code").values_list("region_code").annotate(n=Count("id"))
    )
    asked = _asked(request, list(places))
    rows = _narrowed(everything, asked)
    page = keyset_page(
        rows.select_related("lead", "term", "session"), order=("id",),
        cursor=request.GET.get("cursor"), size=SIZE,
    )  # fmt: skip
    signed, names = signers_of(page.rows), _unit_names(page.rows)
    region = asked["region"]
    context = {
        "typed": typed, "asked": asked, "planned": rows.exclude(planned_lead="").count(),
        "places": _places(places, asked), "page": page,
        "filters": _filters(everything, asked), "rows": [
            {"proposal": p, "people": _people(p, signed.get(p.pk, 1)),
             "chosen": p.code in typed.codes, "planned": _planned(p, names)}
            for p in page.rows
        ],
        "batches": list(batches_of(user).filter(region_code=region)[:20]) if region else [],
        **(_units(region, today) if region else {"units": []}), "today": today,
        **pager_urls(request, page),
    }  # fmt: skip
    return shown(request, "admin/proposals/assign.html", "交办", context, status=status)


def _asked(request: HttpRequest, places: list[str]) -> dict[str, str]:
    given = request.GET
    region = given.get("region", "")
    category = given.get("category", "")
    return {
        "region": region if region in places else places[0] if places else "",
        "category": category if category in dict(states.CATEGORIES) else "",
        "words": given.get("words", "").replace("\0", "").strip()[:20],
    }


def _narrowed(rows: QuerySet[Proposal], asked: dict[str, str]) -> QuerySet[Proposal]:
    if asked["region"]:
        rows = rows.filter(region_code=asked["region"])
    if asked["category"]:
        rows = rows.filter(category=asked["category"])
    if words := asked["words"]:
        found = Q(title__contains=words) | Q(code=words.upper()) | Q(lead__name=words)
        if words.isdecimal() and len(words) < 8:
            found |= Q(number=int(words))
        rows = rows.filter(found)
    return rows


def _filters(rows: QuerySet[Proposal], asked: dict[str, str]) -> list[dict[str, Any]]:
    """全部18 · 社会民生6 · …: the fields of work with what waits in each."""
    here = rows.filter(region_code=asked["region"]) if asked["region"] else rows
    counted = dict(here.order_by().values_list("category").annotate(n=Count("id")))
    base = {"region": asked["region"]} if asked["region"] else {}
    first = {"label": "全部", "count": sum(counted.values()), "current": not asked["category"],
             "url": f"?{urlencode(base)}"}  # fmt: skip
    return [first] + [
        {"label": label, "count": counted[key], "current": key == asked["category"],
         "url": f"?{urlencode(base | {'category': key})}"}
        for key, label in states.CATEGORIES
        if key in counted
    ]  # fmt: skip


def _places(waiting: dict[str, int], asked: dict[str, str]) -> list[dict[str, Any]]:
    """诸城市12 · 密州街道6: the congresses with what waits in each."""
    if len(waiting) < 2:
        return []
    names = region_names(set(waiting))
    return [
        {"label": names.get(c, c), "url": f"?region={c}", "current": c == asked["region"],
         "count": n}
        for c, n in waiting.items()
    ]  # fmt: skip


def _people(proposal: Proposal, signed: int) -> str:
    return f"{proposal.lead.name}等{signed}人" if signed > 1 else proposal.lead.name


def _unit_names(rows: list[Proposal]) -> dict[str, str]:
    codes = {code for row in rows for part in planned_units(row) for code in part}
    return dict(Unit.objects.filter(code__in=codes).values_list("code", "name"))


def _planned(proposal: Proposal, names: dict[str, str]) -> str:
    parts = zip(("拟主办", "拟会办"), planned_units(proposal), strict=True)
    said = ((label, "、".join(names.get(code, code) for code in codes)) for label, codes in parts)
    return "，".join(f"{label}{units}" for label, units in said if units)


def _units(region: str, today: date) -> dict[str, Any]:
    """Who may be given work, with the load; and the days, with their basis, before pressing."""
    rules = rulebook_for_region(region, today)
    days = [
        (label, due_for(rule, region, today))
        for label, rule in (
            ("签收", "order_sign_within"), ("申请退回", "order_return_within"),
            ("联系代表", "contact_within"), ("会办意见", "co_opinion_within"),
            ("答复代表", "reply_within"),
        )
    ]  # fmt: skip
    return {
        "units": loads(units_to_assign(region), today), "days": days, "reply": days[-1][1],
        "period": str(rules.duration("reply_within")),
        "by_chairpersons": bool(rules.value("assigned_by_chairpersons")),
        "late_from": due_for("assign_within", region, today), "print_url": _latest_url(region),
    }  # fmt: skip


def _latest_url(region: str) -> str:
    newest = Batch.objects.filter(region_code=region).first()
    return reverse("proposals_admin:batch", args=[newest.code]) if newest else ""
