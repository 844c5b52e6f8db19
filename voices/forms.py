"""What residents, deputies and stations fill in."""

from typing import Any

from django import forms

from congress.models import Unit
from core.forms import PhotosInput, TextInput, shared_fields
from core.personal import mask_personal, normalise_phone
from deputies.models import Deputy
from handling.selectors import units_to_assign
from stations.models import Station
from voices import states
from workflows.engine import TransitionForm


class ContactChecks:
    """`name`, `phone` and `consent` of a form for everybody: nothing is kept without consent."""

    cleaned_data: dict[str, Any]
    add_error: Any

    def clean_phone(self) -> str:
        phone = self.cleaned_data["phone"]
        if not phone:
            return ""
        digits = normalise_phone(phone)
        if not 7 <= len(digits) <= 15:
            raise forms.ValidationError("电话号码好像不对，请再看一看；不需要回复可以不填。")
        return digits

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}  # type: ignore[misc]
        if (cleaned.get("name") or cleaned.get("phone")) and not cleaned.get("consent"):
            self.add_error("consent", "留了称呼或电话，请勾选同意；不想留可以清空。")
        return cleaned


@shared_fields
class MessageForm(ContactChecks, forms.Form):
    """What a resident writes. Contact data only with its own, not pre-ticked, consent."""

    kind = forms.ChoiceField(
        label="您想说的是", choices=states.KINDS, widget=forms.RadioSelect,
        error_messages={"required": "请选一选，是反映问题、提建议、问一问，还是想见代表。"},
    )  # fmt: skip
    text = TextInput(
        label="什么事", max_length=2000, long=True,
        error_messages={"required": "请写一写是什么事，一句话也可以。"},
    )  # fmt: skip
    place = TextInput(label="在哪里", max_length=120, required=False)
    files = PhotosInput(label="照片")
    name = TextInput(label="怎么称呼您", max_length=40, required=False)
    phone = TextInput(label="电话", max_length=20, required=False)
    consent = forms.BooleanField(label="同意把称呼和电话只用于联系我、办这件事", required=False)
    idempotency_key = forms.CharField(max_length=80, required=False, widget=forms.HiddenInput)


class AnswerForm(TransitionForm):
    """An answer to the resident: the outcome is told apart from being closed."""

    outcome = forms.ChoiceField(label="办得怎样", choices=states.OUTCOMES, widget=forms.RadioSelect)
    text = TextInput(
        label="答复",
        max_length=4000,
        long=True,
        help_text="用群众听得懂的话，说清做了什么、什么时候做",
    )
    photos = PhotosInput(label="照片")


class ReferForm(TransitionForm):
    """报联络站: the deputy's word to the station."""

    opinion = TextInput(label="我的意见", max_length=500, long=True, required=False)


class TransferForm(TransitionForm):
    """To one or several units; the text handed over is the original with personal data masked."""

    units = forms.MultipleChoiceField(
        label="承办单位", help_text="选一个是独办，选几个是分办",
        error_messages={"required": "请选择承办单位。"},
    )  # fmt: skip
    co_units = forms.MultipleChoiceField(label="会办单位", required=False)
    title = TextInput(label="事由", max_length=60)
    text = TextInput(label="转办内容", max_length=4000, long=True, help_text="不能写出群众是谁")
    instruction = TextInput(label="交办意见", max_length=500, required=False, long=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(u.code, u.name) for u in units_to_assign(self.obj.region_code)]
        for name in ("units", "co_units"):
            field: Any = self.fields[name]
            field.choices = choices
        masked = mask_personal(self.obj.text)
        self.fields["title"].initial = masked.replace("\n", " ")[:30]
        self.fields["text"].initial = masked

    def clean_title(self) -> str:
        return mask_personal(self.cleaned_data["title"])

    def clean_instruction(self) -> str:
        return mask_personal(self.cleaned_data["instruction"])

    def clean_text(self) -> str:
        return mask_personal(self.cleaned_data["text"])

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        found = {u.code: u for u in Unit.objects.filter(
            code__in=[*cleaned.get("units", []), *cleaned.get("co_units", [])]
        )}  # fmt: skip
        cleaned["lead_units"] = [found[c] for c in cleaned.get("units", [])]
        cleaned["joint_units"] = [found[c] for c in cleaned.get("co_units", [])]
        if set(cleaned.get("units", [])) & set(cleaned.get("co_units", [])):
            self.add_error("co_units", "同一个单位不能既承办又会办。")
        if cleaned["joint_units"] and len(cleaned["lead_units"]) > 1:
            self.add_error("units", "有会办单位时，只能有一个主办单位。")
        return cleaned


