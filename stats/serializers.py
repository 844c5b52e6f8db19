"""Shapes of the API's answers; the numbers come from `stats.figures.as_json`."""

from rest_framework import serializers


class ShareSerializer(serializers.Serializer):
    """One group of a rate."""

    key = serializers.CharField()
    name = serializers.CharField()
    numerator = serializers.IntegerField()
    denominator = serializers.IntegerField()
    percent = serializers.FloatField(allow_null=True)


class RateSerializer(serializers.Serializer):
    """A rate: definition, both sides of the fraction, the value; null where nothing divides."""

    code = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.CharField()
    formula = serializers.CharField()
    version = serializers.IntegerField()
    numerator = serializers.IntegerField()
    denominator = serializers.IntegerField()
    numerator_name = serializers.CharField()
    denominator_name = serializers.CharField()
    percent = serializers.FloatField(allow_null=True)
    text = serializers.CharField()
    unit = serializers.CharField()
    how = serializers.CharField()
    excluded = serializers.CharField()
    source = serializers.CharField()
    as_of = serializers.DateField()
    since = serializers.DateField(allow_null=True)
    scope = serializers.CharField(allow_blank=True)


class RateDetailSerializer(RateSerializer):
    """The same, and by place, unit, category, source, session, group."""

    by = serializers.DictField(child=ShareSerializer(many=True))


class RatePageSerializer(serializers.Serializer):
    """All rates fit on one page."""

    count = serializers.IntegerField()
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = RateSerializer(many=True)
