"""The outer edge: what really talks to providers."""

from typing import Protocol
from urllib.parse import quote, urlsplit

import apprise
from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.module_loading import import_string

from core.crypto import decrypt, encrypt
from core.sealed import Sealed
from notifications.models import Channel

# Of connecting and of reading, in seconds; the lease of a push is longer than both together.
TIMEOUTS = "cto=4&rto=8"


class SmsBackend(Protocol):
    """A short-message provider. Named by the setting SMS_BACKEND as a dotted path to a class."""

    def send(self, phone: str, text: str, key: str) -> str:
        """Hand one message over; `key` is the same at every try. Returns a note for staff.

        Raises any exception when the provider did not take it.
        """


class InboxSms:
    """The default: there is no provider, the notice waits on the receipt page, and we say so."""

    def send(self, phone: str, text: str, key: str) -> str:
        return "没有接短信平台，已写入回执页"


class ProviderRefused(Exception):
    """The provider answered, but not with success."""


def sms_backend() -> SmsBackend:
    found: SmsBackend = (
        import_string(settings.SMS_BACKEND)() if settings.SMS_BACKEND else InboxSms()
    )
    return found


def send(channel: Channel, *, title: str, text: str) -> None:
    """Say it by this channel. Raises when it was not taken."""
    address = address_of(channel)
    if channel.kind == "mail":
        EmailMessage(title, text, to=[address]).send()
        return
    carrier = apprise.Apprise()
    if not carrier.add(apprise_url(channel.kind, address)):
        raise ValueError("address not understood")
    if not carrier.notify(body=text, title=title):
        raise ProviderRefused


def alert(text: str) -> None:
    """Tell the operators, at the addresses of NOTIFY_STAFF_URLS. Raises when none took it."""
    carrier = apprise.Apprise()
    for url in settings.NOTIFY_STAFF_URLS:
        carrier.add(url)
    if settings.NOTIFY_STAFF_URLS and not carrier.notify(body=text, title=settings.SITE_NAME):
        raise ProviderRefused


def apprise_url(kind: str, address: str) -> str:
    """The address as apprise takes it; tokens only, so nobody can point us at another host."""
    if kind == "wecom":
        return f"wecombot://{quote(address, safe='')}/?{TIMEOUTS}"
    if kind == "dingtalk":
        token, _, secret = address.partition(" ")
        sign = f"{quote(secret, safe='')}@" if secret else ""
        return f"dingtalk://{sign}{quote(token, safe='')}/?{TIMEOUTS}"
    if kind == "feishu":
        return f"feishu://{quote(address, safe='')}/?{TIMEOUTS}"
    parts = urlsplit(address)
    if parts.hostname not in settings.NOTIFY_WEBHOOK_HOSTS or parts.scheme != "https":
        raise ValueError("webhook host not allowed")
    return f"jsons://{parts.netloc}{parts.path}?{TIMEOUTS}"


def address_of(channel: Channel) -> str:
    return decrypt(channel.address, binding=_binding(channel.user_id))


def sealed_address(user_id: int, address: str) -> bytes:
    return encrypt(address, binding=_binding(user_id))


def _binding(user_id: int) -> str:
    return f"notifications.Channel:{user_id}:address"


SEALED = Sealed("notifications.channel", ("address",), lambda row, _: _binding(row.user_id))
