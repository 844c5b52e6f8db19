"""What the desk asks for when a suggestion is written or typed in for a deputy."""

from typing import Any

from django import forms

from core.forms import TextInput
from deputies.models import Delegation, Deputy
from proposals import states
from proposals.rules import deputy_codes
from proposals.services import Text
from proposals.services.writing import BILL, Source

OWN_SOURCES = ("own", "reception", "research", "inspection", "group", "deliberation", "bill")


class TextForm(forms.Form):
    """One matter: title, facts, advice point by point. `version` is the one that was read."""

    title = TextInput(label="标题", max_length=80, help_text="关于……的建议，一件建议只写一件事")
    facts = TextInput(
        label="情况和问题", max_length=4000, long=True, required=False,
        help_text="在哪儿、多少、影响谁；有调研数字更好",
    )  # fmt: skip
    advice = TextInput(
        label="具体建议", max_length=4000, long=True, required=False,
        help_text="一条一行，承办单位要逐条答复",
    )  # fmt: skip
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def text(self) -> Text:
        data = self.cleaned_data
        return Text(data["title"], data["facts"], data["advice"])


class NewForm(TextForm):
    """A new one: where it came from, in whose name, whether it is to be kept confidential."""

    source_kind = forms.ChoiceField(label="来源", required=False)
    source_code = TextInput(
        label="来源说明",
        max_length=60,
        required=False,
        help_text="哪一次接待、调研，或编号；议案转来的写原议案编号",
    )
    delegation = forms.ChoiceField(label="以谁的名义", required=False)
    confidential = forms.BooleanField(
        label="请求保密", required=False,
        help_text="办理的人以外看不到，不公开；可能招致打击报复的也请选",
    )  # fmt: skip
    confidential_reason = TextInput(label="保密理由", max_length=200, required=False)

    def __init__(self, *args: Any, delegations: list[Delegation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        source: Any = self.fields["source_kind"]
        source.choices = [(kind, states.SOURCES[kind]) for kind in OWN_SOURCES]
        self.delegations = {one.code: one for one in delegations}
        name: Any = self.fields["delegation"]
        name.choices = [("", "本人"), *((d.code, f"{d.name}（代表团）") for d in delegations)]
        if not delegations:
            del self.fields["delegation"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("confidential") and not cleaned.get("confidential_reason"):
            self.add_error("confidential_reason", "请写明为什么要保密。")
        if not cleaned.get("confidential"):
            cleaned["confidential_reason"] = ""
        cleaned["delegation"] = self.delegations.get(cleaned.get("delegation") or "")
        return cleaned


class EnterForm(TextForm):
    """代录: whose it is, how it came, and who signed it with the deputy."""

    deputy = TextInput(label="领衔代表", max_length=60, help_text="姓名或代表编号")
    way = forms.ChoiceField(
        label="怎么来的", choices=[w for w in states.PROXY_WAYS if w[0] != "import"],
        widget=forms.RadioSelect, initial="paper",
    )  # fmt: skip
    cosigners = TextInput(
        label="联名代表", max_length=600, required=False,
        help_text="姓名或编号，用顿号隔开；书面签了名的直接登记，其他的由本人确认",
    )  # fmt: skip
    bill = TextInput(
        label="原议案编号", max_length=60, required=False,
        help_text="没有立案的议案转作建议的才填，会一直记着",
    )  # fmt: skip
    field_order = ("deputy", "way", "title", "facts", "advice", "cosigners", "bill")

    def __init__(self, *args: Any, actor: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor

    def clean_deputy(self) -> Deputy:
        return self._one(self.cleaned_data["deputy"])

    def clean_cosigners(self) -> list[Deputy]:
        said = self.cleaned_data["cosigners"].replace("，", "、").replace(",", "、")
        return [self._one(name.strip()) for name in said.split("、") if name.strip()]

    def source(self) -> Source:
        bill = self.cleaned_data["bill"]
        return Source(BILL, bill) if bill else Source()

    def _one(self, said: str) -> Deputy:
        """By code, by name, or as the suggestions write it: 姓名（编号）."""
        code = said.rstrip("）").rpartition("（")[2].upper()
        rows = Deputy.objects.visible_to(self.actor).filter(seats__state="active").distinct()
        found = list(rows.filter(code=code)[:1]) or list(
            rows.filter(name=said).order_by("code")[:3]
        )
        if not found:
            raise forms.ValidationError(f"这里没有叫「{said}」的在任代表，请核对。")
        if len(found) > 1:
            codes = "、".join(d.code for d in found)
            raise forms.ValidationError(f"有几位「{said}」，请填编号：{codes}。")
        return found[0]


def delegations_of(user: Any) -> list[Delegation]:
    """The delegations this deputy sits in, in office."""
    mine = deputy_codes(user)
    rows = Delegation.objects.filter(seat__deputy__code__in=mine, seat__state="active")
    return list(rows.distinct().order_by("code"))
