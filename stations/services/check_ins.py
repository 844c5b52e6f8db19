"""到站签到: a signed-in deputy who scanned the station's code."""

from datetime import datetime

from django.db import transaction

from audit.actors import Actor
from audit.services import record
from core.dates import local_date
from core.errors import InputInvalid
from deputies.models import Deputy
from deputies.services import record_duty
from stations.models import CheckIn, Station


def check_in(*, actor: Actor, station: Station, deputy: Deputy, now: datetime) -> CheckIn:
    """Note that the deputy is at the station today; a second scan gives the first check-in.

    Recorded in the log and in the deputy's duty file.
    """
    if station.closed_on is not None or not deputy.serving:
        raise InputInvalid("check_in_refused", "站点已停用，或您目前不在任，不能签到。")
    today = local_date(now)
    with transaction.atomic():
        found, made = CheckIn.objects.get_or_create(
            station=station, deputy=deputy, on=today, defaults={"at": now}
        )
        if made:
            record(
                actor=actor, action="stations.checked_in", obj=station, now=now,
                data={"deputy": deputy.code},
            )  # fmt: skip
            record_duty(
                deputy=deputy, kind="check_in", on=today,
                source_type="stations.checkin", source_code=str(found.pk),
                title=f"到{station.name}履职", actor=actor, now=now,
            )  # fmt: skip
    return found
