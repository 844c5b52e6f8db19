"""三联, contact records and the duty ledger in the admin."""

from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from congress.models import Organ
from core.admin import register_panel
from core.dates import local_date
from core.forms import TextInput
from core.paging import keyset_page, pager_urls
from deputies.admin.base import PartInline, RegisterAdmin, ScopedForm, scoped_form, sent
from deputies.admin.filters import TownFilter
from deputies.admin.groups import DayForm
from deputies.admin.naming import GroupInput, deputy_input, find_deputy, find_group
from deputies.models import ContactRecord, Deputy, DutyRecord, Group, Link
from deputies.registry import duty_kinds
from deputies.rules import quarter_words
from deputies.selectors import contact_gaps, contact_totals
from deputies.services import end_link, record_contact, reverse_duty, tie_link
from deputies.states import LinkKind

WAYS = ["走访", "电话", "接待", "座谈", "线上"]
GAPS_ON_A_PAGE = 50


class LinkForm(ScopedForm):
    """A new tie: its two ends by kind."""

    deputy_code = deputy_input(required=False)
    group_code = forms.CharField(
        label="小组", max_length=60, required=False, widget=GroupInput, help_text="写名称或编号"
    )
    other = TextInput(
        label="联系另一方", max_length=60, required=False,
        help_text="常委会组成人员的姓名，或者选区、村居；联系小组时不填",
    )  # fmt: skip

    class Meta:
        model = Link
        fields = ("kind", "region_code", "other", "organ", "starts_on")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        widget: Any = self.fields["group_code"].widget
        widget.user = self.user

    def clean_deputy_code(self) -> Deputy | None:
        typed = self.cleaned_data["deputy_code"].strip()
        return find_deputy(self.user, typed) if typed else None

    def clean_group_code(self) -> Group | None:
        typed = self.cleaned_data["group_code"].strip()
        return find_group(self.user, typed) if typed else None

    def clean(self) -> dict[str, Any]:
        """Both ends of the kind are named; told here, before the database says it."""
        cleaned: dict[str, Any] = super().clean() or {}
        needed = ("group_code", "organ") if cleaned.get("kind") == LinkKind.COMMITTEE_GROUP else (
            "deputy_code", "other")  # fmt: skip
        for name in needed:
            if not cleaned.get(name) and name not in self.errors:
                self.add_error(name, "这一类联系要填这一项。")
        self.instance.deputy = cleaned.get("deputy_code")
        self.instance.group = cleaned.get("group_code")
        return cleaned


