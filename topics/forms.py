"""What transitions of topics and opinions ask for."""

from datetime import date
from typing import Any

from django import forms

from core.dates import local_date
from core.forms import PhotosInput, TextInput
from core.personal import mask_personal
from topics import states
from topics.models import Topic
from workflows.engine import TransitionForm


class Day(forms.DateField):
    """A day. Browsers take ISO only as the value of a date input, whatever the language."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        super().__init__(widget=widget, **kwargs)


class ReviewReasonForm(TransitionForm):
    """Why it is returned or not approved; the deputy reads it."""

    reason = TextInput(label="原因", max_length=500, long=True, help_text="提出人会看到")


class DatesForm(TransitionForm):
    """The planned days of a topic."""

    opens_on = Day(label="开始征集")
    closes_on = Day(label="截止征集", help_text="到这一天夜里24点为止")
    meets_on = Day(label="计划议事", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("opens_on", "closes_on", "meets_on"):
            self.fields[name].initial = getattr(self.obj, name)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        opens, closes, meets = (cleaned.get(n) for n in ("opens_on", "closes_on", "meets_on"))
        if closes and closes < local_date(self.now):
            self.add_error("closes_on", "截止日期已经过去了，请重新定。")
        if opens and closes and closes < opens:
            self.add_error("closes_on", "截止日期不能早于开始日期。")
        if closes and meets and meets < closes:
            self.add_error("meets_on", "议事要在征集截止以后。")
        return cleaned


class ApproveForm(DatesForm):
    """审议通过 fixes the days."""

    note = TextInput(label="审议意见", max_length=500, long=True, required=False)


class ExtendForm(TransitionForm):
    """延长征集 until when."""

    closes_on = Day(label="延长到")

    def clean_closes_on(self) -> date:
        wanted: date = self.cleaned_data["closes_on"]
        if wanted <= self.obj.closes_on or wanted < local_date(self.now):
            raise forms.ValidationError("要晚于现在的截止日期和今天。")
        return wanted


class ResearchForm(TransitionForm):
    """议前调研: who, where, what, photographs."""

    on = Day(label="日期")
    place = TextInput(label="地点", max_length=120)
    people = TextInput(label="参加人", max_length=200)
    text = TextInput(label="了解到的情况", max_length=4000, long=True)
    photos = PhotosInput(label="照片")

    def clean_on(self) -> date:
        on: date = self.cleaned_data["on"]
        if on > local_date(self.now):
            raise forms.ValidationError("日期还没到，请填已经做过的调研。")
        return on


class HoldMeetingForm(TransitionForm):
    """登记议事会: which one, its minutes and what was agreed."""

    meeting = forms.ChoiceField(label="哪一次")
    minutes = TextInput(label="纪要", max_length=8000, long=True)
    agreed = TextInput(label="达成的共识", max_length=4000, long=True, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        waiting = self.obj.meetings.filter(held_at__isnull=True, starts_at__lte=self.now)
        self.waiting = {str(m.number): m for m in waiting}
        field: Any = self.fields["meeting"]
        field.choices = [
            (number, f"第{number}次 {local_date(m.starts_at):%-m月%-d日} {m.place}")
            for number, m in self.waiting.items()
        ]
        field.initial = next(iter(self.waiting), None)

    def clean_meeting(self) -> Any:
        meeting = self.waiting[self.cleaned_data["meeting"]]
        if not meeting.attendees.filter(signed_in_at__isnull=False).exists():
            raise forms.ValidationError("还没有人签到，请先登记到会的人。")
        return meeting


class AdoptPlanForm(TransitionForm):
    """The plan as a whole; its parts are written one by one before."""

    text = TextInput(label="方案", max_length=4000, long=True, help_text="总的思路，措施另列")


TRACKS = [("reply_within", "按办理答复期限"), ("short_track_within", "简单的事，快速办理")]


class HandOverForm(TransitionForm):
    """转入办理: by which period, with what words."""

    track = forms.ChoiceField(
        label="办理期限", choices=TRACKS, initial=TRACKS[0][0], widget=forms.RadioSelect
    )
    instruction = TextInput(label="交办意见", max_length=500, long=True, required=False)


class ApproveOpinionForm(TransitionForm):
    """通过 as written; which of its photographs everybody may see."""

    photos = forms.MultipleChoiceField(
        label="公开的照片", required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["photos"]
        field.choices = self._photo_choices  # asked only where shown or chosen from, not in a batch

    def _photo_choices(self) -> list[tuple[str, str]]:
        return [(str(p.pk), f"第{n}张") for n, p in enumerate(self.obj.pictures.all(), 1)]


class EditOpinionForm(ApproveOpinionForm):
    """改后通过: only what gives somebody away or must not be said in public is taken out."""

    text = TextInput(label="公开的内容", max_length=2000, long=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].initial = self.obj.public_text or mask_personal(self.obj.text)

    def clean_text(self) -> str:
        return mask_personal(self.cleaned_data["text"])


class OpinionReasonForm(TransitionForm):
    """Why it is not published; the writer reads it."""

    reason = TextInput(label="原因", max_length=200, help_text="写意见的人凭回执码看得到")


class DeliberateForm(TransitionForm):
    """转议题: which topic the message joins."""

    topic = TextInput(label="议题编号", max_length=20)

    def clean_topic(self) -> Topic:
        code = self.cleaned_data["topic"].upper()
        found = Topic.objects.visible_to(self.actor).filter(code=code).first()
        if found is None:
            raise forms.ValidationError("没有这个议题，或者不归您，请核对编号。")
        if found.state in (*states.FINAL, states.HANDLING, states.PUBLISHED):
            raise forms.ValidationError(
                f"这个议题已经「{found.get_state_display()}」，不能再并入留言。"
            )
        return found
