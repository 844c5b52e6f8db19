"""What people at the desk fill in for a topic, apart from its transitions."""

from datetime import date
from typing import Any

from django import forms
from django.db.models import Q

from congress.models import Unit
from core.forms import PhotosInput, TextInput
from core.personal import normalise_phone
from deputies.models import Deputy
from handling.selectors import units_to_assign
from stations.models import Station
from topics import states
from topics.models import Topic

PROXY_CHANNELS = [pair for pair in states.CHANNELS if pair[0] not in ("scan", "import")]


class DayField(forms.DateField):
    """A day; browsers take ISO only as the value of a date input."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        super().__init__(widget=widget, **kwargs)


class MomentField(forms.DateTimeField):
    """A day and a time of day."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})
        super().__init__(widget=widget, input_formats=["%Y-%m-%dT%H:%M"], **kwargs)


class TopicForm(forms.Form):
    """A topic as it is asked for: title, background, one to five questions, where, when, who.

    `places` are the scopes this person may ask, `hosts` the stations that may host.
    """

    title = TextInput(
        label="议题", max_length=60, help_text="一句话，如「老小区的电动车在哪儿充电」",
        error_messages={"required": "请用一句话写明议什么。"},
    )  # fmt: skip
    summary = TextInput(
        label="背景", max_length=2000, long=True, help_text="为什么现在要议，涉及多少人",
        error_messages={"required": "请写写为什么要议。"},
    )  # fmt: skip
    region_code = forms.ChoiceField(label="在哪里征集", help_text="这个范围里的码上都会出现")
    host = forms.ChoiceField(label="承办的代表之家（站）", required=False)
    opens_on = DayField(label="开始征集", required=False)
    closes_on = DayField(label="截止征集", required=False)
    meets_on = DayField(label="计划议事", required=False)
    departments = forms.MultipleChoiceField(label="预计涉及的部门", required=False)

    def __init__(
        self, *args: Any, places: list[tuple[str, str]], hosts: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for number in range(1, states.MOST_QUESTIONS + 1):
            self.fields[f"q{number}"] = TextInput(
                label=f"第{number}问", max_length=120, required=number == 1,
                error_messages={"required": "至少写一个具体的问题。"},
            )  # fmt: skip
            self.fields[f"hint{number}"] = TextInput(label="提示", max_length=200, required=False)
        region, host, units = (self.fields[name] for name in ("region_code", "host", "departments"))
        region.choices = places  # type: ignore[attr-defined]
        host.choices = [("", "由当地代表之家承办"), *hosts]  # type: ignore[attr-defined]
        units.choices = [  # type: ignore[attr-defined]
            (u.code, u.name) for u in units_to_assign(self._place(places))
        ]

    def _place(self, places: list[tuple[str, str]]) -> str:
        chosen = self.data.get("region_code") or self.initial.get("region_code")
        known = {code for code, _ in places}
        return chosen if chosen in known else next(iter(sorted(known)), "")

    @property
    def questions(self) -> list[dict[str, Any]]:
        """The pairs of fields, those in use first and one to spare open."""
        rows = [
            {"question": self[f"q{n}"], "hint": self[f"hint{n}"], "number": n}
            for n in range(1, states.MOST_QUESTIONS + 1)
        ]
        used = max([n for n, row in enumerate(rows, 1) if row["question"].value()], default=1)
        return [row | {"open": row["number"] <= used} for row in rows]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        dates = [cleaned.get(name) for name in ("opens_on", "closes_on", "meets_on")]
        _in_order(self, dates)
        cleaned["questions"] = [
            (cleaned[f"q{n}"], cleaned.get(f"hint{n}", ""))
            for n in range(1, states.MOST_QUESTIONS + 1)
            if cleaned.get(f"q{n}")
        ]
        units = {u.code: u for u in Unit.objects.filter(code__in=cleaned.get("departments", []))}
        cleaned["units"] = [units[code] for code in cleaned.get("departments", [])]
        code = cleaned.get("host")
        cleaned["station"] = Station.objects.filter(code=code).first() if code else None
        return cleaned


def _in_order(form: forms.Form, dates: list[date | None]) -> None:
    opens, closes, meets = dates
    if opens and closes and closes < opens:
        form.add_error("closes_on", "截止不能早于开始。")
    if closes and meets and meets <= closes:
        form.add_error("meets_on", "议事要在征集截止以后。")


class DispatchForm(TopicForm):
    """党委点题、人大派题: with its source, and the deputy who leads it."""

    source = forms.ChoiceField(
        label="来源", choices=[("party", "党委点题"), ("congress", "人大派题")],
        widget=forms.RadioSelect,
    )  # fmt: skip
    deputy = TextInput(
        label="领题代表", max_length=20, required=False, help_text="姓名或代表编号；可以先不定"
    )
    field_order = ("source", "title", "summary")

    def clean_deputy(self) -> Deputy | None:
        words = self.cleaned_data["deputy"]
        if not words:
            return None
        near = self._place(list(self.fields["region_code"].choices))[:6]  # type: ignore[attr-defined]
        return deputy_named(words, near)


def deputy_named(words: str, county: str) -> Deputy:
    """The one deputy in office of that name or number; says how to be exact otherwise."""
    near = Deputy.objects.public().filter(region_code__startswith=county)
    found = list(near.filter(Q(code=words.upper()) | Q(name=words))[:2])
    if not found:
        raise forms.ValidationError(f"本县没有叫「{words}」的在任代表，请核对姓名或编号。")
    if len(found) > 1:
        raise forms.ValidationError(f"有同名的代表「{words}」，请填代表编号。")
    return found[0]


def exact_name(deputy: Deputy) -> str:
    """What `deputy_named` finds this one by: the name, or the number beside a namesake."""
    same = Deputy.objects.public().filter(
        region_code__startswith=deputy.region_code[:6], name=deputy.name
    )
    return deputy.code if same.exclude(pk=deputy.pk).exists() else deputy.name


class EnterOpinionForm(forms.Form):
    """代录: what somebody wrote on paper, said at a reception or on the telephone."""

    channel = forms.ChoiceField(label="怎么说的", choices=PROXY_CHANNELS, widget=forms.RadioSelect)
    household = TextInput(
        label="哪一户", max_length=40, required=False, help_text="按户统计时填，如3号楼2单元501"
    )
    files = PhotosInput(label="照片（如书面意见的原件）")
    name = TextInput(label="怎么称呼群众", max_length=40, required=False)
    phone = TextInput(label="电话", max_length=20, required=False)
    consent = forms.BooleanField(label="群众同意把称呼和电话只用于告诉本人结果", required=False)
    idempotency_key = forms.CharField(max_length=80, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, topic: Topic, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.questions = list(topic.questions.all())
        for question in self.questions:
            self.fields[f"answer_{question.number}"] = TextInput(
                label=f"{question.number}. {question.text}", max_length=2000, long=True,
                required=False, help_text=question.hint,
            )  # fmt: skip

    @property
    def answers(self) -> list[Any]:
        return [self[f"answer_{q.number}"] for q in self.questions]

    def clean_phone(self) -> str:
        phone = self.cleaned_data["phone"]
        digits = normalise_phone(phone) if phone else ""
        if phone and not 7 <= len(digits) <= 15:
            raise forms.ValidationError("电话号码好像不对，请再看一看；不留可以不填。")
        return digits

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        cleaned["said"] = {
            q.number: cleaned[f"answer_{q.number}"]
            for q in self.questions
            if cleaned.get(f"answer_{q.number}")
        }
        if not cleaned["said"] and not self.errors:
            raise forms.ValidationError("至少录入一个问题的意见。")
        if (cleaned.get("name") or cleaned.get("phone")) and not cleaned.get("consent"):
            self.add_error("consent", "留称呼或电话，要群众同意；不同意就清空。")
        return cleaned
