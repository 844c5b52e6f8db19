"""Reception days at the desk: the calendar, planning by rule, holding, moving, cancelling."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, cast

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.desk import desk_view
from accounts.models import User
from core.dates import local_date
from core.errors import DomainError, Forbidden, NotVisible
from stations.forms import CancelForm, HoldForm, MoveForm, ReceptionForm, RuleForm, add_domain_error
from stations.models import Appointment, Reception
from stations.services import (
    cancel_reception,
    hold_reception,
    move_reception,
    plan_by_rule,
    plan_reception,
)
from stations.views.station import own_station, tabs

BACK = timedelta(days=366)


@desk_view("stations.view_reception")
@require_http_methods(["GET", "HEAD", "POST"])
def receptions(request: HttpRequest, code: str) -> HttpResponse:
    """What is planned, what waits to be recorded, what was held; a form for one more day."""
    perm = "stations.add_reception" if request.method == "POST" else "stations.view_reception"
    station = own_station(request, code, perm)
    form = ReceptionForm(request.POST or None, station=station)
    if request.method == "POST" and form.is_valid():
        try:
            made = plan_reception(
                actor=cast(User, request.user), station=station, now=timezone.now(),
                **form.cleaned_data,
            )  # fmt: skip
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(
                request, f"{made.on.month}月{made.on.day}日的接待已排上，公开页会显示。"
            )
            return redirect("stations_desk:receptions", code=station.code)
    return _show_all(request, station, form, RuleForm(station=station, auto_id="rule_%s"))


@require_POST
@desk_view("stations.add_reception")
def by_rule(request: HttpRequest, code: str) -> HttpResponse:
    """Plan all days of the station's rule up to a day."""
    station = own_station(request, code, "stations.add_reception")
    form = RuleForm(request.POST, station=station, auto_id="rule_%s")
    if form.is_valid():
        try:
            made = plan_by_rule(
                actor=cast(User, request.user), station=station, now=timezone.now(),
                **form.cleaned_data,
            )  # fmt: skip
        except DomainError as error:
            add_domain_error(form, error)
        else:
            words = (
                f"排好了{len(made)}个接待日。" if made else "这段时间的接待日都已排好，没有新增。"
            )
            messages.success(request, words)
            return redirect("stations_desk:receptions", code=station.code)
    return _show_all(request, station, ReceptionForm(station=station), form)


def _show_all(request: HttpRequest, station: Any, form: Form, rule_form: Form) -> HttpResponse:
    today = local_date(timezone.now())
    rows = list(
        Reception.objects.filter(station=station, on__gte=today - BACK)
        .prefetch_related("deputies")
        .order_by("on", "starts_at")
    )
    context = {
        "station": station, "tabs": tabs(station, "receptions/"), "form": form,
        "rule_form": rule_form,
        "due": [r for r in rows if r.progress == "planned" and r.on <= today],
        "planned": [r for r in rows if r.progress == "planned" and r.on > today],
        "over": [r for r in reversed(rows) if r.progress != "planned"],
    }  # fmt: skip
    status = 400 if form.errors or rule_form.errors else 200
    return render(request, "stations/desk/receptions.html", context, status=status)


@desk_view()
@require_safe
def reception(request: HttpRequest, code: str, number: str) -> HttpResponse:
    """One reception day; the deputies who receive see it too and may record it."""
    return _show(request, _found(request, code, number), {})


@require_POST
@desk_view()
def act(request: HttpRequest, code: str, number: str, name: str) -> HttpResponse:
    """Record, move or cancel."""
    found = _found(request, code, number)
    if name not in _ACTS:
        raise NotVisible()
    if not _may(cast(User, request.user), found, name):
        raise Forbidden()
    form = _form(name, found, request.POST)
    if form.is_valid():
        try:
            _ACTS[name][1](cast(User, request.user), found, form.cleaned_data, timezone.now())
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, _ACTS[name][2])
            return redirect("stations_desk:reception", code=code, number=number)
    return _show(request, found, {name: form})


def _found(request: HttpRequest, code: str, number: str) -> Reception:
    rows = Reception.objects.select_related("station").prefetch_related("deputies")
    return cast(Reception, rows.get_visible_or_404(request.user, code=number, station__code=code))


def _may(user: User, reception: Reception, name: str) -> bool:
    if user.has_perm("stations.change_reception", reception):
        return True
    return name == "hold" and user.has_perm("stations.hold_reception", reception)


def _show(request: HttpRequest, reception: Reception, bound: dict[str, Form]) -> HttpResponse:
    user, today = cast(User, request.user), local_date(timezone.now())
    actions = []
    if reception.progress == "planned":
        for name, (label, _, _) in _ACTS.items():
            if not _may(user, reception, name):
                continue
            form = bound.get(name) or _form(name, reception, None)
            early = name == "hold" and reception.on > today
            actions.append(
                {
                    "name": name, "label": label, "form": form, "page": False,
                    "url": f"/desk/station/{reception.station.code}/receptions/"
                    f"{reception.code}/{name}/",
                    "primary": name == "hold", "icon": _ICONS[name],
                    "reason_disabled": "接待日到了再登记" if early else "",
                }
            )  # fmt: skip
    may_see_station = user.has_perm("stations.change_station", reception.station)
    context = {
        "reception": reception, "station": reception.station, "actions": actions,
        "tabs": tabs(reception.station, "receptions/") if may_see_station else [],
        "appointments": Appointment.objects.filter(reception=reception).order_by("created_at")
        if may_see_station
        else [],
    }  # fmt: skip
    status = 400 if any(form.errors for form in bound.values()) else 200
    return render(request, "stations/desk/reception.html", context, status=status)


def _form(name: str, reception: Reception, data: Any) -> Form:
    if name == "hold":
        return HoldForm(data, reception=reception, auto_id="hold_%s")
    if name == "move":
        initial = {
            "on": reception.on,
            "starts_at": reception.starts_at,
            "ends_at": reception.ends_at,
        }
        return MoveForm(data, initial=initial, auto_id="move_%s")
    return CancelForm(data, auto_id="cancel_%s")


def _hold(user: User, reception: Reception, data: dict[str, Any], now: datetime) -> None:
    hold_reception(actor=user, reception=reception, now=now, **data)


def _move(user: User, reception: Reception, data: dict[str, Any], now: datetime) -> None:
    move_reception(actor=user, reception=reception, now=now, **data)


def _cancel(user: User, reception: Reception, data: dict[str, Any], now: datetime) -> None:
    cancel_reception(actor=user, reception=reception, reason=data["reason"], now=now)


_Act = Callable[[User, Reception, dict[str, Any], datetime], None]
_ACTS: dict[str, tuple[str, _Act, str]] = {
    "hold": ("登记接待情况", _hold, "已登记，写入公开页和代表的履职档案。"),
    "move": ("改期", _move, "已改期，公开页会说明原定日期。"),
    "cancel": ("取消接待", _cancel, "已取消，公开页会说明原因。"),
}
_ICONS = {"hold": "edit", "move": "calendar", "cancel": "close"}
