"""The whole system in one encrypted file, and back."""


class BackupRefused(Exception):
    """The file cannot be used; nothing was changed. The message is for the operator."""
