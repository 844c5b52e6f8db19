"""The register of stations in the admin."""

from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from core.dates import local_date
from core.forms import TextInput
from deputies.admin.base import PartInline, RegisterAdmin, ScopedForm, scoped_form, sent
from deputies.admin.filters import TownFilter
from deputies.admin.sheets import SheetImportMixin
from deputies.selectors import place_words
from stations.models import ChecklistItem, Reception, Station, StationRole
from stations.rules.coordinates import Point
from stations.rules.receptions import EXAMPLES
from stations.selectors import checklist, search
from stations.services import (
    change_station,
    close_station,
    create_station,
    import_stations,
    reopen_station,
)
from stations.services.sheets import EXAMPLE, HEADER, export_rows

RECEPTIONS_SHOWN = 10


class StationForm(ScopedForm):
    """What the register says of a station."""

    name = TextInput(label="名称", max_length=60)
    address = TextInput(label="地址", max_length=120, required=False)
    opening_hours = TextInput(label="开放时间", max_length=100, required=False)
    reception_rule = TextInput(
        label="接待日", max_length=60, required=False, help_text=f"写成：{EXAMPLES}"
    )
    introduction = TextInput(
        label="介绍", max_length=2000, long=True, required=False, help_text="公开页上看得到"
    )

    class Meta:
        model = Station
        fields = (
            "name", "kind", "region_code", "parent", "address", "opening_hours", "phone",
            "reception_rule", "introduction", "opened_on",
        )  # fmt: skip
        labels: ClassVar = {"region_code": "所在区划代码"}


class PlaceForm(forms.Form):
    """A coordinate with the datum of the map it was read from."""

    longitude = forms.FloatField(label="经度", help_text="如 119.40259")
    latitude = forms.FloatField(label="纬度", help_text="如 35.99502")
    datum = forms.ChoiceField(
        label="坐标系", choices=Station._meta.get_field("datum").choices,
        help_text="看是从哪个地图上取的：同一地点各坐标系相差几百米",
    )  # fmt: skip


