"""The register of deputies in the admin."""

from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from accounts.models import User
from core.forms import PhotosInput, TextInput
from deputies.admin.base import (
    PartInline,
    RegisterAdmin,
    ScopedForm,
    scoped_form,
    sent,
    sent_files,
)
from deputies.admin.filters import GroupFilter, LevelFilter, ServingFilter, TownFilter
from deputies.admin.naming import names as names_view
from deputies.admin.printed import ADD_CODE, CodeFilter, PrintedMixin
from deputies.admin.sheets import SheetImportMixin
from deputies.models import Deputy, DutyRecord, GroupMembership, Seat
from deputies.registry import duty_kinds
from deputies.selectors import level_words, named, place_words
from deputies.selectors.sheets import deputy_rows
from deputies.services import (
    import_deputies,
    link_account,
    register_deputy,
    set_photo,
    update_deputy,
)
from deputies.services.sheet_columns import EXAMPLE, HEADER, to_public_text

DUTIES_SHOWN = 10


class DeputyForm(ScopedForm):
    """What the register says of a person."""

    name = TextInput(label="姓名", max_length=40)
    occupation = TextInput(label="单位及职务", max_length=80, required=False)
    introduction = TextInput(
        label="简介", max_length=1000, long=True, required=False,
        help_text="所有人都能看到，不要写身份证号、住址和私人电话",
    )  # fmt: skip

    class Meta:
        model = Deputy
        fields = ("name", "gender", "region_code", "occupation", "office_phone", "introduction")
        labels: ClassVar = {"region_code": "联系地区代码"}
        help_texts: ClassVar = {
            "region_code": "代表联系群众的地方：县6位、乡镇街道9位、村社区12位",
            "office_phone": "公开页面会显示，只填办公电话或联络站电话；没有就留空",
        }

    def clean_introduction(self) -> str:
        text: str = self.cleaned_data["introduction"]
        try:
            return to_public_text(text)
        except ValueError as error:
            raise forms.ValidationError(f"{error}；请删去，简介是公开的。") from error


class PhotoForm(forms.Form):
    """A portrait; without one the present one is taken away."""

    photo = PhotosInput(label="照片", help_text="不选文件就是撤下现有照片")


