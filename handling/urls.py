from django.urls import path

from handling import copied, promise_page, views
from handling.api import OrderViewSet

desk = [
    path("orders/", views.queue, name="orders"),
    path("orders/photo/<str:signed>/", views.reply_photo, name="photo"),
    path("orders/<str:code>/", views.order, name="order"),
    path("orders/<str:code>/print/", views.letter, name="letter"),
    path("orders/<str:code>/reply/preview/", views.preview, name="preview"),
    path("orders/<str:code>/letters/<int:number>/", views.reply_letter, name="reply_letter"),
    path(
        "orders/<str:code>/letters/<int:number>/<str:form>/",
        views.reply_file,
        name="reply_file",
    ),
    path("promises/<str:promise>/", promise_page.settle, name="promise"),
    path("letters/<str:code>/", copied.copied, name="copied"),
    path("letters/<str:code>/files/<str:form>/", copied.copied_file, name="copied_file"),
    path("orders/<str:code>/<str:name>/", views.act, name="act"),
]
api_resources = [("orders", OrderViewSet)]
