"""Suggestions in the staff's admin: the register, the menu and the dashboard."""

from proposals.admin import panels, register  # noqa: F401
