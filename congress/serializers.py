"""What the API shows of regions, congresses and units. All of it is public."""

from rest_framework import serializers

from congress.models import Congress, Organ, Region, Session, Term, Unit


class RegionSerializer(serializers.ModelSerializer):
    """An official division."""

    class Meta:
        model = Region
        fields = ("code", "name", "full_name", "level", "kind", "parent_code", "is_street",
                  "has_congress", "retired_on")  # fmt: skip


class SessionSerializer(serializers.ModelSerializer):
    """A session, said as 十九届三次会议."""

    name = serializers.CharField(source="__str__", read_only=True)

    class Meta:
        model = Session
        fields = ("number", "name", "opens_on", "closes_on")


class TermSerializer(serializers.ModelSerializer):
    """A term, said as 第十九届, with its sessions."""

    name = serializers.CharField(source="__str__", read_only=True)
    sessions = SessionSerializer(many=True, read_only=True)

    class Meta:
        model = Term
        fields = ("number", "name", "starts_on", "ends_on", "sessions")


class OrganSerializer(serializers.ModelSerializer):
    """An organ under its local name."""

    class Meta:
        model = Organ
        fields = ("code", "kind", "name", "region_code", "retired_on")


class CongressSerializer(serializers.ModelSerializer):
    """A congress in a list."""

    class Meta:
        model = Congress
        fields = ("code", "name", "level", "region_code")


class CongressDetailSerializer(CongressSerializer):
    """A congress with its organs, terms and sessions."""

    organs = OrganSerializer(many=True, read_only=True)
    terms = TermSerializer(many=True, read_only=True)

    class Meta(CongressSerializer.Meta):
        fields = (*CongressSerializer.Meta.fields, "organs", "terms")


class UnitSerializer(serializers.ModelSerializer):
    """A handling unit; relations by code."""

    congress = serializers.SlugRelatedField("code", read_only=True)
    parent = serializers.SlugRelatedField("code", read_only=True)
    merged_into = serializers.SlugRelatedField("code", read_only=True)

    class Meta:
        model = Unit
        fields = ("code", "name", "short_name", "kind", "congress", "region_code", "parent",
                  "phone", "merged_into", "retired_on")  # fmt: skip