class ReasonForm(TransitionForm):
    """Why."""

    reason = TextInput(label="原因", max_length=500, long=True)


class PassOnForm(TransitionForm):
    """To another deputy or another station of the same county, by code."""

    deputy = TextInput(label="代表编号", max_length=20, required=False)
    station = TextInput(label="站点编号", max_length=20, required=False)
    reason = TextInput(label="原因", max_length=500, long=True)

    def clean_deputy(self) -> Deputy | None:
        code = self.cleaned_data["deputy"]
        if not code:
            return None
        found = Deputy.objects.public().filter(code=code, **self._nearby()).first()
        if found is None:
            raise forms.ValidationError("本县没有这个编号的在任代表，请核对。")
        return found

    def clean_station(self) -> Station | None:
        code = self.cleaned_data["station"]
        if not code:
            return None
        found = Station.objects.public().filter(code=code, **self._nearby()).first()
        if found is None:
            raise forms.ValidationError("本县没有这个编号的站点，请核对。")
        return found

    def _nearby(self) -> dict[str, str]:
        return {"region_code__startswith": self.obj.region_code[:6]}

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if self.errors:
            return cleaned
        if bool(cleaned.get("deputy")) == bool(cleaned.get("station")):
            raise forms.ValidationError("请选一位代表，或者一个站点。")
        return cleaned


class DivertForm(TransitionForm):
    """Where it belongs, and the words its writer will read."""

    door = forms.ChoiceField(
        label="去向", choices=[(key, label) for key, (label, _) in states.DOORS.items()],
        widget=forms.RadioSelect,
    )  # fmt: skip
    words = TextInput(
        label="告诉群众的话", max_length=500, long=True, required=False,
        help_text="不填就用这个去向的标准说明",
    )  # fmt: skip


class RatingForm(TransitionForm):
    """满意 / 基本满意 / 不满意, with the reason when not."""

    score = forms.ChoiceField(
        label="您满意吗", choices=states.SCORES, widget=forms.RadioSelect,
        error_messages={"required": "请选一选满意不满意。"},
    )  # fmt: skip
    reason = TextInput(label="哪里不满意", max_length=1000, long=True, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("score") == "unsatisfied" and not cleaned.get("reason"):
            self.add_error("reason", "不满意的话，请说说哪里不满意，好让他们重新办。")
        return cleaned


class AdditionForm(TransitionForm):
    """What the writer adds."""

    text = TextInput(
        label="补充",
        max_length=2000,
        long=True,
        error_messages={"required": "请写一写要补充什么。"},
    )
    files = PhotosInput(label="照片")


class PublishForm(TransitionForm):
    """What the public may read: reviewed, personal data masked, which photos."""

    title = TextInput(label="公开标题", max_length=60)
    text = TextInput(label="公开的内容", max_length=4000, long=True)
    answer = TextInput(label="公开的答复", max_length=4000, long=True, required=False)
    photos = forms.MultipleChoiceField(
        label="公开的照片", required=False, widget=forms.CheckboxSelectMultiple
    )

    def clean_text(self) -> str:
        return mask_personal(self.cleaned_data["text"])

    def clean_title(self) -> str:
        return mask_personal(self.cleaned_data["title"])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        message = self.obj
        field: Any = self.fields["photos"]
        field.choices = [(str(p.pk), f"第{n}张") for n, p in enumerate(message.photos.all(), 1)]
        last = message.answers.order_by("-id").first()
        masked = mask_personal(message.text)
        self.fields["title"].initial = message.public_title or masked.replace("\n", " ")[:30]
        self.fields["text"].initial = message.public_text or masked
        self.fields["answer"].initial = message.public_answer or (
            mask_personal(last.text) if last else ""
        )
