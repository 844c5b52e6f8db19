"""Groups and studios in the admin."""

from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from congress.models import Organ
from core.dates import local_date
from core.errors import NotVisible
from core.forms import TextInput
from deputies.admin.base import PartInline, RegisterAdmin, ScopedForm, SinceForm, scoped_form, sent
from deputies.admin.filters import TownFilter
from deputies.admin.seats import current_terms, full_term
from deputies.models import Deputy, Group, GroupMembership, Studio
from deputies.services import (
    close_studio,
    create_group,
    end_group,
    join_group,
    leave_group,
    open_studio,
    update_group,
    update_studio,
)
from deputies.states import OwnerKind


class DayForm(forms.Form):
    """The day something ends."""

    on = forms.DateField(
        label="日期", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = local_date(timezone.now())


class JoinForm(SinceForm):
    """Who joins a group, from when, as convenor or not."""

    convenor = forms.BooleanField(label="召集人", required=False)
    field_order = ("deputy", "convenor", "starts_on")


class MemberInline(PartInline):
    model = GroupMembership
    fields = ("deputy_link", "convenor", "starts_on", "ends_on", "leave")
    readonly_fields = fields
    verbose_name_plural = "成员"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = GroupMembership.objects.select_related("deputy", "group")
        return rows.order_by("ends_on", "-convenor", "deputy__pinyin")

    @admin.display(description="代表")
    def deputy_link(self, row: GroupMembership) -> str:
        url = reverse("admin:deputies_deputy_change", args=[row.deputy_id])
        return format_html(
            '<a class="link" href="{}">{}（{}）</a>', url, row.deputy.name, row.deputy.code
        )

    @admin.display(description="")
    def leave(self, row: GroupMembership) -> str:
        if row.ends_on is not None or row.group.ended_on is not None:
            return ""
        url = reverse("admin:deputies_group_leave", args=[row.group_id, row.pk])
        return format_html('<a class="link" href="{}">退出</a>', url)


class GroupForm(ScopedForm):
    name = TextInput(label="名称", max_length=60)

    class Meta:
        model = Group
        fields = ("name", "kind", "field", "region_code", "term", "counterpart", "founded_on")
        help_texts: ClassVar = {"term": "换届时小组随这一届结束；不填则不随届次结束"}


@admin.register(Group)
class GroupAdmin(RegisterAdmin):
    """Groups with their members of all levels."""

    menu_order = 53
    list_display = ("name", "kind", "field", "member_count", "counterpart", "ended_on")
    list_filter = ("kind", TownFilter, ("ended_on", admin.EmptyFieldListFilter))
    list_select_related = ("counterpart",)
    ordering = ("code",)
    search_fields = ("name", "^code")
    inlines: ClassVar[list[Any]] = [MemberInline]
    fields = ("code", "name", "kind", "field", "region_code", "term", "counterpart", "founded_on",
              "ended_on")  # fmt: skip
    readonly_fields = ("code", "ended_on")
    form = GroupForm
    export_fields = ("code", "name", "kind", "field", "region_code", "counterpart__name",
                     "founded_on", "ended_on")  # fmt: skip
    export_related = ("counterpart",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        now = Count("memberships", filter=Q(memberships__ends_on__isnull=True))
        return super().get_queryset(request).annotate(members_now=now)

    @admin.display(description="成员")
    def member_count(self, group: Any) -> int:
        return int(group.members_now)

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[Any]:
        return list(self.inlines) if obj is not None else []

    def get_form(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        form = scoped_form(self.form, request, "deputies.change_group")
        return super().get_form(request, obj, form=form, **kwargs)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "term":
            kwargs["queryset"] = current_terms(request.user)
        if db_field.name == "counterpart":
            kwargs["queryset"] = Organ.objects.managed_by(request.user)
        field: Any = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "term":
            field.label_from_instance = full_term
        return field

    def entry_tools(self, request: HttpRequest, obj: Any) -> list[tuple[str, str]]:
        if obj.ended_on is not None:
            return []
        return [("编入代表", self.url("join", obj.pk)), ("结束小组", self.url("end", obj.pk))]

    def get_urls(self) -> list[Any]:
        return [
            self.page("<int:pk>/join/", self.join_view, "change", "join"),
            self.page("<int:pk>/leave/<int:member>/", self.leave_view, "change", "leave"),
            self.page("<int:pk>/end/", self.end_view, "change", "end"),
            *super().get_urls(),
        ]

    def join_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        group = self.found(request, pk)
        form = JoinForm(sent(request), user=request.user)

        def do(cleaned: dict[str, Any]) -> None:
            join_group(actor=request.user, group=group, now=timezone.now(), **cleaned)

        return self.act(request, group, title="编入代表", form=form, do=do, done="已编入。")

    def leave_view(self, request: HttpRequest, pk: int, member: int) -> HttpResponse:
        group = self.found(request, pk)
        row = group.memberships.select_related("deputy", "group").filter(pk=member).first()
        if row is None:
            raise NotVisible()
        form = DayForm(sent(request))

        def do(cleaned: dict[str, Any]) -> None:
            leave_group(actor=request.user, membership=row, now=timezone.now(), **cleaned)

        return self.act(
            request, group, title=f"{row.deputy.name}退出小组", form=form, do=do, done="已退出。"
        )

    def end_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        group = self.found(request, pk)
        form = DayForm(sent(request))

        def do(cleaned: dict[str, Any]) -> None:
            end_group(actor=request.user, group=group, now=timezone.now(), **cleaned)

        text = "结束后不能恢复；成员的任职和小组的云工作室同时结束，记录都保留。"
        return self.act(
            request, group, title="结束小组", form=form, do=do, done="小组已结束。", text=text
        )

    def create(self, request: HttpRequest, cleaned: dict[str, Any], now: datetime) -> Group:
        return create_group(actor=request.user, now=now, **cleaned)

    def update(
        self, request: HttpRequest, obj: Group, changed: dict[str, Any], now: datetime
    ) -> Group:
        return update_group(actor=request.user, group=obj, now=now, **changed)


class StudioForm(ScopedForm):
    name = TextInput(label="名称", max_length=60)
    introduction = TextInput(label="介绍", max_length=2000, long=True, required=False)

    class Meta:
        model = Studio
        fields = ("owner_kind", "owner_code", "name", "region_code", "introduction", "opened_on")

    def clean(self) -> dict[str, Any]:
        """The owner is somebody real, within sight of whoever opens the studio."""
        cleaned: dict[str, Any] = super().clean() or {}
        models = {OwnerKind.DEPUTY: Deputy, OwnerKind.GROUP: Group}
        owner = models.get(cleaned.get("owner_kind"))  # type: ignore[arg-type]
        code = cleaned.get("owner_code")
        if owner and code and not owner.objects.visible_to(self.user).filter(code=code).exists():
            self.add_error("owner_code", "您管理的范围里没有这个编号，请核对。")
        return cleaned


@admin.register(Studio)
class StudioAdmin(RegisterAdmin):
    """Studios: 1332 for 1309 deputies, since a station or a group may have one too."""

    menu_order = 54
    list_display = ("name", "owner_kind", "owner_code", "opened_on", "closed_on")
    list_filter = ("owner_kind", ("closed_on", admin.EmptyFieldListFilter), TownFilter)
    ordering = ("code",)
    search_fields = ("^name", "^code", "=owner_code")
    fields = ("code", "owner_kind", "owner_code", "name", "region_code", "introduction",
              "opened_on", "closed_on")  # fmt: skip
    form = StudioForm
    export_fields = ("code", "name", "owner_kind", "owner_code", "region_code", "opened_on",
                     "closed_on")  # fmt: skip

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        fixed = ["code", "closed_on"]
        if obj is not None:
            fixed += ["owner_kind", "owner_code", "opened_on", "region_code"]
        return fixed

    def get_form(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        form = scoped_form(self.form, request, "deputies.change_studio")
        return super().get_form(request, obj, form=form, **kwargs)

    def entry_tools(self, request: HttpRequest, obj: Any) -> list[tuple[str, str]]:
        return [] if obj.closed_on else [("关闭", self.url("close", obj.pk))]

    def get_urls(self) -> list[Any]:
        close = self.page("<int:pk>/close/", self.close_view, "change", "close")
        return [close, *super().get_urls()]

    def close_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        studio = self.found(request, pk)
        form = DayForm(sent(request))

        def do(cleaned: dict[str, Any]) -> None:
            close_studio(actor=request.user, studio=studio, now=timezone.now(), **cleaned)

        return self.act(request, studio, title="关闭云工作室", form=form, do=do, done="已关闭。")

    def create(self, request: HttpRequest, cleaned: dict[str, Any], now: datetime) -> Studio:
        cleaned["opened_on"] = cleaned["opened_on"] or local_date(now)
        return open_studio(actor=request.user, now=now, **cleaned)

    def update(
        self, request: HttpRequest, obj: Studio, changed: dict[str, Any], now: datetime
    ) -> Studio:
        return update_studio(actor=request.user, studio=obj, now=now, **changed)
