"""What the API shows of stations: public fields only."""

from typing import Any

from django.utils import timezone
from rest_framework import serializers

from codes.selectors import active_code, code_url
from core.dates import local_date
from stations.models import Reception, Station
from stations.selectors import station_page


class StationSerializer(serializers.ModelSerializer[Station]):
    """A station in a list. Coordinates are WGS-84."""

    parent = serializers.CharField(source="parent.code", default=None, read_only=True)

    class Meta:
        model = Station
        fields = (
            "code", "name", "kind", "region_code", "parent", "address", "opening_hours", "phone",
            "reception_rule", "latitude", "longitude", "opened_on", "closed_on",
        )  # fmt: skip


class ReceptionSerializer(serializers.ModelSerializer[Reception]):
    """A planned or held reception day, as the public page shows it."""

    class Meta:
        model = Reception
        fields = (
            "code", "on", "starts_at", "ends_at", "theme", "audience", "deferred_from", "progress",
            "visitors", "public_summary",
        )  # fmt: skip


class PersonSerializer(serializers.Serializer[Any]):
    """One line of the roster."""

    name = serializers.CharField()
    role = serializers.CharField()
    words = serializers.CharField()
    url = serializers.CharField()


class StationDetailSerializer(StationSerializer):
    """One station with what its public page shows."""

    roster = serializers.SerializerMethodField()
    receptions = serializers.SerializerMethodField()
    code_url = serializers.SerializerMethodField()

    class Meta(StationSerializer.Meta):
        fields = (
            *StationSerializer.Meta.fields,
            "introduction",
            "roster",
            "receptions",
            "code_url",
        )

    def _page(self, station: Station) -> Any:
        if not hasattr(self, "_made"):
            self._made = station_page(station, today=local_date(timezone.now()))
        return self._made

    def get_roster(self, station: Station) -> list[dict[str, Any]]:
        return list(PersonSerializer(self._page(station).roster, many=True).data)

    def get_receptions(self, station: Station) -> list[dict[str, Any]]:
        page = self._page(station)
        return list(ReceptionSerializer([*page.upcoming, *page.held], many=True).data)

    def get_code_url(self, station: Station) -> str | None:
        code = active_code("station", station.code)
        return code_url(code) if code else None
