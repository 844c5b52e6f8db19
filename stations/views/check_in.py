"""One code, two behaviours: a signed-in deputy who scans a station checks in."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.desk import desk_view
from accounts.models import User
from codes.models import Code
from codes.registry import Target
from codes.selectors import code_path, resolve
from core.dates import local_date
from core.errors import Forbidden, NotVisible
from deputies.selectors import own_deputy
from stations.models import CheckIn, Station
from stations.services import check_in

PERMISSION = "stations.check_in_station"


def check_in_page(request: HttpRequest, code: Code, target: Target) -> HttpResponse | None:
    """The page a deputy gets on a station's code; everybody else sees what a resident sees."""
    user = cast(User, request.user)
    if code.kind != "station" or not user.has_perm(PERMISSION):
        return None
    deputy = own_deputy(user)
    if deputy is None or not deputy.serving:
        return None
    today = local_date(timezone.now())
    done = CheckIn.objects.filter(station=target.obj, deputy=deputy, on=today).first()
    context = {"code": code, "target": target, "deputy": deputy, "done": done}
    return render(request, "stations/check_in.html", context)


@require_POST
@desk_view(PERMISSION)
def take_check_in(request: HttpRequest, token: str) -> HttpResponse:
    """Check in and go back to the page of the code, which then says when."""
    code = resolve(token)
    if code is None or code.kind != "station" or code.state != "active":
        raise NotVisible()
    user = cast(User, request.user)
    deputy = own_deputy(user)
    station = Station.objects.public().filter(code=code.target_code).first()
    if station is None:
        raise NotVisible()
    if deputy is None:
        raise Forbidden()
    check_in(actor=user, station=station, deputy=deputy, now=timezone.now())
    messages.success(request, f"已在{station.name}签到。")
    return redirect(code_path(code))
