"""Writes of the deputies app. Each records who did it."""

from deputies.services.deputy_sheets import import_deputies
from deputies.services.groups import (
    close_studio,
    create_delegation,
    create_group,
    end_group,
    join_group,
    leave_group,
    open_studio,
    update_group,
    update_studio,
)
from deputies.services.people import link_account, register_deputy, set_photo, update_deputy
from deputies.services.seats import TermClosed, change_seat, close_term, open_seat
from deputies.services.ties import (
    end_link,
    record_contact,
    record_duties,
    record_duty,
    reverse_duty,
    tie_link,
)

__all__ = [
    "TermClosed",
    "change_seat",
    "close_studio",
    "close_term",
    "create_delegation",
    "create_group",
    "end_group",
    "end_link",
    "import_deputies",
    "join_group",
    "leave_group",
    "link_account",
    "open_seat",
    "open_studio",
    "record_contact",
    "record_duties",
    "record_duty",
    "register_deputy",
    "reverse_duty",
    "set_photo",
    "tie_link",
    "update_deputy",
    "update_group",
    "update_studio",
]
