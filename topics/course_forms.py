"""What people at the desk fill in while a topic is discussed: meetings, the plan, the result."""

from typing import Any

from django import forms

from congress.models import Unit
from core.forms import PhotosInput, TextInput
from deputies.models import Deputy
from handling.selectors import units_to_assign
from topics import states
from topics.desk_forms import DayField, MomentField, deputy_named
from topics.models import Meeting, PlanPart, Topic
from topics.services import Invitees


class InviteForm(forms.Form):
    """Who is asked to come to a meeting."""

    deputies = TextInput(
        label="请哪些代表", max_length=1000, long=True, required=False,
        help_text="一行一位，姓名或代表编号；会收到通知",
    )  # fmt: skip
    units = forms.MultipleChoiceField(label="请哪些部门", required=False)
    experts = TextInput(
        label="请哪些专家", max_length=500, long=True, required=False, help_text="一行一位"
    )
    residents = TextInput(
        label="请哪些群众", max_length=1000, long=True, required=False,
        help_text="一行一位，称呼就行；由站点当面或电话通知",
    )  # fmt: skip

    def __init__(self, *args: Any, topic: Topic, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.topic = topic
        units: Any = self.fields["units"]
        units.choices = [(u.code, u.name) for u in units_to_assign(topic.region_code)]

    def clean_deputies(self) -> list[Deputy]:
        names = _lines(self.cleaned_data["deputies"])
        found = {d.pk: d for d in (deputy_named(n, self.topic.region_code[:6]) for n in names)}
        return list(found.values())

    def clean_units(self) -> list[Unit]:
        return list(Unit.objects.filter(code__in=self.cleaned_data["units"]))

    def clean_experts(self) -> list[str]:
        return _lines(self.cleaned_data["experts"])

    def clean_residents(self) -> list[str]:
        return _lines(self.cleaned_data["residents"])

    def invitees(self) -> Invitees:
        data = self.cleaned_data
        return Invitees(data["deputies"], data["units"], data["experts"], data["residents"])


class MoreGuestsForm(InviteForm):
    """Further people for a meeting that was called."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors and not any(cleaned.values()):
            raise forms.ValidationError("请至少写一位要请的人。")
        return cleaned


class MeetingForm(InviteForm):
    """Calling a meeting: when, where, about what, and who is asked to come."""

    starts_at = MomentField(label="时间")
    place = TextInput(label="地点", max_length=120)
    agenda = TextInput(label="议程", max_length=1000, long=True, required=False)
    field_order = ("starts_at", "place", "agenda")


def _lines(text: str) -> list[str]:
    """Names on lines of their own, or with commas between."""
    parts = text.replace("、", "\n").replace("，", "\n").replace(",", "\n").split("\n")
    return list(dict.fromkeys(p.strip()[:60] for p in parts if p.strip()))


class ComingForm(forms.Form):
    """Somebody who is in the room and was not on the list."""

    kind = forms.ChoiceField(label="身份", choices=states.ATTENDEES, widget=forms.RadioSelect)
    name = TextInput(label="姓名或称呼", max_length=60, help_text="代表写姓名或代表编号")

    def __init__(self, *args: Any, meeting: Meeting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.meeting = meeting

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("kind") == "deputy" and cleaned.get("name"):
            try:
                cleaned["deputy"] = deputy_named(
                    cleaned["name"], self.meeting.topic.region_code[:6]
                )
            except forms.ValidationError as error:
                self.add_error("name", error)
        return cleaned


class SignInForm(forms.Form):
    """What somebody without an account gives to sign in: how to call them, and as what."""

    name = TextInput(
        label="怎么称呼您", max_length=60,
        error_messages={"required": "请写一个称呼，「李大姐」这样也行。"},
    )  # fmt: skip
    kind = forms.ChoiceField(
        label="您是", widget=forms.RadioSelect, initial="resident",
        choices=[("resident", "群众"), ("expert", "专家"), ("unit", "部门的人"), ("staff", "工作人员")],
    )  # fmt: skip


class PartForm(forms.Form):
    """One part of the plan: what is done, and by which unit or by whom else."""

    text = TextInput(label="措施", max_length=1000, long=True)
    lead_units = forms.MultipleChoiceField(label="承办单位", required=False)
    co_units = forms.MultipleChoiceField(label="会办单位", required=False)
    without_unit = TextInput(
        label="不交部门的，谁来做", max_length=200, required=False, help_text="如：社区居委会"
    )

    def __init__(self, *args: Any, topic: Topic, part: PlanPart | None = None, **kwargs: Any):
        if part is not None:
            kwargs.setdefault("initial", {
                "text": part.text, "without_unit": part.without_unit,
                "lead_units": [u.code for u in part.lead_units.all()],
                "co_units": [u.code for u in part.co_units.all()],
            })  # fmt: skip
        super().__init__(*args, **kwargs)
        choices = [(u.code, u.name) for u in units_to_assign(topic.region_code)]
        for name in ("lead_units", "co_units"):
            field: Any = self.fields[name]
            field.choices = choices

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        lead, joint = cleaned.get("lead_units", []), cleaned.get("co_units", [])
        if set(lead) & set(joint):
            self.add_error("co_units", "同一个单位不能既承办又会办。")
        elif joint and len(lead) != 1:
            self.add_error("lead_units", "有会办单位时，要有而且只能有一个主办单位。")
        if not lead and not cleaned.get("without_unit"):
            self.add_error("lead_units", "选一个承办单位，或者写明不交部门的谁来做。")
        if lead and cleaned.get("without_unit"):
            self.add_error("without_unit", "交给部门的，不用再写由谁来做。")
        found = {u.code: u for u in Unit.objects.filter(code__in=[*lead, *joint])}
        cleaned["leads"] = [found[code] for code in lead]
        cleaned["joint_units"] = [found[code] for code in joint]
        return cleaned


class SupportForm(forms.Form):
    """How many households or people are for it, out of how many, counted how."""

    matter = TextInput(label="支持什么", max_length=120, help_text="如：同意加装")
    unit = forms.ChoiceField(
        label="按什么数", choices=states.SUPPORT_UNITS, widget=forms.RadioSelect
    )
    supporters = forms.IntegerField(label="支持的", min_value=0, max_value=100_000_000)
    total = forms.IntegerField(label="一共", min_value=1, max_value=100_000_000)
    how = TextInput(label="怎样统计的", max_length=200, help_text="如：逐户上门签字")
    on = DayField(label="哪天统计的")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        some, every = cleaned.get("supporters"), cleaned.get("total")
        if some is not None and every is not None and some > every:
            self.add_error("supporters", "支持的不能多过总数。")
        return cleaned


class OutcomeForm(forms.Form):
    """How one part of the plan ended."""

    outcome = forms.ChoiceField(
        label="这一项怎样了", choices=states.PART_OUTCOMES, widget=forms.RadioSelect
    )
    words = TextInput(
        label="说明", max_length=1000, long=True, help_text="做了什么；没办的写明为什么"
    )


class ResultForm(forms.Form):
    """The result: what came of it, each question answered, pictures before and after."""

    text = TextInput(label="结果", max_length=8000, long=True)
    before = PhotosInput(label="办理前的照片")
    after = PhotosInput(label="办理后的照片")

    def __init__(self, *args: Any, topic: Topic, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.questions = list(topic.questions.all())
        for question in self.questions:
            for name, label, needed in (
                ("said", "大家说了什么", True), ("adopted", "采纳了什么", False),
                ("not_adopted", "没采纳的为什么", False),
            ):  # fmt: skip
                self.fields[f"{name}_{question.number}"] = TextInput(
                    label=label, max_length=2000, long=True, required=needed
                )

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [
            {
                "question": q, "said": self[f"said_{q.number}"],
                "adopted": self[f"adopted_{q.number}"],
                "not_adopted": self[f"not_adopted_{q.number}"],
            }
            for q in self.questions
        ]  # fmt: skip

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for q in self.questions:
            if not (cleaned.get(f"adopted_{q.number}") or cleaned.get(f"not_adopted_{q.number}")):
                self.add_error(f"adopted_{q.number}", "请写采纳了什么，或者没采纳的为什么。")
        return cleaned

    def answers(self) -> dict[Any, Any]:
        data = self.cleaned_data
        return {
            q: tuple(data[f"{name}_{q.number}"] for name in ("said", "adopted", "not_adopted"))
            for q in self.questions
        }


class RateForm(forms.Form):
    """A deputy's word on the result."""

    score = forms.ChoiceField(label="满意吗", choices=states.SCORES, widget=forms.RadioSelect)
    reason = TextInput(label="哪里不满意", max_length=1000, long=True, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("score") == "unsatisfied" and not cleaned.get("reason"):
            self.add_error("reason", "不满意的话，请说说哪里不满意。")
        return cleaned
