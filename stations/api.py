"""API: stations, readable by everybody; staff also see closed ones of their place."""

from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet
from rest_framework.permissions import AllowAny

from core.api import ScopedViewSet
from stations.models import STATION_KINDS, Station
from stations.serializers import StationDetailSerializer, StationSerializer


class StationFilter(filters.FilterSet):
    """`?under=370782&kind=station&name=东关`."""

    under = filters.CharFilter(method="inside", label="在此区划之内")
    kind = filters.ChoiceFilter(choices=STATION_KINDS, label="类型")
    name = filters.CharFilter("name", "contains", label="名称包含")

    class Meta:
        model = Station
        fields: tuple[str, ...] = ()

    def inside(self, stations: QuerySet[Station], name: str, value: str) -> QuerySet[Station]:
        if not (value.isascii() and value.isdigit()):
            return stations.none()
        return stations.filter(region_code__startswith=value)


class StationViewSet(ScopedViewSet):
    """Stations (家站点室): place, hours, reception days, who is there."""

    queryset = Station.objects.select_related("parent")
    serializer_class = StationSerializer
    detail_serializer_class = StationDetailSerializer
    permission_classes = (AllowAny,)
    filterset_class = StationFilter
    ordering_fields = ("code", "pinyin")
    ordering = ("pinyin", "code")

    def visible(self, queryset: Any) -> Any:
        """Open stations are public; closed ones are for who manages the place."""
        mine = Station.objects.visible_to(self.request.user)
        return queryset.filter(Q(closed_on=None) | Q(pk__in=mine.values("pk")))


routes = [("stations", StationViewSet)]
