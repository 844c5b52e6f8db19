"""What the API shows of grids: place, coverage and who serves there are public."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from deputies.models import Deputy
from deputies.selectors import place_words
from grids.models import Grid, GridService

STAFF_FIELDS = ("households", "retired_on", "services")


class ServingSerializer(serializers.ModelSerializer[Deputy]):
    """A deputy who serves in a grid now."""

    class Meta:
        model = Deputy
        fields = ("code", "name")


class ServiceSerializer(serializers.ModelSerializer[GridService]):
    """A service in a grid, past or present; for staff."""

    deputy = serializers.CharField(source="deputy.code", read_only=True)
    name = serializers.CharField(source="deputy.name", read_only=True)

    class Meta:
        model = GridService
        fields = ("deputy", "name", "starts_on", "ends_on")


class GridSerializer(serializers.ModelSerializer[Grid]):
    """A grid in a list. `households` and `retired_on` only for staff in scope."""

    place = serializers.SerializerMethodField()
    covered = serializers.SerializerMethodField()
    deputies = serializers.SerializerMethodField()

    class Meta:
        model = Grid
        fields = ("code", "name", "kind", "place", "covered", "deputies", "households",
                  "retired_on")  # fmt: skip

    def to_representation(self, instance: Grid) -> dict[str, Any]:
        data: dict[str, Any] = super().to_representation(instance)
        user = self.context["request"].user
        if not (user.is_authenticated and self.is_staff_of(user, instance)):
            for name in STAFF_FIELDS:
                data.pop(name, None)
        return data

    def is_staff_of(self, user: Any, grid: Grid) -> bool:
        """By region only: what a station or a deputy sees of a grid is what everybody sees."""
        prefixes = tuple(user.region_prefixes("grids.view_grid"))
        return bool(prefixes) and grid.code.startswith(prefixes)

    @extend_schema_field(str)
    def get_place(self, grid: Grid) -> str:
        return place_words([grid.code])[grid.code]

    @extend_schema_field(bool)
    def get_covered(self, grid: Grid) -> bool:
        return not grid.gap

    @extend_schema_field(ServingSerializer(many=True))
    def get_deputies(self, grid: Grid) -> Any:
        people = [service.deputy for service in grid.open_services]  # type: ignore[attr-defined]
        return ServingSerializer([d for d in people if d.serving], many=True).data


class GridDetailSerializer(GridSerializer):
    """One grid; to staff in scope everybody who ever served there."""

    services = serializers.SerializerMethodField()

    class Meta(GridSerializer.Meta):
        fields = (*GridSerializer.Meta.fields, "services")

    @extend_schema_field(ServiceSerializer(many=True))
    def get_services(self, grid: Grid) -> Any:
        rows = grid.services.select_related("deputy").order_by("-starts_on", "-pk")
        return ServiceSerializer(rows, many=True).data
