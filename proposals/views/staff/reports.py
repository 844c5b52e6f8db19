"""年度报告 for the standing committee: a congress and a year or a session, taken away as Word."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from congress.models import Congress, Session
from core.dates import local_date
from core.errors import NotVisible
from proposals.digest import FIRST_YEAR
from proposals.papers import WORD, report_word
from proposals.views.staff.frame import shown, staff_page
from proposals.views.staff.imports import congresses_of
from proposals.yearly import Period, session_period, year_period, yearly

PERMISSION = "proposals.export_proposal"
YEARS, SESSIONS = 5, 5


@staff_page(PERMISSION)
@require_safe
def reports(request: HttpRequest) -> HttpResponse:
    """The years and sessions there can be a report of, for every congress of this person."""
    today = local_date(timezone.now())
    places = congresses_of(request.user)
    context = {
        "years": range(today.year, today.year - YEARS, -1),
        "places": [{"place": place, "sessions": sessions}
                   for place, sessions in _sessions(places, today)],
    }  # fmt: skip
    return shown(request, "admin/proposals/reports.html", "代表建议年度报告", context)


def _sessions(places: list[Congress], today: date) -> list[tuple[Congress, list[Session]]]:
    """The latest sessions of each congress that have opened, in one query."""
    found: dict[int, list[Session]] = {place.pk: [] for place in places}
    rows = Session.objects.filter(term__congress__in=places, opens_on__lte=today)
    for session in rows.select_related("term").order_by("-opens_on", "-id"):
        listed = found[session.term.congress_id]
        if len(listed) < SESSIONS:
            listed.append(session)
    return [(place, found[place.pk]) for place in places]


@staff_page(PERMISSION)
@require_safe
def report(request: HttpRequest, code: str, year: int) -> HttpResponse:
    """The report of a congress and a calendar year as .docx."""
    today = local_date(timezone.now())
    if not FIRST_YEAR <= year <= today.year:
        raise NotVisible()
    return _word(request, _place(request.user, code), year_period(year), today)


@staff_page(PERMISSION)
@require_safe
def session_report(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """The report of a congress and one of its sessions as .docx."""
    place, today = _place(request.user, code), local_date(timezone.now())
    rows = Session.objects.filter(term__congress=place, opens_on__lte=today)
    session = rows.select_related("term").filter(pk=pk).first()
    if session is None:
        raise NotVisible()
    return _word(request, place, session_period(session), today)


def _place(user: Any, code: str) -> Congress:
    place = next((c for c in congresses_of(user) if c.code == code), None)
    if place is None:
        raise NotVisible()
    return place


def _word(request: HttpRequest, place: Congress, period: Period, today: date) -> HttpResponse:
    found = yearly(request.user, period, place.region_code, place.name, today)
    response = HttpResponse(report_word(found), content_type=WORD)
    name = f"{place.name}{period.label}代表建议办理情况报告.docx"
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["Cache-Control"] = "no-store"
    return response
