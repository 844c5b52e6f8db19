"""Messages in the staff's admin: the register, and the dashboard's figures and lists."""

import re
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import Truncator

from accounts.admin.saved import SavedFiltersMixin
from congress.admin.base import DueColumns
from congress.selectors import describe_due, working_day_offset
from core.admin import MenuLink, ScopedModelAdmin, register_menu_link, register_panel
from core.admin_models import FigureFilter, RoundFilter
from core.dates import local_date
from handling.models import Order
from handling.states import OPEN as OPEN_ORDERS
from handling.states import RETURN_REQUESTED
from voices import states
from voices.models import Message
from voices.selectors import to_review

REVIEW_COUNTED_TO = 1_000  # the number in the menu of every page


class DueFilter(admin.SimpleListFilter):
    """Red, yellow, green."""

    title = "期限"
    parameter_name = "due"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("late", "已逾期"), ("soon", "5个工作日内到期"), ("fine", "其余在办"),
                ("open", "全部在办")]  # fmt: skip

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        today = local_date(timezone.now())
        soon = working_day_offset(today, 5)
        opened = queryset.filter(state__in=states.OPEN)
        return {
            "late": opened.filter(due_on__lt=today),
            "soon": opened.filter(due_on__gte=today, due_on__lte=soon),
            "fine": opened.filter(due_on__gt=soon),
            "open": opened,
        }.get(str(self.value()), queryset)


def _midnight() -> datetime:
    return timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)


class ShownFilter(FigureFilter):
    """今天收到 · 今天办结 · 今年已解决."""

    figures = {
        "received": ("今天收到", lambda rows: rows.filter(created_at__gte=_midnight())),
        "closed": ("今天办结", lambda rows: rows.filter(closed_at__gte=_midnight())),
        "solved": ("今年已解决", lambda rows: rows.filter(
            answered_at__gte=_midnight().replace(month=1, day=1), outcome="solved")),
    }  # fmt: skip


@admin.register(Message)
class MessageAdmin(DueColumns, SavedFiltersMixin, ScopedModelAdmin):
    """留言: read here, worked at the desk; states move by transitions only."""

    open_states = states.OPEN
    menu_group = "办理"
    menu_order = 10
    presets = (("已逾期", "due=late"), ("5个工作日内到期", "due=soon"))
    list_display = ("code", "summary", "due_words", "state_words", "kind", "channel", "place_words",
                    "outcome", "score", "publication")  # fmt: skip
    list_filter = (DueFilter, ShownFilter, "kind", "channel", "outcome", "score", "publication",
                   RoundFilter)  # fmt: skip
    search_fields = ("text",)  # shows the box; `get_search_results` does the search
    search_help_text = "编号、原文里的字、外部编号"
    ordering = ("-id",)
    list_select_related = ("deputy", "station")
    export_fields = (
        "code", "kind", "channel", "state", "round", "region_code", "deputy_id", "station_id",
        "place", "created_at", "accepted_at", "answered_at", "closed_at", "due_on",
        "original_due_on", "basis", "outcome", "score", "publication", "outside_number",
    )  # fmt: skip

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """By code or the outside number, which have indexes; else words of the text."""
        words = search_term.strip()[:60]
        if not words:
            return queryset, False
        if re.fullmatch(r"[A-Za-z]?\d{6,}", words):
            return queryset.filter(Q(code=words.upper()) | Q(outside_number=words)), False
        return queryset.filter(Q(text__contains=words) | Q(outside_number=words)), False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["desk_link", "code", "text", "place", "kind", "channel", "proxy_name",
                "state_words", "round", "deputy", "station", "due_on", "original_due_on", "basis",
                "outcome",
                "score", "publication", "public_title", "public_text", "public_answer",
                "created_at", "accepted_at", "answered_at", "closed_at"]  # fmt: skip

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return self.get_fields(request, obj)

    @admin.display(description="内容")
    def summary(self, message: Message) -> str:
        return Truncator(message.text.replace("\n", " ")).chars(30)

    @admin.display(description="代表或站点")
    def place_words(self, message: Message) -> str:
        return str(message.deputy or message.station or "—")

    @admin.display(description="办理")
    def desk_link(self, message: Message) -> str:
        url = reverse("voices_desk:message", args=[message.code])
        return format_html('<a class="link" href="{}">到办理页处理</a>', url)


def _to_review(request: HttpRequest) -> Any:
    return to_review(request.user).order_by()[:REVIEW_COUNTED_TO]


register_menu_link(
    MenuLink(
        "办理", 20, "公开前审核", "voices_admin:moderation", "voices.publish_message",
        _to_review,
    )
)  # fmt: skip


def _list_url(query: str) -> str:
    return reverse("admin:voices_message_changelist") + query


