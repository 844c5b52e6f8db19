"""Errors to Sentry, only when SENTRY_DSN is set, and never with what people wrote."""

from __future__ import annotations

from typing import Any

import sentry_sdk
from sentry_sdk.types import Event, Hint

from liaison.logs import mask_text


def start(dsn: str) -> None:
    """Report errors; requests go without body, cookies, headers, query and user."""
    sentry_sdk.init(
        dsn=dsn,
        send_default_pii=False,
        max_request_body_size="never",
        include_local_variables=False,
        traces_sample_rate=0,
        before_send=strip,
    )


def strip(event: Event, hint: Hint) -> Event:
    """Leave method and path of the request; mask what is left in messages."""
    request: dict[str, Any] = dict(event.get("request") or {})
    if request:
        url = str(request.get("url", "")).partition("?")[0]
        event["request"] = {"method": request.get("method"), "url": url}
    event.pop("user", None)
    for value in (event.get("exception") or {}).get("values", []):
        value["value"] = mask_text(str(value.get("value", "")))
    return event
