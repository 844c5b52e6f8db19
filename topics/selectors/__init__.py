"""Reads of topics. `people`: who has to act and be told; `timeline`: the public steps."""

from topics.selectors.people import host_for, host_people, moderators, recipients, titles
from topics.selectors.timeline import public_timeline

__all__ = ["host_for", "host_people", "moderators", "public_timeline", "recipients", "titles"]
