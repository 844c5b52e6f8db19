"""The declared tables: what a transition is, and which workflows exist."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Model
from django.utils.module_loading import import_string

from audit.registry import register_replay, register_states

if TYPE_CHECKING:
    from audit.actors import Actor

# Pure: (object, actor, now) -> the reason in Chinese why not, or None.
Guard = Callable[[Any, "Actor", datetime], str | None]


@dataclass
class Change:
    """One transition in the making, handed to its effect and to the listeners.

    An effect may put codes, numbers and dates into `log` (they go into the audit entry) and set
    `to_state` among the declared targets and `round`. `entry_id` is the audit entry's, for
    listeners.
    """

    obj: Any
    transition: "Transition"
    actor: "Actor"
    data: dict[str, Any]
    now: datetime
    from_state: str
    to_state: str
    round: int
    log: dict[str, Any] = field(default_factory=dict)
    entry_id: int = 0


@dataclass(frozen=True)
class Transition:
    """A row of a workflow table.

    `form` and `effect` are dotted paths, so that a table needs nothing from the layers above it.
    An empty `target` leaves the state alone. With several `targets` the effect chooses, otherwise
    the first counts. `notify` are message kinds. `public` is what the resident's timeline says;
    empty means the step is internal. `only_if_able` leaves the button out while the guard says no
    (for what does not concern the object at all) instead of showing the reason. With `due` the job
    loop (whoever holds `workflows.run_due`) may do it as well as people with the permission.
    """

    name: str
    label: str
    sources: tuple[str, ...]
    target: str | tuple[str, ...]
    permission: str
    log_action: str
    guard: Guard | None = None
    form: str = ""
    effect: str = ""
    stamps: str = ""
    notify: tuple[str, ...] = ()
    public: str = ""
    primary: bool = False
    only_if_able: bool = False
    due: bool = False
    confirm: str = ""
    hint: str = ""

    @property
    def targets(self) -> tuple[str, ...]:
        if isinstance(self.target, tuple):
            return self.target
        return (self.target,) if self.target else ()

    def allowed(self, actor: "Actor", obj: Model) -> bool:
        """Whether this actor has the right to it, whatever the state."""
        return actor.has_perm(self.permission, obj) or (
            self.due and actor.has_perm("workflows.run_due", obj)
        )

    def form_class(self) -> Any:
        """The Django form that reads this transition's input, or None."""
        return import_string(self.form) if self.form else None

    def effect_function(self) -> Callable[[Change], None] | None:
        return import_string(self.effect) if self.effect else None


@dataclass(frozen=True)
class Workflow:
    """All transitions of one model, its states with their Chinese labels, and where it starts."""

    model: str
    label: str
    states: dict[str, str]
    initial: tuple[str, ...]
    final: tuple[str, ...]
    transitions: tuple[Transition, ...]

    def transition(self, name: str) -> Transition | None:
        return next((t for t in self.transitions if t.name == name), None)

    def from_state(self, state: str) -> list[Transition]:
        return [t for t in self.transitions if state in t.sources]


_workflows: dict[str, Workflow] = {}
_listeners: list[Callable[[Change], None]] = []


def register(workflow: Workflow) -> None:
    """Make the table the law for its model, and its log the proof of its states."""
    model = workflow.model
    _workflows[model] = workflow
    register_replay(model)
    register_states(model, lambda: _workflows[model].states)  # apps above may add to the table


def extend(
    model: str,
    *,
    states: Mapping[str, str] | None = None,
    final: Iterable[str] = (),
    transitions: Iterable[Transition] = (),
    sources: Mapping[str, Iterable[str]] | None = None,
) -> Workflow:
    """Add states and transitions to a table from an app above (转议题, 提建议).

    `sources` lets existing transitions start from further states as well:
    `{"reply": ["promoted"]}`.
    Raises LookupError for an unknown table or transition, ValueError for a name that is taken.
    Called in `apps.py: ready`, below whatever is checked and documented.
    """
    flow = _workflows[model]
    known, added = {t.name for t in flow.transitions}, tuple(transitions)
    taken = [t.name for t in added if t.name in known] + [
        s for s in states or () if s in flow.states
    ]
    if taken:
        raise ValueError(f"{model} has {', '.join(taken)} already")
    if missing := set(sources or ()) - known:
        raise LookupError(f"{model} has no {', '.join(sorted(missing))}")
    more = {name: tuple(extra) for name, extra in (sources or {}).items()}
    widened = (replace(t, sources=(*t.sources, *more.get(t.name, ()))) for t in flow.transitions)
    _workflows[model] = replace(
        flow, states={**flow.states, **(states or {})}, final=(*flow.final, *final),
        transitions=(*widened, *added),
    )  # fmt: skip
    return _workflows[model]


def workflow_of(obj: Model | type[Model]) -> Workflow:
    return _workflows[obj._meta.label_lower]


def workflows() -> dict[str, Workflow]:
    return dict(_workflows)


def on_applied(listener: Callable[[Change], None]) -> None:
    """Call `listener` in the transaction of every change (notifications register themselves)."""
    _listeners.append(listener)


def listeners() -> list[Callable[[Change], None]]:
    return list(_listeners)
