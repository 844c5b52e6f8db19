"""The API face of every workflow: what may be done now, and doing it."""

from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from core.errors import InputInvalid, NotVisible
from workflows.engine import apply, available, describe

_TEXT = {"type": "string"}
_CHOICE = {"type": "object", "properties": {"value": _TEXT, "label": _TEXT}}
_FIELD = {
    "type": "object",
    "required": ["name", "label", "type", "required"],
    "properties": {
        "name": _TEXT, "label": _TEXT, "type": _TEXT, "required": {"type": "boolean"},
        "choices": {"type": "array", "items": _CHOICE},
    },
}  # fmt: skip
ACTION_SCHEMA = {
    "type": "array",
    "readOnly": True,
    "items": {
        "type": "object",
        "required": ["name", "label", "fields"],
        "properties": {
            "name": _TEXT, "label": _TEXT, "fields": {"type": "array", "items": _FIELD},
        },
    },
}  # fmt: skip


@extend_schema_field(ACTION_SCHEMA)
class AvailableField(serializers.Field):  # type: ignore[type-arg]
    """`available_actions` of a detail: what this caller may do now, blocked ones left out."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(source="*", read_only=True, **kwargs)

    def to_representation(self, value: Any) -> list[dict[str, Any]]:
        user = self.context["request"].user
        if not user.is_authenticated:
            return []
        actions = available(value, user, now=timezone.now())
        return [describe(one, value, user) for one in actions if not one.blocked]


class ActionsMixin:
    """Adds `POST <resource>/<code>/actions/<transition>/` to a viewset.

    404 out of scope or no such transition, 403 without the right, 409 when the state moved or a
    guard says not now, 400 for wrong input; 200 with the new detail.
    """

    @extend_schema(
        request=OpenApiTypes.OBJECT,
        responses={200: OpenApiTypes.OBJECT},
        parameters=[OpenApiParameter("transition", str, OpenApiParameter.PATH)],
    )
    @action(detail=True, methods=["post"], url_path=r"actions/(?P<transition>[a-z_]+)")
    def actions(self, request: Request, transition: str, **kwargs: Any) -> Response:
        """Carry out one transition with its form's fields as JSON (or multipart with files)."""
        obj = self.get_object()  # type: ignore[attr-defined]
        changed = apply(
            obj, transition, actor=request.user, now=timezone.now(),
            data=form_data(request.data), files=request.FILES,
        )  # fmt: skip
        try:
            shown = self.get_object()  # type: ignore[attr-defined]
        except (NotVisible, Http404):  # handed on: it is not the caller's any more
            return Response({"code": changed.code, "state": changed.state, "available_actions": []})
        return Response(self.get_serializer(shown).data)  # type: ignore[attr-defined]


def form_data(data: Any) -> Any:
    """JSON as a form reads it: strings, and lists of them; a multipart body already is one.

    Raises InputInvalid for a body that is no object and for nested values: fields would take
    their printed form for text, or fail on a number where a date is expected.
    """
    if hasattr(data, "getlist"):
        return data
    if not isinstance(data, dict):
        raise InputInvalid("object_expected", "请提交一个JSON对象，里面是各个字段和它们的值。")
    nested = {name: "这里不能填嵌套的内容。" for name, value in data.items() if not _is_flat(value)}
    if nested:
        raise InputInvalid("invalid", "有几处需要改一改。", nested)
    return MultiValueDict({name: _as_typed(value) for name, value in data.items()})


def _is_flat(value: Any) -> bool:
    parts = value if isinstance(value, list) else [value]
    return not any(isinstance(part, dict | list) for part in parts)


def _as_typed(value: Any) -> list[str]:
    """What a browser would send for this value."""
    parts = value if isinstance(value, list) else [value]
    words = {None: "", True: "true", False: "false"}
    return [words[part] if part is None or isinstance(part, bool) else str(part) for part in parts]
