"""Who an address is for, told by its beginning."""

from __future__ import annotations

RESIDENT, DESK, ADMIN, API, OPERATOR = "resident", "desk", "admin", "api", "operator"
PREFIXES = (
    ("/desk/", DESK),
    ("/login/", DESK),
    ("/logout/", DESK),
    ("/account/", DESK),
    ("/login/", DESK),
    ("/logout/", DESK),
    ("/account/", DESK),
    ("/admin/", ADMIN),
    ("/api/", API),
    ("/healthz", OPERATOR),
    ("/readyz", OPERATOR),
    ("/metrics", OPERATOR),
)


def audience_of(path: str) -> str:
    """One of resident, desk, admin, api, operator."""
    return next((audience for prefix, audience in PREFIXES if path.startswith(prefix)), RESIDENT)
