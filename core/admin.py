"""The staff's admin: Django's own, with a grouped menu, a dashboard and scoped registers.

Apps fill it from their `admin.py`: `register_panel`, `register_menu_link`, and model admins built
on `ScopedModelAdmin`. Upper layers hook into `on_export` and `on_change` (audit does).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from core.admin_export import ExportEvent, on_export
from core.admin_models import CappedPaginator, ChangeEvent, ScopedModelAdmin, on_change
from core.dates import local_date
from core.tallies import count_together

__all__ = [
    "CappedPaginator", "ChangeEvent", "ExportEvent", "LiaisonAdminSite", "MenuLink", "Panel",
    "ScopedModelAdmin", "on_change", "on_export", "register_menu_link", "register_panel",
]  # fmt: skip

MENU_GROUPS = ("办理", "登记", "公开", "设置", "系统")
AREAS = ("action", "numbers", "main", "side")
REMEMBERED_SECONDS = 60
Rows = dict[str, QuerySet[Any]]
PanelContext = Callable[..., dict[str, Any] | None]


@dataclass(frozen=True)
class Panel:
    """A part of the dashboard: a template and the function that gives its context."""

    order: int
    template: str
    context: PanelContext
    area: str
    waiting: Callable[[HttpRequest], Rows] | None = None
    numbers: Callable[[HttpRequest], Rows] | None = None


@dataclass(frozen=True)
class MenuLink:
    """A menu entry that is no register; `count` gives the small number behind it.

    Rows instead of a number are counted together with those of all other entries.
    """

    group: str
    order: int
    label: str
    url_name: str
    permission: str
    count: Callable[[HttpRequest], QuerySet[Any] | int | None] | None = None


_panels: dict[str, Panel] = {}
_links: dict[str, MenuLink] = {}


def register_panel(
    order: int, template: str, context: PanelContext, *, area: str = "main",
    waiting: Callable[[HttpRequest], Rows] | None = None,
    numbers: Callable[[HttpRequest], Rows] | None = None,
) -> None:  # fmt: skip
    """Put a panel on the dashboard, in `action`, `numbers`, `main` or `side`, by `order`.

    `context(request)` returns the template's context, or None when there is nothing for this
    person to see. It reads through `visible_to(request.user)`. One panel per template.

    With `waiting` or `numbers`, which name rows to be counted, it is `context(request, counts)`.
    Those of all panels are counted together: `waiting` with the menu's, every time; `numbers`
    remembered for a minute, and the page says as of when. After a right is given they may be
    absent from `counts` for that minute.
    """
    if area not in AREAS:
        raise ValueError(f"area is one of {', '.join(AREAS)}")
    _panels[template] = Panel(order, template, context, area, waiting, numbers)


def register_menu_link(link: MenuLink) -> None:
    """Put a link into the menu, for those who have its permission."""
    _links[link.url_name] = link


class LiaisonAdminSite(admin.AdminSite):
    """Django's admin site under our name; whoever is not signed in goes to the common sign-in."""

    index_title = "首页"
    index_template = "admin/index.html"
    enable_nav_sidebar = True
    site_url = None

    @property
    def site_header(self) -> str:  # type: ignore[override]
        return str(settings.SITE_NAME)

    @property
    def site_title(self) -> str:  # type: ignore[override]
        return str(settings.SITE_NAME)

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The sign-in page of the whole house; 403 for a signed-in person who is no staff."""
        if request.user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied
        home = reverse("admin:index", current_app=self.name)
        return redirect_to_login(request.GET.get("next") or home, settings.LOGIN_URL)

    def index(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The dashboard: every registered panel that has something to say."""
        panels = sorted(_panels.values(), key=lambda panel: panel.order)
        request.liaison_menu, waiting = self._menu(request, panels)  # type: ignore[attr-defined]
        numbers, counted_at = _remembered(request, panels)
        areas: dict[str, list[str]] = {area: [] for area in AREAS}
        for panel in panels:
            counts = [waiting | numbers] if panel.waiting or panel.numbers else []
            context = panel.context(request, *counts)
            if context is not None:
                areas[panel.area].append(render_to_string(panel.template, context, request))
        extra = {"areas": areas, "today": local_date(timezone.now()), "title": self.index_title,
                 "counted_at": counted_at if numbers else None}  # fmt: skip
        return super().index(request, {**extra, **(extra_context or {})})

    def app_index(
        self, request: HttpRequest, app_label: str, extra_context: Any = None
    ) -> HttpResponse:
        """The menu is by group: an app has no page of its own."""
        return redirect("admin:index")

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """The menu: `[{name, models: [{name, admin_url, count, ...}]}]` by group, not by app.

        The dashboard asks for it twice, its context and its own: it is made once for a request.
        """
        if app_label:
            return super().get_app_list(request, app_label)
        if not hasattr(request, "liaison_menu"):
            request.liaison_menu, _ = self._menu(request)  # type: ignore[attr-defined]
        return list(request.liaison_menu)  # type: ignore[attr-defined]

    def _menu(
        self, request: HttpRequest, panels: Sequence[Panel] = ()
    ) -> tuple[list[dict[str, Any]], dict[str, int]]:
        """The menu with its numbers, and what waits by the panels, counted with them."""
        entries = [*self._registers(request), *_link_entries(request)]
        waiting = _count([entry for _, entry in entries], request, panels)
        groups: dict[str, list[dict[str, Any]]] = {name: [] for name in MENU_GROUPS}
        urls = [entry["admin_url"] or "" for _, entry in entries]
        here = max((u for u in urls if u and request.path.startswith(u)), key=len, default="")
        for _, entry in sorted(entries, key=lambda pair: pair[0]):
            entry["current"] = bool(here) and entry["admin_url"] == here
            groups.setdefault(entry["group"], []).append(entry)
        menu = [
            {
                "name": name,
                "app_label": "",
                "app_url": "",
                "has_module_perms": True,
                "models": models,
            }
            for name, models in groups.items()
            if models
        ]
        return menu, waiting

    def _registers(self, request: HttpRequest) -> list[tuple[int, dict[str, Any]]]:
        entries = []
        for app in self._build_app_dict(request).values():
            for entry in app["models"]:
                owner = self._registry[entry["model"]]
                counted = getattr(owner, "menu_count", None)
                entry["group"] = getattr(owner, "menu_group", "系统")
                entry["count"] = counted(request) if counted else None
                entry["name"] = getattr(owner, "menu_label", "") or entry["name"]
                entries.append((getattr(owner, "menu_order", 900), entry))
        return entries


