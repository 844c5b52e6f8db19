"""Forms of the grids app."""

from django import forms
from django.utils import timezone

from core.dates import local_date
from core.forms import TextInput


class PatrolForm(forms.Form):
    """When a deputy went through a grid, and what there was to see."""

    on = forms.DateField(
        label="哪天巡查", required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="不填就是今天",
    )  # fmt: skip
    note = TextInput(
        label="看到了什么", max_length=300, long=True, required=False,
        help_text="没有发现问题也可以写一句",
    )  # fmt: skip

    def clean_on(self) -> object:
        on = self.cleaned_data["on"]
        if on is not None and on > local_date(timezone.now()):
            raise forms.ValidationError("这一天还没有到，请填已经巡查过的日期。")
        return on
