"""Notices, channels, deliveries; clocks and their reminders."""

from notifications.models.clocks import Clock, Reminder
from notifications.models.notices import Channel, Delivery, Notification

__all__ = ["Channel", "Clock", "Delivery", "Notification", "Reminder"]
