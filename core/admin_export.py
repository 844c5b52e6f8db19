"""Taking a register away as Excel or CSV, from the admin's list."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any, TypeAlias, cast

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.functional import Promise

from core.dates import local_date
from core.errors import TooLarge
from core.sheets import write_csv, write_xlsx

EXPORT_LIMIT = 200_000
AT_ONCE = 5_000  # more rows than this are written as due work, not while somebody waits
CHUNK = 2_000
ExportColumn: TypeAlias = str | tuple[str, Callable[[Any], Any]]
Table = tuple[Sequence[str], Iterable[Sequence[Any]]]
"""Titles, and rows from a generator."""
Seen = Callable[[Iterable[Sequence[Any]]], Iterable[Sequence[Any]]]


@dataclass(frozen=True)
class ExportEvent:
    """Who took how many rows of what; `on_export` hooks get it before the file is handed over."""

    actor: Any
    model: type[Model]
    kind: str
    rows: int


# Filled by audit: each hook is called with the ExportEvent.
on_export: list[Callable[[ExportEvent], None]] = []
# Filled by jobs: takes on what is too much for one request, and answers with where to look.
later: list[Callable[[HttpRequest, Any, str, int], HttpResponseBase]] = []


class ExportMixin:
    """The actions 导出Excel and 导出CSV over what the person selected, within their scope.

    `export_fields` lists field names, or `(title, function of the object)`; without it nothing
    can be exported. Names follow relations with "__"; `export_related` is for select_related.
    Up to AT_ONCE rows come at once, up to EXPORT_LIMIT as due work.
    """

    export_fields: Sequence[ExportColumn] = ()
    export_related: Sequence[str] = ()
    model: type[Model]

    def has_export_permission(self, request: HttpRequest) -> bool:
        """Who may see the register may take it away; an admin may ask for more."""
        view = self.has_view_permission(request)  # type: ignore[attr-defined]
        return bool(self.export_fields) and view

    @admin.action(description="导出所选（Excel）", permissions=["export"])
    def export_xlsx(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponseBase:
        """The selected rows as .xlsx."""
        return self._exported(request, queryset, "xlsx")

    @admin.action(description="导出所选（CSV）", permissions=["export"])
    def export_csv(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponseBase:
        """The selected rows as CSV."""
        return self._exported(request, queryset, "csv")

    def _exported(
        self, request: HttpRequest, queryset: QuerySet[Any], kind: str
    ) -> HttpResponseBase:
        count = queryset.order_by()[: EXPORT_LIMIT + 1].count()
        if count > EXPORT_LIMIT:
            message = f"一次最多导出{EXPORT_LIMIT}行，请先用筛选缩小范围。"
            raise TooLarge("export_too_large", message)
        if count > AT_ONCE and later:
            return later[0](request, self, kind, count)
        # Spooled to a file first: a fault half-way is an error page, not half a register.
        file = cast(IO[bytes], tempfile.TemporaryFile())  # noqa: SIM115  the response closes it
        self.write_export(queryset, file, kind, actor=request.user)
        file.seek(0)
        return handed_over(file, f"{self.export_name()}.{kind}")

    def export_name(self) -> str:
        """What the file is called, without its ending."""
        return f"{self.model._meta.verbose_name_plural}-{local_date(timezone.now()):%Y%m%d}"

    def export_table(self, queryset: QuerySet[Any]) -> Table:
        """What stands in the file."""
        columns = [_column(self.model, entry) for entry in self.export_fields]
        rows = queryset.select_related(*self.export_related) if self.export_related else queryset
        return [title for title, _ in columns], _cells(rows, columns)

    def write_export(
        self, queryset: QuerySet[Any], file: Any, kind: str, *, actor: Any, seen: Seen = iter
    ) -> int:
        """Write the rows as `xlsx` or `csv` and tell `on_export`; returns how many.

        `seen` gets the rows and gives them on, for whoever wants to know how far it is.
        """
        titles, rows = self.export_table(queryset)
        written = (write_csv if kind == "csv" else write_xlsx)(file, titles, seen(rows))
        event = ExportEvent(actor, self.model, kind, written)
        for hook in on_export:
            hook(event)
        return written


def handed_over(file: Any, name: str) -> HttpResponseBase:
    """A file to keep, that no cache keeps."""
    response = FileResponse(file, as_attachment=True, filename=name)
    response["Cache-Control"] = "no-store"
    return response


def _cells(
    rows: QuerySet[Any], columns: Sequence[tuple[str, Callable[[Any], Any]]]
) -> Iterator[list[Any]]:
    readers = [read for _, read in columns]
    found: Iterable[Any] = rows.iterator(chunk_size=CHUNK)
    return ([read(obj) for read in readers] for obj in found)


def _column(model: type[Model], entry: ExportColumn) -> tuple[str, Callable[[Any], Any]]:
    if not isinstance(entry, str):
        return entry
    path = entry.split("__")
    owner: Any = model
    for name in path[:-1]:
        owner = owner._meta.get_field(name).related_model
    field = owner._meta.get_field(path[-1])
    display = f"get_{path[-1]}_display" if field.choices else path[-1]

    def read(obj: Any) -> Any:
        for name in path[:-1]:
            obj = getattr(obj, name, None)
        value = getattr(obj, display, None)
        value = value() if callable(value) else value
        return str(value) if isinstance(value, Model | Promise) else value

    return str(field.verbose_name), read
