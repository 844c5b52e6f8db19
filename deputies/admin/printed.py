"""A deputy's printed code in the register: who has one, and giving one to who has none."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from codes.models import Code
from codes.services import NewCode, issue_codes
from core.errors import Forbidden
from deputies.admin.base import sent
from deputies.models import Deputy

ADD_CODE = "codes.add_code"


def in_use() -> Exists:
    """Whether a deputy has a code in use."""
    return Exists(Code.objects.filter(kind="deputy", target_code=OuterRef("code"), state="active"))


def give_codes(deputies: QuerySet[Deputy], *, actor: Any) -> int:
    """Issue a code to each deputy in office who has none. Returns how many."""
    lacking = deputies.filter(~in_use(), serving=True).order_by("pinyin", "pk")
    wanted = [NewCode("deputy", d.code, d.region_code, f"{d.name}代表") for d in lacking]
    return len(issue_codes(wanted, actor=actor, now=timezone.now())) if wanted else 0


class CodeFilter(admin.SimpleListFilter):
    """Deputies in office with or without a code in use."""

    title, parameter_name = "代表码", "printed"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("0", "还没有码"), ("1", "有码")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "0":
            return queryset.filter(~in_use(), serving=True)
        return queryset.filter(in_use()) if self.value() == "1" else queryset


class PrintedMixin:
    """Adds the column, the action over the list and the button on an entry."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)  # type: ignore[misc]
        return rows.annotate(has_code=in_use())

    @admin.display(description="代表码")
    def printed_code(self, deputy: Any) -> str:
        if deputy.has_code:
            return "有码"
        return "还没有码" if deputy.serving else "—"

    def has_issue_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(ADD_CODE))

    @admin.action(description="给所选代表发码", permissions=["issue"])
    def issue_printed(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        messages.success(request, _said(give_codes(queryset, actor=request.user)))

    def code_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The button on an entry."""
        register: Any = self
        deputy = register.found(request, pk)
        if not self.has_issue_permission(request):
            raise Forbidden()

        def do(cleaned: dict[str, Any]) -> str:
            return _said(give_codes(Deputy.objects.filter(pk=deputy.pk), actor=request.user))

        answer: HttpResponse = register.act(
            request, deputy, title="发代表码", form=forms.Form(sent(request)), do=do,
            label="发码", text="发码后，可以到「二维码」里打印海报；印出去的码长期有效。",
        )  # fmt: skip
        return answer


def _said(given: int) -> str:
    if not given:
        return "没有要发的：已经有码，或者不在任。"
    return f"发了{given}个代表码，可以到「二维码」里打印。"
