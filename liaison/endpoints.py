"""Every route of the site with its audience, methods and permission, told from the resolver.

A view says what it needs by the attribute ``required_permission``: a permission such as
``handling.reply_order``, or a word (``desk``, ``public``). Where it is missing, the view's own
guards are read: DRF permission classes, Django's mixins, the admin's model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.regex_helper import normalize

from liaison.audiences import ADMIN, OPERATOR, audience_of

VERBS = ("get", "post", "put", "patch", "delete")
PUBLIC, SIGNED_IN = "public", "signed-in"


@dataclass(frozen=True)
class Endpoint:
    """One route."""

    pattern: str
    name: str
    audience: str
    methods: list[str]
    permission: str


def endpoints() -> list[dict[str, Any]]:
    """All routes in the order in which the resolver tries them."""
    return [asdict(endpoint) for endpoint in _walk(get_resolver().url_patterns, "/", "")]


def _walk(patterns: list[Any], prefix: str, namespace: str) -> Iterator[Endpoint]:
    for entry in patterns:
        path = prefix + _readable(entry)
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from _walk(entry.url_patterns, path, inner)
        elif isinstance(entry, URLPattern):
            audience = audience_of(path)
            name = f"{namespace}{entry.name}" if entry.name else ""
            yield Endpoint(
                path, name, audience, _methods(entry.callback), _permission(entry, audience)
            )


def _readable(entry: URLPattern | URLResolver) -> str:
    """`<code>` for path() routes; the first possibility of a regular expression for re_path()."""
    route = str(entry.pattern)
    if not hasattr(entry.pattern, "regex") or hasattr(entry.pattern, "_route"):
        return route
    possible = normalize(route)
    return possible[0][0].replace("%(", "<").replace(")s", ">") if possible else route


def _chain(view: Any) -> Iterator[Any]:
    """The callback and everything its decorators wrapped."""
    while view is not None:
        yield view
        view = getattr(view, "__wrapped__", None)


def _attribute(callback: Any, name: str) -> Any:
    for view in _chain(callback):
        for owner in (view, getattr(view, "view_class", None), getattr(view, "cls", None)):
            value = getattr(owner, name, None)
            if value is not None:
                return value
    return None


def _methods(callback: Callable[..., Any]) -> list[str]:
    actions = getattr(callback, "actions", None)  # DRF view sets: {"get": "list", …}
    if actions:
        return sorted({verb.upper() for verb in actions})
    owner = getattr(callback, "view_class", None) or getattr(callback, "cls", None)
    if owner is not None:
        allowed = [verb for verb in owner.http_method_names if verb in VERBS]
        return sorted(verb.upper() for verb in allowed if hasattr(owner, verb))
    declared = _attribute(callback, "methods") or _from_decorator(callback)
    return sorted(set(declared)) if declared else ["GET", "POST"]


def _from_decorator(callback: Any) -> list[str]:
    """What `require_http_methods` closed over."""
    for view in _chain(callback):
        names = getattr(getattr(view, "__code__", None), "co_freevars", ())
        for name, cell in zip(names, getattr(view, "__closure__", None) or (), strict=False):
            if name == "request_method_list":
                return [str(method) for method in cell.cell_contents if method != "HEAD"]
    return []


def _permission(entry: URLPattern, audience: str) -> str:
    callback = entry.callback
    own = getattr(callback, "initkwargs", None) or {}  # DRF: what one action alone asks for
    declared = own.get("required_permission") or _attribute(callback, "required_permission")
    if declared:
        return str(declared)
    if audience == ADMIN:
        return _admin_permission(callback, str(entry.name or ""))
    if audience == OPERATOR:
        return "operator" if "metrics" in str(entry.pattern) else PUBLIC
    return _guard(callback)


def _admin_permission(callback: Any, name: str) -> str:
    admin = _attribute(callback, "model_admin")
    if admin is None:
        return PUBLIC if name in ("login", "jsi18n") else "staff"
    verb = {"add": "add", "delete": "delete"}.get(name.rpartition("_")[2], "view")
    return f"{admin.opts.app_label}.{verb}_{admin.opts.model_name}"


def _guard(callback: Any) -> str:
    classes = _attribute(callback, "permission_classes")
    if classes is not None:
        names = {getattr(item, "__name__", str(item)) for item in classes}
        return PUBLIC if names <= {"AllowAny"} else SIGNED_IN
    owner = getattr(callback, "view_class", None)
    if owner is not None and any("Required" in base.__name__ for base in owner.__mro__):
        return str(getattr(owner, "permission_required", None) or SIGNED_IN)
    return PUBLIC
