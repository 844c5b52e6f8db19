"""Suggestions for machines: the public ones for everybody, the registers for those at work."""

from typing import Any

from django.db.models import Q
from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.permissions import AllowAny, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from core.api import HasModelRight, ScopedViewSet
from core.errors import InputInvalid
from deputies.models import Delegation, Deputy
from handling.forms import PromiseForm
from handling.models import Order, Promise
from handling.promises import settle_promise
from handling.registry import source
from handling.states import OUTCOMES
from proposals import states
from proposals.ledger_forms import RatingForm, UpdateForm
from proposals.models import Proposal
from proposals.records import put_down
from proposals.rules import deputy_codes
from proposals.selectors import similar
from proposals.serializers import (
    LedgerSerializer,
    NewProposalSerializer,
    ProposalListSerializer,
    ProposalSerializer,
    PublicProposalSerializer,
    TextSerializer,
)
from proposals.services import Text, draft, enter, rate_promise, revise, update_promise
from proposals.services.writing import BILL, Source
from workflows.api import ActionsMixin, form_data
from workflows.engine import refusal


class ProposalFilter(filters.FilterSet):
    """Allow-listed filters of the list."""

    state = filters.MultipleChoiceFilter(choices=list(states.STATES.items()))
    series = filters.ChoiceFilter(choices=states.SERIES)
    category = filters.MultipleChoiceFilter(choices=states.CATEGORIES)
    source_kind = filters.ChoiceFilter(choices=list(states.SOURCES.items()))
    outcome = filters.ChoiceFilter(choices=OUTCOMES)
    satisfaction = filters.ChoiceFilter(choices=states.SCORES)
    term = filters.NumberFilter("term__number")
    session = filters.NumberFilter("session__number")
    region = filters.CharFilter("region_code", lookup_expr="startswith")
    deputy = filters.CharFilter("lead__code")
    signer = filters.CharFilter(method="by_signer")
    unit = filters.CharFilter(method="by_unit")
    supervision = filters.ChoiceFilter(choices=states.SUPERVISIONS, method="by_supervision")
    due_before = filters.DateFilter("due_on", lookup_expr="lt")
    overdue = filters.BooleanFilter(method="by_overdue")

    class Meta:
        model = Proposal
        fields: list[str] = []

    def by_signer(self, rows: Any, name: str, value: str) -> Any:
        found = Proposal.objects.filter(
            signatures__deputy__code=value, signatures__state=states.CONFIRMED
        )
        return rows.filter(pk__in=found.values("pk"))

    def by_unit(self, rows: Any, name: str, value: str) -> Any:
        orders = Order.objects.filter(source_type="proposals.proposal", unit__code=value)
        return rows.filter(code__in=orders.values("source_code"))

    def by_supervision(self, rows: Any, name: str, value: str) -> Any:
        found = Proposal.objects.filter(supervisions__kind=value, supervisions__ended_at=None)
        return rows.filter(pk__in=found.values("pk"))

    def by_overdue(self, rows: Any, name: str, value: bool) -> Any:
        late = Q(due_on__lt=timezone.localdate(), state__in=states.OPEN)
        return rows.filter(late) if value else rows.exclude(late)


