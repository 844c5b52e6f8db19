"""Forms of the station desk. They speak to people; the services decide."""

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone

from core.dates import LOCAL_ZONE, local_date
from core.errors import DomainError
from core.forms import PhotosInput, TextInput
from deputies.models import Deputy
from deputies.selectors import named
from stations.models import Reception, Station
from stations.rules.receptions import EXAMPLES, parse_rule
from stations.selectors import roster_deputies


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class ClockInput(forms.TimeInput):
    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


class MomentInput(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


class StationForm(forms.Form):
    """What a keeper may change of the own station."""

    address = TextInput(label="地址", max_length=120, required=False)
    opening_hours = TextInput(
        label="开放时间", max_length=100, required=False, help_text="如：周一至周五 8:30–17:30"
    )
    phone = TextInput(label="电话", max_length=20, required=False)
    reception_rule = TextInput(
        label="接待日", max_length=60, required=False, help_text=f"如：{EXAMPLES.split('；')[0]}"
    )
    introduction = TextInput(label="介绍", max_length=2000, long=True, required=False)

    def clean_reception_rule(self) -> str:
        text: str = self.cleaned_data["reception_rule"]
        if text and parse_rule(text) is None:
            raise forms.ValidationError(f"没看懂。可以写成：{EXAMPLES}")
        return text


class RosterForm(forms.Form):
    """Somebody for the roster: a deputy of this county by name or number, or another person."""

    who = TextInput(label="姓名", max_length=40, help_text="代表写姓名或代表编号")
    role = forms.ChoiceField(
        label="角色", widget=forms.RadioSelect,
        choices=[("deputy", "驻站代表"), ("liaison", "联络员"), ("head", "站长")],
    )  # fmt: skip
    starts_on = forms.DateField(label="从哪天起", widget=DayInput())

    def __init__(self, *args: Any, station: Station, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"role": "deputy", "starts_on": local_date(timezone.now())})
        super().__init__(*args, **kwargs)
        self.station = station
        self.deputy: Deputy | None = None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        who, role = cleaned.get("who", ""), cleaned.get("role")
        if not who:
            return cleaned
        found = self._deputies(who)
        if len(found) == 1:
            self.deputy = found[0]
        elif len(found) > 1:
            numbers = "、".join(f"{d.code}（{d.occupation or '未登记单位'}）" for d in found[:6])
            self.add_error("who", f"有{len(found)}位同名代表，请改填代表编号：{numbers}")
        elif role == "deputy":
            self.add_error("who", "本县市区没有在任的这位代表，请核对姓名，或填代表编号。")
        return cleaned

    def _deputies(self, who: str) -> list[Deputy]:
        inside = Deputy.objects.public().filter(
            region_code__startswith=self.station.region_code[:6]
        )
        by_code = list(inside.filter(code=who.upper()))
        return by_code or [d for d in named(inside, who)[:20] if d.name == who]