class ContactForm(forms.Form):
    on = forms.DateField(
        label="哪天", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    way = forms.ChoiceField(label="方式", choices=[(way, way) for way in WAYS])
    content = TextInput(label="内容", max_length=1000, long=True)


class ContactInline(PartInline):
    model = ContactRecord
    fields = ("on", "way", "content", "recorded_by")
    readonly_fields = fields
    verbose_name_plural = "联系记录"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = ContactRecord.objects.select_related("recorded_by", "link__organ")
        return rows.order_by("-on", "-pk")


@admin.register(Link)
class LinkAdmin(RegisterAdmin):
    """Who keeps contact with whom, and who was forgotten this quarter."""

    menu_order = 55
    list_display = ("kind", "who", "whom", "starts_on", "ends_on")
    list_filter = ("kind", ("ends_on", admin.EmptyFieldListFilter), TownFilter)
    list_select_related = ("deputy", "group", "organ")
    ordering = ("-pk",)
    search_fields = ("^deputy__name", "^other", "^group__name")
    inlines: ClassVar[list[Any]] = [ContactInline]
    form = LinkForm
    export_fields = (
        ("类型", lambda link: link.get_kind_display()), ("联系方", lambda link: link.ends_words[0]),
        ("被联系方", lambda link: link.ends_words[1]), "region_code", "starts_on", "ends_on",
    )  # fmt: skip
    export_related = ("deputy", "group", "organ")

    @admin.display(description="联系方")
    def who(self, link: Link) -> str:
        return link.ends_words[0]

    @admin.display(description="被联系方")
    def whom(self, link: Link) -> str:
        return link.ends_words[1]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        if obj is None:
            return ("kind", "deputy_code", "other", "organ", "group_code", "region_code",
                    "starts_on")  # fmt: skip
        return ("kind", "who", "whom", "region_code", "starts_on", "ends_on")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [] if obj is None else list(self.get_fields(request, obj))

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[Any]:
        return list(self.inlines) if obj is not None else []

    def get_form(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        form = forms.ModelForm
        if obj is None:
            form = scoped_form(self.form, request, "deputies.add_link")
        return super().get_form(request, obj, form=form, **kwargs)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "organ":
            kwargs["queryset"] = Organ.objects.managed_by(request.user)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def list_tools(self, request: HttpRequest) -> list[tuple[str, str]]:
        return [("本季度还没有联系的", self.url("gaps"))]

    def entry_tools(self, request: HttpRequest, obj: Any) -> list[tuple[str, str]]:
        tools = [("登记联系", self.url("contact", obj.pk))]
        return tools if obj.ends_on else [*tools, ("结束关系", self.url("end", obj.pk))]

    def get_urls(self) -> list[Any]:
        return [
            self.page("gaps/", self.gaps_view, "view", "gaps"),
            self.page("<int:pk>/contact/", self.contact_view, "change", "contact"),
            self.page("<int:pk>/end/", self.end_view, "change", "end"),
            *super().get_urls(),
        ]

    def gaps_view(self, request: HttpRequest) -> HttpResponse:
        """Who has not been contacted this quarter."""
        today = local_date(timezone.now())
        links = Link.objects.visible_to(request.user)
        kind = request.GET.get("kind", "")
        if kind in LinkKind.values:
            links = links.filter(kind=kind)
        page = keyset_page(
            contact_gaps(links, today), order=("starts_on", "pk"),
            cursor=request.GET.get("cursor"), size=GAPS_ON_A_PAGE,
        )  # fmt: skip
        totals = contact_totals(Link.objects.visible_to(request.user), today)
        return self.render(
            request, "admin/deputies/gaps.html", f"{quarter_words(today)}还没有联系的",
            rows=page.rows, totals=_totals(totals), quarter=quarter_words(today), kind=kind,
            **pager_urls(request, page),
        )  # fmt: skip

    def contact_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        link = self.found(request, pk)
        form = ContactForm(sent(request), initial={"on": local_date(timezone.now())})

        def do(cleaned: dict[str, Any]) -> None:
            record_contact(actor=request.user, link=link, now=timezone.now(), **cleaned)

        return self.act(request, link, title="登记联系", form=form, do=do, done="已登记。")

    def end_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        link = self.found(request, pk)
        form = DayForm(sent(request))

        def do(cleaned: dict[str, Any]) -> None:
            end_link(actor=request.user, link=link, now=timezone.now(), **cleaned)

        return self.act(request, link, title="结束联系关系", form=form, do=do, done="已结束。")

    def create(self, request: HttpRequest, cleaned: dict[str, Any], now: datetime) -> Link:
        cleaned["deputy"] = cleaned.pop("deputy_code")
        cleaned["group"] = cleaned.pop("group_code")
        return tie_link(actor=request.user, now=now, **cleaned)


def _totals(totals: dict[str, tuple[int, int]]) -> list[dict[str, Any]]:
    return [
        {"kind": kind.value, "label": kind.label, "open": totals[kind][0],
         "done": totals[kind][1], "gap": totals[kind][0] - totals[kind][1]}
        for kind in LinkKind
        if kind in totals
    ]  # fmt: skip


class ReverseForm(forms.Form):
    reason = TextInput(label="冲销原因", max_length=60)


class DutyKindFilter(admin.SimpleListFilter):
    title = "类别"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(duty_kinds().items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(DutyRecord)
class DutyRecordAdmin(RegisterAdmin):
    """The ledger: read and reversed, never typed in or edited."""

    menu_order = 56
    list_display = ("on", "deputy", "kind_words", "title", "is_reversed")
    list_filter = (DutyKindFilter,)
    list_select_related = ("deputy", "reversed_by")
    ordering = ("-on", "-pk")
    search_fields = ("=deputy__name", "=deputy__code")
    search_help_text = "代表姓名或编号"
    fields = ("deputy", "seat", "kind_words", "on", "title", "source_type", "source_code",
              "reverses", "created_at")  # fmt: skip
    readonly_fields = fields
    export_fields = ("deputy__code", "deputy__name", "on", "kind", "title", "source_type",
                     "source_code")  # fmt: skip
    export_related = ("deputy",)

    @admin.display(description="类别")
    def kind_words(self, row: DutyRecord) -> str:
        return duty_kinds().get(row.kind, row.kind)

    @admin.display(description="冲销", boolean=True)
    def is_reversed(self, row: DutyRecord) -> bool | None:
        return True if row.reverses_id or getattr(row, "reversed_by", None) else None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def entry_tools(self, request: HttpRequest, obj: Any) -> list[tuple[str, str]]:
        if obj.reverses_id or getattr(obj, "reversed_by", None):
            return []
        return [("冲销", self.url("reverse", obj.pk))]

    def get_urls(self) -> list[Any]:
        reverse_page = self.page("<int:pk>/reverse/", self.reverse_view, "change", "reverse")
        return [reverse_page, *super().get_urls()]

    def reverse_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        duty = self.found(request, pk)
        form = ReverseForm(sent(request))

        def do(cleaned: dict[str, Any]) -> None:
            reverse_duty(actor=request.user, duty=duty, now=timezone.now(), **cleaned)

        text = f"{duty.on:%Y年%-m月%-d日} {duty.title}。原记录保留，另记一条冲销，不再计入次数。"
        return self.act(
            request, duty, title="冲销履职记录", form=form, do=do, done="已冲销。", text=text
        )


def gaps_panel(request: HttpRequest) -> dict[str, Any] | None:
    """On the dashboard: who has not been contacted this quarter."""
    if not request.user.has_perm("deputies.view_link"):
        return None
    today = local_date(timezone.now())
    totals = _totals(contact_totals(Link.objects.visible_to(request.user), today))
    url = reverse("admin:deputies_link_gaps")
    waiting = [
        {"label": row["label"], "count": row["gap"], "url": f"{url}?kind={row['kind']}"}
        for row in totals
        if row["gap"]
    ]
    return {"title": f"{quarter_words(today)}还没有联系的", "waiting": waiting} if totals else None


register_panel(61, "admin/deputies/panel_gaps.html", gaps_panel, area="side")
