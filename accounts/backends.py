"""Checking name and password. Rights come from grants alone: `User.has_perm` asks no backend."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from accounts.models import User, fold_username


class RoleBackend:
    """Finds the account; takes as long for a name that nobody has as for one that somebody has."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        if username is None or password is None:
            return None
        user = User.objects.filter(username=fold_username(username)).first()
        if user is None or not user.has_usable_password():
            User().set_password(password)  # the same work, so that time tells nothing
            return None
        return user if user.check_password(password) and user.is_active else None

    def get_user(self, user_id: int) -> User | None:
        """The account of a session, with its grants; none once it is switched off."""
        found = User.objects.filter(pk=user_id, is_active=True)
        user: User | None = found.prefetch_related("grants").first()
        return user


def lockout_page(
    request: HttpRequest, response: HttpResponse, credentials: dict[str, Any] | None = None
) -> HttpResponse:
    """What axes would put in the place of our answer: our answer, which says it in Chinese."""
    return response
