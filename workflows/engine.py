"""The transition engine: the only code that writes a state."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from audit.actors import Actor
from audit.services import entry_for, record
from core.errors import (
    DomainError,
    Forbidden,
    InputInvalid,
    NotVisible,
    StateMoved,
    TooLarge,
    WrongMedia,
)
from core.rows import insert
from workflows.registry import Change, Transition, Workflow, listeners, workflow_of


class TransitionForm(forms.Form):
    """Base of every transition's input: knows the object, who is asking, and the time it is."""

    def __init__(
        self, *args: Any, obj: Any = None, actor: Any = None, now: datetime | None = None,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        self.obj, self.actor, self.now = obj, actor, now or timezone.now()
        super().__init__(*args, **kwargs)


@dataclass(frozen=True)
class Action:
    """What this actor may press now; `blocked` is the reason why not yet."""

    name: str
    label: str
    primary: bool
    confirm: str
    hint: str
    blocked: str
    transition: Transition

    def form(self, obj: Any, actor: Any, data: Any = None, files: Any = None) -> Any:
        """The form to show, bound when `data` is given; None when nothing is asked."""
        form_class = self.transition.form_class()
        return form_class(data, files, obj=obj, actor=actor) if form_class else None


def create(
    obj: Any, *, actor: Actor, action: str, now: datetime, beside: Sequence[Model] = (), **log: Any
) -> Any:
    """Insert a new object in its (declared) initial state and open its timeline.

    `beside` are further new rows (its clock) that do not refer to the object's key.
    Raises ValueError when `obj.state` is not one a life may begin in.
    """
    if obj.state not in workflow_of(obj).initial:
        raise ValueError(f"{obj.state} is no initial state")
    obj.created_at = obj.state_at = now
    entry = entry_for(
        actor=actor, action=action, obj=obj, now=now, to_state=obj.state, round=obj.round, data=log
    )
    insert(obj, entry, *beside)  # one statement: none is ever there without the others
    return obj


def apply(
    obj: Any,
    name: str,
    *,
    actor: Actor,
    now: datetime,
    data: dict[str, Any] | None = None,
    files: Any = None,
) -> Any:
    """Carry out transition `name` and return the fresh object.

    One transaction: lock, check right, state and guard, read the input, run the effect, write the
    state, record, tell. Raises NotVisible 404, Forbidden 403, StateMoved 409, InputInvalid 400,
    and for files TooLarge 413 and WrongMedia 415; nothing is written then.
    """
    flow = workflow_of(obj)
    row = flow.transition(name)
    if row is None:
        raise NotVisible("no_such_action", "没有这个操作。")
    with transaction.atomic():
        locked = type(obj)._default_manager.select_for_update(of=("self",)).get(pk=obj.pk)
        _check(flow, row, locked, actor, now)
        change = Change(
            obj=locked,
            transition=row,
            actor=actor,
            data=_clean(row, locked, actor, data, files, now),
            now=now,
            from_state=locked.state,
            to_state=_default_target(row, locked.state),
            round=locked.round,
        )
        effect = row.effect_function()
        if effect:
            effect(change)
        _write(change)
        for listener in listeners():
            listener(change)
    return change.obj


def _check(flow: Workflow, row: Transition, obj: Any, actor: Actor, now: datetime) -> None:
    if not row.allowed(actor, obj):
        raise Forbidden("no_right", f"您没有「{row.label}」这件事的权限。")
    if obj.state not in row.sources:
        raise StateMoved(
            "state_moved",
            f"这件事现在是「{flow.states[obj.state]}」，不能再「{row.label}」了。可能刚刚有人处理过，请刷新看看。",
        )
    reason = row.guard(obj, actor, now) if row.guard else None
    if reason:
        raise StateMoved("not_now", reason)


def _clean(
    row: Transition, obj: Any, actor: Actor, data: dict[str, Any] | None, files: Any, now: datetime
) -> dict[str, Any]:
    form_class = row.form_class()
    if form_class is None:
        return {}
    form = form_class(data or {}, files, obj=obj, actor=actor, now=now)
    if not form.is_valid():
        raise refusal(form)
    cleaned: dict[str, Any] = form.cleaned_data
    return cleaned


def refusal_status(form: forms.Form) -> int:
    """413 or 415 when a file is the trouble, else 400."""
    codes = {e.code for errors in form.errors.as_data().values() for e in errors}
    return next((int(c) for c in ("413", "415") if c in codes), 400)


def refusal(form: forms.Form) -> DomainError:
    """The form's faults as an error of the right status."""
    kind = {413: TooLarge, 415: WrongMedia}.get(refusal_status(form), InputInvalid)
    return kind("invalid", "有几处需要改一改。", field_errors(form))


def field_errors(form: forms.Form) -> dict[str, str]:
    """One sentence per field, as the error body and the pages show it."""
    return {name: " ".join(str(e) for e in errors) for name, errors in form.errors.items()}


def _default_target(row: Transition, state: str) -> str:
    return row.targets[0] if row.targets else state


def _write(change: Change) -> None:
    row, obj = change.transition, change.obj
    if change.to_state != change.from_state and change.to_state not in row.targets:
        raise ValueError(f"{row.name} may not lead to {change.to_state}")
    values: dict[str, Any] = {"state": change.to_state, "round": change.round}
    if change.to_state != change.from_state:
        values["state_at"] = change.now
    if row.stamps:
        values[row.stamps] = change.now
    hit = type(obj)._default_manager.filter(pk=obj.pk, state=change.from_state).update(**values)
    if hit != 1:
        raise StateMoved("state_moved", "刚刚有人处理过这件事，请刷新看看。")
    for name, value in values.items():
        setattr(obj, name, value)
    entry = record(
        actor=change.actor,
        action=row.log_action,
        obj=obj,
        now=change.now,
        from_state=change.from_state,
        to_state=change.to_state,
        transition=row.name,
        round=change.round,
        data=change.log,
    )
    change.entry_id = entry.pk


def available(obj: Any, actor: Actor, *, now: datetime) -> list[Action]:
    """The buttons for this actor now, in table order; blocked ones carry their reason."""
    rows = [t for t in workflow_of(obj).from_state(obj.state) if t.allowed(actor, obj)]
    reasons = [(t.guard(obj, actor, now) or "") if t.guard else "" for t in rows]
    return [
        Action(t.name, t.label, t.primary, t.confirm, t.hint, blocked, t)
        for t, blocked in zip(rows, reasons, strict=True)
        if not (blocked and t.only_if_able)
    ]


_TYPES: list[tuple[type[forms.Field], str]] = [
    (forms.MultipleChoiceField, "choices"),
    (forms.ModelMultipleChoiceField, "choices"),
    (forms.ChoiceField, "choice"),
    (forms.ModelChoiceField, "choice"),
    (forms.BooleanField, "boolean"),
    (forms.IntegerField, "integer"),
    (forms.DateTimeField, "datetime"),
    (forms.DateField, "date"),
    (forms.FileField, "file"),
]


def describe(action: Action, obj: Model, actor: Actor) -> dict[str, Any]:
    """`{name, label, fields: [{name, type, required, choices?}]}` of the API contract."""
    form = action.form(obj, actor)
    fields = [_describe_field(name, f) for name, f in form.fields.items()] if form else []
    return {"name": action.name, "label": action.label, "fields": fields}


def _describe_field(name: str, field: forms.Field) -> dict[str, Any]:
    kind = next((word for type_, word in _TYPES if isinstance(field, type_)), "text")
    found: dict[str, Any] = {
        "name": name,
        "label": str(field.label or name),
        "type": kind,
        "required": field.required,
    }
    if kind in ("choice", "choices"):
        found["choices"] = [
            {"value": str(value), "label": str(label)}
            for value, label in field.choices  # type: ignore[attr-defined]
            if value != ""
        ]
    return found
