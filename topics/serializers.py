"""What the API says of topics and opinions: one shape for those at work, one for everybody."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from topics import states
from topics.models import Opinion, PlanPart, Question, QuestionAnswer, Result, Topic
from topics.selectors import public_timeline
from workflows.api import AvailableField

_ROWS = {"type": "array", "items": {"type": "object"}}


class QuestionSerializer(serializers.ModelSerializer[Question]):
    class Meta:
        model = Question
        fields = ("number", "text", "hint")


class TopicListSerializer(serializers.ModelSerializer[Topic]):
    """A row of the public list."""

    region = serializers.CharField(source="region_code")
    deputy = serializers.CharField(source="deputy_id", allow_null=True)
    host = serializers.CharField(source="host_id", allow_null=True)
    state_label = serializers.CharField(source="get_state_display")
    stage = serializers.CharField()

    class Meta:
        model = Topic
        fields = (
            "code", "source", "title", "state", "state_label", "stage", "region", "deputy", "host",
            "proposed_by", "opens_on", "closes_on", "meets_on", "opinion_count", "people_count",
            "published_at", "created_at",
        )  # fmt: skip


class AnswerSerializer(serializers.ModelSerializer[QuestionAnswer]):
    question = serializers.IntegerField(source="question.number")

    class Meta:
        model = QuestionAnswer
        fields = ("question", "said", "adopted", "not_adopted")


class PublicTopicSerializer(TopicListSerializer):
    """What everybody may read of one topic."""

    questions = QuestionSerializer(many=True)
    parts = serializers.SerializerMethodField()
    result = serializers.SerializerMethodField()
    ratings = serializers.SerializerMethodField()
    timeline = serializers.SerializerMethodField()

    class Meta(TopicListSerializer.Meta):
        fields = (
            *TopicListSerializer.Meta.fields, "summary", "questions", "plan", "parts", "result",
            "ratings", "timeline",
        )  # fmt: skip

    def _tells_plan(self, topic: Topic) -> bool:
        return topic.planned_at is not None

    @extend_schema_field(_ROWS)
    def get_parts(self, topic: Topic) -> list[dict[str, Any]]:
        if not self._tells_plan(topic):
            return []
        parts = topic.parts.prefetch_related("lead_units", "co_units", "orders__unit")
        return [_part(part) for part in parts]

    @extend_schema_field({"type": "object", "nullable": True})
    def get_result(self, topic: Topic) -> dict[str, Any] | None:
        if topic.published_at is None:
            return None
        return _result(Result.objects.filter(topic=topic).first(), topic)

    @extend_schema_field({"type": "object"})
    def get_ratings(self, topic: Topic) -> dict[str, int]:
        scores = list(topic.ratings.values_list("score", flat=True))
        return {name: scores.count(name) for name, _ in states.SCORES}

    @extend_schema_field(_ROWS)
    def get_timeline(self, topic: Topic) -> list[dict[str, Any]]:
        steps = public_timeline(topic, now=timezone.now())
        return [{"words": s.words, "who": s.who, "at": s.at} for s in steps]


def _part(part: PlanPart) -> dict[str, Any]:
    return {
        "number": part.number, "text": part.text, "without_unit": part.without_unit,
        "lead_units": [u.name for u in part.lead_units.all()],
        "co_units": [u.name for u in part.co_units.all()],
        "outcome": part.outcome, "outcome_words": part.outcome_words,
        "orders": [
            {"code": o.code, "unit": o.named, "role": o.role, "state": o.state,
             "state_label": o.get_state_display(), "due_on": o.due_on}
            for o in sorted(part.orders.all(), key=lambda o: o.pk)
        ],
    }  # fmt: skip


def _result(result: Result | None, topic: Topic) -> dict[str, Any] | None:
    if result is None:
        return None
    answers = QuestionAnswer.objects.filter(question__topic=topic).select_related("question")
    return {
        "text": result.text, "by": result.by_label, "at": result.at,
        "answers": AnswerSerializer(answers.order_by("question__number"), many=True).data,
    }  # fmt: skip


class TopicSerializer(PublicTopicSerializer):
    """The whole topic for those at work on it."""

    messages = serializers.SerializerMethodField()
    meetings = serializers.SerializerMethodField()
    research = serializers.SerializerMethodField()
    supports = serializers.SerializerMethodField()
    departments = serializers.SlugRelatedField("code", many=True, read_only=True)
    available_actions = AvailableField()

    class Meta(PublicTopicSerializer.Meta):
        fields = (
            *PublicTopicSerializer.Meta.fields, "review_note", "departments", "messages",
            "meetings", "research", "supports", "available_actions",
        )  # fmt: skip

    def _tells_plan(self, topic: Topic) -> bool:
        return True

    @extend_schema_field({"type": "object", "nullable": True})
    def get_result(self, topic: Topic) -> dict[str, Any] | None:
        return _result(Result.objects.filter(topic=topic).first(), topic)

    @extend_schema_field({"type": "array", "items": {"type": "string"}})
    def get_messages(self, topic: Topic) -> list[str]:
        return list(topic.message_links.values_list("message__code", flat=True))

    @extend_schema_field(_ROWS)
    def get_meetings(self, topic: Topic) -> list[dict[str, Any]]:
        return [
            {
                "number": m.number, "starts_at": m.starts_at, "place": m.place,
                "agenda": m.agenda, "held_at": m.held_at, "minutes": m.minutes,
                "agreed": m.agreed,
                "attendees": [
                    {"kind": a.kind, "name": a.name, "signed_in_at": a.signed_in_at}
                    for a in m.attendees.all()
                ],
            }
            for m in topic.meetings.prefetch_related("attendees")
        ]  # fmt: skip

    @extend_schema_field(_ROWS)
    def get_research(self, topic: Topic) -> list[dict[str, Any]]:
        return list(topic.research_notes.values("on", "place", "people", "text", "by"))

    @extend_schema_field(_ROWS)
    def get_supports(self, topic: Topic) -> list[dict[str, Any]]:
        return list(topic.supports.values("unit", "matter", "supporters", "total", "how", "on"))


class PublicOpinionSerializer(serializers.ModelSerializer[Opinion]):
    """A reviewed opinion. Nothing in it tells who spoke."""

    topic = serializers.CharField(source="topic.code")
    question = serializers.IntegerField(source="question.number", allow_null=True)
    text = serializers.CharField(source="public_text")

    class Meta:
        model = Opinion
        fields = ("code", "topic", "question", "text", "agreed", "created_at")


class OpinionListSerializer(PublicOpinionSerializer):
    """An opinion for those at work on it; contact data is never part of it."""

    text = serializers.CharField()
    state_label = serializers.CharField(source="get_state_display")
    channel = serializers.CharField(source="contribution.channel")
    group = serializers.CharField(source="group.name", allow_null=True, default=None)

    class Meta:
        model = Opinion
        fields = (
            "code", "topic", "question", "text", "public_text", "state", "state_label", "channel",
            "group", "agreed", "reason", "reviewed_at", "created_at",
        )  # fmt: skip


class OpinionSerializer(OpinionListSerializer):
    available_actions = AvailableField()

    class Meta(OpinionListSerializer.Meta):
        fields = (*OpinionListSerializer.Meta.fields, "available_actions")


class NewOpinionSerializer(serializers.Serializer[Any]):
    """What an anonymous client posts: `answer_1` … by question number."""

    topic = serializers.CharField(max_length=20)
    token = serializers.CharField(required=False, allow_blank=True)
    answer_1 = serializers.CharField(required=False, allow_blank=True)
    answer_2 = serializers.CharField(required=False, allow_blank=True)
    answer_3 = serializers.CharField(required=False, allow_blank=True)
    answer_4 = serializers.CharField(required=False, allow_blank=True)
    answer_5 = serializers.CharField(required=False, allow_blank=True)
    name = serializers.CharField(required=False, allow_blank=True)
    phone = serializers.CharField(required=False, allow_blank=True)
    consent = serializers.BooleanField(required=False)
    household = serializers.CharField(required=False, allow_blank=True)
    idempotency_key = serializers.CharField(required=False, allow_blank=True)


class NewTopicSerializer(serializers.Serializer[Any]):
    """What a deputy, a station or the congress posts; with `token` a resident's proposal."""

    title = serializers.CharField(max_length=60)
    summary = serializers.CharField(max_length=2000)
    question_1 = serializers.CharField(required=False, allow_blank=True)
    question_2 = serializers.CharField(required=False, allow_blank=True)
    question_3 = serializers.CharField(required=False, allow_blank=True)
    question_4 = serializers.CharField(required=False, allow_blank=True)
    question_5 = serializers.CharField(required=False, allow_blank=True)
    region_code = serializers.CharField(required=False)
    opens_on = serializers.DateField(required=False)
    closes_on = serializers.DateField(required=False)
    meets_on = serializers.DateField(required=False)
    departments = serializers.ListField(child=serializers.CharField(), required=False)
    host = serializers.CharField(required=False, allow_blank=True)
    deputy = serializers.CharField(required=False, allow_blank=True)
    source = serializers.CharField(required=False, allow_blank=True)
    messages = serializers.ListField(child=serializers.CharField(), required=False)
    token = serializers.CharField(required=False, allow_blank=True)


class SpokenSerializer(serializers.Serializer[Any]):
    """The receipt, shown once, and the opinions' codes."""

    receipt = serializers.CharField()
    topic = serializers.CharField()
    opinions = serializers.ListField(child=serializers.CharField())
