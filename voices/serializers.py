"""What the API says of messages: one shape for those at work on them, one for everybody."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from handling.models import Order
from voices.models import Answer, Message, Rating
from voices.selectors import public_timeline
from workflows.api import AvailableField


class PublicMessageSerializer(serializers.ModelSerializer[Message]):
    """A reviewed and published message. Nothing in it tells who wrote."""

    title = serializers.CharField(source="public_title")
    text = serializers.CharField(source="public_text")
    answer = serializers.CharField(source="public_answer")
    state_label = serializers.CharField(source="get_state_display")

    class Meta:
        model = Message
        fields = (
            "code", "kind", "title", "text", "answer", "state", "state_label", "outcome", "round",
            "published_at",
        )  # fmt: skip


class AnswerSerializer(serializers.ModelSerializer[Answer]):
    class Meta:
        model = Answer
        fields = ("round", "by_kind", "by", "text", "outcome", "at")


class RatingSerializer(serializers.ModelSerializer[Rating]):
    class Meta:
        model = Rating
        fields = ("round", "score", "reason", "at")


class MessageListSerializer(serializers.ModelSerializer[Message]):
    """A row of a queue."""

    deputy = serializers.CharField(source="deputy_id", allow_null=True)
    station = serializers.CharField(source="station_id", allow_null=True)
    region = serializers.CharField(source="region_code")
    state_label = serializers.CharField(source="get_state_display")

    class Meta:
        model = Message
        fields = (
            "code", "kind", "channel", "state", "state_label", "round", "region", "deputy",
            "station", "text", "place", "due_on", "original_due_on", "basis", "outcome", "score",
            "publication", "created_at",
        )  # fmt: skip


class MessageSerializer(MessageListSerializer):
    """The whole message for those at work on it; contact data is never part of it."""

    answers = AnswerSerializer(many=True)
    ratings = RatingSerializer(many=True)
    additions = serializers.SlugRelatedField("text", many=True, read_only=True)
    orders = serializers.SerializerMethodField()
    timeline = serializers.SerializerMethodField()
    available_actions = AvailableField()

    class Meta(MessageListSerializer.Meta):
        fields = (
            *MessageListSerializer.Meta.fields, "proxy_name", "outside_number", "deputy_opinion",
            "station_note", "door", "door_words", "public_title", "public_text", "public_answer",
            "answers", "ratings", "additions", "orders", "timeline", "available_actions",
        )  # fmt: skip

    @extend_schema_field({"type": "array", "items": {"type": "object"}})
    def get_orders(self, message: Message) -> list[dict[str, Any]]:
        orders = Order.objects.of(message).select_related("unit").order_by("id")
        return [
            {"code": o.code, "unit": o.named, "role": o.role, "round": o.round,
             "state": o.state, "due_on": o.due_on}
            for o in orders
        ]  # fmt: skip

    @extend_schema_field({"type": "array", "items": {"type": "object"}})
    def get_timeline(self, message: Message) -> list[dict[str, Any]]:
        steps = public_timeline(message, now=timezone.now())
        return [{"words": s.words, "who": s.who, "at": s.at, "round": s.round} for s in steps]


class NewMessageSerializer(serializers.Serializer[Any]):
    """What an anonymous client posts: the fields of the resident's form and the code's token."""

    token = serializers.CharField(max_length=40)
    kind = serializers.CharField()
    text = serializers.CharField()
    place = serializers.CharField(required=False, allow_blank=True)
    name = serializers.CharField(required=False, allow_blank=True)
    phone = serializers.CharField(required=False, allow_blank=True)
    consent = serializers.BooleanField(required=False)
    idempotency_key = serializers.CharField(required=False, allow_blank=True)


class ReceiptSerializer(serializers.Serializer[Any]):
    """The receipt: shown once."""

    receipt = serializers.CharField()
    code = serializers.CharField()
