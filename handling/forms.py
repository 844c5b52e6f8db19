"""What each transition of an order asks for."""

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone

from core.dates import local_date
from core.forms import TextInput
from handling.models import ContactRecord
from handling.selectors import extension_ceiling, extension_consent, units_to_assign
from handling.states import PROMISE_OUTCOMES
from workflows.engine import TransitionForm


class DayField(forms.DateField):
    """A day. Browsers take ISO only as the value of a date input, whatever the language."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        super().__init__(widget=widget, **kwargs)


class ContactForm(TransitionForm):
    """沟通记录: with whom, how, when, what was said."""

    on = DayField(label="日期", initial=lambda: local_date(timezone.now()))
    way = forms.ChoiceField(
        label="方式", choices=ContactRecord._meta.get_field("way").choices, initial="phone"
    )
    person = TextInput(
        label="联系对象", max_length=60, help_text="如：联络站、代表，或现场查看的地点"
    )
    content = TextInput(label="沟通情况", max_length=1000, long=True)

    def clean_on(self) -> date:
        on: date = self.cleaned_data["on"]
        if on > local_date(self.now):
            raise forms.ValidationError("日期还没到，请填已经发生的沟通。")
        return on


class ExtensionForm(TransitionForm):
    """延期: until when and why; the ceiling is the rulebook's."""

    wanted_on = DayField(label="申请延至")
    reason = TextInput(label="理由", max_length=1000, long=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if extension_consent(self.obj) is not None:
            self.fields["reason"].help_text = "本地规定延期不须经同意：提交就生效，并告知代表"

    def clean_wanted_on(self) -> date:
        wanted: date = self.cleaned_data["wanted_on"]
        if wanted <= self.obj.due_on:
            raise forms.ValidationError("要晚于现在的到期日。")
        ceiling = extension_ceiling(self.obj)
        if wanted > ceiling.on:
            raise forms.ValidationError(
                f"最晚只能延至{ceiling.on:%Y年%-m月%-d日}（{ceiling.basis}）。"
            )
        return wanted


class ReturnForm(TransitionForm):
    """申请退回: why it is not ours, and whose it is."""

    reason = TextInput(
        label="理由", max_length=1000, long=True, help_text="写明依据：职责分工、管辖范围等"
    )
    suggested = TextInput(label="建议承办单位", max_length=80, required=False)


class ReturnDecisionForm(TransitionForm):
    """同意 (and to whom instead) or 不同意, always with a reason."""

    decision = forms.ChoiceField(
        label="决定", choices=[("granted", "同意退回，改派"), ("refused", "不同意，继续办理")],
        widget=forms.RadioSelect,
    )  # fmt: skip
    unit = forms.ChoiceField(label="改派给", required=False)
    reason = TextInput(label="理由", max_length=1000, long=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = units_to_assign(self.obj.region_code).exclude(pk=self.obj.unit_id)
        field: Any = self.fields["unit"]
        field.choices = [("", "请选择"), *((u.code, u.name) for u in others)]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("decision") == "granted" and not cleaned.get("unit"):
            self.add_error("unit", "同意退回时，请选择改派给哪个单位。")
        return cleaned


class ExtensionDecisionForm(TransitionForm):
    """同意 or 不同意 an extension, with a reason."""

    decision = forms.ChoiceField(
        label="决定", choices=[("granted", "同意延期"), ("refused", "不同意")],
        widget=forms.RadioSelect,
    )  # fmt: skip
    reason = TextInput(label="理由", max_length=1000, long=True)


class OpinionForm(TransitionForm):
    """会办意见."""

    text = TextInput(label="会办意见", max_length=4000, long=True)


class PromiseForm(forms.Form):
    """What became of a promise."""

    outcome = forms.ChoiceField(label="兑现情况", choices=PROMISE_OUTCOMES)
    note = TextInput(label="说明", max_length=1000, long=True, required=False)
    due_on = DayField(label="新的日期", required=False)


class SendBackForm(TransitionForm):
    """退回重答: what is missing."""

    reason = TextInput(label="退回原因", max_length=1000, long=True)
