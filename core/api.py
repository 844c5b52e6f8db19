"""Bases of the API: errors as CONTRACT fixes them, clean bodies, scoped view sets.

Transitions as actions are `workflows.api.ActionsMixin`; serializers stay in the apps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db.models import QuerySet
from django.http import Http404
from rest_framework import exceptions, serializers, viewsets
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import set_rollback

from core.api_paging import HousePagination
from core.api_parsers import CleanJSONParser
from core.errors import DomainError, Forbidden, InputInvalid, NotVisible, TooMany
from core.visibility import ScopedQuerySet

__all__ = [
    "CleanJSONParser", "HasModelRight", "HousePagination",
    "ScopedViewSet", "exception_handler",
]  # fmt: skip

_MESSAGES: dict[type[exceptions.APIException], tuple[str, str]] = {
    exceptions.NotAuthenticated: ("not_signed_in", "请先登录，或在请求头里带上密钥。"),
    exceptions.MethodNotAllowed: ("method_not_allowed", "这个地址不支持这种请求方法。"),
    exceptions.UnsupportedMediaType: ("media_type", "不支持这种内容格式，请用JSON或表单提交。"),
    exceptions.NotAcceptable: ("not_acceptable", "只能返回JSON格式。"),
    exceptions.ParseError: ("unreadable", "提交的内容读不出来，请检查格式是否正确。"),
}
JsonBody: TypeAlias = dict[str, Any]


def exception_handler(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """Any refusal as `{"code", "message", "fields"}` in Chinese with its status.

    What is not a refusal (our mistakes, a database away) is left to the pages' handlers, which
    answer machines in the same form.
    """
    refusal = _as_domain_error(error)
    if refusal is not None:
        status, body = refusal.status, refusal.as_dict()
        headers = {"Retry-After": str(refusal.retry_after)} if isinstance(refusal, TooMany) else {}
    elif isinstance(error, exceptions.APIException):
        status, body = error.status_code, _api_body(error)
        sign_in = getattr(error, "auth_header", None)
        headers = {"WWW-Authenticate": sign_in} if sign_in else {}
    else:
        return None
    set_rollback()
    return Response(body, status=status, headers=headers)


def _as_domain_error(error: Exception) -> DomainError | None:
    if isinstance(error, Http404 | exceptions.NotFound | NotVisible):
        return NotVisible()  # the same body whatever was missing
    if isinstance(error, PermissionDenied | exceptions.PermissionDenied):
        return Forbidden()
    if isinstance(error, exceptions.Throttled):
        wait = int(error.wait or 60)
        return TooMany("too_many", f"操作太频繁了，请{wait}秒后再试。", retry_after=wait)
    if isinstance(error, DjangoValidationError):
        return InputInvalid("invalid", "有几处需要改一改。", {"": " ".join(error.messages)})
    return error if isinstance(error, DomainError) else None


def _api_body(error: exceptions.APIException) -> JsonBody:
    if isinstance(error, exceptions.ValidationError):
        fields = dict(_flat("", error.detail))
        general = fields.pop("non_field_errors", "") or fields.pop("", "")
        return {"code": "invalid", "message": general or "有几处需要改一改。", "fields": fields}
    if isinstance(error, exceptions.AuthenticationFailed):
        return {"code": "not_signed_in", "message": str(error.detail), "fields": {}}
    code, message = _MESSAGES.get(type(error), ("refused", "这个请求没有办成，请检查后再试。"))
    return {"code": code, "message": message, "fields": {}}


def _flat(name: str, detail: Any) -> list[tuple[str, str]]:
    """Nested error lists as `field.part` → one sentence."""
    if isinstance(detail, Mapping):
        pairs = detail.items()
        return [
            pair for key, part in pairs for pair in _flat(f"{name}.{key}" if name else key, part)
        ]
    if isinstance(detail, list) and any(isinstance(part, Mapping | list) for part in detail):
        return [
            pair for place, part in enumerate(detail) for pair in _flat(f"{name}.{place}", part)
        ]
    return [(name, " ".join(map(str, detail)) if isinstance(detail, list) else str(detail))]


class HasModelRight(BasePermission):
    """Reading asks for `app.view_model`; who may write is asked by the services themselves."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return bool(request.user.is_authenticated and request.user.has_perm(_view_right(view)))

    def has_object_permission(self, request: Request, view: Any, obj: Any) -> bool:
        return request.user.has_perm(_view_right(view), obj)


def _view_right(view: Any) -> str:
    declared = getattr(view, "required_permission", "")
    if declared:
        return str(declared)
    meta = view.queryset.model._meta
    return f"{meta.app_label}.view_{meta.model_name}"


class ScopedViewSet(viewsets.GenericViewSet[Any]):
    """List and detail of the rows the caller may see, looked up by `code`.

    A subclass sets `queryset`, `serializer_class` (and `detail_serializer_class`), what may be
    filtered (`filterset_fields` or `filterset_class`) and ordered (`ordering_fields`, `ordering`):
    nothing is unless listed. Public resources override `visible` and `permission_classes`.
    """

    lookup_field = "code"
    lookup_value_regex = r"[^/]+"
    permission_classes: Sequence[Any] = (HasModelRight,)
    pagination_class = HousePagination
    detail_serializer_class: type[serializers.BaseSerializer[Any]] | None = None
    filterset_fields: Any = ()
    ordering_fields: Sequence[str] = ()
    ordering: Sequence[str] = ("-pk",)

    def visible(self, queryset: Any) -> Any:
        """The rows this caller may see at all."""
        return queryset.visible_to(self.request.user)

    def get_queryset(self) -> QuerySet[Any]:
        """`queryset` within the caller's scope; nothing while a schema is drawn."""
        queryset: ScopedQuerySet[Any] = super().get_queryset()
        if getattr(self, "swagger_fake_view", False):
            return queryset.none()
        found: QuerySet[Any] = self.visible(queryset)
        return found

    def get_serializer_class(self) -> type[serializers.BaseSerializer[Any]]:
        """The detail's own serializer for everything but the list."""
        if self.action != "list" and self.detail_serializer_class:
            return self.detail_serializer_class
        return super().get_serializer_class()

    def get_object(self) -> Any:
        """The row with this code; NotVisible when it is absent, out of scope or no code at all."""
        lookup = {self.lookup_field: self.kwargs[self.lookup_field]}
        try:
            obj = self.get_queryset().get(**lookup)
        except (self.get_queryset().model.DoesNotExist, ValueError, DjangoValidationError) as error:
            raise NotVisible() from error
        self.check_object_permissions(self.request, obj)
        return obj

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A page of rows."""
        rows = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.get_serializer(rows, many=True).data)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One row."""
        return Response(self.get_serializer(self.get_object()).data)
