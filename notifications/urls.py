"""Addresses of the inbox and of one's own channels."""

from django.urls import path

from notifications import views

desk = [
    path("inbox/", views.inbox, name="inbox"),
    path("inbox/read/", views.read, name="read"),
    path("inbox/<int:pk>/", views.open_notice, name="open"),
]
resident = [
    path("account/channels/", views.channels, name="channels"),
    path("account/channels/<int:pk>/", views.change_channel, name="channel"),
]
