"""Addresses that fail in every way there is, for the tests of pages and middlewares."""

from django.core.exceptions import PermissionDenied
from django.db import DataError, InterfaceError, OperationalError
from django.http import Http404, HttpResponse
from django.urls import path

from core.errors import (
    Forbidden,
    InputInvalid,
    NotVisible,
    StateMoved,
    TooLarge,
    TooMany,
    WrongMedia,
)

handler400 = "core.handlers.bad_request"
handler403 = "core.handlers.permission_denied"
handler404 = "core.handlers.not_found"
handler500 = "core.handlers.server_error"

ERRORS = {
    "input": InputInvalid("wrong", "请填写内容。", {"text": "请写下发生了什么。"}),
    "forbidden": Forbidden(),
    "denied": PermissionDenied(),
    "absent": Http404("CANARY"),
    "invisible": NotVisible("secret_code", "CANARY"),
    "moved": StateMoved("state_moved", "这件事刚刚由王五受理了。"),
    "large": TooLarge("file_too_large", "这张照片超过10MB了。"),
    "media": WrongMedia("file_not_photo", "只能上传照片。"),
    "many": TooMany("too_many", "请60秒后再试。", retry_after=60),
    "away": OperationalError("CANARY host=10.0.0.9"),
    "closed": InterfaceError("connection already closed"),
    "data": DataError("CANARY"),
    "bug": RuntimeError("CANARY"),
}


def fail(request, name):
    raise ERRORS[name]


def echo(request):
    return HttpResponse(f"{sorted(request.POST.items())} {request.GET.get('q')}")


urlpatterns = [
    path("fail/<name>/", fail),
    path("api/v1/fail/<name>/", fail),
    path("desk/fail/<name>/", fail),
    path("echo/", echo),
    path("echo/<path:rest>/", lambda request, rest: HttpResponse(rest)),
]
