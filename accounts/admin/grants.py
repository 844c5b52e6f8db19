"""The registers of grants and machine keys."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver
from django.utils import timezone

from accounts.admin.forms import ConfirmForm, EndForm
from accounts.models import ApiKey, Grant
from accounts.services.grants import end_grant
from accounts.services.keys import revoke_key
from core.admin_pages import PagesAdmin, Tool

END, REVOKE = "accounts.change_grant", "accounts.change_apikey"


class ActiveFilter(admin.SimpleListFilter):
    """Grants that hold today, or that have ended."""

    title, parameter_name = "状态", "now"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "有效"), ("no", "已结束或未开始")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Grant]) -> QuerySet[Grant]:
        if self.value() not in ("yes", "no"):
            return queryset
        held = Grant.objects.active(timezone.localdate()).values("pk")
        return (
            queryset.filter(pk__in=held) if self.value() == "yes" else queryset.exclude(pk__in=held)
        )


@admin.register(Grant)
class GrantAdmin(PagesAdmin):
    """Grants: ended, never deleted. A new one is given on the account's page."""

    menu_group, menu_order = "系统", 510
    list_display = ("user", "role", "scope_kind", "scope_code", "starts_on", "ends_on", "reason")
    list_filter = (ActiveFilter, "role", "scope_kind")
    list_select_related = ("user",)
    search_fields = ("user__username", "user__name", "=scope_code")
    fields = (
        "user", "role", "scope_kind", "scope_code", "region_code", "starts_on", "ends_on", "reason",
    )  # fmt: skip
    export_fields = (
        "user__username", "user__name", "role", "scope_kind", "scope_code", "starts_on", "ends_on",
        "reason",
    )  # fmt: skip
    export_related = ("user",)

    def tools(self, request: HttpRequest, obj: Grant | None = None) -> list[Tool]:
        if obj is None or not request.user.has_perm(END, obj):
            return []
        over = obj.ends_on is not None and obj.ends_on < timezone.localdate()
        return [] if over else [("终止授权", self.url("end", obj.pk))]

    def get_urls(self) -> list[URLPattern | URLResolver]:
        return [self.page("<int:pk>/end/", self.end, END, "end"), *super().get_urls()]

    def end(self, request: HttpRequest, pk: int) -> HttpResponse:
        grant = self.found(request, pk, END)

        def do(data: dict[str, Any]) -> str:
            ended = end_grant(grant=grant, actor=request.user, now=timezone.now(), **data)
            return f"这项授权到{ended.ends_on}为止。"

        form = EndForm(request.POST or None, initial={"ends_on": timezone.localdate()})
        text = "授权记录会保留，不会删除。"
        return self.act(
            request, grant, title="终止授权", form=form, do=do, label="终止授权", text=text
        )


@admin.register(ApiKey)
class ApiKeyAdmin(PagesAdmin):
    """Machine keys: revoked, never shown again."""

    menu_group, menu_order = "系统", 520
    list_display = ("prefix", "user", "label", "created_at", "expires_on", "last_used_on",
                    "revoked_at")  # fmt: skip
    list_select_related = ("user",)
    search_fields = ("=prefix", "user__username", "label")
    fields = list_display

    def tools(self, request: HttpRequest, obj: ApiKey | None = None) -> list[Tool]:
        if obj is None or obj.revoked_at or not request.user.has_perm(REVOKE, obj):
            return []
        return [("作废", self.url("revoke", obj.pk))]

    def get_urls(self) -> list[URLPattern | URLResolver]:
        return [self.page("<int:pk>/revoke/", self.revoke, REVOKE, "revoke"), *super().get_urls()]

    def revoke(self, request: HttpRequest, pk: int) -> HttpResponse:
        key = self.found(request, pk, REVOKE)

        def do(data: dict[str, Any]) -> str:
            revoke_key(key=key, actor=request.user, now=timezone.now())
            return "密钥已作废，用它的程序马上会被拒绝。"

        form = ConfirmForm({} if request.method == "POST" else None)
        return self.act(request, key, title="作废密钥", form=form, do=do, label="作废这把密钥")
