"""What is asked once for many suggestions."""

from typing import Any

from django import forms

from core.forms import TextInput
from proposals import states
from proposals.office import batches_of


class PlannedForm(forms.Form):
    """交办 by plan: at which meeting, by whose decision."""

    batch = forms.ChoiceField(label="集中交办会", required=False)
    decision_reference = TextInput(label="主任会议决定", max_length=80, required=False)
    instruction = TextInput(label="交办意见", max_length=500, required=False, long=True)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["batch"]
        found = [(b.code, f"{b.title}（{b.on:%Y-%m-%d}）") for b in batches_of(user)[:20]]
        field.choices = [("", "不放进交办会"), *found]


class PublishManyForm(forms.Form):
    """公开 or 不予公开; 部分公开 needs a text of its own, one by one."""

    decision = forms.ChoiceField(
        label="决定", widget=forms.RadioSelect,
        choices=[(states.OPEN_TO_ALL, "公开"), (states.NOT_PUBLIC, "不予公开")],
    )  # fmt: skip
    why_not = forms.ChoiceField(
        label="不公开的理由", choices=[("", "不填"), *states.WHY_NOT], required=False
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("decision") == states.NOT_PUBLIC and not cleaned.get("why_not"):
            self.add_error("why_not", "请选择不公开的理由。")
        return cleaned
