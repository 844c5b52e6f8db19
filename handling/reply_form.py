"""What a reply asks for: point by point where the source has points, whom it is copied to."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django import forms

from core.dates import local_date
from core.forms import PhotosInput, TextInput
from handling.forms import DayField
from handling.models import Order
from handling.points import Answered, opening_of
from handling.registry import Addressee, copies_of, points_of
from handling.selectors import units_to_assign
from handling.states import HANDLING, OUTCOMES
from workflows.engine import TransitionForm

# What still has to be done is promised with its day.
UNFINISHED = ("in_progress", "planned")


class ReplyForm(TransitionForm):
    """答复: outcome, text, signer; a promise needs its date.

    Where the source has points (具体建议) each is asked for an answer, an outcome and a promise of
    its own: `answer_1`, `outcome_1`, `promise_1`, `promise_on_1` … All points or none: with none
    the whole answer stands in `text`. `copies` are the usual ones of the place when not posted.
    """

    outcome = forms.ChoiceField(label="办理结果", choices=OUTCOMES, widget=forms.RadioSelect)
    text = TextInput(
        label="答复内容",
        max_length=8000,
        long=True,
        help_text="逐条回答：做了什么、没做的为什么、以后怎么办",
    )
    signer = TextInput(label="签发人", max_length=40, help_text="由单位负责人签发")
    letter_number = TextInput(label="文号", max_length=40, required=False)
    contact = TextInput(label="联系人及电话", max_length=60, required=False)
    promise = TextInput(
        label="承诺事项",
        max_length=300,
        required=False,
        help_text="还没做完的，写明到什么时候做到什么程度",
    )
    promise_on = DayField(label="承诺日期", required=False)
    copies = forms.MultipleChoiceField(
        label="抄送", required=False, widget=forms.CheckboxSelectMultiple
    )
    copies_more = TextInput(
        label="另外抄送", max_length=200, required=False,
        help_text="用顿号隔开；写本地承办单位的全称，它会收到消息",
    )  # fmt: skip
    photos = PhotosInput(label="照片")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.points = points_of(self.obj)
        found = copies_of(self.obj, local_date(self.now))
        self.candidates: dict[str, Addressee] = {one.key: one for one in found}
        self._ask_point_by_point()
        self._ask_whom_to_copy()
        if not self.is_bound:
            self.initial = {**self._written_before(), **self.initial}

    def _ask_point_by_point(self) -> None:
        for n in range(1, len(self.points) + 1):
            self.fields[f"answer_{n}"] = TextInput(
                label=f"第{n}条的答复", max_length=2000, long=True, required=False
            )
            self.fields[f"outcome_{n}"] = forms.ChoiceField(
                label=f"第{n}条的结果", choices=[("", "请选择"), *OUTCOMES], required=False
            )
            self.fields[f"promise_{n}"] = TextInput(
                label=f"第{n}条的承诺", max_length=300, required=False
            )
            self.fields[f"promise_on_{n}"] = DayField(label=f"第{n}条承诺日期", required=False)
        if self.points:
            text = self.fields["text"]
            text.label, text.required = "总的说明", False
            text.help_text = "写在逐条答复前面；整篇答复的，上面都不填，写在这里"
            self.fields["outcome"].label = "整件建议的办理结果"

    def _ask_whom_to_copy(self) -> None:
        field: Any = self.fields["copies"]
        field.choices = [(key, one.name) for key, one in self.candidates.items()]
        field.initial = self.usual
        if not self.candidates:
            del self.fields["copies"]

    @property
    def usual(self) -> list[str]:
        """Keys of those who get a copy by the rules of the place."""
        return [key for key, one in self.candidates.items() if one.usual]

    def point_rows(self) -> Iterator[dict[str, Any]]:
        """Each point with its four fields, for the page."""
        for n, point in enumerate(self.points, 1):
            yield {
                "number": n, "point": point, "answer": self[f"answer_{n}"],
                "outcome": self[f"outcome_{n}"], "promise": self[f"promise_{n}"],
                "promise_on": self[f"promise_on_{n}"],
            }  # fmt: skip

    def copy_boxes(self) -> list[tuple[str, str, bool]]:
        """The boxes to tick as (key, name, ticked), for the page."""
        ticked = self["copies"].value() or [] if "copies" in self.fields else []
        return [(key, one.name, key in ticked) for key, one in self.candidates.items()]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        cleaned["points"] = self._answers(cleaned)
        for tail in ("", *(f"_{n}" for n in range(1, len(self.points) + 1))):
            self._check_promise(cleaned, tail)
        promised = cleaned.get("promise") or any(one.promise for one in cleaned["points"])
        if cleaned.get("outcome") in UNFINISHED and not promised:
            self.add_error("promise", "正在解决或列入计划的，要写明承诺事项和日期。")
        cleaned["copied"] = self._copied(cleaned)
        return cleaned

    def _answers(self, cleaned: dict[str, Any]) -> list[Answered]:
        """All points or none; half an answer is sent back with the rest kept."""
        parts = ("answer", "outcome", "promise", "promise_on")
        numbers = range(1, len(self.points) + 1)
        begun = any(cleaned.get(f"{part}_{n}") for part in parts for n in numbers)
        if not begun:
            if self.points and not cleaned.get("text") and "text" not in self.errors:
                self.add_error("answer_1", "请逐条答复；整篇答复的，写在「总的说明」里。")
            return []
        for n in numbers:
            if not cleaned.get(f"answer_{n}") and f"answer_{n}" not in self.errors:
                self.add_error(f"answer_{n}", f"第{n}条还没有答复。")
            if not cleaned.get(f"outcome_{n}") and f"outcome_{n}" not in self.errors:
                self.add_error(f"outcome_{n}", f"请选择第{n}条的结果。")
        return [
            Answered(
                number=n, point=point, answer=cleaned.get(f"answer_{n}") or "",
                outcome=cleaned.get(f"outcome_{n}") or "",
                promise=cleaned.get(f"promise_{n}") or "",
                promise_on=cleaned.get(f"promise_on_{n}"),
            )
            for n, point in enumerate(self.points, 1)
        ]  # fmt: skip

    def _check_promise(self, cleaned: dict[str, Any], tail: str) -> None:
        name, day = f"promise{tail}", f"promise_on{tail}"
        promise, on = cleaned.get(name), cleaned.get(day)
        if promise and not on and day not in self.errors:
            self.add_error(day, "写了承诺，请填承诺日期。")
        if on and not promise:
            self.add_error(name, "填了承诺日期，请写明承诺什么。")
        if on and on <= local_date(self.now):
            self.add_error(day, "承诺日期要在今天之后。")
        if tail and cleaned.get(f"outcome{tail}") in UNFINISHED and not promise:
            self.add_error(name, "还没办完的，要写明承诺事项和日期。")

    def _copied(self, cleaned: dict[str, Any]) -> list[Addressee]:
        """Whom the letter is copied to; the usual ones when nobody was asked (`copies_shown`)."""
        asked = "copies" in self.data or "copies_shown" in self.data
        chosen = (cleaned.get("copies") or []) if asked else self.usual
        found = {self.candidates[key].name: self.candidates[key] for key in chosen}
        said = (cleaned.get("copies_more") or "").replace("，", "、").replace(",", "、")
        names = [name.strip()[:80] for name in said.split("、") if name.strip()]
        if names and self.obj.confidential:
            self.add_error("copies_more", "这件建议要求保密，只抄送上面列出的。")
            return []
        units = units_to_assign(self.obj.region_code).filter(name__in=names)
        codes = dict(units.values_list("name", "code"))
        for name in names:
            kind = "unit" if name in codes else ""
            found.setdefault(name, Addressee(kind, codes.get(name, ""), name))
        return list(found.values())

    def _written_before(self) -> dict[str, Any]:
        """A reply that was sent back is gone on with, not written anew."""
        order: Order = self.obj
        last = order.replies.order_by("-version").first() if order.state == HANDLING else None
        if last is None:
            return {}
        copies = [(f"{copy.kind}:{copy.target}", copy.name) for copy in last.copies.all()]
        found: dict[str, Any] = {
            "outcome": last.outcome, "text": last.text, "signer": last.signer,
            "letter_number": last.letter_number, "contact": last.contact,
            "copies": [key for key, _ in copies],
            "copies_more": "、".join(name for key, name in copies if key not in self.candidates),
        }  # fmt: skip
        answered = list(last.points.all())
        if answered and [one.point for one in answered] == self.points:
            found["text"] = opening_of(last.text, self.points[0])
            for one in answered:
                found |= {f"answer_{one.number}": one.answer, f"outcome_{one.number}": one.outcome}
        open_ones = order.promises.filter(outcome="open")
        return found | _promised(list(open_ones.values_list("point", "text", "due_on")))


def _promised(rows: list[tuple[int | None, str, date]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for point, text, on in rows:
        tail = f"_{point}" if point else ""
        found |= {f"promise{tail}": text, f"promise_on{tail}": on}
    return found
