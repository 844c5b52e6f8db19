"""Registers in and out as sheets: check, confirm, import; export in the same columns."""

import io
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern
from django.utils import timezone

from core.admin_export import Table
from core.dates import local_date
from core.errors import DomainError, InputInvalid
from core.sheets import write_xlsx
from deputies.admin.base import right, sent_files
from deputies.services.drafts import drop_draft, keep_draft, own_draft


class SheetForm(forms.Form):
    """The file to check; the confirmation comes after the report."""

    file = forms.FileField(label="Excel 或 CSV 文件")


class SheetImportMixin:
    """Upload, look at the report, confirm: nothing is written before the confirmation."""

    sheet_register: ClassVar[str] = ""
    sheet_header: Sequence[str] = ()
    sheet_example: Sequence[Any] = ()

    def run_import(self, request: HttpRequest, file: Any, *, dry_run: bool) -> Any:
        """The import service within the person's scope."""
        raise NotImplementedError

    def sheet_rows(self, queryset: QuerySet[Any]) -> Iterable[Sequence[Any]]:
        """The rows of an export in the columns of the import."""
        raise NotImplementedError

    def sheet_scope(self, request: HttpRequest) -> list[str] | None:
        """Region prefixes this person may import into; None for the operator."""
        if request.user.is_superuser:
            return None
        return list(request.user.region_prefixes(right(self.opts, "add")))

    def has_export_permission(self, request: HttpRequest) -> bool:
        return bool(self.has_view_permission(request))

    def export_table(self, queryset: QuerySet[Any]) -> Table:
        return self.sheet_header, self.sheet_rows(queryset)

    def export_name(self) -> str:
        return f"{self.opts.verbose_name}名册-{local_date(timezone.now()):%Y%m%d}"

    def sheet_urls(self) -> list[URLPattern]:
        return [
            self.page("import/", self.import_view, "add", "import"),
            self.page("template/", self.template_view, "add", "template"),
        ]

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """GET the form; POST a file for the report; POST its token to import it."""
        form = SheetForm(*sent_files(request))
        if request.method == "POST" and request.POST.get("token"):
            return self._confirmed(request)
        if request.method != "POST" or not form.is_valid():
            return self._import_page(request, form=form)
        upload = form.cleaned_data["file"]
        data = upload.read()
        try:
            report = self.run_import(request, io.BytesIO(data), dry_run=True)
            if not report.ok:
                return self._import_page(request, form=SheetForm(), report=report)
            draft = keep_draft(
                actor=request.user, register=self.sheet_register, name=upload.name, data=data,
                now=timezone.now(),
            )  # fmt: skip
        except DomainError as error:
            form.add_error("file", error.message)
            return self._import_page(request, form=form)
        return self._import_page(request, form=SheetForm(), report=report, draft=draft)

    def _confirmed(self, request: HttpRequest) -> HttpResponse:
        try:
            draft = own_draft(
                actor=request.user, register=self.sheet_register, token=request.POST["token"]
            )
            report = self.run_import(request, io.BytesIO(bytes(draft.data)), dry_run=False)
        except InputInvalid as error:
            messages.error(request, error.message)
            return self._import_page(request, form=SheetForm())
        if not report.ok:  # somebody changed the register meanwhile
            return self._import_page(request, form=SheetForm(), report=report)
        drop_draft(draft)
        messages.success(request, f"已导入。{report.as_text()}")
        return redirect(self.url("changelist"))

    def _import_page(self, request: HttpRequest, **context: Any) -> HttpResponse:
        report = context.get("report")
        answer: TemplateResponse = self.render(
            request, "admin/deputies/import.html", f"导入{self.opts.verbose_name}",
            columns="、".join(self.sheet_header), template_url=self.url("template"),
            **context,
        )  # fmt: skip
        answer.status_code = 400 if report is not None and not report.ok else 200
        return answer

    def template_view(self, request: HttpRequest) -> FileResponse:
        """An empty sheet with the titles and one example row."""
        file = io.BytesIO()
        write_xlsx(file, self.sheet_header, [self.sheet_example])
        file.seek(0)
        name = f"{self.opts.verbose_name}导入表.xlsx"
        return FileResponse(file, as_attachment=True, filename=name)
