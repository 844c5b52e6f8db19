"""Who acts: the three kinds of actor that every service, the engine and the audit log accept."""

from dataclasses import dataclass
from typing import Any, Protocol

from django.db.models import Model


class Actor(Protocol):
    """Anyone who may change something. `accounts.User` satisfies it as it is."""

    @property
    def actor_kind(self) -> str: ...

    @property
    def actor_id(self) -> int | None: ...

    @property
    def actor_label(self) -> str: ...

    def has_perm(self, perm: str, obj: Model | None = None) -> bool: ...


@dataclass(frozen=True)
class SystemActor:
    """The job loop: may do what the table marks as due work, and nothing else."""

    actor_kind: str = "system"
    actor_id: int | None = None
    actor_label: str = "系统"

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        return perm == "workflows.run_due"


@dataclass(frozen=True)
class ResidentActor:
    """A resident who proved the receipt of exactly one object; no name is kept here."""

    object_type: str
    object_code: str
    actor_kind: str = "resident"
    actor_id: int | None = None
    actor_label: str = "群众"

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        if not perm.endswith("_as_resident") or obj is None:
            return False
        return (obj._meta.label_lower, obj.code) == (self.object_type, self.object_code)


SYSTEM = SystemActor()
