"""Further pages of a register in the admin: what a service asks, on a page of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from core.admin_models import ScopedModelAdmin
from core.errors import DomainError, Forbidden, NotVisible

Page = Callable[..., HttpResponseBase]
Tool = tuple[str, str]
"""Words and address of a button at the top of a page."""


class PagesAdmin(ScopedModelAdmin):
    """A register that is read here and written by services only.

    `tools` puts buttons on the list (no object) and on an entry. Nothing is added, changed or
    deleted by Django's own forms.
    """

    change_list_template = "admin/tools_list.html"
    change_form_template = "admin/tools_form.html"

    def tools(self, request: HttpRequest, obj: Any = None) -> Iterable[Tool]:
        """What this person may press here."""
        return ()

    def page(self, route: str, view: Page, permission: str, name: str) -> URLPattern:
        """Mount a page for whoever has the permission."""

        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.has_perm(permission):
                raise Forbidden()
            return view(request, *args, **kwargs)

        mounted: Any = self.admin_site.admin_view(guarded)
        mounted.required_permission = permission
        pattern: URLPattern = path(route, mounted, name=self._named(name))
        return pattern

    def url(self, name: str, *args: Any) -> str:
        """The address of one of this register's pages (`changelist`, `change`, or its own)."""
        return reverse(f"admin:{self._named(name)}", args=args)

    def _named(self, name: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{name}"

    def render(
        self, request: HttpRequest, template: str, title: str, **context: Any
    ) -> TemplateResponse:
        """A page inside the admin's frame."""
        frame = {**self.admin_site.each_context(request), "opts": self.opts, "title": title}
        return TemplateResponse(request, template, {**frame, **context})

    def found(self, request: HttpRequest, pk: Any, permission: str) -> Any:
        """The row in scope, or 404; 403 without that right on it."""
        try:
            obj = self.get_queryset(request).get(pk=pk)
        except (ObjectDoesNotExist, ValueError) as error:
            raise NotVisible() from error
        if not request.user.has_perm(permission, obj):
            raise Forbidden()
        return obj

    def act(
        self,
        request: HttpRequest,
        obj: Any,
        *,
        title: str,
        form: forms.Form,
        do: Callable[[dict[str, Any]], str | HttpResponse],
        label: str,
        text: str = "",
        back: str = "",
    ) -> HttpResponse:
        """Ask for what an action needs and carry it out.

        `do(cleaned)` returns what was done in words, or a page to show. A refusal comes back to
        the form with what was typed.
        """
        back = back or (self.url("change", obj.pk) if obj else self.url("changelist"))
        if request.method == "POST" and form.is_valid():
            try:
                done = do(form.cleaned_data)
            except DomainError as error:
                if error.status not in (400, 409):
                    raise
                refuse(form, error)
            else:
                if isinstance(done, HttpResponse):
                    return done
                messages.success(request, done)
                return redirect(back)
        answer = self.render(
            request, "admin/act.html", title, form=form, label=label, text=text, back=back,
            original=obj,
        )  # fmt: skip
        answer.status_code = 400 if form.errors else 200
        return answer

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        extra = {"tools": list(self.tools(request)), **(extra_context or {})}
        return super().changelist_view(request, extra)  # type: ignore[no-any-return]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        obj = self.get_object(request, object_id)
        tools = list(self.tools(request, obj)) if obj is not None else []
        return super().change_view(
            request, object_id, form_url, {"tools": tools, **(extra_context or {})}
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, "view", obj)


def refuse(form: forms.Form, error: DomainError) -> None:
    """Put a service's refusal where the person looks: at the field, or on top."""
    placed = {name: words for name, words in error.fields.items() if name in form.fields}
    for name, words in placed.items():
        form.add_error(name, words or error.message)
    if not placed:
        form.add_error(None, error.message)
