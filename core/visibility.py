"""Which rows a person may see: the one door to rows for pages, admin, API, exports and counts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Generic, Self, TypeAlias, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet

from core.errors import NotVisible

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser
    from django.contrib.auth.models import AnonymousUser

    Viewer: TypeAlias = AbstractBaseUser | AnonymousUser

M = TypeVar("M", bound=Model)


class ScopedQuerySet(QuerySet[M], Generic[M]):
    """Rows by scope. A model says who sees what by overriding `_visible`; unsaid means nobody.

    Use as `objects = MessageQuerySet.as_manager()`.
    """

    def visible_to(self, user: Viewer) -> Self:
        """The rows `user` may see: none for strangers and switched-off accounts."""
        if not (user.is_authenticated and user.is_active):
            return self.none()
        if getattr(user, "is_superuser", False):
            return self.all()
        return self._visible(user)

    def get_visible_or_404(self, user: Viewer, **lookup: Any) -> M:
        """The one row that matches, or NotVisible: absent and out of scope are told alike.

        A value the column cannot even hold (letters for a number, NUL) is absent too.
        """
        absent: type[Exception] = self.model.DoesNotExist  # type: ignore[attr-defined]
        try:
            return self.visible_to(user).get(**lookup)
        except (absent, ValueError, ValidationError) as error:
            raise NotVisible() from error

    def _visible(self, user: Viewer) -> Self:
        return self.none()


def prefix_q(field: str, prefixes: Iterable[str]) -> Q:
    """Rows whose `field` starts with any of the prefixes; no prefix matches no row.

    Only a trailing wildcard: `LIKE '370782%'` uses the varchar_pattern_ops index. An empty string
    among the prefixes is left out, since it would match everything: whoever may see all rows
    says so explicitly.
    """
    wanted = Q(pk__in=[])
    for prefix in sorted({p for p in prefixes if p}):
        wanted |= Q(**{f"{field}__startswith": prefix})
    return wanted
