"""Deliveries and clocks in the staff's admin."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from congress.rules import KEYS
from core.admin_pages import PagesAdmin
from notifications.delivery import retry
from notifications.models import Clock, Delivery

RETRY = "notifications.retry_delivery"
AT_ONCE = 500  # in one request


class OutcomeFilter(admin.SimpleListFilter):
    """Deliveries by how they ended."""

    title, parameter_name = "结果", "ended"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("sent", "已送出"), ("failed", "没送到"), ("unknown", "结果不明")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> QuerySet[Delivery]:
        if self.value() == "sent":
            return queryset.filter(sent_at__isnull=False)
        if self.value() == "failed":
            return queryset.filter(sent_at=None, failed_at__isnull=False)
        if self.value() == "unknown":
            return queryset.filter(sent_at=None, failed_at=None, started_at__isnull=False)
        return queryset


@admin.register(Delivery)
class DeliveryAdmin(PagesAdmin):
    """How notices went out: by which channel, with what end. Their text is not shown."""

    menu_group, menu_order, menu_label = "系统", 710, "送达记录"
    list_display = ("kind", "channel", "result", "started_at", "sent_at", "note")
    list_filter = (OutcomeFilter, "channel")
    list_select_related = ("notification",)
    search_fields = ("=notification__object_code",)
    actions = ("retry_selected",)
    fields = ("kind", "object_code", "channel", "result", "started_at", "sent_at", "failed_at",
              "note")  # fmt: skip

    @admin.display(description="种类")
    def kind(self, delivery: Delivery) -> str:
        return delivery.notification.kind

    @admin.display(description="对象编号")
    def object_code(self, delivery: Delivery) -> str:
        return delivery.notification.object_code

    @admin.display(description="结果")
    def result(self, delivery: Delivery) -> str:
        return delivery.outcome

    def has_retry_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(RETRY))

    @admin.action(description="再发一次所选（没送到的、结果不明的）", permissions=["retry"])
    def retry_selected(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        now, actor = timezone.now(), request.user
        unsent = queryset.filter(sent_at=None)
        left = max(0, unsent.count() - AT_ONCE)
        count = sum(retry(delivery=row, actor=actor, now=now) for row in unsent[:AT_ONCE])  # type: ignore[arg-type]
        words = f"{count}条会再发一次；对方可能收到两次的，请提前说明。"
        if left:
            words += f"一次最多{AT_ONCE}条，还有{left}条，请再选一次。"
        messages.success(request, words)


class RunningFilter(admin.SimpleListFilter):
    """Running clocks unless asked otherwise."""

    title, parameter_name = "状态", "clock"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("late", "已逾期"), ("stopped", "已停止")]

    def choices(self, changelist: Any) -> Any:
        for choice in super().choices(changelist):
            is_default = choice["query_string"] == changelist.get_query_string(remove=["clock"])
            yield choice | ({"display": "计时中"} if is_default else {})

    def queryset(self, request: HttpRequest, queryset: QuerySet[Clock]) -> QuerySet[Clock]:
        if self.value() == "stopped":
            return queryset.filter(stopped_at__isnull=False)
        running = queryset.filter(stopped_at__isnull=True)
        return running.filter(due_on__lt=timezone.localdate()) if self.value() else running


@admin.register(Clock)
class ClockAdmin(PagesAdmin):
    """Due dates that run, with what they were counted by."""

    menu_group, menu_order, menu_label = "办理", 90, "期限"
    list_display = ("object_code", "rule", "round", "started_on", "due_on", "provisional",
                    "next_on", "region_code")  # fmt: skip
    list_filter = (RunningFilter, "provisional")
    search_fields = ("=object_code",)
    ordering = ("due_on", "id")
    fields = ("object_type", "object_code", "region_code", "rule", "round", "started_on",
              "counted_from", "due_on", "original_due_on", "basis", "provisional", "next_on",
              "stopped_at")  # fmt: skip
    export_fields = ("object_code", "name", "round", "started_on", "due_on", "original_due_on",
                     "basis", "provisional", "region_code", "stopped_at")  # fmt: skip

    @admin.display(description="期限")
    def rule(self, clock: Clock) -> str:
        return KEYS[clock.name].label if clock.name in KEYS else clock.name
