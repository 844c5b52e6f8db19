"""What the API says of orders and promises."""

from typing import Any

from rest_framework import serializers

from handling.models import (
    ContactRecord,
    Extension,
    Order,
    Promise,
    Reply,
    ReplyPoint,
    ReturnRequest,
)
from workflows.api import AvailableField


class OrderListSerializer(serializers.ModelSerializer[Order]):
    """A row of a unit's queue."""

    unit = serializers.CharField(source="unit.code")
    unit_name = serializers.CharField(source="named")
    region = serializers.CharField(source="region_code")
    state_label = serializers.CharField(source="get_state_display")

    class Meta:
        model = Order
        fields = (
            "code", "unit", "unit_name", "role", "round", "state", "state_label", "region",
            "title", "place", "assigned_at", "due_on", "original_due_on", "basis", "provisional",
        )  # fmt: skip


def _part(model_: Any, *names: str) -> Any:
    meta = type("Meta", (), {"model": model_, "fields": (*names, "by", "at")})
    name = f"{model_.__name__}PartSerializer"
    return type(name, (serializers.ModelSerializer,), {"Meta": meta})


ContactSerializer = _part(ContactRecord, "on", "way", "person", "content")
ReturnSerializer = _part(ReturnRequest, "reason", "suggested", "granted", "decision")
ExtensionSerializer = _part(Extension, "reason", "wanted_on", "before_on", "granted", "decision")


class PointSerializer(serializers.ModelSerializer[ReplyPoint]):
    """One point with its answer and outcome."""

    class Meta:
        model = ReplyPoint
        fields = ("number", "point", "answer", "outcome")


class ReplySerializer(serializers.ModelSerializer[Reply]):
    """A version of the reply, its answers to single points, and the names it is copied to."""

    points = PointSerializer(many=True)
    copies = serializers.SlugRelatedField(slug_field="name", many=True, read_only=True)  # type: ignore[var-annotated]

    class Meta:
        model = Reply
        fields = (
            "version", "outcome", "text", "letter_number", "signer", "sent_back_reason", "points",
            "copies", "by", "at",
        )  # fmt: skip


class PromiseSerializer(serializers.ModelSerializer[Promise]):
    """A promise with the unit that made it."""

    order = serializers.CharField(source="order.code")
    unit = serializers.CharField(source="order.unit.code")

    class Meta:
        model = Promise
        fields = ("code", "order", "unit", "text", "due_on", "original_due_on", "outcome", "note")


class OrderSerializer(OrderListSerializer):
    """The whole order with everything recorded on it."""

    lead = serializers.CharField(source="lead.code", default=None)
    contacts = ContactSerializer(many=True)
    returns = ReturnSerializer(many=True)
    extensions = ExtensionSerializer(many=True)
    replies = ReplySerializer(many=True)
    promises = PromiseSerializer(many=True)
    co_opinions = serializers.SerializerMethodField()
    available_actions = AvailableField()

    class Meta(OrderListSerializer.Meta):
        fields = (
            *OrderListSerializer.Meta.fields, "text", "instruction", "assigned_by", "return_until",
            "lead", "contacts", "returns", "extensions", "replies", "promises", "co_opinions",
            "available_actions",
        )  # fmt: skip

    def get_co_opinions(self, order: Order) -> list[dict[str, Any]]:
        opinions = order.co_orders.select_related("unit", "opinion")
        return [
            {"unit": co.named, "state": co.state,
             "text": co.opinion.text if hasattr(co, "opinion") else ""}
            for co in opinions
        ]  # fmt: skip
