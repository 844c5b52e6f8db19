"""The queue in the staff's admin: what waits, what was given up, and putting that back."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from core.admin import register_panel
from core.admin_pages import PagesAdmin
from jobs import bulk_admin, export_admin  # noqa: F401
from jobs.models import DueWork
from jobs.services import revive

REVIVE = "jobs.revive_duework"
AT_ONCE = 500  # in one request
STATES = {"open": "等待", "dead": "放弃", "done": "完成"}


class StateFilter(admin.SimpleListFilter):
    """Open work unless asked otherwise; done work is most of the table."""

    title, parameter_name = "状态", "is"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, words) for name, words in STATES.items() if name != "open"]

    def choices(self, changelist: Any) -> Any:
        for choice in super().choices(changelist):
            is_default = choice["query_string"] == changelist.get_query_string(remove=["is"])
            yield choice | ({"display": STATES["open"]} if is_default else {})

    def queryset(self, request: HttpRequest, queryset: QuerySet[DueWork]) -> QuerySet[DueWork]:
        if self.value() == "dead":
            return queryset.filter(dead_at__isnull=False)
        if self.value() == "done":
            return queryset.filter(done_at__isnull=False)
        return queryset.filter(done_at__isnull=True, dead_at__isnull=True)


@admin.register(DueWork)
class DueWorkAdmin(PagesAdmin):
    """Due work: read-only but for reviving what was given up."""

    menu_group, menu_order, menu_label = "系统", 700, "待办队列"
    list_display = ("kind", "key", "run_at", "outcome", "attempts", "losses", "last_error")
    list_filter = (StateFilter,)
    search_fields = ("=kind", "=key")
    ordering = ("-run_at",)
    actions = ("revive_selected", "export_xlsx", "export_csv")
    fields = (
        "kind", "key", "payload", "run_at", "outcome", "attempts", "losses", "last_error",
        "claimed_until", "done_at", "dead_at", "created_at",
    )  # fmt: skip
    export_fields = ("kind", "key", "run_at", "attempts", "losses", "last_error", "done_at",
                     "dead_at")  # fmt: skip

    @admin.display(description="状态")
    def outcome(self, work: DueWork) -> str:
        if work.dead_at:
            return STATES["dead"]
        return STATES["done"] if work.done_at else STATES["open"]

    def menu_count(self, request: HttpRequest) -> QuerySet[DueWork]:
        return dead_rows()

    def has_revive_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(REVIVE))

    @admin.action(description="重新执行所选（放弃的）", permissions=["revive"])
    def revive_selected(self, request: HttpRequest, queryset: QuerySet[DueWork]) -> None:
        now, user = timezone.now(), request.user
        dead = queryset.filter(dead_at__isnull=False)
        pks = list(dead.values_list("pk", flat=True)[:AT_ONCE])
        count = sum(revive(pk=pk, actor=user, now=now) for pk in pks)  # type: ignore[arg-type]
        words = f"{count}件放回队列了，马上重新执行。" if count else "所选的里面没有放弃的。"
        if left := dead.count():
            words += f"一次最多{AT_ONCE}件，还有{left}件，请再选一次。"
        messages.success(request, words)


def dead_rows() -> QuerySet[DueWork]:
    """The rows that were given up, a hundred at most."""
    return DueWork.objects.filter(dead_at__isnull=False)[:100]


def _waiting(request: HttpRequest) -> dict[str, QuerySet[DueWork]]:
    return {"jobs.dead": dead_rows()} if request.user.has_perm(REVIVE) else {}


def _dead_panel(request: HttpRequest, counts: dict[str, int]) -> dict[str, Any] | None:
    count = counts.get("jobs.dead", 0)
    return {"count": count} if count else None


register_panel(5, "admin/jobs/panel.html", _dead_panel, area="action", waiting=_waiting)
