"""Accounts, grants and keys in the staff's admin."""

from django.contrib import admin
from django.contrib.auth.models import Group

from accounts.admin.grants import ApiKeyAdmin, GrantAdmin
from accounts.admin.people import UserAdmin

__all__ = ["ApiKeyAdmin", "GrantAdmin", "UserAdmin"]

admin.site.unregister(Group)  # what somebody may do stands in accounts/roles.py alone
