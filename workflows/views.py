"""The desk face of every workflow: the action panel of a page, and doing what was pressed."""

from collections.abc import Callable, Container
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from core.admin_pages import refuse
from core.errors import DomainError, StateMoved
from workflows.engine import apply, available, refusal_status
from workflows.registry import workflow_of

# How many fields a form may have to be folded out in place; longer ones get a page of their own.
IN_PLACE = 4


@dataclass
class Outcome:
    """What came of pressing a button: the changed object, or why not with what was typed kept."""

    changed: Any = None
    error: DomainError | None = None
    form: Any = None
    name: str = ""


def perform(request: HttpRequest, obj: Any, name: str, *, now: datetime) -> Outcome:
    """Try transition `name` with what was posted. Never loses what was typed."""
    row = workflow_of(obj).transition(name)
    try:
        changed = apply(
            obj, name, actor=request.user, now=now,  # type: ignore[arg-type]
            data=request.POST, files=request.FILES,
        )  # fmt: skip
    except DomainError as error:
        form_class = row.form_class() if row else None
        form = (
            form_class(request.POST, request.FILES, obj=obj, actor=request.user)
            if form_class and error.status in (400, 409, 413, 415)
            else None
        )
        if error.status in (403, 404):
            raise
        return Outcome(error=error, form=form, name=name)
    return Outcome(changed=changed, name=name)


def panel(
    obj: Any, user: Any, *, now: datetime, url: str, outcome: Outcome | None = None,
    icons: dict[str, str] | None = None, hide: tuple[str, ...] = (),
    pages: Container[str] = (), quiet: Container[str] = (),
) -> list[dict[str, Any]]:  # fmt: skip
    """Rows for `{% actions %}`; `url` holds `{}` for the transition's name.

    `pages` have their form on a page of its own however short; `quiet` are lesser doors. The form
    that was refused comes back bound. Of the unblocked primary ones the first is red.
    """
    rows, red = [], False
    for action in available(obj, user, now=now):
        if action.name in hide:
            continue
        typed = outcome.form if outcome and outcome.name == action.name else None
        form = typed or action.form(obj, user)
        if form is not None:
            form.auto_id = f"id_{action.name}_%s"
        primary = action.primary and not action.blocked and not red
        red = red or primary
        rows.append(
            {
                "name": action.name, "label": action.label, "url": url.format(action.name),
                "primary": primary, "form": form,
                "page": form is not None and typed is None and (
                    action.name in pages or len(form.fields) > IN_PLACE
                ),
                "reason_disabled": action.blocked, "icon": (icons or {}).get(action.name, ""),
                "hint": action.hint, "quiet": action.name in quiet,
            }
        )  # fmt: skip
    return rows


def lost_words(outcome: Outcome | None) -> list[tuple[str, str]]:
    """What was typed into a form that cannot be shown again, as (label, text)."""
    if not outcome or outcome.form is None or not isinstance(outcome.error, StateMoved):
        return []
    return [
        (str(field.label), str(field.data))
        for field in outcome.form
        if isinstance(field.data, str) and len(field.data) > 1
    ]


def ask(
    request: HttpRequest, form: forms.Form, do: Callable[[dict[str, Any]], str], *,
    template: str, context: dict[str, Any], back: str,
) -> HttpResponse:  # fmt: skip
    """Show a form; carry it out when it is right; come back with what was typed when not.

    `do(cleaned)` does it and returns what was done in words.
    """
    status = 200
    if request.method == "POST":
        status = refusal_status(form) if not form.is_valid() else 200
        if form.is_valid():
            try:
                done = do(form.cleaned_data)
            except DomainError as error:
                if error.status in (403, 404):
                    raise
                refuse(form, error)
                status = error.status
            else:
                messages.success(request, done)
                return redirect(back)
    return render(request, template, {**context, "form": form}, status=status)
