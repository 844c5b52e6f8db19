"""The registers of this app in the staff admin."""

from grids.admin import register

__all__ = ["register"]
