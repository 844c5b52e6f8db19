"""Orders and promises for machines."""

from typing import Any

from django_filters import rest_framework as filters

from core.api import ScopedViewSet
from handling import states
from handling.models import Order, Promise
from handling.serializers import OrderListSerializer, OrderSerializer, PromiseSerializer
from workflows.api import ActionsMixin


class OrderFilter(filters.FilterSet):
    """Allow-listed filters of the list."""

    state = filters.MultipleChoiceFilter(choices=list(states.STATES.items()))
    role = filters.ChoiceFilter(choices=states.ROLES)
    unit = filters.CharFilter("unit__code")
    region = filters.CharFilter("region_code", lookup_expr="startswith")
    due_before = filters.DateFilter("due_on", lookup_expr="lt")

    class Meta:
        model = Order
        fields: list[str] = []


class OrderViewSet(ActionsMixin, ScopedViewSet):
    """交办单: a unit's own, a dispatcher's given ones, staff's of their region."""

    queryset = Order.objects.select_related("unit", "lead")
    required_permission = "handling.view_order"
    serializer_class = OrderListSerializer
    detail_serializer_class = OrderSerializer
    filterset_class = OrderFilter
    ordering_fields = ("id", "due_on", "assigned_at")
    ordering = ("due_on", "id")


class PromiseViewSet(ScopedViewSet):
    """承诺: those on the orders the caller may see."""

    queryset = Promise.objects.select_related("order__unit")
    required_permission = "handling.view_order"
    serializer_class = PromiseSerializer
    filterset_fields = ("outcome",)
    ordering_fields = ("due_on", "id")
    ordering = ("due_on", "id")

    def visible(self, queryset: Any) -> Any:
        orders = Order.objects.visible_to(self.request.user)
        return queryset.filter(order__in=orders)
