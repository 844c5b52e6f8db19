"""What is asked when a promise is settled or rated."""

from django import forms

from core.forms import TextInput
from handling.states import PROMISE_OUTCOMES
from proposals import states


class UpdateForm(forms.Form):
    """Kept, moved to a later day, or broken; the reason always."""

    outcome = forms.ChoiceField(label="情况", choices=PROMISE_OUTCOMES)
    note = TextInput(label="说明", max_length=1000, long=True)
    due_on = forms.DateField(
        label="新的期限", required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )  # fmt: skip


class RatingForm(forms.Form):
    """满意 / 基本满意 / 不满意 with how the promise was kept."""

    score = forms.ChoiceField(label="评价", choices=states.SCORES)
    reason = TextInput(label="理由", max_length=1000, required=False, long=True)
