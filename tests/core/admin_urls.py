"""An admin site over the tests' own model; `PersonMiddleware` decides who is asking."""

from django.urls import include, path

from core.admin import LiaisonAdminSite, ScopedModelAdmin
from core.middleware import DomainErrorMiddleware
from tests.core.things import Thing

handler403 = "core.handlers.permission_denied"
handler404 = "core.handlers.not_found"

site = LiaisonAdminSite()


class ThingAdmin(ScopedModelAdmin):
    menu_group = "办理"
    menu_order = 10
    list_display = ("code", "title", "region_code")
    search_fields = ("title",)
    ordering = ("code",)
    export_fields = ("code", "title", ("区划", lambda thing: f"={thing.region_code}"))


class PersonMiddleware(DomainErrorMiddleware):
    """Signs in whoever the test says."""

    person = None

    def __call__(self, request):
        request.user = self.person
        return super().__call__(request)


site.register(Thing, ThingAdmin)
urlpatterns = [
    path("admin/", site.urls),
    path("login/", include(([path("", lambda request: None, name="login")], "accounts"))),
]
