"""The question every service of this app asks first."""

from typing import Any

from audit.actors import Actor
from core.errors import Forbidden


def require(actor: Actor, perm: str, obj: Any) -> None:
    """Raise Forbidden unless the actor may; the operator at the machine always may."""
    if actor.actor_kind != "system" and not actor.has_perm(perm, obj):
        raise Forbidden()