class CloseForm(forms.Form):
    reason = TextInput(label="停用原因", max_length=100)
    successor = forms.CharField(
        label="接替的站点编号", max_length=20, required=False,
        help_text="旧海报扫开后引到这里；不填就引到上级站点或附近的站点",
    )  # fmt: skip

    def __init__(self, *args: Any, station: Station, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.station = station

    def clean_successor(self) -> Station | None:
        code = self.cleaned_data["successor"].strip()
        if not code:
            return None
        found = Station.objects.public().filter(code=code).exclude(pk=self.station.pk).first()
        if found is None:
            raise forms.ValidationError("没有这个正在使用的站点，请核对编号。")
        return found


class RosterInline(PartInline):
    model = StationRole
    fields = ("role", "person", "starts_on", "ends_on")
    readonly_fields = fields
    verbose_name_plural = "人员"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = StationRole.objects.select_related("deputy", "station")
        return rows.order_by("ends_on", "role", "starts_on")

    @admin.display(description="姓名")
    def person(self, row: StationRole) -> str:
        return f"{row.deputy.name}（{row.deputy.code}）" if row.deputy else row.name


class ReceptionInline(PartInline):
    model = Reception
    fields = ("on", "starts_at", "theme", "audience", "progress", "visitors")
    readonly_fields = fields
    verbose_name_plural = "最近和今后的接待"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        station = request.resolver_match.kwargs.get("object_id")  # type: ignore[union-attr]
        newest = Reception.objects.filter(station=station).order_by("-on")[:RECEPTIONS_SHOWN]
        rows = Reception.objects.filter(pk__in=newest.values("pk")).select_related("station")
        return rows.order_by("-on", "-starts_at")


class EvidenceInline(PartInline):
    model = ChecklistItem
    fields = ("item", "evidence", "photo", "checked_on")
    readonly_fields = fields
    verbose_name_plural = "清单佐证"


@admin.register(Station)
class StationAdmin(SheetImportMixin, RegisterAdmin):
    """Stations of every kind: found by name, address or code; never deleted."""

    menu_order = 70
    list_display = ("name", "code", "kind", "place", "address", "reception_rule", "closed_on")
    list_filter = (TownFilter, "kind", ("closed_on", admin.EmptyFieldListFilter))
    ordering = ("pinyin", "code")
    search_fields = ("name",)  # shows the box; `get_search_results` does the search
    search_help_text = "名称、地址、拼音或编号"
    inlines: ClassVar[list[Any]] = [RosterInline, ReceptionInline, EvidenceInline]
    fields = ("code", "name", "kind", "region_code", "place", "parent", "address", "where",
              "opening_hours", "phone", "reception_rule", "introduction", "opened_on", "closed_on",
              "checklist_state")  # fmt: skip
    readonly_fields = ("code", "place", "where", "closed_on", "checklist_state")
    raw_id_fields = ("parent",)
    form = StationForm
    sheet_register = "stations"
    sheet_header, sheet_example = HEADER, EXAMPLE

    # --- list ---------------------------------------------------------------------------------

    @admin.display(description="地方")
    def place(self, station: Station) -> str:
        return place_words([station.region_code])[station.region_code]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        return search(queryset, search_term), False

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        found = super().get_changelist_instance(request)
        place_words(station.region_code for station in found.result_list)  # all at once
        return found

    def list_tools(self, request: HttpRequest) -> list[tuple[str, str]]:
        if not request.user.has_perm("stations.add_station"):
            return []
        return [("导入", self.url("import"))]

    # --- entry --------------------------------------------------------------------------------

    @admin.display(description="坐标")
    def where(self, station: Station) -> str:
        if station.latitude is None:
            return "没有填"
        source = station.get_datum_display()  # type: ignore[attr-defined]
        return f"{station.longitude}, {station.latitude}（WGS-84；采自 {source}）"

    @admin.display(description="建设清单")
    def checklist_state(self, station: Station) -> str:
        found = checklist(station, today=local_date(timezone.now()))
        if found.complete:
            return f"{found.title}：齐了"
        missing = "、".join(found.missing)
        return f"{found.title}：{found.met}/{len(found.items)}，还差 {missing}"

    def get_form(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        form = scoped_form(self.form, request, "stations.change_station")
        return super().get_form(request, obj, form=form, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields if obj is not None else StationForm.Meta.fields

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[Any]:
        return list(self.inlines) if obj is not None else []

    def entry_tools(self, request: HttpRequest, obj: Any) -> list[tuple[str, str]]:
        desk = reverse("stations_desk:overview", args=[obj.code])
        if obj.closed_on is not None:
            return [("重新启用", self.url("reopen", obj.pk))]
        return [
            ("填坐标", self.url("place", obj.pk)),
            ("人员和接待", desk),
            ("打印海报", f"{desk}posters/"),
            ("公开页面", reverse("stations:detail", args=[obj.code])),
            ("停用", self.url("close", obj.pk)),
        ]

    def get_urls(self) -> list[Any]:
        return [
            *self.sheet_urls(),
            self.page("<int:pk>/place/", self.place_view, "change", "place"),
            self.page("<int:pk>/close/", self.close_view, "change", "close"),
            self.page("<int:pk>/reopen/", self.reopen_view, "change", "reopen"),
            *super().get_urls(),
        ]

    def place_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        station = self.found(request, pk)
        form = PlaceForm(sent(request))

        def do(cleaned: dict[str, Any]) -> None:
            change_station(
                actor=request.user, station=station, now=timezone.now(), datum=cleaned["datum"],
                point=Point(cleaned["latitude"], cleaned["longitude"]),
            )  # fmt: skip

        return self.act(request, station, title="填坐标", form=form, do=do, done="坐标已保存。")

    def close_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        station = self.found(request, pk)
        form = CloseForm(sent(request), station=station)

        def do(cleaned: dict[str, Any]) -> None:
            close_station(
                actor=request.user, station=station, reason=cleaned["reason"],
                successor=cleaned["successor"], now=timezone.now(),
            )  # fmt: skip

        text = "停用后：人员任职结束，今后的接待取消，旧海报引到接替的站点。以前的记录都保留。"
        return self.act(
            request, station, title=f"停用{station.name}", form=form, do=do, done="已停用。",
            label="停用", text=text,
        )  # fmt: skip

    def reopen_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        station = self.found(request, pk)
        form = forms.Form(sent(request))

        def do(cleaned: dict[str, Any]) -> None:
            reopen_station(actor=request.user, station=station, now=timezone.now())

        text = "重新启用会发一个新码，旧海报不再有效。"
        return self.act(
            request, station, title=f"重新启用{station.name}", form=form, do=do,
            done="已启用，请打印新海报。", label="重新启用", text=text,
        )  # fmt: skip

    # --- services -----------------------------------------------------------------------------

    def create(self, request: HttpRequest, cleaned: dict[str, Any], now: datetime) -> Station:
        return create_station(actor=request.user, now=now, **cleaned)

    def update(
        self, request: HttpRequest, obj: Station, changed: dict[str, Any], now: datetime
    ) -> Station:
        return change_station(actor=request.user, station=obj, now=now, **changed)

    def run_import(self, request: HttpRequest, file: Any, *, dry_run: bool) -> Any:
        return import_stations(
            file=file, actor=request.user, now=timezone.now(), scope=self.sheet_scope(request),
            dry_run=dry_run,
        )  # fmt: skip

    def sheet_rows(self, queryset: QuerySet[Any]) -> Any:
        return export_rows(queryset.select_related("parent").iterator(chunk_size=2000))
