"""Pages of the style guide."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from liaison.styleguide import samples

PAGES = {
    "index": "组件一览",
    "landing": "扫码落地页",
    "form": "留言表单",
    "receipt": "回执",
    "statistics": "公开统计",
    "desk": "代表的一天",
    "message": "留言（代表）",
    "order": "交办单（部门）",
    "letter": "答复函",
    "dashboard": "管理首页",
}


def context() -> dict[str, Any]:
    """Everything any sample page shows."""
    return {
        "pages": PAGES,
        "badges": samples.BADGES,
        "late": samples.LATE,
        "steps": samples.STEPS,
        "ribbon_steps": samples.RIBBON,
        "rate": samples.RATE,
        "rate_none": samples.RATE_NONE,
        "chart": samples.CHART,
        "table": samples.TABLE,
        "person": samples.PERSON,
        "rows": samples.ROWS,
        "groups": samples.GROUPS,
        "desk_menu": samples.MENU,
        "desk_user": {"name": "宋玉梅", "role": "市人大代表"},
        "unread_count": 3,
        "inbox_url": "#",
        "letter": samples.LETTER,
        "action_rows": samples.action_rows(),
        "form": samples.message_form(),
        "wrong_form": samples.message_form(wrong=True),
        "class_form": samples.ClassSample(),
        "crumbs": [{"label": "留言", "url": "#"}, {"label": "待受理"}],
        "filters": [{"label": "全部", "count": 18, "url": "#", "current": True},
                    {"label": "社会民生", "count": 6, "url": "#"},
                    {"label": "城建环保", "count": 4, "url": "#"}],
        "point_code": "MZ-0147",
        "phrase": "春耕秋实",
        "day_on": samples.ON,
        "icon_names": samples.icon_names(),
        "quad": samples.QUAD,
        "due_rows": samples.DUE_ROWS,
        "due_counts": samples.DUE_COUNTS,
        "waiting": samples.WAITING,
        "doors": samples.DOORS,
    }  # fmt: skip


def show(request: HttpRequest, page: str = "index") -> HttpResponse:
    """One page of the guide; an unknown name is 404."""
    if page not in PAGES:
        raise Http404
    return render(request, f"styleguide/{page}.html", context() | {"page": page})


urlpatterns = [
    path("", show, name="styleguide"),
    path("<slug:page>/", show, name="styleguide-page"),
]
