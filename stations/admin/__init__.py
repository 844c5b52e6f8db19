"""Stations and printed codes in the staff admin."""

from stations.admin import codes, register

__all__ = ["codes", "register"]
