"""API: regions, congresses and units, readable by everybody."""

from typing import Any

import django_filters as filters
from django.db.models import Prefetch, QuerySet
from rest_framework.permissions import AllowAny

from congress.models import Congress, Region, Term, Unit
from congress.serializers import (
    CongressDetailSerializer,
    CongressSerializer,
    RegionSerializer,
    UnitSerializer,
)
from congress.states import CongressLevel, RegionKind, RegionLevel, UnitKind
from core.api import ScopedViewSet


class UnderFilter(filters.CharFilter):
    """Rows inside a division: a prefix of its code, digits only."""

    def filter(self, qs: QuerySet[Any], value: str | None) -> QuerySet[Any]:
        if not value:
            return qs
        return super().filter(qs, value) if value.isascii() and value.isdigit() else qs.none()


class RegionFilter(filters.FilterSet):
    """`?under=370782&level=town`, `?parent=370782`, `?name=密州`."""

    under = UnderFilter("code", "startswith", label="在此区划之内")
    parent = filters.CharFilter("parent_code", label="上级代码")
    level = filters.ChoiceFilter(choices=RegionLevel.choices)
    kind = filters.ChoiceFilter(choices=RegionKind.choices)
    name = filters.CharFilter("name", "startswith", label="名称开头")
    in_use = filters.BooleanFilter("retired_on", "isnull", label="未撤销")

    class Meta:
        model = Region
        fields: tuple[str, ...] = ()


class CongressFilter(filters.FilterSet):
    """`?under=3707&level=4`."""

    under = UnderFilter("region_code", "startswith", label="在此区划之内")
    level = filters.ChoiceFilter(choices=CongressLevel.choices)

    class Meta:
        model = Congress
        fields: tuple[str, ...] = ()


class UnitFilter(filters.FilterSet):
    """`?congress=370782&kind=department&in_use=true`."""

    congress = filters.CharFilter("congress__code", label="人大代码")
    under = UnderFilter("region_code", "startswith", label="在此区划之内")
    parent = filters.CharFilter("parent__code", label="上级单位编号")
    kind = filters.ChoiceFilter(choices=UnitKind.choices)
    name = filters.CharFilter("name", "startswith", label="全称开头")
    in_use = filters.BooleanFilter("retired_on", "isnull", label="在用")

    class Meta:
        model = Unit
        fields: tuple[str, ...] = ()


class RegionViewSet(ScopedViewSet):
    """Official divisions (行政区划), province to village."""

    queryset = Region.objects.all()
    serializer_class = RegionSerializer
    permission_classes = (AllowAny,)
    filterset_class = RegionFilter
    ordering_fields = ("code", "pinyin")
    ordering = ("code",)


class CongressViewSet(ScopedViewSet):
    """People's congresses; the detail has organs, terms and sessions."""

    queryset = Congress.objects.all()
    serializer_class = CongressSerializer
    detail_serializer_class = CongressDetailSerializer
    permission_classes = (AllowAny,)
    filterset_class = CongressFilter
    ordering_fields = ("region_code", "level")
    ordering = ("region_code",)

    def get_queryset(self) -> QuerySet[Any]:
        """Read the parts of a detail in one query each."""
        found = super().get_queryset()
        if self.action != "retrieve":
            return found
        terms = Term.objects.prefetch_related("sessions__term")
        return found.prefetch_related("organs", Prefetch("terms", terms))


class UnitViewSet(ScopedViewSet):
    """Handling units (承办单位)."""

    queryset = Unit.objects.select_related("congress", "parent", "merged_into")
    serializer_class = UnitSerializer
    permission_classes = (AllowAny,)
    filterset_class = UnitFilter
    ordering_fields = ("code", "pinyin", "region_code")
    ordering = ("region_code", "pinyin", "code")


routes = [
    ("regions", RegionViewSet),
    ("congresses", CongressViewSet),
    ("units", UnitViewSet),
]
