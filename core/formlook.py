"""What the form components show of a bound field; used by the tags of `look`."""

from collections.abc import Iterable
from typing import Any, cast

from django.forms import (
    BoundField,
    CheckboxInput,
    CheckboxSelectMultiple,
    ChoiceField,
    HiddenInput,
    RadioSelect,
    Textarea,
)


def _attributes(bound: BoundField, rows: int, more: dict[str, Any]) -> dict[str, Any]:
    widget = bound.field.widget
    parts = (("err", bound.errors), ("hint", bound.help_text))
    notes = [f"{bound.auto_id}-{part}" for part, there in parts if there]
    attrs: dict[str, Any] = {} if isinstance(widget, CheckboxInput) else {"class": "in"}
    if notes:
        attrs["aria-describedby"] = " ".join(notes)
    if isinstance(widget, Textarea):
        # Django's own default of ten rows fills a phone; a text area grows while writing instead
        preset = widget.attrs.get("rows")
        attrs |= {"rows": rows or (4 if preset in (None, "10") else preset), "data-grow": ""}
    for name, value in more.items():
        if value not in ("", None):
            attrs[name.replace("_", "-")] = value
    if attrs.pop("counter", ""):
        attrs["data-count"] = f"{bound.auto_id}-count"
    if draft := attrs.pop("draft", ""):
        attrs["data-draft"] = draft
    return attrs


def field_context(
    bound: BoundField, *, icon: str, rows: int, optional: str, more: dict[str, Any]
) -> dict[str, Any]:
    """Label, widget, hint, error and counter of one field."""
    widget = bound.field.widget
    # Django derives its list of boxes to tick from its list of radios
    is_boxes = isinstance(widget, CheckboxSelectMultiple)
    is_radio = isinstance(widget, RadioSelect) and not is_boxes
    return {
        "bound": bound,
        "widget": "" if is_radio else bound.as_widget(attrs=_attributes(bound, rows, more)),
        "is_radio": is_radio,
        "is_tick": isinstance(widget, CheckboxInput),
        "is_hidden": isinstance(widget, HiddenInput),
        "icon": icon,
        "optional": "" if bound.field.required else optional,
        "counter": more.get("counter", ""),
        "length": len(str(bound.value() or "")),
    }


def choice_options(bound: BoundField, icons: list[str]) -> list[dict[str, Any]]:
    """The choices of a field as value, label, icon, checked, id; an empty choice is left out."""
    value = bound.value()
    # flat pairs only: a choice in groups is a drop-down, not radio buttons
    pairs = cast(Iterable[tuple[Any, str]], cast(ChoiceField, bound.field).choices)
    choices = [(key, words) for key, words in pairs if key != ""]
    return [
        {
            "value": key,
            "label": words,
            "icon": icons[place] if place < len(icons) else "",
            "checked": value is not None and str(key) == str(value),
            "id": f"{bound.auto_id}-{place}" if place else bound.auto_id,
        }
        for place, (key, words) in enumerate(choices)
    ]
