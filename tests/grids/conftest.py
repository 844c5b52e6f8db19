"""The same two counties as the deputies' tests."""

from tests.deputies.conftest import here, staff_client, there

__all__ = ["here", "staff_client", "there"]
