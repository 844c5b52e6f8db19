"""Orders and promises in the staff's admin: read and found here, worked at the desk."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from accounts.admin.saved import SavedFiltersMixin
from congress.admin.base import DueColumns
from congress.selectors import working_day_offset
from core.admin import ScopedModelAdmin
from core.admin_models import RoundFilter
from core.dates import local_date
from handling import states
from handling.models import Order


class DueFilter(admin.SimpleListFilter):
    """Red, yellow, green."""

    title = "期限"
    parameter_name = "due"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("late", "已逾期"), ("soon", "5个工作日内到期"), ("fine", "其余在办")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        today = local_date(timezone.now())
        soon = working_day_offset(today, 5)
        opened = queryset.filter(state__in=states.OPEN)
        return {
            "late": opened.filter(due_on__lt=today),
            "soon": opened.filter(due_on__gte=today, due_on__lte=soon),
            "fine": opened.filter(due_on__gt=soon),
        }.get(str(self.value()), queryset)


class StateFilter(admin.SimpleListFilter):
    """By state, in Chinese."""

    title = "状态"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(states.STATES.items())

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(state=self.value()) if self.value() else queryset


class ExtensionFilter(admin.SimpleListFilter):
    """Those that wait for a decision on an extension."""

    title = "延期"
    parameter_name = "extension"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("open", "申请待决定")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() != "open":
            return queryset
        return queryset.filter(extensions__granted__isnull=True, extensions__isnull=False)


@admin.register(Order)
class OrderAdmin(DueColumns, SavedFiltersMixin, ScopedModelAdmin):
    """交办单."""

    open_states = states.OPEN
    menu_group = "办理"
    menu_order = 30
    presets = (("已逾期", "due=late"), ("5个工作日内到期", "due=soon"))
    list_display = ("code", "title", "due_words", "state_words", "unit", "role", "round")
    list_filter = (DueFilter, StateFilter, ExtensionFilter, "role", RoundFilter)
    search_fields = ("=code", "title", "unit__name")
    search_help_text = "编号、事由、承办单位"
    ordering = ("-id",)
    list_select_related = ("unit",)
    export_fields = (
        "code", "source_code", "unit__name", "role", "round", "state", "title", "place",
        "assigned_at", "signed_at", "replied_at", "accepted_at", "due_on",
        "original_due_on", "basis",
    )  # fmt: skip
    export_related = ("unit",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["desk_link", "code", "title", "text", "place", "instruction", "unit", "role",
                "round", "state_words", "assigned_by", "assigned_at", "signed_at", "replied_at",
                "accepted_at", "due_on", "original_due_on", "basis"]  # fmt: skip

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return self.get_fields(request, obj)

    @admin.display(description="办理")
    def desk_link(self, order: Order) -> str:
        url = reverse("handling_desk:order", args=[order.code])
        return format_html('<a class="link" href="{}">到办理页处理</a>', url)
