"""Which station is meant: by code, for a deputy, near a place; and when it receives people."""

from datetime import date
from typing import Any

from django.db.models import Q
from django.db.models.functions import Length
from django.urls import reverse
from django.utils import timezone

from codes.models import Code
from codes.registry import Target
from codes.selectors import active_code
from congress.rules import prefixes_of
from core.dates import local_date
from deputies.models import Deputy
from deputies.registry import Place
from stations.models import Reception, Station


def code_target(code: str) -> Target | None:
    """What a station's printed code stands for (`codes.registry`)."""
    station = Station.objects.filter(code=code).first()
    return target_of(station) if station else None


def target_of(station: Station) -> Target:
    """A station in the words of a landing page."""
    return Target(
        kind="station",
        code=station.code,
        title=station.name,
        subtitle=station.get_kind_display(),
        place=station.address,
        region_code=station.region_code,
        serving=station.closed_on is None,
        url=reverse("stations:detail", args=[station.code]),
        phone=station.phone,
        verb="给联络站留言",
        facts=[fact for fact in (station.opening_hours, station.reception_rule) if fact],
        obj=station,
    )


def place_of_deputy(deputy: Deputy) -> Place | None:
    """Where a deputy is met: the station whose roster names them, the smallest place first."""
    station = (
        Station.objects.filter(
            closed_on=None, roster__deputy=deputy, roster__ends_on=None, roster__role="deputy"
        )
        .order_by(Length("region_code").desc(), "code")
        .first()
    )
    if station is None and not deputy.serving:
        station = nearest_station(deputy.region_code)
    if station is None:
        return None
    return Place(
        code=station.code, name=station.name, address=station.address, phone=station.phone,
        url=reverse("stations:detail", args=[station.code]),
        printed=active_code("station", station.code),
    )  # fmt: skip


def nearest_station(region_code: str, *, besides: str = "") -> Station | None:
    """The open station of the place, else of the town, else of the county; None without any."""
    around = prefixes_of(region_code)
    county = region_code[:6]
    wanted = Q(region_code__in=[code for code in around if len(code) >= 6])
    if len(county) == 6:
        wanted |= Q(region_code__startswith=region_code[:9]) | Q(region_code=county)
    found = Station.objects.public().filter(wanted).exclude(code=besides)
    nearest = found.order_by(Length("region_code").desc(), "code").first()
    if nearest is None and len(county) == 6:
        inside = Station.objects.public().filter(region_code__startswith=county)
        nearest = inside.exclude(code=besides).order_by("region_code", "code").first()
    return nearest


def refuge(code: Code) -> Target | None:
    """The station an ended code leads to when it has no successor."""
    own = code.target_code if code.kind == "station" else ""
    station = nearest_station(code.region_code, besides=own)
    return target_of(station) if station else None


def next_reception(target: Target, today: date) -> Reception | None:
    """The next planned day: of this station, of this deputy, or of the stations at this place."""
    planned = Reception.objects.filter(
        progress="planned", on__gte=today, station__closed_on=None
    ).select_related("station")
    if target.kind == "station":
        planned = planned.filter(station__code=target.code)
    elif target.kind == "deputy":
        planned = planned.filter(deputies__code=target.code)
    else:
        around = [code for code in prefixes_of(target.region_code) if len(code) >= 9]
        planned = planned.filter(station__region_code__in=around)
    return planned.order_by("on", "starts_at").first()


def reception_panel(code: Code, target: Target) -> dict[str, Any] | None:
    """「接待日」 of a landing page (`codes.registry`)."""
    reception = next_reception(target, local_date(timezone.now()))
    if reception is None:
        return None
    station = reception.station
    return {
        "on": reception.on,
        "hours": f"{reception.starts_at:%-H:%M}—{reception.ends_at:%-H:%M}",
        "theme": reception.theme,
        "station": station.name,
        "address": station.address,
        "url": reverse("stations:detail", args=[station.code]),
    }
