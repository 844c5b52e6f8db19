"""Machines sign in with `Authorization: Key <key>`."""

from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.models import ApiKey, User
from accounts.services.keys import find_key

REFUSED = "密钥无效、已过期或已作废。请向管理员重新申请。"


class KeyAuthentication(BaseAuthentication):
    """A hashed, expiring, revocable key; it acts as its account, without a second factor."""

    keyword = "Key"

    def authenticate(self, request: Request) -> tuple[User, ApiKey] | None:
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != self.keyword.lower().encode():
            return None
        text = parts[1].decode("ascii", "replace") if len(parts) == 2 else ""
        key = find_key(text, now=timezone.now())
        if key is None:
            raise AuthenticationFailed(REFUSED)
        return key.user, key

    def authenticate_header(self, request: Request) -> str:
        return self.keyword


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the OpenAPI document describes it."""

    target_class = "accounts.authentication.KeyAuthentication"
    name = "key"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {
            "type": "apiKey", "in": "header", "name": "Authorization",
            "description": "`Key <key>`；密钥由 `manage.py issue_key` 签发。",
        }  # fmt: skip
