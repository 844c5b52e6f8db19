"""Topics and opinions for machines: what is public for everybody, the rest for those at work."""

from typing import Any

from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from core.api import HasModelRight, ScopedViewSet
from core.errors import NotVisible
from core.http import client_network
from deputies.models import Deputy
from topics import states
from topics.api_course import CourseMixin, cleaned, own_deputy
from topics.inputs import OpinionForm, ProposeForm, TopicForm
from topics.models import Opinion, Topic
from topics.serializers import (
    NewOpinionSerializer,
    NewTopicSerializer,
    OpinionListSerializer,
    OpinionSerializer,
    PublicOpinionSerializer,
    PublicTopicSerializer,
    SpokenSerializer,
    TopicListSerializer,
    TopicSerializer,
)
from topics.services import (
    count_opinion,
    dispatch_topic,
    draft_topic,
    edit_topic,
    from_messages,
    propose_topic,
    speak,
)
from voices.models import Message
from voices.receipts import display
from voices.selectors import open_door
from workflows.api import ActionsMixin, form_data

FREE = (None, "list", "retrieve", "create", "rate", "metadata")


class TopicFilter(filters.FilterSet):
    """Allow-listed filters of topics."""

    state = filters.MultipleChoiceFilter(choices=list(states.STATES.items()))
    source = filters.ChoiceFilter(choices=states.SOURCES)
    region = filters.CharFilter("region_code", lookup_expr="startswith")
    deputy = filters.CharFilter("deputy_id")
    host = filters.CharFilter("host_id")

    class Meta:
        model = Topic
        fields: list[str] = []


class OpinionFilter(filters.FilterSet):
    """Allow-listed filters of opinions."""

    topic = filters.CharFilter("topic__code")
    question = filters.NumberFilter("question__number")
    state = filters.MultipleChoiceFilter(choices=list(states.OPINION_STATES.items()))

    class Meta:
        model = Opinion
        fields: list[str] = []


class _AtWork:
    """Signed-in people with the right read their scope's rows, everybody else what is public."""

    permission = ""

    def at_work(self) -> bool:
        user: Any = getattr(self.request, "user", None)  # type: ignore[attr-defined]
        return bool(user and user.is_authenticated and user.has_perm(self.permission))

    def get_permissions(self) -> list[BasePermission]:
        """Anybody reads what is public, speaks and proposes; acting needs the right to see."""
        action = self.action  # type: ignore[attr-defined]
        return [AllowAny()] if action in FREE else [HasModelRight()]


class TopicViewSet(_AtWork, CourseMixin, ActionsMixin, ScopedViewSet):
    """议题. Anonymous callers read the public ones and may propose one by a code's token."""

    queryset = Topic.objects.select_related("deputy", "host")
    serializer_class = TopicListSerializer
    detail_serializer_class = TopicSerializer
    filterset_class = TopicFilter
    ordering_fields = ("id", "opens_on", "closes_on", "published_at")
    ordering = ("-id",)
    permission = "topics.view_topic"

    def visible(self, queryset: Any) -> Any:
        return queryset.visible_to(self.request.user) if self.at_work() else queryset.public()

    def get_serializer_class(self) -> type[BaseSerializer[Any]]:
        if self.action in ("create", "update"):
            return NewTopicSerializer
        found = super().get_serializer_class()
        return PublicTopicSerializer if found is TopicSerializer and not self.at_work() else found

    @extend_schema(request=NewTopicSerializer, responses={201: OpenApiTypes.OBJECT})
    def create(self, request: Request) -> Response:
        """With `token` a resident's proposal (201 with the receipt), otherwise a draft.

        `messages` turns messages into the topic, `source` party or congress gives it to a host.
        """
        data = form_data(request.data).copy()
        if not self.at_work() or data.get("token"):
            return _propose(request, data)
        form = cleaned(TopicForm(data))
        topic = _write(form, request.user, data)
        shown = TopicSerializer(topic, context=self.get_serializer_context())
        return Response(shown.data, status=201)

    @extend_schema(request=NewTopicSerializer, responses={200: OpenApiTypes.OBJECT})
    def update(self, request: Request, **kwargs: Any) -> Response:
        """Rewrite a draft or a returned topic."""
        topic = self.get_object()
        form = cleaned(TopicForm(form_data(request.data)))
        topic = edit_topic(topic, form.draft(), actor=request.user, now=timezone.now())
        return Response(TopicSerializer(topic, context=self.get_serializer_context()).data)


