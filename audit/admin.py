"""The log in the staff's admin: read, filtered, taken away, verified; never changed."""

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver
from django.utils import timezone

from audit.models import Entry, Seal
from audit.registry import action_label, actions, state_label
from audit.services import head, record, verify
from core.admin_pages import PagesAdmin, Tool

VERIFY = "audit.verify_entry"
VERIFIED = "audit.verified"


class ActionFilter(admin.SimpleListFilter):
    """Entries of one kind."""

    title, parameter_name = "动作", "action"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return sorted(((a.name, a.label) for a in actions()), key=lambda pair: pair[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet[Entry]) -> QuerySet[Entry]:
        return queryset.filter(action=self.value()) if self.value() else queryset


@admin.register(Entry)
class EntryAdmin(PagesAdmin):
    """Who did what to which object, when."""

    menu_group, menu_order, menu_label = "系统", 600, "操作日志"
    list_display = ("at", "who", "what", "object_kind", "object_code", "region_code", "steps")
    list_filter = ("at", ActionFilter, "actor_kind")
    list_display_links = ("at",)
    search_fields = ("object_code",)
    search_help_text = "对象编号，或操作者的姓名、用户名（要写全）"
    fields = (
        "at", "who", "actor_kind", "what", "action", "transition", "object_kind", "object_code",
        "region_code", "steps", "round", "data",
    )  # fmt: skip
    export_fields = (
        "at", "actor_kind", "actor_label", ("动作", lambda entry: action_label(entry.action)),
        "action", "transition", "object_type", "object_code", "region_code",
        ("原状态", lambda entry: state_label(entry.object_type, entry.from_state)),
        ("新状态", lambda entry: state_label(entry.object_type, entry.to_state)),
        "round",
    )  # fmt: skip

    @admin.display(description="操作者")
    def who(self, entry: Entry) -> str:
        return entry.actor_label

    @admin.display(description="动作")
    def what(self, entry: Entry) -> str:
        return action_label(entry.action)

    @admin.display(description="对象")
    def object_kind(self, entry: Entry) -> str:
        try:
            return str(apps.get_model(entry.object_type)._meta.verbose_name)
        except (LookupError, ValueError):  # of an app that is no longer there
            return entry.object_type

    @admin.display(description="状态")
    def steps(self, entry: Entry) -> str:
        before, after = (
            state_label(entry.object_type, state) for state in (entry.from_state, entry.to_state)
        )
        if not after or before == after:
            return after
        return f"{before or '新建'} → {after}"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Entry], search_term: str
    ) -> tuple[QuerySet[Entry], bool]:
        """Whole codes and whole names: both have an index, parts of words have none."""
        word = search_term.strip()
        if not word:
            return queryset, False
        named = Q(name=word) | Q(username=word.casefold())
        people = list(get_user_model()._default_manager.filter(named).values_list("pk", flat=True))
        kinds = [model._meta.label_lower for model in apps.get_models()]
        found = Q(object_type__in=kinds, object_code=word) | Q(actor_id__in=people)
        return queryset.filter(found), False

    def tools(self, request: HttpRequest, obj: Any = None) -> list[Tool]:
        may = obj is None and request.user.has_perm(VERIFY)
        return [("核验日志", self.url("verify"))] if may else []

    def get_urls(self) -> list[URLPattern | URLResolver]:
        return [self.page("verify/", self.verify, VERIFY, "verify"), *super().get_urls()]

    def verify(self, request: HttpRequest) -> HttpResponse:
        """Recompute the seals and replay the states; the finding is itself an entry."""
        verdict, now = None, timezone.now()
        if request.method == "POST":
            verdict = verify(expected_head=request.POST.get("head", "").strip())
            record(
                actor=request.user, action=VERIFIED, obj=Seal(pk=0), now=now,  # type: ignore[arg-type]
                data={"holds": verdict.holds, "entries": verdict.entries, "head": verdict.head},
            )  # fmt: skip
        context = {"verdict": verdict, "head": head()}
        return self.render(request, "admin/audit/verify.html", "核验日志", **context)


@admin.register(Seal)
class SealAdmin(PagesAdmin):
    """The hashes over the log. Keep the newest one where nobody here can change it."""

    menu_group, menu_order, menu_label = "系统", 610, "日志封印"
    list_display = ("sealed_at", "last_id", "count", "hash")
    fields = ("sealed_at", "last_id", "count", "previous_hash", "hash")
    export_fields = ("sealed_at", "last_id", "count", "previous_hash", "hash")