class DeputyTicks(forms.ModelMultipleChoiceField):
    """The station's deputies, to tick."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("queryset", Deputy.objects.none())
        kwargs.setdefault("widget", forms.CheckboxSelectMultiple)
        super().__init__(**kwargs)


class _FourForm(forms.Form):
    """四定: theme, deputies, audience; the time comes from the subclass."""

    theme = TextInput(label="主题", max_length=60, help_text="定主题：这次主要谈什么")
    audience = TextInput(label="对象", max_length=60, help_text="定对象：请哪些群众来")
    deputies = DeputyTicks(
        label="接待代表", error_messages={"required": "定主体：请至少选一位接待代表。"}
    )
    capacity = forms.IntegerField(label="可以约几人", min_value=1, max_value=500, initial=10)

    def __init__(self, *args: Any, station: Station, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["deputies"].queryset = roster_deputies(station)  # type: ignore[attr-defined]


class ReceptionForm(_FourForm):
    """One reception day."""

    on = forms.DateField(label="日期", widget=DayInput(), help_text="定时间")
    starts_at = forms.TimeField(label="开始", widget=ClockInput(), initial="09:00")
    ends_at = forms.TimeField(label="结束", widget=ClockInput(), initial="11:00")
    field_order = ("on", "starts_at", "ends_at", "theme", "audience", "deputies", "capacity")


class RuleForm(_FourForm):
    """All days of the station's rule up to a day."""

    until = forms.DateField(label="排到哪天", widget=DayInput())
    field_order = ("until", "theme", "audience", "deputies", "capacity")

    def __init__(self, *args: Any, station: Station, **kwargs: Any) -> None:
        super().__init__(*args, station=station, **kwargs)
        today = local_date(timezone.now())
        self.fields["until"].initial = date(today.year, 12, 31)
        if today.month >= 11:
            self.fields["until"].initial = today + timedelta(days=180)

    def clean_until(self) -> date:
        until: date = self.cleaned_data["until"]
        if until > local_date(timezone.now()) + timedelta(days=370):
            raise forms.ValidationError("一次最多排一年，请填一年以内的日期。")
        return until


class MoveForm(forms.Form):
    on = forms.DateField(label="改到哪天", widget=DayInput())
    starts_at = forms.TimeField(label="开始", widget=ClockInput())
    ends_at = forms.TimeField(label="结束", widget=ClockInput())


class CancelForm(forms.Form):
    reason = TextInput(label="取消的原因", max_length=100, help_text="公开页上会写出来")


class HoldForm(forms.Form):
    """What took place."""

    visitors = forms.IntegerField(label="来了几位群众", min_value=0, max_value=9999)
    deputies = DeputyTicks(label="到场的代表")
    summary = TextInput(
        label="接待记录", max_length=2000, long=True, help_text="工作人员看：谈了什么，怎么处理"
    )
    public_summary = TextInput(
        label="公开的接待情况", max_length=500, long=True, required=False,
        help_text="公开页上看得到：不写来访人的姓名、电话、住址",
    )  # fmt: skip

    def __init__(self, *args: Any, reception: Reception, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        planned = reception.deputies.all()
        everybody = Deputy.objects.filter(
            Q(pk__in=roster_deputies(reception.station).values("pk"))
            | Q(pk__in=planned.values("pk"))
        ).order_by("pinyin", "code")
        self.fields["deputies"].queryset = everybody  # type: ignore[attr-defined]
        self.fields["deputies"].initial = list(planned)


class EvidenceForm(forms.Form):
    evidence = TextInput(label="佐证说明", max_length=500, long=True, required=False)
    photo = PhotosInput(label="照片")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("evidence") and not cleaned.get("photo"):
            self.add_error("evidence", "请写一句说明，或者传一张照片。")
        return cleaned


class AppointmentForm(forms.Form):
    """When the resident can come: on a reception day, or at another time."""

    reception = forms.ModelChoiceField(
        label="约在哪个接待日", queryset=Reception.objects.none(), required=False,
        empty_label="不在接待日，另约时间",
    )  # fmt: skip
    at = forms.DateTimeField(label="另约的时间", widget=MomentInput(), required=False)
    reply = TextInput(label="给来访人的话", max_length=200, required=False)

    def __init__(self, *args: Any, station: Station, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reception"].queryset = Reception.objects.filter(  # type: ignore[attr-defined]
            station=station, progress="planned", on__gte=local_date(timezone.now())
        )

    def clean_at(self) -> datetime | None:
        at: datetime | None = self.cleaned_data["at"]
        return at.astimezone(LOCAL_ZONE) if at else None


def add_domain_error(form: forms.Form, error: DomainError) -> None:
    """Put a service's refusal where it belongs: at its field, else above the form."""
    placed = False
    for name, message in error.fields.items():
        if name in form.fields:
            form.add_error(name, message)
            placed = True
    if not placed:
        form.add_error(None, error.message)
