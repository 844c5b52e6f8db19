"""Datums against the published reference points."""

import pytest

from stations.rules.coordinates import BD09, GCJ02, WGS84, Point, from_wgs84, in_china, to_wgs84

# Tian'anmen-side points published with the formulas; longitude 116.404, latitude 39.915.
REFERENCE = Point(39.915, 116.404)


def close(one: Point, other: Point, tolerance: float = 1e-6) -> bool:
    return (
        abs(one.latitude - other.latitude) < tolerance
        and abs(one.longitude - other.longitude) < tolerance
    )


def test_wgs84_to_gcj02_matches_the_reference_point():
    assert close(from_wgs84(REFERENCE, GCJ02), Point(39.91640428150164, 116.41024449916938))


def test_gcj02_to_bd09_matches_the_reference_point():
    baidu = from_wgs84(to_wgs84(REFERENCE, GCJ02), BD09)
    assert close(baidu, Point(39.92133699351022, 116.41036949371029))


def test_bd09_to_gcj02_matches_the_reference_point():
    gcj = from_wgs84(to_wgs84(REFERENCE, BD09), GCJ02)
    assert close(gcj, Point(39.90865673957631, 116.39762729119315))


@pytest.mark.parametrize("datum", [WGS84, GCJ02, BD09])
@pytest.mark.parametrize(
    "place", [Point(35.99502, 119.40259), Point(30.0, 122.2), Point(47.3, 87.5), Point(18.2, 109.5)]
)
def test_there_and_back_is_the_same_place(datum, place):
    # BD-09 is only known to some metres, the others to centimetres
    assert close(to_wgs84(from_wgs84(place, datum), datum), place, 2e-5 if datum == BD09 else 1e-7)


def test_the_shift_is_hundreds_of_metres_in_china_and_nothing_outside():
    shifted = from_wgs84(Point(35.99502, 119.40259), GCJ02)
    assert 0.003 < abs(shifted.longitude - 119.40259) < 0.008
    assert from_wgs84(Point(48.85, 2.35), GCJ02) == Point(48.85, 2.35)
    assert not in_china(Point(48.85, 2.35))


def test_an_unknown_datum_is_refused():
    for convert in (to_wgs84, from_wgs84):
        with pytest.raises(ValueError, match="unknown datum"):
            convert(REFERENCE, "beijing54")
