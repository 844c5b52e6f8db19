"""Map datums. We store WGS-84; what a person typed or a map app expects is converted at the edge.

GCJ-02 (高德, 腾讯) is a shifted WGS-84 that maps in China must use; BD-09 (百度) shifts once more.
The same place differs by up to 600 m, so a coordinate without its datum is worth nothing.
Published formulas; the inverse is found by iteration and is right to better than a metre.
"""

from dataclasses import dataclass
from math import atan2, cos, pi, sin, sqrt

WGS84, GCJ02, BD09 = "wgs84", "gcj02", "bd09"
_AXIS, _ECCENTRICITY = 6378245.0, 0.00669342162296594323
_BD = pi * 3000.0 / 180.0
_WEST, _EAST, _SOUTH, _NORTH = 73.66, 135.05, 3.86, 53.55


@dataclass(frozen=True)
class Point:
    """Latitude and longitude in degrees."""

    latitude: float
    longitude: float


def to_wgs84(point: Point, datum: str) -> Point:
    """A point read from a map of that datum. ValueError for a datum nobody knows."""
    if datum == WGS84:
        return point
    if datum == GCJ02:
        return _unshifted(point)
    if datum == BD09:
        return _unshifted(_from_baidu(point))
    raise ValueError(f"unknown datum {datum}")


def from_wgs84(point: Point, datum: str) -> Point:
    """A stored point as a map of that datum wants it. ValueError for an unknown datum."""
    if datum == WGS84:
        return point
    if datum == GCJ02:
        return _shifted(point)
    if datum == BD09:
        return _to_baidu(_shifted(point))
    raise ValueError(f"unknown datum {datum}")


def in_china(point: Point) -> bool:
    """Whether the shift applies there, and whether a station can stand there."""
    return _WEST < point.longitude < _EAST and _SOUTH < point.latitude < _NORTH


def _shifted(point: Point) -> Point:
    if not in_china(point):
        return point
    x, y = point.longitude - 105.0, point.latitude - 35.0
    waves = (20.0 * sin(6.0 * x * pi) + 20.0 * sin(2.0 * x * pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + waves
    north += (20.0 * sin(y * pi) + 40.0 * sin(y / 3.0 * pi)) * 2.0 / 3.0
    north += (160.0 * sin(y / 12.0 * pi) + 320.0 * sin(y * pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + waves
    east += (20.0 * sin(x * pi) + 40.0 * sin(x / 3.0 * pi)) * 2.0 / 3.0
    east += (150.0 * sin(x / 12.0 * pi) + 300.0 * sin(x / 30.0 * pi)) * 2.0 / 3.0
    radians = point.latitude / 180.0 * pi
    magic = 1 - _ECCENTRICITY * sin(radians) ** 2
    root = sqrt(magic)
    north = north * 180.0 / (_AXIS * (1 - _ECCENTRICITY) / (magic * root) * pi)
    east = east * 180.0 / (_AXIS / root * cos(radians) * pi)
    return Point(point.latitude + north, point.longitude + east)


def _unshifted(point: Point) -> Point:
    guess = point
    for _ in range(4):
        there = _shifted(guess)
        guess = Point(
            guess.latitude + point.latitude - there.latitude,
            guess.longitude + point.longitude - there.longitude,
        )
    return guess


def _to_baidu(point: Point) -> Point:
    x, y = point.longitude, point.latitude
    length = sqrt(x * x + y * y) + 0.00002 * sin(y * _BD)
    angle = atan2(y, x) + 0.000003 * cos(x * _BD)
    return Point(length * sin(angle) + 0.006, length * cos(angle) + 0.0065)


def _from_baidu(point: Point) -> Point:
    x, y = point.longitude - 0.0065, point.latitude - 0.006
    length = sqrt(x * x + y * y) - 0.00002 * sin(y * _BD)
    angle = atan2(y, x) - 0.000003 * cos(x * _BD)
    return Point(length * sin(angle), length * cos(angle))
