"""What the API shows of deputies: to everybody what DBF 58 makes public, to staff in scope more."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from codes.selectors import active_code, code_path
from deputies.models import Deputy, Group, Seat
from deputies.registry import place_of
from deputies.selectors import place_words
from deputies.selectors.public import public_url

STAFF_FIELDS = ("serving", "username")


class SeatSerializer(serializers.ModelSerializer[Seat]):
    """An active seat, said as 诸城市第十九届人大代表."""

    congress = serializers.CharField(source="term.congress.code", read_only=True)
    level = serializers.IntegerField(source="term.congress.level", read_only=True)
    term = serializers.IntegerField(source="term.number", read_only=True)
    words = serializers.CharField(read_only=True)

    class Meta:
        model = Seat
        fields = ("words", "congress", "level", "term", "district", "starts_on")


class StaffSeatSerializer(SeatSerializer):
    """Any seat with its whole course; for staff in whose region the deputy lies."""

    class Meta(SeatSerializer.Meta):
        fields = (*SeatSerializer.Meta.fields, "code", "state", "certificate", "suspended_on",
                  "ends_on", "end_reason")  # fmt: skip


class GroupSerializer(serializers.ModelSerializer[Group]):
    """A group a deputy is in."""

    class Meta:
        model = Group
        fields = ("code", "name", "kind", "field")


class DeputySerializer(serializers.ModelSerializer[Deputy]):
    """A deputy in a list. `serving` and `username` only for staff in scope."""

    place = serializers.SerializerMethodField()
    seats = SeatSerializer(many=True, read_only=True, source="active_seats")
    url = serializers.SerializerMethodField()
    photo = serializers.SerializerMethodField()
    username = serializers.CharField(source="user.username", default=None, read_only=True)

    class Meta:
        model = Deputy
        fields = ("code", "name", "gender", "region_code", "place", "levels", "seats",
                  "occupation", "photo", "url", *STAFF_FIELDS)  # fmt: skip

    def to_representation(self, instance: Deputy) -> dict[str, Any]:
        data: dict[str, Any] = super().to_representation(instance)
        if not self.is_staff_of(instance):
            for name in STAFF_FIELDS:
                data.pop(name, None)
        return data

    def is_staff_of(self, deputy: Deputy) -> bool:
        """Whether the caller works with this register, by region; no query per row."""
        user = self.context["request"].user
        if not user.is_authenticated:
            return False
        prefixes = tuple(user.region_prefixes("deputies.view_deputy"))
        return bool(prefixes) and deputy.region_code.startswith(prefixes)

    @extend_schema_field(str)
    def get_place(self, deputy: Deputy) -> str:
        return place_words([deputy.region_code])[deputy.region_code]

    @extend_schema_field(str)
    def get_url(self, deputy: Deputy) -> str:
        return public_url(deputy)

    @extend_schema_field(str)
    def get_photo(self, deputy: Deputy) -> str:
        return deputy.photo_url


class DeputyDetailSerializer(DeputySerializer):
    """One deputy with groups, station and printed code; to staff in scope every seat."""

    groups = serializers.SerializerMethodField()
    station = serializers.SerializerMethodField()
    code_path = serializers.SerializerMethodField()
    all_seats = serializers.SerializerMethodField()

    class Meta(DeputySerializer.Meta):
        fields = (*DeputySerializer.Meta.fields, "introduction", "office_phone", "groups",
                  "station", "code_path", "all_seats")  # fmt: skip

    def to_representation(self, instance: Deputy) -> dict[str, Any]:
        data = super().to_representation(instance)
        if not self.is_staff_of(instance):
            data.pop("all_seats", None)
        return data

    @extend_schema_field(GroupSerializer(many=True))
    def get_groups(self, deputy: Deputy) -> Any:
        found = Group.objects.filter(
            memberships__deputy=deputy, memberships__ends_on__isnull=True, ended_on__isnull=True
        )
        return GroupSerializer(found.order_by("code"), many=True).data

    @extend_schema_field({"type": "object", "nullable": True})
    def get_station(self, deputy: Deputy) -> dict[str, str] | None:
        place = place_of(deputy)
        return {"code": place.code, "name": place.name, "url": place.url} if place else None

    @extend_schema_field(str)
    def get_code_path(self, deputy: Deputy) -> str:
        code = active_code("deputy", deputy.code)
        return code_path(code) if code else ""

    @extend_schema_field(StaffSeatSerializer(many=True))
    def get_all_seats(self, deputy: Deputy) -> Any:
        if not self.is_staff_of(deputy):
            return []
        seats = deputy.seats.select_related("term__congress").order_by("-starts_on", "pk")
        return StaffSeatSerializer(seats, many=True).data