class AccountForm(forms.Form):
    username = forms.CharField(
        label="用户名", max_length=60, required=False, help_text="留空就是解除关联"
    )

    def __init__(self, *args: Any, asker: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asker = asker

    def clean_username(self) -> Any:
        name = self.cleaned_data["username"].strip()
        if not name:
            return None
        user = User.objects.visible_to(self.asker).filter(username=name).first()
        if user is None:
            raise forms.ValidationError("您管理的范围里没有这个账号，请核对用户名。")
        return user


class SeatInline(PartInline):
    model = Seat
    fields = ("words", "state", "district", "starts_on", "ends_on")
    readonly_fields = fields
    verbose_name_plural = "席位"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        seats = Seat.objects.select_related("term__congress", "deputy")
        return seats.order_by("-starts_on", "pk")

    @admin.display(description="席位")
    def words(self, seat: Seat) -> str:
        url = reverse("admin:deputies_seat_change", args=[seat.pk])
        return format_html('<a class="link" href="{}">{}</a>', url, seat.words)


class MembershipInline(PartInline):
    model = GroupMembership
    fields = ("group", "convenor", "starts_on", "ends_on")
    readonly_fields = fields
    verbose_name_plural = "所在小组"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = GroupMembership.objects.select_related("group", "deputy")
        return rows.order_by("ends_on", "-starts_on")


class DutyInline(PartInline):
    model = DutyRecord
    fk_name = "deputy"
    fields = ("on", "title", "kind_words", "seat_words")
    readonly_fields = fields
    verbose_name_plural = "最近的履职记录"

    @admin.display(description="类别")
    def kind_words(self, row: DutyRecord) -> str:
        return duty_kinds().get(row.kind, row.kind)

    @admin.display(description="席位")
    def seat_words(self, row: DutyRecord) -> str:
        return row.seat.words if row.seat else "—"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        deputy = request.resolver_match.kwargs.get("object_id")  # type: ignore[union-attr]
        newest = DutyRecord.objects.filter(deputy=deputy).order_by("-on", "-pk")[:DUTIES_SHOWN]
        rows = DutyRecord.objects.filter(pk__in=newest.values("pk"))
        return rows.select_related("seat__term__congress").order_by("-on", "-pk")


@admin.register(Deputy)
class DeputyAdmin(PrintedMixin, SheetImportMixin, RegisterAdmin):
    """Persons: searched by name, initials or code; never deleted."""

    menu_order = 50
    list_display = ("name", "code", "level_words", "place", "occupation", "serving",
                    "printed_code")  # fmt: skip
    list_display_links = ("name",)
    list_filter = (ServingFilter, CodeFilter, LevelFilter, TownFilter, GroupFilter)
    actions = ("issue_printed", "export_xlsx", "export_csv")
    ordering = ("pinyin", "pk")
    search_fields = ("name",)  # shows the box; `get_search_results` does the search
    search_help_text = "姓名、拼音首字母或编号"
    inlines: ClassVar[list[Any]] = [SeatInline, MembershipInline, DutyInline]
    fields = ("code", "name", "gender", "region_code", "place", "occupation", "office_phone",
              "introduction", "photo_now", "account", "serving", "printed_code")  # fmt: skip
    readonly_fields = ("code", "place", "photo_now", "account", "serving", "printed_code")
    form = DeputyForm
    sheet_register = "deputies"
    sheet_header, sheet_example = HEADER, EXAMPLE

    # --- list ---------------------------------------------------------------------------------

    @admin.display(description="层级")
    def level_words(self, deputy: Deputy) -> str:
        return level_words(deputy.levels) or "—"

    @admin.display(description="联系地方")
    def place(self, deputy: Deputy) -> str:
        return place_words([deputy.region_code])[deputy.region_code]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        return named(queryset, search_term), False

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        found = super().get_changelist_instance(request)
        place_words(deputy.region_code for deputy in found.result_list)  # all places at once
        return found

    def list_tools(self, request: HttpRequest) -> list[tuple[str, str]]:
        if not request.user.has_perm("deputies.add_deputy"):
            return []
        return [("导入", self.url("import"))]

    # --- entry --------------------------------------------------------------------------------

    @admin.display(description="照片")
    def photo_now(self, deputy: Deputy) -> str:
        if not deputy.photo:
            return "没有照片"
        if not deputy.photo_url:
            return "有照片，不在任期间不显示"
        return format_html('<img src="{}" alt="" width="84" height="84">', deputy.photo_url)

    @admin.display(description="账号")
    def account(self, deputy: Deputy) -> str:
        return str(deputy.user) if deputy.user else "没有关联"

    def get_form(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        form = scoped_form(self.form, request, "deputies.change_deputy")
        return super().get_form(request, obj, form=form, **kwargs)

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[Any]:
        return list(self.inlines) if obj is not None else []

    def entry_tools(self, request: HttpRequest, obj: Any) -> list[tuple[str, str]]:
        add_seat = reverse("admin:deputies_seat_add") + f"?deputy={obj.code}"
        may = not obj.has_code and obj.serving and request.user.has_perm(ADD_CODE)
        return [
            *([("发代表码", self.url("printed", obj.pk))] if may else []),
            ("登记席位", add_seat),
            ("换照片", self.url("photo", obj.pk)),
            ("关联账号", self.url("account", obj.pk)),
            ("公开页面", reverse("deputies:detail", args=[obj.code])),
        ]

    def get_urls(self) -> list[Any]:
        return [
            *self.sheet_urls(),
            self.page("names/", names_view, "view", "names"),
            self.page("<int:pk>/photo/", self.photo_view, "change", "photo"),
            self.page("<int:pk>/account/", self.account_view, "change", "account"),
            self.page("<int:pk>/printed/", self.code_view, "change", "printed"),
            *super().get_urls(),
        ]

    def photo_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        deputy = self.found(request, pk)
        form = PhotoForm(*sent_files(request))

        def do(cleaned: dict[str, Any]) -> None:
            picture = next(iter(cleaned["photo"]), None)
            set_photo(actor=request.user, deputy=deputy, picture=picture, now=timezone.now())

        return self.act(request, deputy, title="换照片", form=form, do=do, done="照片已更新。")

    def account_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        deputy = self.found(request, pk)
        form = AccountForm(sent(request), asker=request.user)

        def do(cleaned: dict[str, Any]) -> None:
            link_account(
                actor=request.user, deputy=deputy, user=cleaned["username"], now=timezone.now()
            )

        text = "关联后，这个账号在工作台看到的是这位代表的留言。能做什么，由账号的授权决定。"
        return self.act(
            request, deputy, title="关联账号", form=form, do=do, done="已更新。", text=text
        )

    # --- services -----------------------------------------------------------------------------

    def create(self, request: HttpRequest, cleaned: dict[str, Any], now: datetime) -> Deputy:
        return register_deputy(actor=request.user, now=now, **cleaned)

    def update(
        self, request: HttpRequest, obj: Deputy, changed: dict[str, Any], now: datetime
    ) -> Deputy:
        return update_deputy(actor=request.user, deputy=obj, now=now, **changed)

    def run_import(self, request: HttpRequest, file: Any, *, dry_run: bool) -> Any:
        return import_deputies(
            file=file, actor=request.user, now=timezone.now(), scope=self.sheet_scope(request),
            dry_run=dry_run,
        )  # fmt: skip

    def sheet_rows(self, queryset: QuerySet[Any]) -> Any:
        return deputy_rows(queryset)