class ProposalViewSet(ActionsMixin, ScopedViewSet):
    """代表建议. Anonymous callers read what is published."""

    queryset = Proposal.objects.select_related(
        "term", "session", "lead", "seat", "through", "delegation", "publication"
    )
    serializer_class = ProposalListSerializer
    detail_serializer_class = ProposalSerializer
    filterset_class = ProposalFilter
    ordering_fields = ("id", "due_on", "number", "created_at", "published_at")
    ordering = ("-id",)
    permission_classes = (AllowAny,)
    required_permission = ""  # as the method asks; one action names its own

    def get_permissions(self) -> list[BasePermission]:
        """Anybody reads what is public; whatever else needs the right to see suggestions."""
        reading = self.action in ("list", "retrieve")
        return [AllowAny()] if reading else [HasModelRight()]

    def _at_work(self) -> bool:
        user: Any = getattr(self.request, "user", None)
        return bool(user and user.is_authenticated and user.has_perm("proposals.view_proposal"))

    def visible(self, queryset: Any) -> Any:
        if self._at_work():
            return queryset.visible_to(self.request.user)
        return queryset.published()

    def get_serializer_class(self) -> type[BaseSerializer[Any]]:
        if self.action == "create":
            return NewProposalSerializer
        if self.action == "partial_update":
            return TextSerializer
        return super().get_serializer_class() if self._at_work() else PublicProposalSerializer

    @extend_schema(request=NewProposalSerializer, responses={201: ProposalSerializer})
    def create(self, request: Request) -> Response:
        """Begin a draft; with `proxy_way` the office enters it for a deputy and is named."""
        asked = NewProposalSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        made = _begin(request.user, asked.validated_data)
        return Response(self._shown(made), status=201)

    @extend_schema(request=TextSerializer, responses={200: ProposalSerializer})
    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        """Change the text of a draft or a returned one; co-signers are asked again."""
        proposal = self.get_object()
        asked = TextSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        new = asked.validated_data
        text = Text(*(new.get(n, getattr(proposal, n)) for n in ("title", "facts", "advice")))
        changed = revise(
            proposal, text, actor=request.user, now=timezone.now(), version=new.get("version")
        )
        return Response(self._shown(changed))

    @extend_schema(
        request=OpenApiTypes.OBJECT, responses={200: ProposalSerializer},
        parameters=[OpenApiParameter("record", str, OpenApiParameter.PATH)],
    )  # fmt: skip
    @action(detail=True, methods=["post"], url_path=r"records/(?P<record>[a-z_]+)")
    def records(self, request: Request, record: str, **kwargs: Any) -> Response:
        """Put down one side record (督办, 保密, 面复 …) with its form's fields as JSON."""
        changed = put_down(
            self.get_object(), record, actor=request.user, now=timezone.now(),
            data=form_data(request.data),
        )  # fmt: skip
        return Response(self._shown(changed))

    @extend_schema(responses=ProposalListSerializer(many=True))
    @action(detail=True, methods=["get"], required_permission="proposals.view_proposal")
    def similar(self, request: Request, **kwargs: Any) -> Response:
        """Suggestions of this congress in any year that say about the same."""
        proposal = self.get_object()
        rows = similar(proposal.region_code, proposal.title, besides=proposal.code)
        return Response(
            [
                {"code": p.code, "title": p.title, "number": p.number_words,
                 "term": p.term.number, "state": p.state, "state_label": p.get_state_display(),
                 "outcome": p.outcome, "lead_name": p.lead.name}
                for p in rows
            ]
        )  # fmt: skip

    def _shown(self, proposal: Proposal) -> dict[str, Any]:
        """The new detail; little of it when it is not the caller's to see any more."""
        row = self.get_queryset().filter(pk=proposal.pk).first()
        if row is None:
            return {"code": proposal.code, "state": proposal.state, "available_actions": []}
        return dict(ProposalSerializer(row, context=self.get_serializer_context()).data)


def _begin(user: Any, data: dict[str, Any]) -> Proposal:
    mine = deputy_codes(user)
    deputy = _deputy(data.get("deputy") or (mine[0] if mine else ""))
    text = Text(data["title"], data.get("facts", ""), data.get("advice", ""))
    kind = data.get("source_kind") or (BILL if data.get("bill_reference") else "own")
    if kind not in states.SOURCES:
        raise _wrong("source_kind", "没有这种来源。")
    code = data.get("source_code") or (data.get("bill_reference", "") if kind == BILL else "")
    source, now = Source(kind, code), timezone.now()
    if way := data.get("proxy_way"):
        if way not in dict(states.PROXY_WAYS):
            raise _wrong("proxy_way", "没有这种代录方式。")
        others = [_deputy(code) for code in data.get("cosigners", [])]
        return enter(
            text, actor=user, deputy=deputy, way=way, now=now, source=source, cosigners=others
        )
    category = data.get("category", "")
    if category and category not in dict(states.CATEGORIES):
        raise _wrong("category", "没有这个分类。")
    return draft(
        text, actor=user, deputy=deputy, now=now, source=source, category=category,
        delegation=_delegation(data.get("delegation", "")),
        confidential=data.get("confidential_reason", ""),
    )  # fmt: skip


