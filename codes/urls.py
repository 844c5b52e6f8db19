from django.urls import path

from codes import views

resident = [
    path("q/<str:token>/", views.show_landing, name="landing"),
    path("q/<str:token>", views.show_landing),
]
