"""Registers in the admin: only rows in scope, states read-only, rights by role, no full counts."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NoReturn

from django.contrib import admin
from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ImproperlyConfigured
from django.core.paginator import Paginator
from django.db.models import ForeignKey, ManyToManyField, Model, QuerySet
from django.http import HttpRequest

from core.admin_export import ExportMixin
from core.errors import Forbidden, NotVisible

COUNTED_TO = 1_000
# Written by the engine alone (STYLE 3), or by the database.
ENGINE_FIELDS = ("state", "state_at", "round", "created_at")


@dataclass(frozen=True)
class ChangeEvent:
    """An object was added, changed or deleted by hand in the admin; field names, no values."""

    request: HttpRequest
    obj: Model
    kind: str
    fields: tuple[str, ...] = ()


# Filled by audit: each hook is called with the ChangeEvent, inside the transaction of the change.
on_change: list[Callable[[ChangeEvent], None]] = []


class CappedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts to 1,000 and stops: nobody pages further, and each thousand more takes 0.7 ms."""

    @cached_property
    def count(self) -> int:
        rows = self.object_list
        if isinstance(rows, QuerySet):
            return rows.order_by()[:COUNTED_TO].count()
        return len(rows)

    def page(self, number: int | str) -> Any:
        """A later page: the keys first, so that the rows passed over are not joined to others."""
        number, rows = self.validate_number(number), self.object_list
        if number == 1 or not isinstance(rows, QuerySet):
            return super().page(number)
        first = (number - 1) * self.per_page
        last = min(first + self.per_page, self.count)
        keys = rows.select_related(None).values("pk")[first:last]
        found = rows.filter(pk__in=keys)
        return self._get_page(found, number, self)  # type: ignore[attr-defined]

    @property
    def is_capped(self) -> bool:
        """Whether there may be more rows than are counted."""
        return self.count >= COUNTED_TO


class RoundFilter(admin.SimpleListFilter):
    """第几轮. Django's own filter reads the whole table to find out which rounds there are."""

    title = "轮次"
    parameter_name = "round"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("1", "第1轮"), ("2", "第2轮"), ("3", "第3轮及以后")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        wanted = {"1": {"round": 1}, "2": {"round": 2}, "3": {"round__gte": 3}}
        return queryset.filter(**wanted.get(str(self.value()), {}))


class FigureFilter(admin.SimpleListFilter):
    """What a number of the dashboard counts, so that the number opens exactly those rows.

    `figures` says of each name its words and how the rows are narrowed.
    """

    title = "首页上的数"
    parameter_name = "figure"
    figures: Mapping[str, tuple[str, Callable[[Any], QuerySet[Any]]]] = {}

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, words) for name, (words, _) in self.figures.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        found = self.figures.get(str(self.value()))
        return found[1](queryset) if found else queryset


