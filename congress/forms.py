"""Forms of the congress registers, for staff."""

from typing import Any

from django import forms
from django.utils import timezone

from congress.models import Congress, Rulebook, RuleValue, Unit
from congress.rules import KEYS, Rule, check_value
from congress.rules.wording import read_content, write_content
from congress.selectors import presets
from congress.services.bodies import fill_congress, no_congress_words
from congress.services.units import check_unit
from congress.states import Measure
from core.dates import local_date
from core.errors import InputInvalid

DAY_INPUT = forms.DateInput({"type": "date"}, format="%Y-%m-%d")


def rule_choices() -> list[tuple[str, Any]]:
    """All rules under their groups, for a select; empty first, so a blank row stays blank."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for key, known in KEYS.items():
        groups.setdefault(known.group, []).append((key, known.label))
    return [("", "选一条规则"), *groups.items()]


class CongressForm(forms.ModelForm):
    """A congress: for a new one only the region is needed."""

    class Meta:
        model = Congress
        fields = ("region", "name")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "region" in self.fields:
            self.fields["region"].required = True
            self.fields["name"].required = False
            self.fields["name"].help_text = "不填就叫“某某市人民代表大会”。"

    def clean_region(self) -> Any:
        """Refuse a street and a region that has one; give the rest its place."""
        region = self.cleaned_data["region"]
        if not region.has_congress:
            raise forms.ValidationError(no_congress_words(region))
        if Congress.objects.filter(region=region).exists():
            raise forms.ValidationError("这个行政区已有人民代表大会。")
        return region

    def _post_clean(self) -> None:
        if self.instance.pk is None and self.cleaned_data.get("region"):
            fill_congress(self.instance, self.cleaned_data["region"])
            self.cleaned_data["name"] = self.cleaned_data["name"] or self.instance.name
        super()._post_clean()


class UnitForm(forms.ModelForm):  # type: ignore[type-arg]
    """A handling unit."""

    class Meta:
        model = Unit
        fields = (
            "congress",
            "code",
            "name",
            "short_name",
            "kind",
            "parent",
            "region_code",
            "phone",
        )
        help_texts = {"region_code": "不填就是本级人大的区划。"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "region_code" in self.fields:
            self.fields["region_code"].required = False

    def clean(self) -> dict[str, Any]:
        """Fill the place from the congress."""
        cleaned = super().clean() or {}
        congress = cleaned.get("congress") or (self.instance.congress_id and self.instance.congress)
        if congress and not cleaned.get("region_code"):
            cleaned["region_code"] = congress.region_code
        return cleaned

    def _post_clean(self) -> None:
        super()._post_clean()
        if self.errors:
            return
        try:
            check_unit(self.instance)
        except InputInvalid as wrong:
            for name, words in (wrong.fields or {None: wrong.message}).items():
                self.add_error(name if name in self.fields else None, words or wrong.message)


class MergeForm(forms.Form):
    """Which unit takes over, from when."""

    into = forms.ModelChoiceField(Unit.objects.none(), label="并入哪个单位")
    on = forms.DateField(label="从哪天起", widget=DAY_INPUT)

    def __init__(self, unit: Unit, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = Unit.objects.in_use().filter(congress=unit.congress_id).exclude(pk=unit.pk)
        self.fields["into"].queryset = others
        self.fields["on"].initial = local_date(timezone.now())


class RetireForm(forms.Form):
    """From when a unit takes no more work."""

    on = forms.DateField(label="从哪天起停用", widget=DAY_INPUT)


class RulebookForm(forms.ModelForm):  # type: ignore[type-arg]
    """A place's rulebook: from when, and on which preset it is based."""

    base = forms.ChoiceField(label="沿用的预设", required=False)

    class Meta:
        model = Rulebook
        fields = ("congress", "effective_from", "base", "name")
        help_texts = {"effective_from": "已经起算的期限不受影响，仍按原来的版本。"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "congress" in self.fields:
            self.fields["congress"].required = True
        if "base" in self.fields:
            chosen = [
                (p.preset, p.name) for p in presets() if p.preset not in ("default", "national")
            ]
            self.fields["base"].choices = [("", "不沿用，直接取代表法和系统默认"), *chosen]
        if "name" in self.fields:
            self.fields["name"].required = False

    def clean(self) -> dict[str, Any]:
        """Name it after its congress when nothing else is said."""
        cleaned = super().clean() or {}
        if cleaned.get("congress") and not cleaned.get("name"):
            cleaned["name"] = f"{cleaned['congress'].name}规则"
        return cleaned


class RuleForm(forms.ModelForm):  # type: ignore[type-arg]
    """One rule: a period with its unit, or a content in words."""

    key = forms.ChoiceField(label="规则", choices=rule_choices)
    unit = forms.ChoiceField(
        label="单位",
        required=False,
        choices=[("", "—"), *[(m.value, m.label) for m in Measure if m.is_amount]],
    )
    content = forms.CharField(
        label="内容", required=False, help_text="期限填数量和单位；其余填这里，如：是、领衔代表。"
    )

    class Meta:
        model = RuleValue
        fields = ("key", "amount", "unit", "content", "basis", "note")
        widgets = {"basis": forms.Textarea({"rows": 2}), "note": forms.Textarea({"rows": 2})}
        error_messages = {"basis": {"required": "请写明依据，如：依据《…》第…条。"}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        value = self.instance
        if value.pk:
            self.fields["key"].disabled = True
            if not Measure(value.unit).is_amount:
                rule = Rule(value.key, None, Measure(value.unit), value.value, value.basis)
                self.initial |= {"content": write_content(rule), "unit": ""}

    def clean(self) -> dict[str, Any]:
        """Put unit and value together and ask whether they fit the rule."""
        cleaned = super().clean() or {}
        key = cleaned.get("key")
        if key not in KEYS or self.errors:
            return cleaned
        measures, text = KEYS[key].measures, cleaned.get("content", "")
        cleaned["value"] = None
        if not measures[0].is_amount:
            cleaned["unit"] = measures[0].value
            try:
                cleaned["value"] = read_content(key, text)
            except ValueError as wrong:
                self.add_error("content", str(wrong))
                return cleaned
        elif len(measures) == 1:
            cleaned["unit"] = measures[0].value
        problem = check_value(key, cleaned.get("amount"), cleaned["unit"], cleaned["value"])
        if problem:
            self.add_error("amount" if measures[0].is_amount else "content", problem)
        self.instance.value = cleaned["value"]
        return cleaned


class VersionForm(forms.Form):
    """From when the next version holds."""

    effective_from = forms.DateField(label="从哪天起施行", widget=DAY_INPUT)


class ImportForm(forms.Form):
    """A sheet, and whether only to look at it."""

    file = forms.FileField(label="Excel 或 CSV 文件")
    dry_run = forms.BooleanField(label="只检查，先不写入", required=False, initial=True)


class UnitImportForm(ImportForm):
    """Whose units they are."""

    def __init__(self, congresses: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["congress"] = forms.ModelChoiceField(congresses, label="归哪级人大")
        self.order_fields(["congress", "file", "dry_run"])
