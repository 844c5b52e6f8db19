"""Seats, delegations and the end of a term in the admin."""

from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from congress.models import Term
from congress.rules import prefixes_of
from core.dates import local_date
from core.errors import NotVisible
from core.forms import TextInput
from deputies.admin.base import RegisterAdmin, ScopedForm, scoped_form, sent
from deputies.admin.filters import TownFilter
from deputies.admin.naming import deputy_input, find_deputy
from deputies.models import Delegation, Deputy, Seat
from deputies.selectors import LEVELS, named
from deputies.services import change_seat, close_term, create_delegation, open_seat
from deputies.states import ACTIVE, SUSPENDED
from workflows import engine
from workflows.registry import workflow_of


class SeatForm(forms.ModelForm):  # type: ignore[type-arg]
    """A new seat names its person; a stored one changes in its particulars only."""

    deputy_code = deputy_input()
    term = forms.ModelChoiceField(Term.objects.none(), label="届")
    district = TextInput(label="原选区（选举单位）", max_length=60, required=False)
    certificate = TextInput(label="代表证号", max_length=30, required=False)
    user: ClassVar[Any] = None

    class Meta:
        model = Seat
        fields = ("district", "certificate", "delegation", "starts_on")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["deputy_code"], self.fields["term"]
            found = Delegation.objects.filter(term=self.instance.term_id)
        else:
            term: Any = self.fields["term"]
            term.queryset = current_terms(self.user)
            term.label_from_instance = full_term
            self.fields["starts_on"].required = False
            self.fields["starts_on"].help_text = "不填就是这一届的第一天"
            found = Delegation.objects.visible_to(self.user)
        if "delegation" in self.fields:
            self.fields["delegation"].queryset = found  # type: ignore[attr-defined]

    def clean_deputy_code(self) -> Deputy:
        return find_deputy(self.user, self.cleaned_data["deputy_code"])

    def clean(self) -> dict[str, Any]:
        """What the database would refuse is said at its field."""
        cleaned: dict[str, Any] = super().clean() or {}
        seats = Seat.objects.filter(term=cleaned.get("term") or self.instance.term_id)
        seats = seats.exclude(pk=self.instance.pk)
        deputy, certificate = cleaned.get("deputy_code"), cleaned.get("certificate")
        if deputy and seats.filter(deputy=deputy).exists():
            self.add_error("term", f"{deputy.name}在这一届已有席位。")
        if certificate and seats.filter(certificate=certificate).exists():
            self.add_error("certificate", "这一届已有这个代表证号。")
        return cleaned


def full_term(term: Term) -> str:
    return f"{term.congress.name}{term}"


def current_terms(user: Any) -> QuerySet[Term]:
    """Terms of the congresses above and inside the person's region that are not over."""
    prefixes = user.region_prefixes("deputies.add_seat")
    wanted = Q(congress__region_code="")
    for prefix in prefixes:
        wanted |= Q(congress__region_code__startswith=prefix)
        wanted |= Q(congress__region_code__in=prefixes_of(prefix))
    today = local_date(timezone.now())
    running = Q(ends_on__isnull=True) | Q(ends_on__gte=today)
    rows = Term.objects.filter(wanted & running).select_related("congress")
    return rows.order_by("congress__level", "congress__region_code", "-number")


class TermForm(forms.Form):
    """Which term ends, on which day."""

    term = forms.ModelChoiceField(Term.objects.none(), label="哪一届")
    on = forms.DateField(
        label="届满日期", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["term"]
        field.queryset = closing_terms(user)
        field.label_from_instance = term_words

    def clean_on(self) -> Any:
        if self.cleaned_data["on"] > local_date(timezone.now()):
            raise forms.ValidationError("这一天还没有到，请到时再办。")
        return self.cleaned_data["on"]


def closing_terms(user: Any) -> QuerySet[Term]:
    """Terms of the congresses in the person's region that have open seats, with their number."""
    wanted = Q(pk__in=[])
    for prefix in user.region_prefixes("deputies.change_seat"):
        wanted |= Q(congress__region_code__startswith=prefix)
    still = Count("seats", filter=Q(seats__state__in=[ACTIVE, SUSPENDED]))
    rows = Term.objects.filter(wanted).select_related("congress").annotate(open=still)
    return rows.filter(open__gt=0).order_by("congress__level", "congress__region_code", "number")


def term_words(term: Any) -> str:
    return f"{term.congress.name}{term}（{term.open}个席位）"


class SeatLevelFilter(admin.SimpleListFilter):
    title = "层级"
    parameter_name = "level"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(level), label) for level, label in LEVELS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        if value not in map(str, LEVELS):
            return queryset
        return queryset.filter(term__congress__level=int(value))


