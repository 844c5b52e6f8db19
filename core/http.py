"""Who is asking, in which language the answer goes out (page or JSON), and every error page."""

from __future__ import annotations

import ipaddress
import logging
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, TypeAlias

from django.conf import settings
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import RawPostDataException, UnreadablePostError
from django.middleware.csrf import get_token
from django.template import TemplateDoesNotExist, TemplateSyntaxError
from django.template.loader import select_template

from core.errors import DomainError, NotVisible

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

logger = logging.getLogger(__name__)

MACHINE_PATHS = ("/api/", "/open311/")
SECRET_FIELDS = ("password", "otp", "totp", "secret")
UNSEEN_FIELDS = ("csrfmiddlewaretoken", "idempotency_key", "next")
KEPT_FIELDS = 60
KEPT_CHARACTERS = 100_000
UNREADABLE = (
    BadRequest,
    SuspiciousOperation,
    MultiPartParserError,
    UnreadablePostError,
    RawPostDataException,
)
# Statuses after which sending the same form once more is the right thing to do.
RESENDABLE = (403, 429, 503)


def client_ip(request: HttpRequest) -> str:
    """The address of the caller: the last hop that is not one of TRUSTED_PROXIES.

    X-Forwarded-For is read from the right and only while the hop that wrote it is trusted, so
    what a caller writes into it himself changes nothing. An empty string when there is none.
    """
    hop = _address(request.META.get("REMOTE_ADDR", ""))
    trusted = _trusted()
    hops = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    while hop is not None and hops and any(hop in network for network in trusted):
        earlier = _address(hops.pop())
        if earlier is None:
            break
        hop = earlier
    return str(hop) if hop is not None else ""


def client_network(request: HttpRequest) -> str:
    """What a rate limit counts by: the IPv4 address, or the /64 that one IPv6 caller has."""
    address = _address(client_ip(request))
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address or "")


def check_trusted_proxies() -> None:
    """ValueError when an entry of TRUSTED_PROXIES is neither an address nor a network."""
    _trusted()


def wants_json(request: HttpRequest) -> bool:
    """Whether a machine is asking: by path, by what it sends, or by what it accepts most."""
    if request.path_info.startswith(MACHINE_PATHS) or request.content_type == "application/json":
        return True
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


def error_response(
    request: HttpRequest, error: DomainError, *, keep_words: bool = True
) -> HttpResponse:
    """The error as a Chinese page, or as `{"code", "message", "fields"}` for machines.

    A 404 is the same to the byte whatever was missing. A page keeps the words of the form that
    was sent (unless told not to read it); nothing here touches the database, so it works while
    that is away.
    """
    if error.status == 404:
        error = NotVisible()
    if wants_json(request):
        response: HttpResponse = JsonResponse(
            error.as_dict(), status=error.status, json_dumps_params={"ensure_ascii": False}
        )
    else:
        response = HttpResponse(_page(request, error, keep_words), status=error.status)
    response["Cache-Control"] = "no-store"
    if hasattr(error, "retry_after"):
        response["Retry-After"] = str(error.retry_after)
    return response


def typed_fields(request: HttpRequest) -> list[tuple[str, str]]:
    """What was sent in the form, without files, passwords and the CSRF token; empty if unreadable.

    A form with a password gives nothing: it is never shown again.
    """
    try:
        fields = [(name, value) for name, values in request.POST.lists() for value in values]
    except UNREADABLE:
        return []
    if any(secret in name.lower() for name, _ in fields for secret in SECRET_FIELDS):
        return []
    kept = [(name, str(value)) for name, value in fields if name != "csrfmiddlewaretoken"]
    too_much = len(kept) > KEPT_FIELDS or sum(len(value) for _, value in kept) > KEPT_CHARACTERS
    return [] if too_much else kept


def _page(request: HttpRequest, error: DomainError, keep_words: bool) -> str:
    keep_words &= request.method == "POST" and error.status not in (404, 413, 500)
    fields = typed_fields(request) if keep_words else []
    resend = fields if error.status in RESENDABLE else []
    context: dict[str, Any] = {
        "error": error,
        "site_name": getattr(settings, "SITE_NAME", "码上联"),
        "elder": "elder=1" in request.META.get("QUERY_STRING", ""),
        "home": _home(request.path_info),
        "action": request.get_full_path(),
        "again": error.status >= 429 or error.code == "csrf_failed",
        "typed": list(_words(fields)),
        "resend": resend,
        "has_key": "idempotency_key" in dict(resend),
        "had_files": request.content_type == "multipart/form-data",
        "csrf_token": get_token(request) if resend else "",
    }
    try:
        names = [f"errors/{error.status}.html", "errors/base.html"]
        return str(select_template(names).render(context))
    # An error page that fails would hide the first error; missing assets raise ValueError.
    except (TemplateDoesNotExist, TemplateSyntaxError, ValueError, OSError):
        logger.exception("error page cannot be drawn")
        return f'<!DOCTYPE html><html lang="zh-CN"><meta charset="utf-8"><p>{error.message}</p>'


def _words(fields: Iterable[tuple[str, str]]) -> Iterable[str]:
    """The values a person wrote, not the choices a form sends along."""
    for name, value in fields:
        is_written = len(value) > 10 or not value.isascii() or " " in value
        if value.strip() and is_written and name not in UNSEEN_FIELDS:
            yield value.replace("\0", "").encode("utf-8", "replace").decode()


def _home(path: str) -> str:
    return next((f"/{area}/" for area in ("desk", "admin") if path.startswith(f"/{area}/")), "/")


def _address(text: str) -> Address | None:
    text = text.strip()
    if text.startswith("["):  # [2001:db8::1]:443
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:  # 203.0.113.7:51234
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _trusted() -> tuple[Network, ...]:
    return _networks(tuple(getattr(settings, "TRUSTED_PROXIES", ())))


@lru_cache(maxsize=8)
def _networks(entries: tuple[str, ...]) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(entry.strip(), strict=False) for entry in entries if entry)
