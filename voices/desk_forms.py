"""Forms by which deputies and staff bring messages in."""

from typing import Any

from django import forms
from django.db.models import Q

from core.forms import TextInput
from deputies.models import Deputy
from voices import states
from voices.forms import MessageForm


class PatrolForm(MessageForm):
    """巡查上报: no contact data, the grid instead."""

    grid = forms.ChoiceField(label="哪个网格", required=False)
    name = phone = consent = None  # type: ignore[assignment]
    field_order = ("grid", "kind", "text", "place", "files")

    def __init__(self, *args: Any, grids: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["grid"]
        field.choices = [("", "不在我的网格里"), *((g.code, g.name) for g in grids)]


class EnterForm(MessageForm):
    """代录入: how it was said, at which station, for which deputy, its outside number."""

    way = forms.ChoiceField(label="怎么反映的", choices=states.PROXY_WAYS, widget=forms.RadioSelect)
    station = forms.ChoiceField(label="站点")
    deputy = TextInput(
        label="给哪位代表", max_length=20, required=False, help_text="姓名或代表编号；不指定就不填"
    )
    outside_number = TextInput(
        label="外部编号", max_length=60, required=False, help_text="如12345工单号"
    )
    field_order = ("way", "station", "deputy", "kind", "text", "place", "files", "name", "phone")

    def __init__(self, *args: Any, stations: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["station"]
        field.choices = [(s.code, s.name) for s in stations]
        self._stations = {s.code: s for s in stations}
        self.fields["kind"].label, self.fields["name"].label = "是什么事", "怎么称呼群众"
        self.fields["consent"].label = "群众同意把称呼和电话只用于联系本人、办这件事"

    def clean_deputy(self) -> Deputy | None:
        words = self.cleaned_data["deputy"]
        station = self._stations.get(self.cleaned_data.get("station", ""))
        if not words or station is None:
            return None
        near = Deputy.objects.public().filter(region_code__startswith=station.region_code[:6])
        found: list[Deputy] = list(near.filter(Q(code=words.upper()) | Q(name=words))[:2])
        if not found:
            raise forms.ValidationError("本县没有这位在任代表，请核对姓名或编号。")
        if len(found) > 1:
            raise forms.ValidationError("有同名的代表，请填代表编号。")
        return found[0]
