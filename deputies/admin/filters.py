"""Filters over the registers: by town, level, group; each costs one small query."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from congress.models import Region
from congress.states import RegionLevel
from core.visibility import prefix_q
from deputies.models import Group
from deputies.selectors import LEVELS, at_level, in_group

CHOICES_AT_MOST = 200


class TownFilter(admin.SimpleListFilter):
    """Towns and streets in the person's region; counties where there are too many towns."""

    title = "镇街"
    parameter_name = "town"
    field = "region_code"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        prefixes = request.user.region_prefixes()
        inside = Region.objects.in_use()
        if "" not in prefixes:
            inside = inside.filter(prefix_q("code", prefixes))
        towns = _named(inside.filter(level=RegionLevel.TOWN))
        return towns or _named(inside.filter(level=RegionLevel.COUNTY))

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value() or ""
        if not value:
            return queryset
        if not value.isdigit():
            return queryset.none()
        return queryset.filter(**{f"{self.field}__startswith": value})


def _named(regions: QuerySet[Region]) -> list[tuple[str, str]]:
    rows = list(regions.order_by("code").values_list("code", "name")[: CHOICES_AT_MOST + 1])
    return rows if len(rows) <= CHOICES_AT_MOST else []


class LevelFilter(admin.SimpleListFilter):
    """Deputies with an active seat at a level."""

    title = "层级"
    parameter_name = "level"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(level), label) for level, label in LEVELS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        return at_level(queryset, int(value)) if value in map(str, LEVELS) else queryset


class GroupFilter(admin.SimpleListFilter):
    """Members of a group in the person's region."""

    title = "小组"
    parameter_name = "group"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        groups = Group.objects.visible_to(request.user).filter(ended_on__isnull=True)
        return list(groups.order_by("code").values_list("code", "name")[:CHOICES_AT_MOST])

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not self.value():
            return queryset
        group = Group.objects.visible_to(request.user).filter(code=self.value()).first()
        return in_group(queryset, group) if group else queryset.none()


class ServingFilter(admin.SimpleListFilter):
    """In office, which is what one nearly always wants, or not."""

    title = "在任"
    parameter_name = "serving"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("1", "在任"), ("0", "不在任")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        wanted = {"1": True, "0": False}.get(self.value() or "")
        return queryset if wanted is None else queryset.filter(serving=wanted)