def _count(
    entries: list[dict[str, Any]], request: HttpRequest, panels: Sequence[Panel]
) -> dict[str, int]:
    """The numbers of the whole menu and of what waits, in one statement."""
    rows = _asked(request, [panel.waiting for panel in panels])
    numbered = {str(n): entry["count"] for n, entry in enumerate(entries)
                if isinstance(entry["count"], QuerySet)}  # fmt: skip
    found = count_together(rows | numbered)
    for name in numbered:
        entries[int(name)]["count"] = found.pop(name)
    return found


def _asked(request: HttpRequest, functions: Iterable[Callable[[HttpRequest], Rows] | None]) -> Rows:
    """What is to be counted; panels that share a function ask once."""
    rows: Rows = {}
    for function in dict.fromkeys(filter(None, functions)):
        rows |= function(request)
    return rows


def _remembered(request: HttpRequest, panels: Sequence[Panel]) -> tuple[dict[str, int], datetime]:
    """The panels' numbers for this person, a minute old at most, and when they were counted."""
    key = f"dashboard.{request.user.pk}"
    found = cache.get(key)
    if found is None:
        rows = _asked(request, [panel.numbers for panel in panels])
        found = count_together(rows), timezone.now()
        cache.set(key, found, REMEMBERED_SECONDS)
    return found  # type: ignore[no-any-return]


def _link_entries(request: HttpRequest) -> list[tuple[int, dict[str, Any]]]:
    return [
        (
            link.order,
            {
                "group": link.group,
                "name": link.label,
                "object_name": link.url_name,
                "admin_url": reverse(link.url_name),
                "add_url": None,
                "view_only": True,
                "count": link.count(request) if link.count else None,
            },
        )
        for link in _links.values()
        if request.user.has_perm(link.permission)
    ]
