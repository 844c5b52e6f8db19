"""Writes of stations: register, roster, receptions, appointments, check-ins, checklist, sheets."""

from stations.services.appointments import (
    confirm_appointment,
    decline_appointment,
    hold_appointment,
    miss_appointment,
    request_appointment,
)
from stations.services.check_ins import check_in
from stations.services.checklist import note_evidence
from stations.services.receptions import (
    cancel_reception,
    hold_reception,
    move_reception,
    plan_by_rule,
    plan_reception,
)
from stations.services.register import (
    change_station,
    close_station,
    create_station,
    reopen_station,
)
from stations.services.roster import add_to_roster, end_role, leave_office
from stations.services.sheets import import_stations

__all__ = [
    "add_to_roster",
    "cancel_reception",
    "change_station",
    "check_in",
    "close_station",
    "confirm_appointment",
    "create_station",
    "decline_appointment",
    "end_role",
    "hold_appointment",
    "hold_reception",
    "import_stations",
    "leave_office",
    "miss_appointment",
    "move_reception",
    "note_evidence",
    "plan_by_rule",
    "plan_reception",
    "reopen_station",
    "request_appointment",
]
