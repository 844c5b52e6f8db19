"""答复函 as the deputy reads it: only what passed the office, by way of the suggestion."""

from io import BytesIO

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.desk import desk_view
from core.errors import NotVisible
from handling.letters import Letter, letter_file, letter_of
from handling.models import Order
from proposals.models import Proposal
from proposals.views.desk.frame import address, find_proposal


def _letter(found: Proposal, order: str, number: int) -> Letter:
    rows = Order.objects.of(found).exclude(role="co").select_related("unit")
    given = rows.filter(code=order, state="accepted").first()
    reply = given.replies.filter(version=number, sent_back_reason="").first() if given else None
    if given is None or reply is None:
        raise NotVisible()
    return letter_of(given, reply)


@desk_view("proposals.view_proposal")
@require_safe
def letter(request: HttpRequest, code: str, order: str, number: int) -> HttpResponse:
    """The letter on the screen, to print."""
    found = find_proposal(request, code)
    context = {
        "proposal": found, "letter": _letter(found, order, number), "order": order,
        "number": number, "back": address(found),
    }  # fmt: skip
    return render(request, "desk/proposals/letter.html", context)


@desk_view("proposals.view_proposal")
@require_safe
def file(request: HttpRequest, code: str, order: str, number: int, form: str) -> HttpResponseBase:
    """The letter to take away, as `docx` or `pdf`."""
    made = letter_file(_letter(find_proposal(request, code), order, number), form)
    if made is None:
        raise NotVisible()
    data, kind = made
    return FileResponse(
        BytesIO(data), as_attachment=True, filename=f"答复函-{code}-{number}.{form}",
        content_type=kind, headers={"Cache-Control": "no-store"},
    )  # fmt: skip
