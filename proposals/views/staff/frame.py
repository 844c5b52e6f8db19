"""The door of the staff's pages, and what they have in common."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts.desk import door
from core.errors import DomainError, Forbidden
from proposals.models import Proposal

Page = Callable[..., Any]


def staff_page(permission: str) -> Callable[[Page], Page]:
    """Sign in first, then the right: 403 without it."""

    def decorate(view: Page) -> Page:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            away = door(request)
            if away is not None:
                return away
            if not request.user.has_perm(permission):
                raise Forbidden()
            return view(request, *args, **kwargs)

        guarded.required_permission = permission  # type: ignore[attr-defined]
        return guarded

    return decorate


def shown(
    request: HttpRequest, template: str, title: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """A page inside the admin's frame."""
    frame = admin.site.each_context(request) | {"title": title}
    return render(request, template, frame | context, status=status)


def tell(request: HttpRequest, error: DomainError) -> None:
    """A refusal at the top of the page the person comes back to; 403 and 404 stay pages."""
    if error.status in (403, 404):
        raise error
    details = [words for words in error.fields.values() if words and words != error.message]
    messages.error(request, " ".join([error.message, *details]))


def desk_url(proposal: Proposal, name: str = "", record: str = "") -> str:
    """A suggestion's desk page, or the form of a step or a record there."""
    if record:
        return reverse("proposals_desk:record", args=[proposal.code, record])
    if name:
        return reverse("proposals_desk:act", args=[proposal.code, name])
    return reverse("proposals_desk:proposal", args=[proposal.code])
