"""Log actions and replay sources, filled by the apps that own them (in their `apps.py`)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class LogAction:
    """One kind of entry: its code, its words for staff, its words on the public timeline."""

    name: str
    label: str
    public: str = ""


@dataclass(frozen=True)
class Replay:
    """A model (label in lower case) whose rows must stand where the log says they do."""

    model: str
    state_field: str
    code_field: str


States = Callable[[], Mapping[str, str]]

_actions: dict[str, LogAction] = {}
_replays: dict[str, Replay] = {}
_states: dict[str, States] = {}


def register_action(name: str, label: str, public: str = "") -> None:
    """Make `name` a known log action. Registering the same words again is harmless."""
    action = LogAction(name, label, public)
    if _actions.setdefault(name, action) != action:
        raise ValueError(f"log action {name} registered twice with different words")


def action(name: str) -> LogAction:
    """The registered action; KeyError when nobody registered it."""
    return _actions[name]


def actions() -> list[LogAction]:
    """Every registered action."""
    return list(_actions.values())


def action_known(name: str) -> bool:
    return name in _actions


def action_label(name: str) -> str:
    return _actions[name].label if name in _actions else name


def register_replay(model: str, *, state_field: str = "state", code_field: str = "code") -> None:
    """Let `verify_audit` compare the log's last state of every object with the stored one.

    `workflows.registry.register` calls it for every workflow.
    """
    _replays[model] = Replay(model, state_field, code_field)


def register_states(model: str, states: States) -> None:
    """`states()` gives the words for the states of a model; asked at every reading."""
    _states[model] = states


def state_label(model: str, state: str) -> str:
    """The words for a state; the state itself where nobody said any."""
    known = _states.get(model)
    return (known().get(state) if known else None) or state


def replays() -> list[Replay]:
    return list(_replays.values())