@admin.register(Seat)
class SeatAdmin(RegisterAdmin):
    """Seats: opened and corrected here; suspended, resumed and terminated by the table."""

    menu_order = 51
    list_display = ("person", "seat_words", "state", "district", "starts_on", "ends_on")
    list_filter = ("state", SeatLevelFilter, TownFilter)
    list_select_related = ("deputy", "term__congress")
    ordering = ("-pk",)
    search_fields = ("certificate",)
    search_help_text = "姓名、拼音首字母、代表编号或代表证号"
    form = SeatForm
    readonly_fields = ("code", "person", "seat_words", "suspended_on", "ends_on", "end_reason",
                       "end_note")  # fmt: skip
    export_fields = ("code", "deputy__code", "deputy__name", "term__congress__name", "term",
                     "district", "certificate", "state", "starts_on", "ends_on")  # fmt: skip
    export_related = ("deputy", "term__congress")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            fields = ("deputy_code", "term", "district", "certificate", "delegation", "starts_on")
            return [(None, {"fields": fields})]
        course = ("state", "suspended_on", "ends_on", "end_reason", "end_note")
        plain = ("code", "person", "seat_words", "district", "certificate", "delegation",
                 "starts_on")  # fmt: skip
        return [(None, {"fields": plain}), ("资格", {"fields": course})]

    @admin.display(description="代表", ordering="deputy__pinyin")
    def person(self, seat: Seat) -> str:
        return f"{seat.deputy.name}（{seat.deputy.code}）"

    @admin.display(description="席位")
    def seat_words(self, seat: Seat) -> str:
        return seat.words

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        word = search_term.strip()
        if not word:
            return queryset, False
        people = named(Deputy.objects.visible_to(request.user), word)
        return queryset.filter(Q(certificate=word) | Q(deputy__in=people.values("pk"))), False

    def get_form(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        form = type("SeatForm", (SeatForm,), {"user": request.user})
        return super().get_form(request, obj, form=form, **kwargs)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"deputy_code": request.GET.get("deputy", "")[:20]}

    def list_tools(self, request: HttpRequest) -> list[tuple[str, str]]:
        may = request.user.has_perm("deputies.change_seat")
        return [("办理届满", self.url("close"))] if may else []

    def entry_tools(self, request: HttpRequest, obj: Any) -> list[tuple[str, str]]:
        actions = engine.available(obj, request.user, now=timezone.now())
        return [
            (one.label, self.url("act", obj.pk, one.name)) for one in actions if not one.blocked
        ]

    def get_urls(self) -> list[Any]:
        return [
            self.page("close/", self.close_view, "change", "close"),
            self.page("<int:pk>/act/<str:name>/", self.act_view, "change", "act"),
            *super().get_urls(),
        ]

    def act_view(self, request: HttpRequest, pk: int, name: str) -> HttpResponse:
        """One transition of the table, with the form it asks for."""
        seat = self.found(request, pk)
        row = workflow_of(seat).transition(name)
        if row is None:
            raise NotVisible()
        form = row.form_class()(sent(request), obj=seat, actor=request.user)

        def do(cleaned: dict[str, Any]) -> None:
            engine.apply(seat, name, actor=request.user, data=request.POST.dict(),
                         now=timezone.now())  # fmt: skip

        text = " ".join(part for part in (f"{seat.deputy.name}，{seat.words}。", row.hint,
                                          row.confirm) if part)  # fmt: skip
        return self.act(
            request, seat, title=row.label, form=form, do=do, done=f"已办理：{row.label}。",
            label=row.label, text=text,
        )  # fmt: skip

    def close_view(self, request: HttpRequest) -> HttpResponse:
        """届满: every open seat of a term, its groups, and who holds no other seat."""
        form = TermForm(sent(request), user=request.user)

        def do(cleaned: dict[str, Any]) -> str:
            closed = close_term(actor=request.user, now=timezone.now(), **cleaned)
            return (
                f"届满已办理：{closed.seats}个席位届满，{closed.groups}个小组结束，"
                f"{closed.left_office}人不再担任代表。"
            )

        text = (
            "请先登记新一届的席位，再办理上一届届满：连任的代表保留代表码、网格和云工作室，"
            "没有连任的同时停用。履职记录留在原来的席位上。办理后不能恢复。"
        )
        return self.act(
            request, None, title="办理届满", form=form, do=do, label="办理届满", text=text,
            back=self.url("changelist"),
        )  # fmt: skip

    def create(self, request: HttpRequest, cleaned: dict[str, Any], now: datetime) -> Seat:
        deputy = cleaned.pop("deputy_code")
        return open_seat(actor=request.user, deputy=deputy, now=now, **cleaned)

    def update(
        self, request: HttpRequest, obj: Seat, changed: dict[str, Any], now: datetime
    ) -> Seat:
        return change_seat(actor=request.user, seat=obj, now=now, **changed)


class DelegationForm(ScopedForm):
    class Meta:
        model = Delegation
        fields = ("term", "name", "region_code")


@admin.register(Delegation)
class DelegationAdmin(RegisterAdmin):
    """Delegations of a term."""

    menu_order = 52
    list_display = ("name", "term_words", "code")
    list_select_related = ("term__congress",)
    search_fields = ("^name", "^code")
    fields = ("code", "term", "name", "region_code")
    form = DelegationForm
    export_fields = ("code", "name", "term__congress__name", "region_code")
    export_related = ("term__congress",)

    @admin.display(description="届")
    def term_words(self, row: Delegation) -> str:
        return f"{row.term.congress.name}{row.term}"

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["code"] if obj is None else ["code", "term", "region_code", "name"]

    def get_form(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        form = scoped_form(self.form, request, "deputies.add_delegation")
        return super().get_form(request, obj, form=form, **kwargs)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "term":
            kwargs["queryset"] = current_terms(request.user)
        field: Any = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "term":
            field.label_from_instance = full_term
        return field

    def create(self, request: HttpRequest, cleaned: dict[str, Any], now: datetime) -> Delegation:
        return create_delegation(actor=request.user, now=now, **cleaned)
