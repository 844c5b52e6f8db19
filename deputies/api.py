"""API: deputies. The public ones for everybody; the whole register for staff in scope."""

from typing import Any

import django_filters as filters
from django.db.models import Prefetch, QuerySet
from rest_framework.permissions import AllowAny

from congress.api import UnderFilter
from congress.states import CongressLevel
from core.api import ScopedViewSet
from deputies.models import Deputy, Group, Seat
from deputies.selectors import at_level, in_group, named, place_words
from deputies.serializers import DeputyDetailSerializer, DeputySerializer


class DeputyFilter(filters.FilterSet):
    """`?region=370782001&level=4&group=G0001&search=王小明`."""

    region = UnderFilter("region_code", "startswith", label="联系地区在此区划之内")
    level = filters.ChoiceFilter(
        choices=CongressLevel.choices, method="by_level", label="在任的层级"
    )
    group = filters.CharFilter(method="by_group", label="代表小组编号")
    search = filters.CharFilter(method="by_word", label="姓名、拼音首字母或编号")

    class Meta:
        model = Deputy
        fields: tuple[str, ...] = ()

    def by_level(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return at_level(queryset, int(value))

    def by_group(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        group = Group.objects.filter(code=value).first()
        return in_group(queryset, group) if group else queryset.none()

    def by_word(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return named(queryset, value)


class DeputyViewSet(ScopedViewSet):
    """Deputies in office, with what the law makes public; to staff in scope the others too."""

    queryset = Deputy.objects.select_related("user").prefetch_related(
        Prefetch(
            "seats",
            Seat.objects.active()
            .select_related("term__congress")
            .order_by("term__congress__level", "-term__number"),
            to_attr="active_seats",
        )
    )
    serializer_class = DeputySerializer
    detail_serializer_class = DeputyDetailSerializer
    permission_classes = (AllowAny,)
    filterset_class = DeputyFilter
    ordering_fields = ("pinyin", "code", "region_code")
    ordering = ("pinyin", "pk")

    def visible(self, queryset: Any) -> Any:
        """What is public, and what lies in the caller's scope."""
        user = self.request.user
        if not user.is_authenticated:
            return queryset.public()
        return queryset.visible_to(user) | queryset.public()

    def paginate_queryset(self, queryset: Any) -> Any:
        """The page's places are read at once, not row by row."""
        rows = super().paginate_queryset(queryset)
        place_words(deputy.region_code for deputy in rows or ())
        return rows


routes = [("deputies", DeputyViewSet)]