def _deputy(code: str) -> Deputy:
    found = Deputy.objects.filter(code=code).first()
    if found is None:
        raise _wrong("deputy", "没有这个编号的代表。")
    return found


def _delegation(code: str) -> Delegation | None:
    found = Delegation.objects.filter(code=code).first()
    if code and found is None:
        raise _wrong("delegation", "没有这个代表团。")
    return found


def _wrong(field: str, message: str) -> InputInvalid:
    return InputInvalid("invalid", message, {field: message})


class PromiseFilter(filters.FilterSet):
    """Allow-listed filters of the ledger."""

    outcome = filters.MultipleChoiceFilter(choices=Promise.STATES)
    unit = filters.CharFilter("order__unit__code")
    proposal = filters.CharFilter("order__source_code")
    due_before = filters.DateFilter("due_on", lookup_expr="lt")
    year = filters.NumberFilter("due_on__year")

    class Meta:
        model = Promise
        fields: list[str] = []


class PromiseViewSet(ScopedViewSet):
    """承诺台账: what replies promised, over years and terms."""

    queryset = Promise.objects.select_related("order__unit")
    required_permission = "handling.view_order"
    serializer_class = LedgerSerializer
    filterset_class = PromiseFilter
    ordering_fields = ("due_on", "id")
    ordering = ("due_on", "id")

    def visible(self, queryset: Any) -> Any:
        """On orders the caller may see, or on suggestions that are the caller's."""
        user = self.request.user
        orders = Order.objects.visible_to(user)
        mine = Proposal.objects.visible_to(user).values("code")
        own = Q(order__source_type="proposals.proposal", order__source_code__in=mine)
        found = queryset.filter(Q(order__in=orders) | own)
        return found.prefetch_related("updates", "ratings__deputy")

    def check_object_permissions(self, request: Any, obj: Any) -> None:
        """Whoever sees the row may read it; writing is asked by the services."""

    @extend_schema(request=OpenApiTypes.OBJECT, responses={200: LedgerSerializer})
    @action(detail=True, methods=["post"], url_path="updates")
    def updates(self, request: Request, **kwargs: Any) -> Response:
        """Kept, moved with reason, or broken with reason."""
        promise = self.get_object()
        origin = source(promise.order.source_type)
        shared = origin is not None and origin.settled is not None
        form = (PromiseForm if shared else UpdateForm)(form_data(request.data))
        if not form.is_valid():
            raise refusal(form)
        settle = settle_promise if shared else update_promise
        settle(promise, actor=request.user, now=timezone.now(), **form.cleaned_data)
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(request=OpenApiTypes.OBJECT, responses={200: LedgerSerializer})
    @action(detail=True, methods=["post"], url_path="ratings")
    def ratings(self, request: Request, **kwargs: Any) -> Response:
        """A signer's rating of promise-keeping, once a year."""
        promise = self.get_object()
        form = RatingForm(form_data(request.data))
        if not form.is_valid():
            raise refusal(form)
        mine = deputy_codes(request.user)
        deputy = Deputy.objects.filter(code__in=mine).first()
        if deputy is None:
            raise _wrong("", "由提出建议的代表评价。")
        rate_promise(
            promise, actor=request.user, deputy=deputy, now=timezone.now(), **form.cleaned_data
        )
        return Response(self.get_serializer(self.get_object()).data)
