"""A 答复函 as those read it whom it was copied to (抄送), whether they see the order or not."""

from io import BytesIO

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.desk import desk_view
from core.errors import NotVisible
from handling.letters import Letter, letter_file, letter_of
from handling.models import Reply


def _letter(request: HttpRequest, code: str) -> Letter:
    """By the order's number and the version; 404 for whoever it was not copied to."""
    order, _, version = code.rpartition("-")
    if not version.isdecimal() or len(version) > 3:
        raise NotVisible()
    rows = Reply.objects.select_related("order__unit")
    found = rows.get_visible_or_404(request.user, order__code=order, version=int(version))
    return letter_of(found.order, found)


@desk_view("handling.view_order")
@require_safe
def copied(request: HttpRequest, code: str) -> HttpResponse:
    """The letter on the screen, to print."""
    context = {"letter": _letter(request, code), "code": code}
    return render(request, "handling/copied.html", context)


@desk_view("handling.view_order")
@require_safe
def copied_file(request: HttpRequest, code: str, form: str) -> HttpResponseBase:
    """The letter to take away, as `docx` or `pdf`."""
    made = letter_file(_letter(request, code), form)
    if made is None:
        raise NotVisible()
    data, kind = made
    return FileResponse(
        BytesIO(data), as_attachment=True, filename=f"答复函-{code}.{form}", content_type=kind,
        headers={"Cache-Control": "no-store"},
    )  # fmt: skip
