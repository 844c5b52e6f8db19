"""What stands between the web server and the views: refuse early, speak Chinese, keep the words."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from csp.utils import build_policy
from django.conf import settings
from django.db import DataError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from core.errors import DomainError, InputInvalid, TooLarge, Unavailable
from core.handlers import DATABASE_AWAY
from core.http import error_response

GetResponse = Callable[[HttpRequest], HttpResponseBase]
logger = logging.getLogger(__name__)

MEGABYTE = 1024 * 1024
# NUL (PostgreSQL cannot hold it), halves of characters, and the mark that a decoder leaves
# where the bytes were no UTF-8.
BROKEN_CHARACTERS = re.compile("[\0\ud800-\udfff\ufffd]")
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class _Middleware:
    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)


class BodyLimitMiddleware(_Middleware):
    """413 by Content-Length before a byte is read: 100 MB with files, 1 MB otherwise.

    Settings BODY_LIMIT_MULTIPART and BODY_LIMIT_OTHER, in bytes.
    """

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        declared = request.META.get("CONTENT_LENGTH") or "0"
        if not (declared.isascii() and declared.isdigit()):
            message = "这次提交没有完整送到，请返回上一页再试一次。"
            return error_response(request, InputInvalid("bad_request", message), keep_words=False)
        if len(declared) > 15 or int(declared) > _body_limit(request):
            message = "发来的内容太大了，没有收下。请减少照片张数或文字后再试。"
            return error_response(request, TooLarge("body_too_large", message))
        return self.get_response(request)


class CleanInputMiddleware(_Middleware):
    """400 for NUL, surrogates and undecodable bytes in path, query, cookies and form fields.

    PostgreSQL and its driver raise on them wherever they meet a query, which would be a 500. A
    NUL is refused in any header as well: a sign-in attempt is stored with the browser's name.
    """

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if (
            BROKEN_CHARACTERS.search(request.path_info)
            or _is_broken(request.GET.lists())
            or _is_broken(_singles(request.COOKIES))
            or any("\0" in value for name, value in request.META.items() if name[:5] == "HTTP_")
        ):
            return _refuse(request)
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if request.content_type not in _FORMS or request.method in ("GET", "HEAD"):
            return None
        names = ((key, [file.name or "" for file in files]) for key, files in request.FILES.lists())
        if _is_broken(request.POST.lists()) or _is_broken(names):
            return _refuse(request)
        return None


class DomainErrorMiddleware(_Middleware):
    """A DomainError from a view becomes its page or JSON, with its status."""

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, DomainError):
            return error_response(request, error)
        if isinstance(error, DataError):  # a value no column can hold came past the form
            logger.warning("value refused by the database: %s", type(error.__cause__).__name__)
            message = "填写的内容有系统存不下的数值或日期，请检查后再试。"
            return error_response(request, InputInvalid("value_refused", message))
        return None


class DatabaseAwayMiddleware(_Middleware):
    """503 with Retry-After while PostgreSQL is away; the page keeps what was typed.

    Django drops a broken connection when the request ends, so the next one connects anew: no
    restart needed. For errors of middlewares, which never come past here,
    `core.handlers.server_error` does the same.
    """

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, DATABASE_AWAY):
            return None
        logger.error("database away: %s", type(error.__cause__ or error).__name__)
        return error_response(request, Unavailable())


class SecurityHeadersMiddleware(_Middleware):
    """The headers that Django's SecurityMiddleware does not set.

    Photos come from a file field, which needs no camera permission. The content policy is the
    same on every page, without nonces or exceptions, so it is put together once.
    """

    HEADERS: Mapping[str, str] = {
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Permitted-Cross-Domain-Policies": "none",
    }

    def __init__(self, get_response: GetResponse) -> None:
        super().__init__(get_response)
        self.headers = {**self.HEADERS, "Content-Security-Policy": build_policy()}

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        for name, value in self.headers.items():
            response.headers.setdefault(name, value)
        return response


def _body_limit(request: HttpRequest) -> int:
    if request.content_type == "multipart/form-data":
        return int(getattr(settings, "BODY_LIMIT_MULTIPART", 100 * MEGABYTE))
    return int(getattr(settings, "BODY_LIMIT_OTHER", MEGABYTE))


def _is_broken(lists: Iterable[tuple[str, Iterable[Any]]]) -> bool:
    return any(
        BROKEN_CHARACTERS.search(name)
        or any(BROKEN_CHARACTERS.search(str(value)) for value in values)
        for name, values in lists
    )


def _singles(pairs: Mapping[str, str]) -> Iterable[tuple[str, list[str]]]:
    return ((name, [value]) for name, value in pairs.items())


def _refuse(request: HttpRequest) -> HttpResponse:
    message = "发来的内容里有无法识别的字符（乱码）。请返回上一页，删去乱码后再试一次。"
    return error_response(request, InputInvalid("text_broken", message))
