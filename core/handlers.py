"""What Django calls when it refuses a request itself: the same pages as for our own errors."""

import sys

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse

from core.errors import DomainError, Forbidden, InputInvalid, NotVisible, TooLarge, Unavailable
from core.http import error_response

DATABASE_AWAY = (OperationalError, InterfaceError)


class Broken(DomainError):
    """Our own mistake (500)."""

    status = 500


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler400: broken forms, forged hosts, too many fields (400), too much text (413)."""
    if isinstance(exception, RequestDataTooBig):
        message = "发来的文字太多了，没有收下。请删减一些，或者分几次提交。"
        return error_response(request, TooLarge("body_too_large", message))
    if isinstance(exception, TooManyFieldsSent | TooManyFilesSent):
        message = "一次提交的项目太多了，没有收下。请减少照片或内容后再试。"
        return error_response(request, InputInvalid("too_many_fields", message))
    message = "这次提交的内容没有完整送到，或者网址不对。请返回上一页，再试一次。"
    return error_response(request, InputInvalid("bad_request", message))


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler403."""
    return error_response(request, Forbidden())


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler404."""
    return error_response(request, NotVisible())


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500; a database that went away under a middleware is a 503 instead."""
    if isinstance(sys.exc_info()[1], DATABASE_AWAY):
        return error_response(request, Unavailable())
    message = "系统出了故障，我们已经记录下来，会尽快修好。您可以过一会儿再试。"
    return error_response(request, Broken("server_error", message))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """CSRF_FAILURE_VIEW: the form was open too long or cookies are off; what was typed is kept."""
    message = "这一页打开的时间太久，或浏览器没有允许本站的Cookie，需要您再确认一次。"
    return error_response(request, Forbidden("csrf_failed", message))
