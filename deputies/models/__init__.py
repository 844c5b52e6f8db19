"""Models of the deputies app, one file per part of the register."""

from deputies.models.base import RegionScoped, RegisterQuerySet
from deputies.models.drafts import SheetDraft
from deputies.models.duties import DutyRecord
from deputies.models.groups import Group, GroupMembership, Studio
from deputies.models.people import Deputy
from deputies.models.seats import Delegation, Seat
from deputies.models.ties import ContactRecord, Link

__all__ = [
    "ContactRecord",
    "Delegation",
    "Deputy",
    "DutyRecord",
    "Group",
    "GroupMembership",
    "Link",
    "RegionScoped",
    "RegisterQuerySet",
    "Seat",
    "SheetDraft",
    "Studio",
]
