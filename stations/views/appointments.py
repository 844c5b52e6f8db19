"""约见 at the desk: who asks to meet, when they can come, whether they came."""

from datetime import datetime
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.desk import desk_view
from accounts.models import User
from core.errors import DomainError, NotVisible
from core.forms import TextInput
from stations.forms import AppointmentForm, add_domain_error
from stations.models import Appointment, Station
from stations.services import (
    confirm_appointment,
    decline_appointment,
    hold_appointment,
    miss_appointment,
)
from stations.views.station import own_station, tabs

SHOWN = 50
OPEN = ("requested", "confirmed")


class DeclineForm(forms.Form):
    reply = TextInput(
        label="给来访人的话", max_length=200, long=True, help_text="为什么不能安排，可以怎么办"
    )


class NotesForm(forms.Form):
    notes = TextInput(label="见面情况", max_length=2000, long=True)


LABELS = {"confirm": "约时间", "decline": "未能安排", "hold": "见过了，登记", "miss": "没有来"}
_AFTER = {"requested": ("confirm", "decline"), "confirmed": ("hold", "confirm", "miss", "decline")}


@desk_view("stations.view_appointment")
@require_safe
def appointments(request: HttpRequest, code: str) -> HttpResponse:
    """Open requests first, then what became of the others."""
    station = own_station(request, code, "stations.view_appointment")
    return _show(request, station, None, None)


@require_POST
@desk_view("stations.change_appointment")
def act(request: HttpRequest, code: str, pk: int, name: str) -> HttpResponse:
    """Do one thing with a request."""
    station = own_station(request, code, "stations.change_appointment")
    rows = Appointment.objects.select_related("station", "deputy")
    found = get_object_or_404(rows, station=station, pk=pk)
    if name not in LABELS:
        raise NotVisible()
    form = _form(name, station, request.POST)
    if form.is_valid():
        try:
            _do(name, cast(User, request.user), found, form.cleaned_data, timezone.now())
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, "已保存，来访人凭回执码看得到。")
            return redirect("stations_desk:appointments", code=station.code)
    return _show(request, station, (found.pk, name), form)


def _do(name: str, user: User, found: Appointment, data: dict[str, Any], now: datetime) -> None:
    if name == "confirm":
        confirm_appointment(actor=user, appointment=found, now=now, **data)
    elif name == "decline":
        decline_appointment(actor=user, appointment=found, reply=data["reply"], now=now)
    elif name == "hold":
        hold_appointment(actor=user, appointment=found, notes=data["notes"], now=now)
    else:
        miss_appointment(actor=user, appointment=found, now=now)


def _form(name: str, station: Station, data: Any) -> forms.Form:
    if name == "confirm":
        return AppointmentForm(data, station=station)
    return {"decline": DeclineForm, "hold": NotesForm}.get(name, forms.Form)(data)


def _show(
    request: HttpRequest, station: Station, where: tuple[int, str] | None, bound: forms.Form | None
) -> HttpResponse:
    rows = Appointment.objects.filter(station=station).select_related("deputy", "reception")
    waiting = list(rows.filter(progress__in=OPEN).order_by("created_at")[:SHOWN])
    may = cast(User, request.user).has_perm("stations.change_appointment", station)
    cards = [
        {"row": row, "actions": _actions(row, station, where, bound) if may else []}
        for row in waiting
    ]
    context = {
        "station": station, "tabs": tabs(station, "appointments/"), "cards": cards,
        "over": rows.exclude(progress__in=OPEN)[:SHOWN],
    }  # fmt: skip
    status = 400 if bound is not None and bound.errors else 200
    return render(request, "stations/desk/appointments.html", context, status=status)


def _actions(
    row: Appointment, station: Station, where: tuple[int, str] | None, bound: forms.Form | None
) -> list[dict[str, Any]]:
    actions = []
    for name in _AFTER[row.progress]:
        form = bound if where == (row.pk, name) else _form(name, station, None)
        if form is not None:
            form.auto_id = f"a{row.pk}_{name}_%s"
        actions.append(
            {
                "name": f"{row.pk}-{name}", "label": LABELS[name],
                "form": form if form is not None and form.fields else None,
                "url": f"/desk/station/{station.code}/appointments/{row.pk}/{name}/",
            }
        )  # fmt: skip
    return actions
