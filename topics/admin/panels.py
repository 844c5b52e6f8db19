"""What topics put on the staff's menu and dashboard."""

from typing import Any

from django.db.models import Count, Q, Sum
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from core.admin import MenuLink, register_menu_link, register_panel
from core.dates import local_date
from topics import states
from topics.models import Topic
from topics.selectors.desk import opinions_to_review, results_waiting

COUNTED_TO = 1_000  # the number in the menu of every page: a popular topic has ten thousand

register_menu_link(
    MenuLink(
        "办理", 31, "议题意见审核", "topics_admin:opinions", "topics.moderate_opinion",
        lambda request: opinions_to_review(request.user)[:COUNTED_TO],
    )
)  # fmt: skip
register_menu_link(MenuLink("办理", 32, "派题", "topics_admin:dispatch", "topics.dispatch_topic"))
register_menu_link(
    MenuLink(
        "公开", 20, "议题结果公开", "topics_admin:publication", "topics.publish_topic",
        lambda request: results_waiting(request.user),
    )
)  # fmt: skip


def _list_url(query: str) -> str:
    return reverse("admin:topics_topic_changelist") + query


def numbers(request: HttpRequest) -> dict[str, Any] | None:
    """今年的议题: how many, how many collecting, what was said, how many ended in public."""
    if not request.user.has_perm("topics.view_topic"):
        return None
    year = local_date(timezone.now()).year
    found = Topic.objects.visible_to(request.user).aggregate(
        made=Count("id", filter=Q(created_at__year=year, state__in=states.PUBLIC)),
        collecting=Count("id", filter=Q(state=states.COLLECTING)),
        said=Sum("opinion_count", filter=Q(opened_at__year=year)),
        published=Count("id", filter=Q(published_at__year=year)),
    )
    return {
        "figures": [
            {"value": found["made"], "label": "今年的议题", "url": _list_url("?figure=made")},
            {"value": found["collecting"], "label": "正在征集的议题",
             "url": _list_url(f"?stage={states.COLLECTING}")},
            {"value": f"{found['said'] or 0:,}", "label": "今年收到的意见",
             "url": _list_url("?figure=opened")},
            {"value": found["published"], "label": "今年公开结果的议题",
             "url": _list_url("?figure=published")},
        ]
    }  # fmt: skip


def _waiting(request: HttpRequest) -> dict[str, Any]:
    """Topics to review, opinions to moderate, results to let through."""
    user: Any = request.user
    found: dict[str, Any] = {}
    if user.has_perm("topics.review_topic"):
        found["topics.review"] = Topic.objects.visible_to(user).filter(state=states.APPLIED)
    if user.has_perm("topics.moderate_opinion"):
        found["topics.opinions"] = opinions_to_review(user)[:COUNTED_TO]
    if user.has_perm("topics.publish_topic"):
        found["topics.results"] = results_waiting(user)
    return found


def waiting(request: HttpRequest, counts: dict[str, int]) -> dict[str, Any] | None:
    """等我处理: what is asked of this person, with how much of it."""
    shown = (
        ("review", "议题审议", _list_url(f"?stage={states.APPLIED}")),
        ("opinions", "议题意见审核", reverse("topics_admin:opinions")),
        ("results", "结果待公开", reverse("topics_admin:publication")),
    )
    items = [{"label": label, "count": counts[f"topics.{name}"], "url": url}
             for name, label, url in shown if f"topics.{name}" in counts]  # fmt: skip
    return {"waiting": items, "title": "议题"} if items else None


register_panel(20, "admin/topics/panel_numbers.html", numbers, area="numbers")
register_panel(15, "admin/topics/panel_wait.html", waiting, area="side", waiting=_waiting)
