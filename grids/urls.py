"""Where the grids app is mounted; see liaison/urls.py."""

from django.urls import path

from grids import views
from grids.api import routes

desk = [
    path("grids/", views.show_grids, name="grids"),
    path("grids/<str:code>/patrol/", views.add_patrol, name="patrol"),
]
api_resources = routes
