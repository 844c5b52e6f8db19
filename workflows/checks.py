"""Refuse to start on a table that cannot be right."""

from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error
from django.core.exceptions import FieldDoesNotExist

from audit.registry import action_known
from workflows.registry import Transition, Workflow, workflows

# Filled by upper apps: is this permission in any role, is this message kind registered?
permission_known: list[Callable[[str], bool]] = []
message_kind_known: list[Callable[[str], bool]] = []


def check_workflows(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """System check: unknown state, permission, stamp, log action, message kind; unreachable."""
    return [
        Error(f"{flow.model}: {problem}", id="workflows.E001")
        for flow in workflows().values()
        for problem in problems(flow)
    ]


def problems(flow: Workflow) -> list[str]:
    """Every fault of one table, in words."""
    found = [f"{row.name}: {p}" for row in flow.transitions for p in _row_problems(flow, row)]
    names = [row.name for row in flow.transitions]
    found += [f"{name} declared twice" for name in sorted({n for n in names if names.count(n) > 1})]
    reachable = set(flow.initial)
    for _ in flow.states:
        for row in flow.transitions:
            if reachable & set(row.sources):
                reachable |= set(row.targets)
    found += [f"state {state} is unreachable" for state in flow.states if state not in reachable]
    stuck = [s for s in flow.states if s not in flow.final and not flow.from_state(s)]
    return found + [f"state {state} is a dead end" for state in stuck]


def _row_problems(flow: Workflow, row: Transition) -> list[str]:
    found = [f"unknown state {s}" for s in (*row.sources, *row.targets) if s not in flow.states]
    if not row.sources:
        found.append("no sources")
    if not any(known(row.permission) for known in permission_known):
        found.append(f"unknown permission {row.permission}")
    if not action_known(row.log_action):
        found.append(f"unknown log action {row.log_action}")
    if row.stamps and not _has_field(flow.model, row.stamps):
        found.append(f"unknown stamp {row.stamps}")
    unknown = [k for k in row.notify if not any(known(k) for known in message_kind_known)]
    return found + [f"unknown message kind {kind}" for kind in unknown] + _broken_paths(row)


def _broken_paths(row: Transition) -> list[str]:
    found = []
    for path in (row.form_class, row.effect_function):
        try:
            path()
        except ImportError as error:
            found.append(str(error))
    return found


def _has_field(model: str, name: str) -> bool:
    try:
        apps.get_model(model)._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    return True
