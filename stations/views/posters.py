"""Posters at the station desk: of the station and of the deputies who are met there."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.desk import desk_view
from accounts.models import User
from codes.models import Code
from codes.posters import SIZES, make_posters
from codes.selectors import active_code
from codes.services import mark_printed
from codes.views import code_image
from core.dates import local_date
from core.errors import NotVisible
from stations.models import Station
from stations.selectors import codes_of
from stations.views.station import own_station, tabs


@desk_view("codes.print_code")
@require_safe
def posters(request: HttpRequest, code: str) -> HttpResponse:
    """What would be printed, and the buttons."""
    station = own_station(request, code, "codes.print_code")
    context = {
        "station": station, "tabs": tabs(station, "posters/"), "codes": codes_of(station),
    }  # fmt: skip
    return render(request, "stations/desk/posters.html", context)


@desk_view("codes.print_code")
@require_safe
def download(request: HttpRequest, code: str) -> HttpResponse:
    """The posters as one PDF."""
    station = own_station(request, code, "codes.print_code")
    size = request.GET.get("size", "A5")
    codes, now = codes_of(station), timezone.now()
    sheet = make_posters(codes, today=local_date(now), size=size if size in SIZES else "A5")
    if not sheet.posters:
        raise NotVisible()
    mark_printed(actor=cast(User, request.user), codes=codes, now=now)
    response = HttpResponse(sheet.data, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="posters-{station.code}.pdf"'
    return response


@desk_view("codes.print_code")
@require_safe
def single(request: HttpRequest, code: str, form: str) -> HttpResponse:
    """The station's code alone, to put on a sign or into a Word page."""
    station = own_station(request, code, "codes.print_code")
    return code_image(_printed(station), form)


def _printed(station: Station) -> Code:
    found = active_code("station", station.code)
    if found is None:
        raise NotVisible()
    return found
