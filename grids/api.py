"""API: grids. Where they are and who serves there is public."""

from typing import Any

import django_filters as filters
from django.db.models import Prefetch, QuerySet
from rest_framework.permissions import AllowAny

from congress.api import UnderFilter
from core.api import ScopedViewSet
from deputies.selectors import place_words
from grids.models import Grid, GridKind, GridService
from grids.serializers import GridDetailSerializer, GridSerializer


class GridFilter(filters.FilterSet):
    """`?region=370782001&covered=false&kind=dedicated&deputy=D000001&search=密州`."""

    region = UnderFilter("region_code", "startswith", label="在此区划之内")
    covered = filters.BooleanFilter("gap", exclude=True, label="有没有代表")
    kind = filters.ChoiceFilter(choices=GridKind.choices)
    deputy = filters.CharFilter(method="by_deputy", label="进网格代表的编号")
    search = filters.CharFilter("name", "startswith", label="名称开头")

    class Meta:
        model = Grid
        fields: tuple[str, ...] = ()

    def by_deputy(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        services = GridService.objects.open().filter(deputy__code=value)
        return queryset.filter(pk__in=services.values("grid"))


class GridViewSet(ScopedViewSet):
    """Grids (网格) in use with the deputies who serve there; a gap has none."""

    queryset = Grid.objects.prefetch_related(
        Prefetch(
            "services",
            GridService.objects.open().select_related("deputy").order_by("deputy__pinyin", "pk"),
            to_attr="open_services",
        )
    )
    serializer_class = GridSerializer
    detail_serializer_class = GridDetailSerializer
    permission_classes = (AllowAny,)
    filterset_class = GridFilter
    ordering_fields = ("code",)
    ordering = ("code",)

    def visible(self, queryset: Any) -> Any:
        """Grids in use for everybody; retired ones for who works with them."""
        user = self.request.user
        if not user.is_authenticated:
            return queryset.in_use()
        return queryset.in_use() | queryset.visible_to(user)

    def paginate_queryset(self, queryset: Any) -> Any:
        """The page's places are read at once, not row by row."""
        rows = super().paginate_queryset(queryset)
        place_words(grid.code for grid in rows or ())
        return rows


routes = [("grids", GridViewSet)]
