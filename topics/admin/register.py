"""议题: the register. Read and found here, worked at the desk; states move by transitions only."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from accounts.admin.saved import SavedFiltersMixin
from core.admin import ScopedModelAdmin
from core.admin_models import FigureFilter
from core.dates import local_date
from topics import states
from topics.models import Topic


class StageFilter(admin.SimpleListFilter):
    """征集 · 留言 · 议事 · 公开."""

    title = "阶段"
    parameter_name = "stage"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(states.STATES.items())

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        value = self.value()
        return queryset.filter(state=value) if value in states.STATES else queryset


def _year() -> int:
    return local_date(timezone.now()).year


class ShownFilter(FigureFilter):
    """今年的议题 · 今年开始征集 · 今年公开结果."""

    figures = {
        "made": ("今年的议题",
                 lambda rows: rows.filter(created_at__year=_year(), state__in=states.PUBLIC)),
        "opened": ("今年开始征集的", lambda rows: rows.filter(opened_at__year=_year())),
        "published": ("今年公开结果的", lambda rows: rows.filter(published_at__year=_year())),
    }  # fmt: skip


@admin.register(Topic)
class TopicAdmin(SavedFiltersMixin, ScopedModelAdmin):
    """The register of topics: every source, every stage, with its figures and days."""

    menu_group = "办理"
    menu_order = 30
    list_display = ("code", "title", "source", "state_words", "host", "deputy", "opens_on",
                    "closes_on", "people_count", "opinion_count")  # fmt: skip
    list_filter = (StageFilter, ShownFilter, "source", "opens_on", "published_at")
    search_fields = ("=code", "title", "summary")
    search_help_text = "编号、标题或背景里的字"
    ordering = ("-id",)
    list_select_related = ("deputy", "host")
    export_fields = (
        "code", "title", "source", ("阶段", lambda topic: topic.get_state_display()),
        "region_code", "proposed_by", ("承办站点", lambda topic: str(topic.host or "")),
        ("领题代表", lambda topic: str(topic.deputy or "")), "opens_on", "closes_on", "meets_on",
        "approved_at", "opened_at", "closed_at", "planned_at", "handed_over_at", "published_at",
        "people_count", "opinion_count",
    )  # fmt: skip
    export_related = ("deputy", "host")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["desk_link", "code", "title", "summary", "source", "state_words", "proposed_by",
                "deputy", "host", "region_code", "opens_on", "closes_on", "meets_on",
                "review_note", "plan", "people_count", "opinion_count", "created_at",
                "approved_at", "opened_at", "closed_at", "planned_at", "handed_over_at",
                "published_at", "archived_at"]  # fmt: skip

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return self.get_fields(request, obj)

    @admin.display(description="阶段", ordering="state")
    def state_words(self, topic: Topic) -> str:
        return topic.get_state_display()

    @admin.display(description="办理")
    def desk_link(self, topic: Topic) -> str:
        url = reverse("topics_desk:topic", args=[topic.code])
        return format_html('<a class="link" href="{}">到议题页处理</a>', url)
