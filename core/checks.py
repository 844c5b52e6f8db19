"""What must be right before the system starts."""

from typing import Any

from django.core.checks import CheckMessage, Error
from django.core.exceptions import ImproperlyConfigured

from core.crypto import check_field_keys
from core.http import check_trusted_proxies


def check_settings(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """FIELD_KEYS and FIELD_CIPHER can be used, TRUSTED_PROXIES are addresses or networks."""
    problems: list[CheckMessage] = []
    try:
        check_field_keys()
    except ImproperlyConfigured as error:
        problems.append(Error(str(error), id="core.E001"))
    try:
        check_trusted_proxies()
    except ValueError as error:
        problems.append(Error(f"TRUSTED_PROXIES: {error}", id="core.E002"))
    return problems