def _numbers(request: HttpRequest) -> dict[str, Any]:
    """What was received, answered or closed since then also moved since: `state_at` narrows it to
    an index that holds the columns asked for."""
    if not request.user.has_perm("voices.view_message"):
        return {}
    now = timezone.now()
    start = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    year, today = start.replace(month=1, day=1), local_date(now)
    soon = working_day_offset(today, 5)
    rows = Message.objects.visible_to(request.user)
    moved, open_ = rows.filter(state_at__gte=start), rows.filter(state__in=states.OPEN)
    return {
        "voices.received": moved.filter(created_at__gte=start),
        "voices.closed": moved.filter(closed_at__gte=start),
        "voices.open": open_,
        "voices.solved": rows.filter(state_at__gte=year, answered_at__gte=year, outcome="solved"),
        "voices.late": open_.filter(due_on__lt=today),
        "voices.soon": open_.filter(due_on__gte=today, due_on__lte=soon),
        "voices.fine": open_.filter(due_on__gt=soon),
    }


def numbers(request: HttpRequest, counts: dict[str, int]) -> dict[str, Any] | None:
    """今天的数: received and closed today, open now, solved this year. Rates are told by stats."""
    if not request.user.has_perm("voices.view_message") or "voices.open" not in counts:
        return None
    shown = (
        ("received", "今天收到的留言", "?figure=received"), ("closed", "今天办结的留言", "?figure=closed"),
        ("open", "正在办的留言", "?due=open"), ("solved", "今年已解决的留言", "?figure=solved"),
    )  # fmt: skip
    return {"figures": [
        {"value": counts[f"voices.{name}"], "label": label, "url": _list_url(query)}
        for name, label, query in shown
    ]}  # fmt: skip


def due_list(request: HttpRequest, counts: dict[str, int]) -> dict[str, Any] | None:
    """到期清单: the most urgent messages, and how many are late, near, fine."""
    if not request.user.has_perm("voices.view_message") or "voices.open" not in counts:
        return None
    today = local_date(timezone.now())
    rows = Message.objects.visible_to(request.user).filter(
        state__in=states.OPEN, due_on__isnull=False
    )
    first = rows.select_related("deputy", "station").order_by("due_on", "id")[:10]
    labels = (("late", "逾期", "late"), ("soon", "5日内", "soon"), ("fine", "正常", ""))
    return {
        "due_counts": [
            {"label": label, "value": counts[f"voices.{key}"], "tone": tone,
             "url": _list_url(f"?due={key}")}
            for key, label, tone in labels
        ],
        "due_rows": [_due_row(message, today) for message in first],
    }  # fmt: skip


def _due_row(message: Message, today: Any) -> dict[str, Any]:
    url = reverse("voices_desk:message", args=[message.code])
    return {
        "due": describe_due(today, message.due_on),  # type: ignore[arg-type]
        "title": Truncator(message.text.replace("\n", " ")).chars(26), "url": url,
        "kind": "留言",
        "holder": str(
            (message.deputy if message.state in (states.RECEIVED, states.ACCEPTED) else None)
            or message.station or "—"
        ),
        "action": {"url": url, "label": message.get_state_display()},
    }  # fmt: skip


def _waiting(request: HttpRequest) -> dict[str, Any]:
    """Moderation, returns, extensions, late orders."""
    user: Any = request.user
    found = {}
    if user.has_perm("voices.publish_message"):
        found["voices.review"] = _to_review(request)
    if user.has_perm("handling.decide_return_order"):
        orders, today = Order.objects.visible_to(user), local_date(timezone.now())
        extensions = orders.filter(extensions__granted__isnull=True, extensions__isnull=False)
        found |= {
            "voices.returns": orders.filter(state=RETURN_REQUESTED),
            "voices.extensions": extensions,
            "voices.late_orders": orders.filter(state__in=OPEN_ORDERS, due_on__lt=today),
        }
    return found


def waiting(request: HttpRequest, counts: dict[str, int]) -> dict[str, Any] | None:
    """等我处理: what is asked of this person, with how much of it."""
    orders = reverse("admin:handling_order_changelist")
    shown = (
        ("review", "公开前审核", reverse("voices_admin:moderation")),
        ("returns", "退回申请", f"{orders}?state=return_requested"),
        ("extensions", "延期申请", f"{orders}?extension=open"),
        ("late_orders", "逾期的交办单", f"{orders}?due=late"),
    )
    items = [{"label": label, "count": counts[f"voices.{name}"], "url": url}
             for name, label, url in shown if f"voices.{name}" in counts]  # fmt: skip
    return {"waiting": items} if items else None


register_panel(10, "partials/admin_quad.html", numbers, area="numbers", numbers=_numbers)
register_panel(10, "partials/admin_due_list.html", due_list, numbers=_numbers)
register_panel(10, "partials/admin_wait.html", waiting, area="side", waiting=_waiting)
