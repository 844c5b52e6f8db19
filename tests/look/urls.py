"""Only the style guide and the two notes: pages to be looked at whatever DEBUG says."""

from django.urls import include, path
from django.views.generic import TemplateView

NOTES = ("privacy", "accessibility")
urlpatterns = [
    path("styleguide/", include("liaison.styleguide.views")),
    *(
        path(f"{note}/", TemplateView.as_view(template_name=f"notes/{note}.html"), name=note)
        for note in NOTES
    ),
]