def _propose(request: Request, data: Any) -> Response:
    now = timezone.now()
    count_opinion(address=client_network(request._request), now=now)
    door = open_door(str(data.get("token", "")))
    _key_from_header(request, data)
    form = cleaned(ProposeForm(data))
    given = form.cleaned_data
    done = propose_topic(
        form.draft(door.route.region_code), code=door.code, name=given["name"],
        phone=given["phone"], consent=given["consent"],
        idempotency_key=given["idempotency_key"], now=now,
    )  # fmt: skip
    return Response({"receipt": display(done.receipt), "code": done.topic.code}, status=201)


def _write(form: TopicForm, user: Any, data: Any) -> Topic:
    """A draft of the caller's, one from messages, or one that is given to a host."""
    now, fields = timezone.now(), form.draft()
    deputy = own_deputy(user)
    named = str(data.get("deputy", ""))
    if named and deputy is None:
        deputy = Deputy.objects.filter(code=named).first()
    codes = data.getlist("messages")
    if codes:
        messages = [Message.objects.get_visible_or_404(user, code=code) for code in codes]
        return from_messages(messages, fields, actor=user, deputy=deputy, now=now)
    source = data.get("source", "")
    if source:
        return dispatch_topic(
            fields, actor=user, source=source, host=fields.host, deputy=deputy, now=now
        )
    return draft_topic(fields, actor=user, deputy=deputy, now=now)


def _key_from_header(request: Request, data: Any) -> None:
    data["idempotency_key"] = request.headers.get(
        "Idempotency-Key", data.get("idempotency_key", "")
    )


class OpinionViewSet(_AtWork, ActionsMixin, ScopedViewSet):
    """议题意见. Anonymous callers read what is published and may speak."""

    queryset = Opinion.objects.select_related("topic", "question", "contribution", "group")
    serializer_class = OpinionListSerializer
    detail_serializer_class = OpinionSerializer
    filterset_class = OpinionFilter
    ordering_fields = ("id", "agreed", "created_at")
    ordering = ("-id",)
    permission = "topics.view_opinion"

    def visible(self, queryset: Any) -> Any:
        if self.at_work():
            return queryset.visible_to(self.request.user)
        return queryset.published().filter(topic__state__in=states.PUBLIC)

    def get_serializer_class(self) -> type[BaseSerializer[Any]]:
        if self.action == "create":
            return NewOpinionSerializer
        return super().get_serializer_class() if self.at_work() else PublicOpinionSerializer

    @extend_schema(request=NewOpinionSerializer, responses={201: SpokenSerializer})
    def create(self, request: Request) -> Response:
        """Speak to a topic. 201 with the receipt, shown once."""
        now = timezone.now()
        count_opinion(address=client_network(request._request), now=now)
        data = form_data(request.data).copy()
        _key_from_header(request, data)
        topic = Topic.objects.public().filter(code=data.get("topic", "")).first()
        if topic is None:
            raise NotVisible()
        token = str(data.get("token", ""))
        door = open_door(token) if token else None
        form = cleaned(OpinionForm(data, request.FILES, topic=topic))
        given = form.cleaned_data
        done = speak(
            topic, form.answers(), photos=given["files"], name=given["name"],
            phone=given["phone"], consent=given["consent"], household=given["household"],
            code=door.code if door else None, idempotency_key=given["idempotency_key"], now=now,
        )  # fmt: skip
        shown = {
            "receipt": display(done.receipt), "topic": topic.code,
            "opinions": [opinion.code for opinion in done.opinions],
        }  # fmt: skip
        return Response(shown, status=201)
