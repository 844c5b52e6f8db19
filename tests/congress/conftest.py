"""A province, a city, two counties, a town, a street and a village, with congresses."""

from datetime import UTC, datetime

import pytest

from audit.actors import SYSTEM
from congress.models import Region
from congress.services import create_congress, import_regions

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
PLACES = (
    ("37", "山东省"),
    ("3707", "潍坊市"),
    ("370782", "诸城市"),
    ("370782001", "密州街道"),
    ("370782001001", "兴华社区居民委员会"),
    ("370782108", "相州镇"),
    ("370782400", "诸城经济开发区管理委员会"),
    ("370785", "高密市"),
    ("370785001", "高密市朝阳街道"),
)


@pytest.fixture
def now():
    return NOW


@pytest.fixture
def regions(db):
    rows = [("places.csv", n, code, name) for n, (code, name) in enumerate(PLACES, 2)]
    assert import_regions(rows=rows, actor=SYSTEM, now=NOW).problems == []
    return {region.code: region for region in Region.objects.all()}


@pytest.fixture
def congresses(regions):
    codes = ("37", "3707", "370782", "370782108", "370785")
    return {code: create_congress(actor=SYSTEM, region=regions[code], now=NOW) for code in codes}


@pytest.fixture
def county(congresses):
    return congresses["370782"]


@pytest.fixture
def town(congresses):
    return congresses["370782108"]
