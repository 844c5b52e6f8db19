"""Accounts, grants, credentials, and the filters people keep."""

from accounts.models.credentials import ApiKey, RecoveryCode, SecondFactor
from accounts.models.filters import SavedFilter
from accounts.models.people import Grant, User, fold_username

__all__ = [
    "ApiKey",
    "Grant",
    "RecoveryCode",
    "SavedFilter",
    "SecondFactor",
    "User",
    "fold_username",
]
