"""The deputy's own file on the desk: seats, groups, duties, the printed code."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.desk import desk_view
from codes.rules.qr import qr_svg
from codes.selectors import active_code, code_path, code_url, short_address
from core.dates import local_date
from core.errors import NotVisible
from core.paging import keyset_page, pager_urls
from deputies.models import Deputy, DutyRecord, Group, Link
from deputies.registry import duty_kinds, place_of
from deputies.rules import quarter_words
from deputies.selectors import contact_gaps, own_deputy, place_words, seats_of
from deputies.selectors.public import duty_lines, public_url
from deputies.states import ACTIVE

DUTIES_ON_A_PAGE = 20


def _own(request: HttpRequest) -> Deputy:
    deputy = own_deputy(request.user)
    if deputy is None:
        raise NotVisible("no_deputy", "这个账号没有关联代表，请联系人大机关。")
    return deputy


@require_safe
@desk_view("deputies.view_deputy")
def show_me(request: HttpRequest) -> HttpResponse:
    """My file: what the register says of me, what I did, my code to show."""
    deputy = _own(request)
    now = timezone.now()
    today = local_date(now)
    seats = seats_of([deputy], all_terms=True)[deputy.pk]
    active = [seat for seat in seats if seat.state == ACTIVE]
    since = min((seat.term.starts_on for seat in active), default=today.replace(month=1, day=1))
    code = active_code("deputy", deputy.code)
    duties = keyset_page(
        DutyRecord.objects.filter(deputy=deputy).standing(),
        order=("-on", "-pk"), cursor=request.GET.get("cursor"), size=DUTIES_ON_A_PAGE,
    )  # fmt: skip
    context = {
        "deputy": deputy,
        "seats": active,
        "past": [seat for seat in seats if seat not in active],
        "place": place_of(deputy),
        "place_words": place_words([deputy.region_code])[deputy.region_code],
        "groups": _groups(deputy),
        "code": code,
        "code_path": code_path(code) if code else "",
        "address": short_address(code) if code else "",
        "public_url": public_url(deputy),
        "duty_table": _table(deputy, since, today),
        "duties": [_duty(row) for row in duties.rows],
        "quarter": quarter_words(today),
        "gaps": contact_gaps(Link.objects.filter(deputy=deputy, kind="deputy_voter"), today),
        **pager_urls(request, duties),
    }
    return render(request, "deputies/desk/me.html", context)


@require_safe
@desk_view("deputies.view_deputy")
def show_my_code(request: HttpRequest) -> HttpResponse:
    """My printed code as a picture."""
    code = active_code("deputy", _own(request).code)
    if code is None:
        raise NotVisible("no_code", "您的代表码还没有印发，请联系街道工委（乡镇人大）。")
    response = HttpResponse(qr_svg(code_url(code)), content_type="image/svg+xml")
    response["Cache-Control"] = "private, no-store"
    return response


def _groups(deputy: Deputy) -> list[Group]:
    found = Group.objects.filter(
        memberships__deputy=deputy, memberships__ends_on__isnull=True, ended_on__isnull=True
    )
    return list(found.order_by("code"))


def _table(deputy: Deputy, since: Any, today: Any) -> dict[str, Any] | None:
    lines = duty_lines(deputy, since=since, today=today)
    rows = [(line.label, line.this_year, line.this_term) for line in lines]
    if not rows:
        return None
    foot = ("合计", sum(row[1] for row in rows), sum(row[2] for row in rows))
    return {"caption": "履职次数", "head": ["做了什么", "今年", "本届"], "rows": rows, "foot": foot}


def _duty(row: DutyRecord) -> dict[str, Any]:
    return {"on": row.on, "title": row.title, "kind": duty_kinds().get(row.kind, row.kind)}
