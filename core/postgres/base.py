"""Django's PostgreSQL backend with prepared statements and a health check that costs nothing."""

from __future__ import annotations

import select
import time
from typing import Any

from django.db.backends.postgresql import base

from core.postgres.prepared import PreparingConnection, PreparingCursor

ASK_AFTER_SECONDS = 30.0
# else a statement with a list among its values is planned anew each time, to see if that is better
PLAN_ONCE = "-c plan_cache_mode=force_generic_plan"


class DatabaseWrapper(base.DatabaseWrapper):
    """What `ENGINE` in the settings names."""

    _asked = 0.0

    def get_connection_params(self) -> dict[str, Any]:
        """With DISABLE_SERVER_SIDE_CURSORS (a pool that shares connections) nothing is prepared."""
        params: dict[str, Any] = super().get_connection_params()
        if not self.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS"):
            params |= {
                "connection_factory": PreparingConnection, "cursor_factory": PreparingCursor,
                "options": f"{params.get('options', '')} {PLAN_ONCE}".strip(),
            }  # fmt: skip
        return params

    def is_usable(self) -> bool:
        """Whether the server is still there, asked before the first statement of a request.

        A server that ends a connection says so on the socket: nothing to be read there means
        nothing has happened. Only a connection that rested longer is asked with `SELECT 1`.
        """
        now = time.monotonic()
        rested, self._asked = now - self._asked, now
        if self.connection is None or self.connection.closed:
            return False
        quiet = not self.errors_occurred and rested < ASK_AFTER_SECONDS
        return (quiet and _is_silent(self.connection.fileno())) or bool(super().is_usable())


def _is_silent(socket: int) -> bool:
    watch = select.poll()
    watch.register(socket, select.POLLIN | getattr(select, "POLLRDHUP", 0))  # Linux has it
    return not watch.poll(0)
