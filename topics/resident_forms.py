"""The residents' forms of topics, with what their pages show beside the fields."""

from typing import Any

from django import forms

from core.forms import TextInput
from topics import inputs, states
from topics.models import Topic
from topics.services import TopicDraft


class OpinionForm(inputs.OpinionForm):
    """A box for each question; at least one is filled in. `token` is the topic's scanned code."""

    household: Any = None  # asked only where somebody types in for a household
    token = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, topic: Topic, **kwargs: Any) -> None:
        super().__init__(*args, topic=topic, **kwargs)
        self.questions = list(topic.questions.all())
        if len(self.questions) > 1:
            for question in self.questions:
                self.fields[f"answer_{question.number}"].label = str(question)

    @property
    def boxes(self) -> list[Any]:
        return [self[f"answer_{question.number}"] for question in self.questions]

    @property
    def typed(self) -> list[tuple[str, str]]:
        """Every answer as it was typed, valid or not, with its question."""
        pairs = [(q.text, self.data.get(f"answer_{q.number}", "")) for q in self.questions]
        return [(asked, text.strip()) for asked, text in pairs if text.strip()]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        foreign = [number for number, text in self.foreign().items() if text.strip()]
        if foreign:
            raise forms.ValidationError(
                f"这个议题没有第{foreign[0]}个问题，没有收下。请刷新页面再填，您写的还在下面。"
            )
        names = [f"answer_{question.number}" for question in self.questions]
        said = any(cleaned.get(name) for name in names)
        if names and not said and not set(names) & set(self.errors):
            self.add_error(names[0], "请至少回答一个问题，一句话也可以。")
        return cleaned


class ProposalForm(inputs.ProposeForm):
    """群众出题: what it is about, why, and what people should be asked, one question a line."""

    question_1: Any = None
    questions = TextInput(
        label="想问大家什么", max_length=620, long=True,
        help_text=f"一行一个问题，最多{states.MOST_QUESTIONS}个",
        error_messages={"required": "请写一个想问大家的问题。"},
    )  # fmt: skip
    field_order = ("title", "summary", "questions")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["title"].help_text = "一句话，比如：老小区的电动车在哪儿充电"
        self.fields["title"].error_messages["required"] = "请写一句话，说清想议什么。"
        self.fields["summary"].help_text = "现在是什么情况，关系到哪些人"
        self.fields["summary"].error_messages["required"] = "请写一写现在的情况。"

    def clean_questions(self) -> list[tuple[str, str]]:
        lines = [line.strip() for line in self.cleaned_data["questions"].split("\n")]
        asked = [line for line in lines if line]
        if len(asked) > states.MOST_QUESTIONS:
            raise forms.ValidationError(
                f"最多{states.MOST_QUESTIONS}个问题，您写了{len(asked)}个，请合并几个。"
            )
        if any(len(line) > 120 for line in asked):
            raise forms.ValidationError("一个问题最多120个字，请写短一些。")
        return [(line, "") for line in asked]

    def draft(self, region_code: str) -> TopicDraft:
        """The draft in the place of the code that was scanned."""
        data = self.cleaned_data
        return TopicDraft(data["title"], data["summary"], data["questions"], region_code)
