"""What each side record of a suggestion asks for."""

from decimal import Decimal
from typing import Any

from django import forms

from congress.models import Organ, Unit
from congress.selectors import rulebook_for_region
from core.dates import local_date
from core.forms import TextInput
from deputies.models import Deputy
from handling.models import Order
from handling.selectors import units_to_assign
from proposals import states
from proposals.forms import ReviewForm, UnitsForm
from proposals.rules import answering_orders, deputy_codes
from proposals.selectors import arbiter_names
from workflows.engine import TransitionForm


class Day(forms.DateField):
    """A day; browsers take ISO only."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        super().__init__(widget=widget, **kwargs)


class EmptyForm(TransitionForm):
    """Nothing is asked."""


class AskToWithdrawForm(TransitionForm):
    """Why the lead wants to take a joint suggestion back: the others read it before they agree."""

    reason = TextInput(label="撤回的原因", max_length=200, long=True)


class OpinionForm(ReviewForm):
    """审阅意见 of a committee: it has to be named."""

    note = TextInput(label="审阅意见", max_length=1000, long=True)

    def clean_organ(self) -> Organ | None:
        found = super().clean_organ()
        if found is None:
            raise forms.ValidationError("请选择审阅的委员会。")
        return found


class ConcealForm(TransitionForm):
    """保密 on or off, with the reason."""

    confidential = forms.BooleanField(label="要求保密", required=False)
    reason = TextInput(label="理由", max_length=200)


class ObjectionForm(TransitionForm):
    """Why it ought not to be public (HN 29)."""

    reason = TextInput(label="不宜公开的理由", max_length=300, long=True)


class DispatchForm(UnitsForm):
    """转交: units under 政府督查室."""


class DisputeForm(TransitionForm):
    """What is in dispute, and who is to settle it."""

    about = TextInput(label="争议事项", max_length=1000, long=True)
    arbiter = forms.ChoiceField(label="请谁协调", choices=states.ARBITERS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["arbiter"]
        field.choices = list(arbiter_names(self.obj).items())


class SettleForm(TransitionForm):
    """The arbiter's word; a unit when another one is to lead."""

    decision = TextInput(label="协调意见", max_length=1000, long=True)
    lead = forms.ChoiceField(label="改由谁主办", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["lead"]
        units = units_to_assign(self.obj.region_code)
        field.choices = [("", "不变"), *((u.code, u.name) for u in units)]

    def clean_lead(self) -> Unit | None:
        return Unit.objects.filter(code=self.cleaned_data["lead"]).first()


class _OfOrder(TransitionForm):
    """A record about one answering unit; the only one needs not be named."""

    order = forms.ChoiceField(label="交办单", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = answering_orders(self.obj).select_related("unit").order_by("id")
        if units := list(getattr(self.actor, "scope_codes", lambda kind: [])("unit")):
            rows = rows.filter(unit__code__in=units)
        self.orders: dict[str, Order] = {o.code: o for o in rows}
        field: Any = self.fields["order"]
        field.choices = [(code, o.unit.name) for code, o in self.orders.items()]

    def clean_order(self) -> Order:
        code = self.cleaned_data["order"]
        if not code and len(self.orders) == 1:
            code = next(iter(self.orders))
        if code not in self.orders:
            raise forms.ValidationError("请选择是哪个承办单位。")
        return self.orders[code]


class _OfSigner(TransitionForm):
    """A record in the name of a signer: the deputy's own, or typed in by the office."""

    deputy = forms.ChoiceField(label="代表", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = self.obj.signatures.filter(state=states.CONFIRMED).select_related("deputy")
        if mine := deputy_codes(self.actor):
            rows = rows.filter(deputy__code__in=mine)
        self.signers: dict[str, Deputy] = {s.deputy.code: s.deputy for s in rows}
        field: Any = self.fields["deputy"]
        field.choices = [(code, d.name) for code, d in self.signers.items()]

    def clean_deputy(self) -> Deputy:
        code = self.cleaned_data["deputy"]
        if not code and len(self.signers) == 1:
            code = next(iter(self.signers))
        if code not in self.signers:
            raise forms.ValidationError("请选择是哪位代表。")
        return self.signers[code]


class FaceReplyForm(_OfOrder):
    """面复 with its record; a letter alone only by the deputy's consent (QD 28)."""

    way = forms.ChoiceField(label="方式", choices=states.ANSWER_WAYS)
    on = Day(label="日期")
    place = TextInput(label="地点", max_length=80, required=False)
    leader = TextInput(label="出面的负责人", max_length=40, required=False)
    content = TextInput(label="面复情况", max_length=2000, required=False, long=True)
    consent = forms.BooleanField(label="代表同意不面复", required=False)
    signed = forms.BooleanField(label="代表已签字", required=False)
    deputies = forms.MultipleChoiceField(label="到场代表", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = self.obj.signatures.filter(state=states.CONFIRMED).select_related("deputy")
        self.signers = {s.deputy.code: s.deputy for s in rows}
        field: Any = self.fields["deputies"]
        field.choices = [(code, d.name) for code, d in self.signers.items()]

    def clean_on(self) -> Any:
        on = self.cleaned_data["on"]
        if on > local_date(self.now):
            raise forms.ValidationError("日期还没到，请填已经发生的。")
        return on

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("way") == "face":
            for name, words in (("leader", "请写明谁出面。"), ("content", "请写面复情况。")):
                if not cleaned.get(name):
                    self.add_error(name, words)
        elif self._needs_consent() and not cleaned.get("consent"):
            self.add_error("consent", "本地以面复为主；不面复的，要代表同意。")
        chosen = cleaned.get("deputies") or list(self.signers)[:1]
        cleaned["deputies"] = [self.signers[code] for code in chosen if code in self.signers]
        return cleaned

    def _needs_consent(self) -> bool:
        rules = rulebook_for_region(self.obj.region_code, local_date(self.now))
        return bool(rules.value("face_reply_first"))


class ScoreForm(_OfOrder, _OfSigner):
    """量化测评: points of each part, at most what the place gives it."""

    note = TextInput(label="说明", max_length=300, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rules = rulebook_for_region(self.obj.region_code, local_date(self.now))
        self.weights: dict[str, int] = dict(rules.value("score_weights"))
        for part, (label, _) in states.SCORE_PARTS.items():
            most = self.weights[part]
            self.fields[part] = forms.DecimalField(
                label=f"{label}（{most}分）", min_value=0, max_value=most, decimal_places=1
            )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        given = {part: cleaned.get(part) for part in states.SCORE_PARTS}
        if all(points is not None for points in given.values()):
            cleaned["points"] = {part: float(points or 0) for part, points in given.items()}
            cleaned["weights"] = self.weights
            cleaned["total"] = sum((p for p in given.values() if p is not None), Decimal(0))
        return cleaned


class AssessForm(TransitionForm):
    """第三方专家评估."""

    experts = TextInput(label="评估专家或机构", max_length=120)
    score = forms.IntegerField(label="评分", min_value=0, max_value=100)
    opinion = TextInput(label="评估意见", max_length=2000, long=True)
    again = forms.BooleanField(label="建议重新办理", required=False)


class SuperviseForm(TransitionForm):
    """督办: 重点督办 needs the decision, a leader and a committee (DBF 52, trap 25)."""

    kind = forms.ChoiceField(label="督办方式", choices=states.SUPERVISIONS)
    decision_reference = TextInput(label="主任会议决定", max_length=80, required=False)
    leader = TextInput(label="督办领导", max_length=40, required=False)
    organ = forms.ChoiceField(label="督办机构", required=False)
    plan = TextInput(label="督办安排", max_length=1000, required=False, long=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["organ"]
        field.choices = [("", "不填"), *((o.code, o.name) for o in self._organs())]

    def _organs(self) -> Any:
        return Organ.objects.filter(congress=self.obj.term.congress_id, retired_on=None)

    def clean_organ(self) -> Organ | None:
        code = self.cleaned_data["organ"]
        return self._organs().filter(code=code).first() if code else None

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        kind = cleaned.get("kind")
        wanted = {
            states.KEY: {
                "decision_reference": "重点督办由主任会议确定，请填写决定的文号或日期。",
                "leader": "请填写牵头督办的领导。", "organ": "请选择督办的委员会。",
            },
            "leader": {"leader": "请填写督办的领导。"},
            "committee": {"organ": "请选择督办的委员会。"},
        }.get(kind or "", {})  # fmt: skip
        for name, words in wanted.items():
            if not cleaned.get(name):
                self.add_error(name, words)
        if self.obj.supervisions.filter(kind=kind, ended_at__isnull=True).exists():
            self.add_error("kind", "这一种督办正在进行。")
        return cleaned


class EndSupervisionForm(TransitionForm):
    """Which kind ends, and what came of it."""

    kind = forms.ChoiceField(label="督办方式")
    outcome = TextInput(label="督办结果", max_length=1000, long=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        running = self.obj.supervisions.filter(ended_at__isnull=True)
        field: Any = self.fields["kind"]
        field.choices = [(s.kind, s.get_kind_display()) for s in running]


class ReferForm(TransitionForm):
    """公益诉讼 hand-over: the field and the procuratorate."""

    field = forms.ChoiceField(label="领域", choices=states.REFERRAL_FIELDS)
    unit = forms.ChoiceField(label="检察院")
    handed_on = Day(label="移送日期")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found: Any = self.fields["unit"]
        units = units_to_assign(self.obj.region_code).filter(kind="procuratorate")
        found.choices = [(u.code, u.name) for u in units]

    def clean_unit(self) -> Unit:
        return Unit.objects.get(code=self.cleaned_data["unit"])


class ReferralForm(TransitionForm):
    """What the procuratorate did: filed or not, its documents, the result."""

    filed = forms.ChoiceField(
        label="是否立案",
        required=False,
        choices=[("", "还没定"), ("yes", "立案"), ("no", "不立案")],
    )
    filing_number = TextInput(label="立案决定书文号", max_length=60, required=False)
    advice_number = TextInput(label="检察建议书文号", max_length=60, required=False)
    result = TextInput(label="办理结果", max_length=1000, required=False, long=True)
    closed_on = Day(label="办结日期", required=False)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("filing_number") and cleaned.get("filed") != "yes":
            self.add_error("filing_number", "立案的才有立案决定书。")
        if cleaned.get("closed_on") and not cleaned.get("result"):
            self.add_error("result", "办结的，请写明结果。")
        cleaned["filed"] = {"yes": True, "no": False}.get(cleaned.get("filed") or "")
        return cleaned
