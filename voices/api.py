"""Messages for machines: the public ones for everybody, the queues for those at work."""

from typing import Any

from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from core.api import HasModelRight, ScopedViewSet
from core.http import client_network
from voices import states
from voices.forms import MessageForm
from voices.models import Message
from voices.receipts import display
from voices.selectors import open_door
from voices.serializers import (
    MessageListSerializer,
    MessageSerializer,
    NewMessageSerializer,
    PublicMessageSerializer,
    ReceiptSerializer,
)
from voices.services import Words, count_submission, submit
from workflows.api import ActionsMixin, form_data
from workflows.engine import refusal


class MessageFilter(filters.FilterSet):
    """Allow-listed filters of the list."""

    state = filters.MultipleChoiceFilter(choices=list(states.STATES.items()))
    kind = filters.ChoiceFilter(choices=states.KINDS)
    outcome = filters.ChoiceFilter(choices=states.OUTCOMES)
    region = filters.CharFilter("region_code", lookup_expr="startswith")
    deputy = filters.CharFilter("deputy_id")
    station = filters.CharFilter("station_id")
    due_before = filters.DateFilter("due_on", lookup_expr="lt")

    class Meta:
        model = Message
        fields: list[str] = []


class MessageViewSet(ActionsMixin, ScopedViewSet):
    """留言. Anonymous callers read what is published and may leave a message."""

    queryset = Message.objects.select_related("deputy", "station")
    serializer_class = MessageListSerializer
    detail_serializer_class = MessageSerializer
    filterset_class = MessageFilter
    ordering_fields = ("id", "due_on", "created_at")
    ordering = ("-id",)
    permission_classes = (AllowAny,)

    def get_permissions(self) -> list[BasePermission]:
        """Anybody reads what is public and posts; acting needs the right to see messages."""
        return [HasModelRight()] if self.action == "actions" else [AllowAny()]

    def _at_work(self) -> bool:
        user: Any = getattr(self.request, "user", None)
        return bool(user and user.is_authenticated and user.has_perm("voices.view_message"))

    def visible(self, queryset: Any) -> Any:
        if self._at_work():
            return queryset.visible_to(self.request.user)
        return queryset.published()

    def get_serializer_class(self) -> type[BaseSerializer[Any]]:
        if self.action == "create":
            return NewMessageSerializer
        return super().get_serializer_class() if self._at_work() else PublicMessageSerializer

    @extend_schema(request=NewMessageSerializer, responses={201: ReceiptSerializer})
    def create(self, request: Request) -> Response:
        """Leave a message by a code's token. 201 with the receipt, shown once."""
        now = timezone.now()
        count_submission(address=client_network(request._request), now=now)
        data = form_data(request.data)
        door = open_door(str(data.get("token", "")))
        data = data.copy()
        data["idempotency_key"] = request.headers.get(
            "Idempotency-Key", data.get("idempotency_key", "")
        )
        form = MessageForm(data, request.FILES)
        if not form.is_valid():
            raise refusal(form)
        done = submit(
            Words.from_form(form.cleaned_data), code=door.code, route=door.route,
            idempotency_key=form.cleaned_data["idempotency_key"], now=now,
        )  # fmt: skip
        shown = {"receipt": display(done.receipt), "code": done.message.code}
        return Response(shown, status=201)
