"""What people fill in beside transitions: a topic, an opinion, a meeting, a part, a result."""

from typing import Any

from django import forms

from congress.models import Region, Unit
from core.forms import PhotosInput, TextInput
from grids.models import Grid
from stations.models import Station
from topics import states
from topics.forms import Day
from topics.models import Topic
from topics.services import TopicDraft
from voices.forms import ContactChecks


class _Contact(ContactChecks, forms.Form):
    """称呼 and 电话 only with their own, not pre-ticked, consent."""

    name = TextInput(label="怎么称呼您", max_length=40, required=False)
    phone = TextInput(label="电话", max_length=20, required=False)
    consent = forms.BooleanField(label="同意把称呼和电话只用于告诉我结果", required=False)
    idempotency_key = forms.CharField(max_length=80, required=False, widget=forms.HiddenInput)


class OpinionForm(_Contact):
    """Answers question by question (`answer_1` …), with photographs and an optional contact.

    A machine that answers one question may send `text`, and `question` for another than the first.
    """

    household = TextInput(label="户号或门牌", max_length=40, required=False)
    files = PhotosInput(label="照片")

    def __init__(self, data: Any = None, *args: Any, topic: Topic, **kwargs: Any) -> None:
        super().__init__(_one_answer(data), *args, **kwargs)
        answers = {
            f"answer_{q.number}": TextInput(
                label=q.text, help_text=q.hint, max_length=2000, long=True, required=False
            )
            for q in topic.questions.all()
        }
        self.fields = answers | self.fields

    def foreign(self) -> dict[int, str]:
        """Answers to questions this topic does not have, as posted."""
        found = {}
        for name in self.data:
            number = name.removeprefix("answer_")
            if name.startswith("answer_") and number.isdigit() and name not in self.fields:
                found[int(number[:4])] = str(self.data[name])
        return found

    def answers(self) -> dict[int, str]:
        """What was said, by question number; foreign ones too, for the service to refuse."""
        own = {
            int(name.removeprefix("answer_")): text
            for name, text in self.cleaned_data.items()
            if name.startswith("answer_")
        }
        return own | self.foreign()


def _one_answer(data: Any) -> Any:
    """`text` and `question` as the answer they stand for, when nothing is answered by number."""
    if not data or not data.get("text") or any(name.startswith("answer_") for name in data):
        return data
    number = str(data.get("question") or "1")
    return data if not number.isdigit() else {**data.dict(), f"answer_{number[:4]}": data["text"]}


def _question_fields() -> dict[str, forms.Field]:
    found: dict[str, forms.Field] = {}
    for n in range(1, states.MOST_QUESTIONS + 1):
        found[f"question_{n}"] = TextInput(label=f"问题{n}", max_length=120, required=False)
        found[f"hint_{n}"] = TextInput(label=f"问题{n}的提示", max_length=200, required=False)
    return found


def _questions(cleaned: dict[str, Any]) -> list[tuple[str, str]]:
    rows = [
        (cleaned.get(f"question_{n}", ""), cleaned.get(f"hint_{n}", ""))
        for n in range(1, states.MOST_QUESTIONS + 1)
    ]
    return [(text, hint) for text, hint in rows if text]


class ProposeForm(_Contact):
    """群众出题: what it is about and the question people should answer."""

    title = TextInput(label="想让大家议一议什么", max_length=60)
    summary = TextInput(label="为什么提这个", max_length=2000, long=True)
    question_1 = TextInput(label="最想问大家的一个问题", max_length=120)

    def draft(self, region_code: str) -> TopicDraft:
        """The draft in the place of the code that was scanned."""
        data = self.cleaned_data
        return TopicDraft(data["title"], data["summary"], _questions(data), region_code)


class TopicForm(forms.Form):
    """A topic as a deputy, a station or the congress writes it. `draft()` is for the services."""

    title = TextInput(label="标题", max_length=60)
    summary = TextInput(label="背景", max_length=2000, long=True)
    region_code = TextInput(label="征集范围", max_length=15)
    opens_on = Day(label="开始征集", required=False)
    closes_on = Day(label="截止征集", required=False)
    meets_on = Day(label="计划议事", required=False)
    departments = forms.MultipleChoiceField(label="预计涉及部门", required=False)
    host = TextInput(label="承办站点编号", max_length=20, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields |= _question_fields()
        field: Any = self.fields["departments"]
        field.choices = lambda: Unit.objects.in_use().values_list("code", "name")

    def clean_region_code(self) -> str:
        code: str = self.cleaned_data["region_code"]
        known = Region.objects.in_use().filter(code=code).exists()
        if not known and not Grid.objects.filter(code=code, retired_on__isnull=True).exists():
            raise forms.ValidationError("没有这个区划或网格。")
        return code

    def clean_host(self) -> Station | None:
        code = self.cleaned_data["host"]
        if not code:
            return None
        found = Station.objects.public().filter(code=code).first()
        if found is None:
            raise forms.ValidationError("没有这个站点，请核对编号。")
        return found

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        opens, closes = cleaned.get("opens_on"), cleaned.get("closes_on")
        if opens and closes and closes < opens:
            self.add_error("closes_on", "截止日期不能早于开始日期。")
        return cleaned

    def draft(self) -> TopicDraft:
        data = self.cleaned_data
        return TopicDraft(
            data["title"], data["summary"], _questions(data), data["region_code"],
            opens_on=data["opens_on"], closes_on=data["closes_on"], meets_on=data["meets_on"],
            departments=list(Unit.objects.filter(code__in=data["departments"])),
            host=data["host"],
        )  # fmt: skip
