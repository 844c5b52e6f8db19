"""What the transitions of a seat ask for."""

from typing import Any

from django import forms

from core.dates import local_date
from core.forms import TextInput
from deputies.models import Deputy
from deputies.states import EndReason, SuspendReason
from workflows.engine import TransitionForm

_PAPER = "如：诸人发〔2026〕8号。没有的不填"


class SeatForm(TransitionForm):
    """Every change of a seat has its day, within the seat and not in the future."""

    on = forms.DateField(
        label="日期", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def clean_on(self) -> Any:
        on = self.cleaned_data["on"]
        if self.obj is not None and on < self.obj.starts_on:
            raise forms.ValidationError(f"不应早于任职起始日期{self.obj.starts_on}。")
        if on > local_date(self.now):
            raise forms.ValidationError("这一天还没有到，请到时再办。")
        return on


class SuspendForm(SeatForm):
    reason = forms.ChoiceField(label="情形", choices=SuspendReason.choices)
    note = TextInput(label="依据文件", max_length=100, required=False, help_text=_PAPER)


class ResumeForm(SeatForm):
    note = TextInput(label="依据文件", max_length=100, required=False, help_text=_PAPER)


class TerminateForm(SeatForm):
    reason = forms.ChoiceField(label="情形", choices=EndReason.choices)
    note = TextInput(label="依据文件", max_length=100, required=False, help_text=_PAPER)
    successor = forms.CharField(
        label="接替的代表编号", max_length=20, required=False,
        help_text="印出去的代表码会引导群众找接替的人；不填则引导到联络站",
    )  # fmt: skip

    def clean_successor(self) -> Deputy | None:
        code = self.cleaned_data["successor"].strip()
        if not code:
            return None
        seen = Deputy.objects.visible_to(self.actor).filter(code=code, serving=True).first()
        if seen is None or (self.obj is not None and seen.pk == self.obj.deputy_id):
            raise forms.ValidationError("没有这位在任的代表，请核对编号，或者留空。")
        return seen


class ExpireForm(SeatForm):
    """The day the term ended."""
