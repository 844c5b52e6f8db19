"""Printed codes in the admin: what is in use, ending one, printing many.

Here and not in `codes`, because the register pages it is built of belong to `deputies`.
"""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet, Sum
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.html import format_html

from codes.models import KINDS, Code, PosterBatch, PosterPart
from codes.posters import SIZES, make_posters
from codes.selectors import code_path, code_url, printable_codes, short_address
from codes.services import mark_printed, reissue_code, revoke_code, start_batch
from codes.views import code_image
from core.dates import local_date
from core.errors import DomainError, Forbidden, InputInvalid, NotVisible
from core.forms import TextInput
from deputies.admin.base import RegisterAdmin, refuse, sent
from deputies.admin.filters import TownFilter

AT_ONCE = 300  # more than this is due work


class ReasonForm(forms.Form):
    reason = TextInput(label="原因", max_length=100)


class PrintForm(forms.Form):
    """What to print."""

    kind = forms.ChoiceField(label="印哪种码", choices=[k for k in KINDS if k[0] != "activity"])
    region_code = forms.CharField(
        label="区划代码", max_length=15, help_text="只印这个区划以内的：县6位、镇街9位、村社区12位"
    )
    size = forms.ChoiceField(
        label="纸张", choices=[("A5", "A5，一张一页"), ("A4", "A4，一页两张，裁开用")]
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.prefixes = tuple(user.region_prefixes("codes.print_code"))
        self.fields["region_code"].initial = self.prefixes[0] if self.prefixes else ""

    def clean_region_code(self) -> str:
        code: str = self.cleaned_data["region_code"].strip()
        if not (code.isascii() and code.isdigit()):
            raise forms.ValidationError("区划代码只有数字。")
        if not code.startswith(self.prefixes or ("-",)):
            raise forms.ValidationError("这个地区不在您的管理范围内，请换一个。")
        return code


@admin.register(Code)
class CodeAdmin(RegisterAdmin):
    """Codes are issued with what they stand for; here they are found, printed and ended."""

    menu_order = 75
    list_display = ("label", "kind", "point_code", "check_phrase", "state", "scans", "printed_at")
    list_filter = ("kind", "state", TownFilter, ("printed_at", admin.EmptyFieldListFilter))
    ordering = ("kind", "point_code")
    search_fields = ("label__contains", "point_code", "target_code")
    search_help_text = "名称、点位编号或对象编号"
    fields = ("label", "kind", "target_code", "region_code", "point_code", "check_phrase",
              "address", "state", "reason", "next_code", "issued_at", "ended_at", "printed_at",
              "scans", "picture")  # fmt: skip
    readonly_fields = fields
    actions: ClassVar[Any] = ["print_posters", "export_xlsx", "export_csv"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).annotate(scan_sum=Sum("scans__count"))

    @admin.display(description="扫码次数", ordering="scan_sum")
    def scans(self, code: Any) -> int:
        return code.scan_sum or 0

    @admin.display(description="网址")
    def address(self, code: Code) -> str:
        return format_html(
            '<a href="{}?view=resident">{}</a>', code_path(code), short_address(code)
        )

    @admin.display(description="接替的码")
    def next_code(self, code: Code) -> str:
        return str(code.successor) if code.successor else "—"

    @admin.display(description="码图")
    def picture(self, code: Code) -> str:
        if code.state != "active":
            return "已停用，不再提供"
        svg, png = self.url("image", code.pk, "svg"), self.url("image", code.pk, "png")
        return format_html(
            '<img src="{}" alt="{}" width="164" height="164"><br><a href="{}" download>PNG图片</a>'
            ' · <a href="{}" download>SVG矢量图</a>', svg, code_url(code), png, svg,
        )  # fmt: skip

    # --- tools --------------------------------------------------------------------------------

    def list_tools(self, request: HttpRequest) -> list[tuple[str, str]]:
        if not request.user.has_perm("codes.print_code"):
            return []
        return [("批量打印海报", self.url("print")), ("打印记录", self.url("batches"))]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        obj = self.get_object(request, object_id)
        tools = []
        if obj is not None and obj.state == "active" and request.user.has_perm(REVOKE, obj):
            tools = [
                ("换发新码", self.url("reissue", obj.pk)),
                ("作废", self.url("revoke", obj.pk)),
            ]
        extra = {**(extra_context or {}), "tools": tools}
        return super().change_view(request, object_id, form_url, extra)

    def get_urls(self) -> list[Any]:
        return [
            self.page("print/", self.print_view, "print", "print"),
            self.page("batches/", self.batches_view, "print", "batches"),
            self.page("batches/<str:code>/", self.batch_view, "print", "batch"),
            self.page("batches/part/<int:pk>.pdf", self.part_view, "print", "part"),
            self.page("<int:pk>/code.<str:form>", self.image_view, "view", "image"),
            self.page("<int:pk>/revoke/", self.revoke_view, "revoke", "revoke"),
            self.page("<int:pk>/reissue/", self.reissue_view, "revoke", "reissue"),
            *super().get_urls(),
        ]

    def image_view(self, request: HttpRequest, pk: int, form: str) -> HttpResponse:
        return code_image(self.found(request, pk, "view"), form)

    def revoke_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        code = self.found(request, pk, "revoke")

        def do(cleaned: dict[str, Any]) -> None:
            revoke_code(actor=request.user, code=code, now=timezone.now(), **cleaned)

        text = "作废后，扫这个码只会看到“这个码无效”。用于印错、被盗、被仿冒；换届请用停用或换发。"
        return self.act(
            request, code, title=f"作废{code}", form=ReasonForm(sent(request)), do=do,
            done="已作废。", label="作废", text=text,
        )  # fmt: skip

    def reissue_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        code = self.found(request, pk, "revoke")

        def do(cleaned: dict[str, Any]) -> None:
            reissue_code(actor=request.user, code=code, now=timezone.now(), **cleaned)

        text = "换发后，旧海报扫开会引到新码的页面。请尽快打印新海报换上。"
        return self.act(
            request, code, title=f"换发{code}", form=ReasonForm(sent(request)), do=do,
            done="已换发新码。", label="换发新码", text=text, back=self.url("changelist"),
        )  # fmt: skip

    # --- printing -----------------------------------------------------------------------------

    @admin.action(description="打印海报（A5）", permissions=["print"])
    def print_posters(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse:
        """The chosen ones as one file, up to some hundreds."""
        codes = list(queryset.filter(state="active")[: AT_ONCE + 1])
        if len(codes) > AT_ONCE:
            message = f"一次最多印{AT_ONCE}张，更多请用“批量打印海报”。"
            raise InputInvalid("too_many_posters", message)
        return self._file(request, codes, "A5")

    def has_print_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("codes.print_code")

    def print_view(self, request: HttpRequest) -> HttpResponse:
        """Choose kind and place; a few hundred come at once, more are drawn by the job loop."""
        form = PrintForm(sent(request), user=request.user)
        if request.method == "POST" and form.is_valid():
            data = form.cleaned_data
            codes = printable_codes(data["kind"], data["region_code"])
            if 0 < codes.count() <= AT_ONCE:
                return self._file(request, list(codes), data["size"])
            try:
                batch = start_batch(actor=request.user, now=timezone.now(), **data)
            except DomainError as error:
                refuse(form, error)
            else:
                return redirect(self.url("batch", batch.code))
        text = f"{AT_ONCE}张以内直接下载；更多的在后台排版，分册下载，可以先去做别的。"
        answer = self.render(
            request, "admin/deputies/action.html", "批量打印海报", form=form, label="生成海报",
            text=text, back=self.url("changelist"), original=None,
        )  # fmt: skip
        answer.status_code = 400 if form.is_bound else 200
        return answer

    def _file(self, request: HttpRequest, codes: list[Code], size: str) -> HttpResponse:
        now = timezone.now()
        if not all(request.user.has_perm("codes.print_code", code) for code in codes):
            raise Forbidden()
        sheet = make_posters(codes, today=local_date(now), size=size if size in SIZES else "A5")
        if not sheet.posters:
            raise InputInvalid("nothing_to_print", "选中的码都已停用，没有可印的海报。")
        mark_printed(actor=request.user, codes=codes, now=now)
        response = HttpResponse(sheet.data, content_type="application/pdf")
        name = f"posters-{local_date(now):%Y%m%d}-{sheet.posters}.pdf"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response

    def batches_view(self, request: HttpRequest) -> HttpResponse:
        """Printing jobs of the last month."""
        rows = PosterBatch.objects.visible_to(request.user).prefetch_related("parts")[:50]
        return self.render(request, "admin/codes/batches.html", "打印记录", rows=rows)

    def batch_view(self, request: HttpRequest, code: str) -> HttpResponse:
        """How far one job is, and its files; the page asks again by itself while it runs."""
        batch = PosterBatch.objects.get_visible_or_404(request.user, code=code)
        parts = list(batch.parts.all())
        done = sum(part.count for part in parts if part.done_at)
        answer = self.render(
            request, "admin/codes/batch.html", str(batch), batch=batch, parts=parts, done=done,
            percent=round(100 * done / batch.total), running=done < batch.total,
            problems=[problem for part in parts for problem in part.problems],
        )  # fmt: skip
        if done < batch.total:
            answer["Refresh"] = "3"
        return answer

    def part_view(self, request: HttpRequest, pk: int) -> FileResponse:
        part = PosterPart.objects.select_related("batch").filter(pk=pk).exclude(file="").first()
        if part is None:
            raise NotVisible()
        PosterBatch.objects.get_visible_or_404(request.user, pk=part.batch_id)
        name = f"posters-{part.batch.code}-{part.number}.pdf"
        return FileResponse(part.file.open("rb"), as_attachment=True, filename=name)


REVOKE = "codes.revoke_code"
