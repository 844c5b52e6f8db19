"""The registers of this app in the staff admin."""

from congress.admin import calendar, places, rulebooks, units

__all__ = ["calendar", "places", "rulebooks", "units"]
