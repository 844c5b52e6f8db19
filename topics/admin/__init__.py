"""Topics in the staff's admin: the register, the menu and the dashboard."""

from topics.admin import panels, register  # noqa: F401