class ScopedModelAdmin(ExportMixin, admin.ModelAdmin):  # type: ignore[type-arg]
    """A register within the person's scope.

    Rows come from `visible_to(request.user)`, choices of relations too; out of scope is a 404.
    Rights are `app.view_model`, `add_`, `change_`, `delete_` from accounts/roles.py, asked with
    the object. Nothing is deleted unless `deletable`. States move by transitions only.
    `menu_group`, `menu_order` and `menu_label` place it in the menu.
    """

    menu_group = "登记"
    menu_order = 100
    menu_label = ""
    deletable = False
    paginator = CappedPaginator
    show_full_result_count = False
    list_per_page = 50
    list_max_show_all = 0
    actions: Sequence[Any] = ("export_xlsx", "export_csv")
    actions_selection_counter = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The rows in scope, and no others, for every page of this register."""
        manager = self.model._default_manager
        if not hasattr(manager, "visible_to"):
            raise ImproperlyConfigured(f"{self.model.__name__}.objects has no visible_to")
        rows: QuerySet[Any] = manager.visible_to(request.user)
        ordering = self.get_ordering(request)
        return rows.order_by(*ordering) if ordering else rows

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """What the admin declares, and whatever the engine writes."""
        names = {field.name for field in self.model._meta.get_fields()}
        declared = list(super().get_readonly_fields(request, obj))
        shown = _named(self.fields, self.fieldsets)
        if shown is None:
            shown = names - set(self.exclude or ())
        kept = [f for f in ENGINE_FIELDS if f in names & shown and f not in declared]
        return [*declared, *kept]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, "view", obj) or self._may(request, "change", obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._may(request, "add")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, "change", obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.deletable and self._may(request, "delete", obj)

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Choices within scope only."""
        self._scope_choices(db_field.remote_field.model, request, kwargs)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(
        self, db_field: ManyToManyField[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Choices within scope only."""
        self._scope_choices(db_field.remote_field.model, request, kwargs)
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Saves, then looks the row up again in scope: nobody writes where they cannot see."""
        super().save_model(request, obj, form, change)
        if not self.get_queryset(request).filter(pk=obj.pk).exists():
            message = "这样保存后就不在您的管辖范围内了，没有保存。请检查所属的区划或单位。"
            raise Forbidden("out_of_scope", message)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> LogEntry:
        return _logged(request, obj, ADDITION, message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> LogEntry:
        return _logged(request, obj, CHANGE, message)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> list[LogEntry]:
        return [_logged(request, obj, DELETION, "") for obj in queryset]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """The list under its own name, not 「选择…来修改」."""
        title = str(self.menu_label or self.model._meta.verbose_name_plural)
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Without Django's bulk deletion unless the register is deletable."""
        actions = super().get_actions(request)
        if not self.deletable:
            actions.pop("delete_selected", None)
        return actions

    def _get_obj_does_not_exist_redirect(
        self, request: HttpRequest, opts: Any, object_id: str
    ) -> NoReturn:
        raise NotVisible()

    def _may(self, request: HttpRequest, verb: str, obj: Any = None) -> bool:
        meta = self.model._meta
        return bool(request.user.has_perm(f"{meta.app_label}.{verb}_{meta.model_name}", obj))

    def _scope_choices(self, model: Any, request: HttpRequest, kwargs: dict[str, Any]) -> None:
        manager = model._default_manager
        if "queryset" not in kwargs and hasattr(manager, "visible_to"):
            kwargs["queryset"] = manager.visible_to(request.user)


def _named(fields: Any, fieldsets: Any) -> set[str] | None:
    """The fields an admin names itself, or None when it leaves that to Django."""
    if fieldsets:
        fields = [name for _, options in fieldsets for name in options["fields"]]
    if not fields:
        return None
    return {
        name
        for entry in fields
        for name in (entry if isinstance(entry, list | tuple) else (entry,))
    }


_KINDS = {ADDITION: "add", CHANGE: "change", DELETION: "delete"}


def _logged(request: HttpRequest, obj: Any, flag: int, message: Any) -> LogEntry:
    """Django's own log line, with the object's code instead of its (perhaps personal) text."""
    entry = LogEntry.objects.create(
        user_id=request.user.pk or 0,
        content_type=ContentType.objects.get_for_model(obj, for_concrete_model=False),
        object_id=str(obj.pk),
        object_repr=str(getattr(obj, "code", obj.pk))[:200],
        action_flag=flag,
        change_message=json.dumps(_without_objects(message)),
    )
    event = ChangeEvent(request, obj, _KINDS[flag], _changed_fields(message))
    for hook in on_change:
        hook(event)
    return entry


def _without_objects(message: Any) -> Any:
    """Django's change message, where inline rows would be spelled out by their text."""
    if not isinstance(message, list):
        return message
    return [
        {
            verb: details | ({"object": ""} if "object" in details else {})
            for verb, details in part.items()
        }
        for part in message
    ]


def _changed_fields(message: Any) -> tuple[str, ...]:
    """Labels of the changed fields out of Django's change message."""
    if not isinstance(message, list):
        return ()
    return tuple(
        str(name)
        for part in message
        for details in part.values()
        for name in details.get("fields", ())
    )
