"""The station desk: my place, its people, its checklist, its gaps."""

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.desk import desk_view
from accounts.models import User
from codes.rules.qr import qr_svg
from codes.selectors import active_code, code_url, scan_count
from core.dates import local_date
from core.errors import DomainError, Forbidden, NotVisible
from stations.forms import EvidenceForm, RosterForm, StationForm, add_domain_error
from stations.models import Appointment, Reception, Station, StationRole
from stations.selectors import (
    checklist,
    checklist_items,
    contact_gaps_of,
    stations_of,
    uncovered_grids,
)
from stations.services import add_to_roster, change_station, end_role, note_evidence

GAPS_SHOWN = 100


def own_station(request: HttpRequest, code: str, perm: str) -> Station:
    """The station of this page: 404 out of scope, 403 without `perm` on it."""
    found = Station.objects.select_related("parent").get_visible_or_404(request.user, code=code)
    station = cast(Station, found)
    if not cast(User, request.user).has_perm(perm, station):
        raise Forbidden()
    return station


def tabs(station: Station, current: str) -> list[dict[str, Any]]:
    """The pages of one station."""
    root = f"/desk/station/{station.code}/"
    pages = [
        ("", "本站"), ("receptions/", "接待日"), ("appointments/", "约见"), ("roster/", "人员"),
        ("checklist/", "清单"), ("gaps/", "空缺"), ("posters/", "海报"),
    ]  # fmt: skip
    return [
        {"label": label, "url": root + page, "current": page == current} for page, label in pages
    ]


@desk_view("stations.change_station")
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """My station; a list of them for whoever has several."""
    stations = list(stations_of(request.user)[:200])
    if len(stations) == 1:
        return redirect("stations_desk:overview", code=stations[0].code)
    return render(request, "stations/desk/list.html", {"stations": stations})


@desk_view("stations.change_station")
@require_safe
def overview(request: HttpRequest, code: str) -> HttpResponse:
    """What this station is, what comes next, what is missing."""
    station = own_station(request, code, "stations.change_station")
    today = local_date(timezone.now())
    printed = active_code("station", station.code)
    waiting = Appointment.objects.filter(station=station, progress="requested").count()
    context = {
        "station": station, "tabs": tabs(station, ""), "code": printed,
        "address": code_url(printed) if printed else "",
        "next": Reception.objects.filter(
            station=station, progress="planned", on__gte=today
        ).order_by("on", "starts_at").first(),
        "unrecorded": Reception.objects.filter(
            station=station, progress="planned", on__lt=today
        ).order_by("on")[:5],
        "waiting": waiting,
        "list": checklist(station, today=today),
        "grids": uncovered_grids(station).count(),
        "contacts": contact_gaps_of(station, today).count(),
        "scans": scan_count([printed], since=today.replace(day=1)) if printed else 0,
        "qr": qr_svg(code_url(printed)) if printed else "",
    }  # fmt: skip
    return render(request, "stations/desk/overview.html", context)


@desk_view("stations.change_station")
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, code: str) -> HttpResponse:
    """Hours, phone, reception rule: what the public page says."""
    station = own_station(request, code, "stations.change_station")
    before = {name: getattr(station, name) for name in StationForm.base_fields}
    form = StationForm(request.POST or None, initial=before)
    if request.method == "POST" and form.is_valid():
        try:
            change_station(
                actor=cast(User, request.user), station=station, now=timezone.now(),
                **form.cleaned_data,
            )  # fmt: skip
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, "已保存，公开页几秒钟后更新。")
            return redirect("stations_desk:overview", code=station.code)
    context = {"station": station, "tabs": tabs(station, ""), "form": form}
    return render(request, "stations/desk/edit.html", context)


@desk_view("stations.view_stationrole")
@require_http_methods(["GET", "HEAD", "POST"])
def roster(request: HttpRequest, code: str) -> HttpResponse:
    """Who is here, and adding somebody."""
    perm = "stations.add_stationrole" if request.method == "POST" else "stations.view_stationrole"
    station = own_station(request, code, perm)
    form = RosterForm(request.POST or None, station=station)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            add_to_roster(
                actor=cast(User, request.user), station=station, role=data["role"],
                deputy=form.deputy, name=data["who"], starts_on=data["starts_on"],
                now=timezone.now(),
            )  # fmt: skip
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, f"{data['who']}已列入本站人员。")
            return redirect("stations_desk:roster", code=station.code)
    rows = StationRole.objects.filter(station=station).select_related("deputy")
    context = {
        "station": station, "tabs": tabs(station, "roster/"), "form": form,
        "now": [row for row in rows if row.ends_on is None],
        "before": [row for row in rows if row.ends_on is not None],
    }  # fmt: skip
    return render(request, "stations/desk/roster.html", context)


@desk_view("stations.change_stationrole")
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Ask, then end somebody's role."""
    station = own_station(request, code, "stations.change_stationrole")
    entry = get_object_or_404(StationRole.objects.select_related("deputy"), station=station, pk=pk)
    if request.method == "POST":
        end_role(actor=cast(User, request.user), entry=entry, now=timezone.now())
        messages.success(
            request, f"{entry.deputy or entry.name}不再担任{entry.get_role_display()}。"
        )
        return redirect("stations_desk:roster", code=station.code)
    context = {"station": station, "tabs": tabs(station, "roster/"), "entry": entry}
    return render(request, "stations/desk/end_role.html", context)


@desk_view("stations.view_checklistitem")
@require_safe
def show_checklist(request: HttpRequest, code: str) -> HttpResponse:
    """Which items hold, and why."""
    station = own_station(request, code, "stations.view_checklistitem")
    found = checklist(station, today=local_date(timezone.now()))
    context = {"station": station, "tabs": tabs(station, "checklist/"), "list": found}
    return render(request, "stations/desk/checklist.html", context)


@desk_view("stations.change_checklistitem")
@require_http_methods(["GET", "HEAD", "POST"])
def evidence(request: HttpRequest, code: str, item: str) -> HttpResponse:
    """What proves one item."""
    station = own_station(request, code, "stations.change_checklistitem")
    today = local_date(timezone.now())
    known = {entry.code: entry for entry in checklist_items(station, today=today)}
    if item not in known or known[item].shown:
        raise NotVisible()
    row = station.checklist.filter(item=item).first()  # type: ignore[attr-defined]
    initial = {"evidence": row.evidence if row else ""}
    form = EvidenceForm(request.POST or None, request.FILES or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        photos = form.cleaned_data["photo"]
        note_evidence(
            actor=cast(User, request.user), station=station, item=item,
            evidence=form.cleaned_data["evidence"], photo=photos[0] if photos else None,
            now=timezone.now(),
        )  # fmt: skip
        messages.success(request, f"“{known[item].label}”的佐证已保存。")
        return redirect("stations_desk:checklist", code=station.code)
    context = {
        "station": station, "tabs": tabs(station, "checklist/"), "form": form, "item": known[item],
        "row": row,
    }  # fmt: skip
    return render(request, "stations/desk/evidence.html", context)


@desk_view("stations.change_station")
@require_safe
def gaps(request: HttpRequest, code: str) -> HttpResponse:
    """Grids without a deputy, and links without a contact this quarter."""
    station = own_station(request, code, "stations.change_station")
    today = local_date(timezone.now())
    context = {
        "station": station, "tabs": tabs(station, "gaps/"),
        "grids": uncovered_grids(station)[:GAPS_SHOWN],
        "links": contact_gaps_of(station, today)[:GAPS_SHOWN],
    }  # fmt: skip
    return render(request, "stations/desk/gaps.html", context)
