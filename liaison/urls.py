"""Every address of the site, by audience.

An app offers its routes in ``<app>/urls.py`` as lists named after the audience: ``resident``
(mounted at ``/``), ``desk`` (``/desk/``), ``admin`` (``/admin/``, before Django's own) and ``api``
(``/api/v1/``); each list is a plain list of ``path(...)``. Route names are prefixed by their app:
``reverse("voices:receipt")`` for residents, ``reverse("voices_desk:queue")`` for the desk,
``reverse("voices_admin:...")``, ``reverse("voices_api:...")``. API view sets may instead be
registered in a list ``api_resources = [("messages", MessageViewSet), ...]``: they share one router
whose names are ``api:messages-list``.
"""

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import TemplateView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.routers import SimpleRouter

from liaison import health

APPS = (
    "core", "audit", "jobs", "workflows", "congress", "accounts", "notifications", "codes",
    "deputies", "grids", "stations", "handling", "topics", "voices", "proposals", "stats",
)  # fmt: skip
SCANNED = ("codes", "voices")  # asked for most, so their routes are tried first
MODULES: dict[str, ModuleType] = {
    app: import_module(f"{app}.urls") for app in APPS if find_spec(f"{app}.urls")
}


def _in_order(audience: str) -> list[tuple[str, ModuleType]]:
    """Residents' routes by how often they are asked for; the others as `APPS` has them."""
    if audience != "resident":
        return list(MODULES.items())
    return sorted(MODULES.items(), key=lambda one: one[0] not in SCANNED)


def _routes(audience: str) -> list[URLPattern | URLResolver]:
    suffix = "" if audience == "resident" else f"_{audience}"
    return [
        path("", include((routes, f"{app}{suffix}")))
        for app, module in _in_order(audience)
        if (routes := getattr(module, audience, None))
    ]


def _resources() -> list[URLPattern]:
    router = SimpleRouter()
    for module in MODULES.values():
        for name, viewset in getattr(module, "api_resources", ()):
            router.register(name, viewset, basename=name)
    return list(router.urls)


handler400 = "core.handlers.bad_request"
handler403 = "core.handlers.permission_denied"
handler404 = "core.handlers.not_found"
handler500 = "core.handlers.server_error"
handler400 = "core.handlers.bad_request"
handler403 = "core.handlers.permission_denied"
handler404 = "core.handlers.not_found"
handler500 = "core.handlers.server_error"
urlpatterns = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="api-docs"),
    path("api/v1/", include((_resources(), "api"))),
    path("api/v1/", include(_routes("api"))),
    path("desk/", include(_routes("desk"))),
    path("admin/", include(_routes("admin"))),
    path("admin/", admin.site.urls),
    path("privacy/", TemplateView.as_view(template_name="notes/privacy.html"), name="privacy"),
    path(
        "accessibility/",
        TemplateView.as_view(template_name="notes/accessibility.html"),
        name="accessibility",
    ),
    path("", include(_routes("resident"))),
]
# Uploaded files have no address of their own: views serve them to whoever may see the object.
if settings.DEBUG:
    urlpatterns += [path("styleguide/", include("liaison.styleguide.views"))]
