"""The registers of this app in the staff admin."""

from deputies.admin import groups, people, seats, ties

__all__ = ["groups", "people", "seats", "ties"]
