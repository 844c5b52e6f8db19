"""What the registers share in the admin: further pages, actions with a form, services."""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import wraps
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from congress.models import Region
from core.admin import ScopedModelAdmin
from core.dates import local_date
from core.errors import DomainError, Forbidden, NotVisible
from deputies.models import Deputy

Page = Callable[..., HttpResponse]
Tool = tuple[str, str]
"""Words and address of a button at the top of a page."""


class PartInline(admin.TabularInline[Any, Any]):
    """Rows that hang on a register entry, read-only: they change by actions."""

    extra = 0
    can_delete = False
    show_change_link = False
    template = "admin/deputies/parts.html"

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True  # whoever sees the entry sees its parts


class RegisterAdmin(ScopedModelAdmin):
    """A register whose writes are services."""

    change_list_template = "admin/deputies/change_list.html"
    change_form_template = "admin/deputies/change_form.html"

    # --- further pages -----------------------------------------------------------------------

    def page(self, route: str, view: Page, verb: str, name: str) -> URLPattern:
        """Mount a page for who has `app.<verb>_<model>`."""
        permission = right(self.opts, verb)

        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.has_perm(permission):
                raise Forbidden()
            return view(request, *args, **kwargs)

        mounted = self.admin_site.admin_view(guarded)
        mounted.required_permission = permission
        return path(route, mounted, name=self.url_name(name))

    def url_name(self, name: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{name}"

    def url(self, name: str, *args: Any) -> str:
        return reverse(f"admin:{self.url_name(name)}", args=args)

    def render(
        self, request: HttpRequest, template: str, title: str, **context: Any
    ) -> TemplateResponse:
        """A page inside the admin's frame."""
        frame = {**self.admin_site.each_context(request), "opts": self.opts, "title": title}
        return TemplateResponse(request, template, {**frame, **context})

    def found(self, request: HttpRequest, pk: Any, verb: str = "change") -> Any:
        """The row in scope, or 404; 403 without the right on it."""
        try:
            obj = self.get_queryset(request).get(pk=pk)
        except (self.model.DoesNotExist, ValueError) as error:
            raise NotVisible() from error
        if not self._may(request, verb, obj):
            raise Forbidden()
        return obj

    def act(
        self,
        request: HttpRequest,
        obj: Model | None,
        *,
        title: str,
        form: forms.Form,
        do: Callable[[dict[str, Any]], object],
        done: str = "",
        label: str = "确定",
        text: str = "",
        back: str = "",
    ) -> HttpResponse:
        """A page that asks for what an action needs, and carries it out.

        `do` may return the words that say what was done; otherwise `done` says it.
        """
        back = back or self.url("change", obj.pk if obj else None)
        if request.method == "POST" and form.is_valid():
            try:
                words = do(form.cleaned_data)
            except DomainError as error:
                if error.status not in (400, 409):
                    raise
                refuse(form, error)
            else:
                messages.success(request, words if isinstance(words, str) else done)
                return redirect(back)
        status = 400 if form.is_bound else 200
        answer = self.render(
            request, "admin/deputies/action.html", title, form=form, label=label, text=text,
            back=back, original=obj,
        )  # fmt: skip
        answer.status_code = status
        return answer

    # --- tools on top of list and entry ------------------------------------------------------

    def list_tools(self, request: HttpRequest) -> Iterable[Tool]:
        return ()

    def entry_tools(self, request: HttpRequest, obj: Any) -> Iterable[Tool]:
        return ()

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        tools = list(self.list_tools(request))
        return super().changelist_view(request, {"tools": tools, **(extra_context or {})})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        obj = self.get_object(request, object_id)
        may = obj is not None and self._may(request, "change", obj)
        tools = list(self.entry_tools(request, obj)) if may else []
        extra = {"tools": tools, "show_save_and_add_another": False, **(extra_context or {})}
        return super().change_view(request, object_id, form_url, extra)

    # --- writes through services ---------------------------------------------------------------

    def create(self, request: HttpRequest, cleaned: dict[str, Any], now: datetime) -> Any:
        """The service that adds an entry."""
        raise NotImplementedError

    def update(self, request: HttpRequest, obj: Any, changed: dict[str, Any], now: datetime) -> Any:
        """The service that changes an entry."""
        raise NotImplementedError

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Adds and changes by the services, which check and record."""
        now = timezone.now()
        if not change:
            obj.__dict__.update(self.create(request, form.cleaned_data, now).__dict__)
            return
        stored = self.found(request, obj.pk)
        changed = {name: form.cleaned_data[name] for name in form.changed_data}
        if changed:
            self.update(request, stored, changed, now)


class ScopedForm(forms.ModelForm):  # type: ignore[type-arg]
    """A register form whose place must lie in the person's own region."""

    user: ClassVar[Any] = None
    permission: ClassVar[str] = ""

    def clean_region_code(self) -> str:
        code: str = self.cleaned_data["region_code"]
        prefixes = tuple(self.user.region_prefixes(self.permission))
        if not code.startswith(prefixes or ("-",)):
            raise forms.ValidationError("这个地区不在您的管理范围内，请换一个。")
        if not Region.objects.filter(code=code).exists():
            raise forms.ValidationError(
                "没有这个区划代码，请核对：县6位、乡镇街道9位、村社区12位。"
            )
        return code


def scoped_form(form: type[ScopedForm], request: HttpRequest, permission: str) -> type[Any]:
    """The form for this person."""
    return type(form.__name__, (form,), {"user": request.user, "permission": permission})


def sent(request: HttpRequest) -> Any:
    """What a POST brought, an empty one too; None for looking at a form."""
    return request.POST if request.method == "POST" else None


def sent_files(request: HttpRequest) -> tuple[Any, Any]:
    """The same with the uploaded files."""
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)


def right(opts: Any, verb: str) -> str:
    return f"{opts.app_label}.{verb}_{opts.model_name}"


def refuse(form: forms.Form, error: DomainError) -> None:
    """Put a service's refusal where the person looks: at the field, or on top."""
    placed = {name: words for name, words in error.fields.items() if name in form.fields}
    for name, words in placed.items():
        form.add_error(name, words or error.message)
    if not placed:
        form.add_error(None, error.message)


class SinceForm(forms.Form):
    """A deputy of this person's region, by number, and from when."""

    deputy = forms.CharField(label="代表编号", max_length=20)
    starts_on = forms.DateField(
        label="起", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["starts_on"].initial = local_date(timezone.now())

    def clean_deputy(self) -> Deputy:
        code = self.cleaned_data["deputy"].strip()
        found: Deputy | None = Deputy.objects.visible_to(self.user).filter(code=code).first()
        if found is None:
            raise forms.ValidationError("您管理的范围里没有这位代表，请核对编号。")
        return found
