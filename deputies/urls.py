"""Where the deputies app is mounted; see liaison/urls.py."""

from django.urls import path

from deputies.api import routes
from deputies.views import desk as desk_views
from deputies.views import public

resident = [
    path("deputies/", public.show_deputies, name="list"),
    path("deputies/<str:code>/", public.show_deputy, name="detail"),
    path("deputies/<str:code>/photo.jpg", public.show_photo, name="photo"),
]
desk = [
    path("me/", desk_views.show_me, name="me"),
    path("me/code.svg", desk_views.show_my_code, name="code"),
]
api_resources = routes
