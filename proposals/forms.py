"""What each transition of a suggestion asks for."""

from typing import Any

from django import forms

from congress.models import Organ, Session, Unit
from congress.selectors import rulebook_for_region
from core.dates import local_date
from core.forms import TextInput
from core.personal import mask_personal
from deputies.models import Deputy
from handling.selectors import units_to_assign
from proposals import states
from proposals.models import Batch, Proposal
from proposals.rounds import joined_feedback, joined_replies
from proposals.rules import answering_orders, deputy_codes, is_system
from workflows.engine import TransitionForm


class NoteForm(TransitionForm):
    """A word beside, if any."""

    note = TextInput(label="说明", max_length=200, required=False, long=True)


class ReasonForm(TransitionForm):
    """Why."""

    reason = TextInput(label="原因", max_length=500, long=True)


class InviteForm(TransitionForm):
    """Another deputy of the same congress, by code."""

    deputy = TextInput(label="代表编号", max_length=20)

    def clean_deputy(self) -> Deputy:
        code = self.cleaned_data["deputy"]
        seated = Deputy.objects.filter(seats__term=self.obj.term_id, seats__state="active")
        found = seated.filter(code=code).first()
        if found is None:
            raise forms.ValidationError("本级人大没有这个编号的在任代表，请核对。")
        if found.pk == self.obj.lead_id:
            raise forms.ValidationError("领衔代表本人不用邀请。")
        signed = self.obj.signatures.filter(deputy=found, state=states.CONFIRMED)
        if signed.filter(version=self.obj.version).exists():
            raise forms.ValidationError(f"{found.name}已经确认联名。")
        return found


class CosignForm(TransitionForm):
    """The version that was read: a text changed meanwhile is not signed unread."""

    version = forms.IntegerField(label="确认的版本", min_value=1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = self.obj.version

    def clean_version(self) -> int:
        version: int = self.cleaned_data["version"]
        if version != self.obj.version:
            raise forms.ValidationError("正文刚刚改过，请看过新的一稿再确认。")
        return version


class SubmitForm(TransitionForm):
    """The exclusion checklist; staff who enter a paper may say when it was handed in."""

    confirmed = forms.MultipleChoiceField(
        label="我确认，这件建议不属于下列情形", choices=list(states.EXCLUSIONS.items()),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请逐项确认不属于这些情形。"},
    )  # fmt: skip
    series = forms.ChoiceField(
        label="提出时间", choices=[("", "按今天"), *states.SERIES], required=False
    )
    session = forms.ChoiceField(label="会议", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if deputy_codes(self.actor):
            del self.fields["series"], self.fields["session"]
            return
        field: Any = self.fields["session"]
        sessions = Session.objects.filter(term=self.obj.term_id).select_related("term")
        field.choices = [("", "按今天"), *((str(s.number), str(s)) for s in sessions)]

    def clean_confirmed(self) -> list[str]:
        said: list[str] = self.cleaned_data["confirmed"]
        if missing := [words for key, words in states.EXCLUSIONS.items() if key not in said]:
            raise forms.ValidationError(
                f"还没有确认：{'；'.join(missing)}。有这种情形的，不能作为建议提出。"
            )
        return said

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        number = cleaned.get("session")
        cleaned["series"] = cleaned.get("series") or ""
        sessions = Session.objects.filter(term=self.obj.term_id)
        cleaned["session"] = sessions.filter(number=number).first() if number else None
        if cleaned["series"] == states.SESSION and self._no_session(cleaned):
            self.add_error("series", "本届还没有召开会议，不能编入大会期间。")
        if self.obj.delegation_id and not self._in_session(cleaned):
            raise forms.ValidationError("代表团只能在大会期间提出建议。")
        return cleaned

    def _no_session(self, cleaned: dict[str, Any]) -> bool:
        opened = Session.objects.filter(term=self.obj.term_id, opens_on__lte=local_date(self.now))
        return cleaned["session"] is None and not opened.exists()

    def _in_session(self, cleaned: dict[str, Any]) -> bool:
        if cleaned["series"]:
            return bool(cleaned["series"] == states.SESSION)
        today = local_date(self.now)
        open_ = Session.objects.filter(term=self.obj.term_id, opens_on__lte=today)
        return open_.exclude(closes_on__lt=today).exists()


class _Organs(TransitionForm):
    """A form that may name the committee that read the text."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields.get("organ")
        if field is not None:
            field.choices = [("", "不填"), *((o.code, o.name) for o in self._organs())]

    def _organs(self) -> Any:
        return Organ.objects.filter(congress=self.obj.term.congress_id, retired_on=None)

    def clean_organ(self) -> Organ | None:
        code = self.cleaned_data["organ"]
        return self._organs().filter(code=code).first() if code else None


class ReviewForm(_Organs):
    """退回修改: what has to change, and which exclusions were seen."""

    note = TextInput(label="修改意见", max_length=1000, long=True)
    exclusions = forms.MultipleChoiceField(
        label="涉及的情形", choices=list(states.EXCLUSIONS.items()), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    organ = forms.ChoiceField(label="审阅机构", required=False)


class DivertForm(ReviewForm):
    """转来信: which exclusion it falls under, and what the deputy is told."""

    note = TextInput(label="向代表的说明", max_length=1000, long=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["exclusions"].required = True


class AcceptForm(_Organs):
    """立案: the field of work; the number comes by itself."""

    category = forms.ChoiceField(label="分类", choices=[("", "请选择"), *states.CATEGORIES])
    note = TextInput(label="审核意见", max_length=1000, required=False, long=True)
    organ = forms.ChoiceField(label="审阅机构", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].initial = self.obj.category


class LinkForm(TransitionForm):
    """并案: into which one, of the same congress."""

    main = TextInput(label="并入的建议编号", max_length=40)
    reason = TextInput(label="理由", max_length=300, long=True)

    def clean_main(self) -> Proposal:
        rows = Proposal.objects.visible_to(self.actor).filter(
            code=self.cleaned_data["main"], region_code=self.obj.region_code,
            state__in=(states.ACCEPTED, states.ASSIGNED),
        )  # fmt: skip
        found = rows.first()
        if found is None or found.pk == self.obj.pk:
            raise forms.ValidationError("没有可以并入的这件建议，请核对编号。")
        if hasattr(found, "merged_into"):
            raise forms.ValidationError(
                f"它已经并入{found.merged_into.main.code}，请直接并到那一件。"
            )
        if self.obj.merged.exists():
            raise forms.ValidationError("有别的建议并入了这一件，它不能再并到别处。")
        return found


class UnitsForm(TransitionForm):
    """Which units: one alone 独办, with `co_units` 主办会办, several 分办."""

    units = forms.MultipleChoiceField(
        label="承办单位", required=False, help_text="选一个是独办，选几个是分办"
    )
    co_units = forms.MultipleChoiceField(label="会办单位", required=False)
    instruction = TextInput(label="交办意见", max_length=500, required=False, long=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(u.code, u.name) for u in units_to_assign(self.obj.region_code)]
        for name in ("units", "co_units", "through"):
            field: Any = self.fields.get(name)
            if field is not None:
                field.choices = choices if name != "through" else [("", "直接交办"), *choices]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        leads, co = cleaned.get("units") or [], cleaned.get("co_units") or []
        through = cleaned.get("through") or ""
        found = {u.code: u for u in Unit.objects.filter(code__in=[*leads, *co, through])}
        cleaned["lead_units"] = [found[c] for c in leads]
        cleaned["joint_units"] = [found[c] for c in co]
        cleaned["through_unit"] = found.get(through)
        if not leads and not through:
            self.add_error("units", "请选择承办单位。")
        if co and len(leads) != 1:
            self.add_error("units", "有会办单位时，要有一个、也只能有一个主办单位。")
        if set(leads) & set(co):
            self.add_error("co_units", "同一个单位不能既承办又会办。")
        return cleaned


class AssignForm(UnitsForm):
    """交办."""

    through = forms.ChoiceField(
        label="经由", required=False, help_text="先交给它、由它转交承办单位的"
    )
    short_track = forms.BooleanField(label="快速办理（一个月）", required=False)
    with_linked = forms.BooleanField(label="并案的一起交办", required=False)
    batch = TextInput(label="交办批次", max_length=40, required=False)
    decision_reference = TextInput(label="主任会议决定", max_length=80, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["units"].initial = [c for c in self.obj.planned_lead.split("、") if c]
        self.fields["co_units"].initial = [c for c in self.obj.planned_co.split("、") if c]

    def clean_batch(self) -> Batch | None:
        code = self.cleaned_data["batch"]
        found = Batch.objects.filter(code=code, region_code=self.obj.region_code).first()
        if code and found is None:
            raise forms.ValidationError("没有这个交办批次。")
        return found

    def clean_decision_reference(self) -> str:
        said: str = self.cleaned_data["decision_reference"]
        rules = rulebook_for_region(self.obj.region_code, local_date(self.now))
        if rules.value("assigned_by_chairpersons") and not said:
            raise forms.ValidationError("本地规定由主任会议交办，请填写主任会议的决定。")
        return said


class RehandleForm(UnitsForm):
    """重新办理, 二次交办: why, and by whom; the same units when none is named."""

    reason = TextInput(label="重新办理的原因", max_length=1000, long=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        before = answering_orders(self.obj).values_list("unit__code", flat=True)
        self.fields["units"].initial = list(before)

    def clean_units(self) -> list[str]:
        return self.cleaned_data["units"] or list(self.fields["units"].initial)


class EvaluationForm(TransitionForm):
    """办理态度 and 办理结果 apart (trap 6); the reason is compulsory when not satisfied."""

    deputy = forms.ChoiceField(label="代表", required=False)
    attitude = forms.ChoiceField(label="办理态度", choices=states.SCORES, widget=forms.RadioSelect)
    result = forms.ChoiceField(label="办理结果", choices=states.SCORES, widget=forms.RadioSelect)
    score = forms.IntegerField(
        label="落实评分（0到100）", min_value=0, max_value=100, required=False
    )
    reason = TextInput(label="不满意的理由", max_length=1000, required=False, long=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_system(self.actor):  # the time is over: nothing is asked, what came in counts
            self.fields.clear()
            return
        rows = self.obj.evaluations.filter(round=self.obj.round, at__isnull=True)
        if mine := deputy_codes(self.actor):
            rows = rows.filter(deputy__code__in=mine)
        self.waiting = {e.deputy.code: e.deputy for e in rows.select_related("deputy")}
        field: Any = self.fields["deputy"]
        field.choices = [(code, d.name) for code, d in self.waiting.items()]
        field.initial = next(iter(self.waiting), "")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.fields:
            return cleaned
        code = cleaned.get("deputy") or (next(iter(self.waiting)) if len(self.waiting) == 1 else "")
        if code not in self.waiting:
            self.add_error("deputy", "请选择是哪位代表的评价。")
        cleaned["deputy"] = self.waiting.get(code)
        unhappy = states.UNSATISFIED in (cleaned.get("attitude"), cleaned.get("result"))
        if unhappy and not cleaned.get("reason"):
            self.add_error("reason", "不满意的，请写明理由，好让他们重新办。")
        return cleaned


class PublicationForm(TransitionForm):
    """What everybody may read, the reason for what they may not; numbers are masked."""

    decision = forms.ChoiceField(
        label="决定", choices=states.PUBLICATIONS, widget=forms.RadioSelect
    )
    why_not = forms.ChoiceField(
        label="不公开的理由", choices=[("", "不填"), *states.WHY_NOT], required=False
    )
    note = TextInput(label="说明", max_length=200, required=False)
    title = TextInput(label="公开标题", max_length=80, required=False)
    text = TextInput(label="公开的建议", max_length=8000, required=False, long=True)
    reply = TextInput(label="公开的答复", max_length=20000, required=False, long=True)
    feedback = TextInput(label="公开的代表反馈", max_length=2000, required=False, long=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rules = rulebook_for_region(self.obj.region_code, local_date(self.now))
        self.may_publish = bool(rules.value("publish_suggestion"))
        if rules.value("publish_feedback"):
            self.fields["feedback"].initial = mask_personal(joined_feedback(self.obj))
        else:
            del self.fields["feedback"]
        self.fields["title"].initial = mask_personal(self.obj.title)
        self.fields["text"].initial = mask_personal(f"{self.obj.facts}\n\n{self.obj.advice}")
        self.fields["reply"].initial = mask_personal(joined_replies(self.obj))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        cleaned.setdefault("feedback", "")
        decision = cleaned.get("decision")
        if decision and decision != states.OPEN_TO_ALL and not cleaned.get("why_not"):
            self.add_error("why_not", "请选择不公开（或部分不公开）的理由。")
        if decision in (states.OPEN_TO_ALL, states.IN_PART):
            self._check_shown(cleaned)
        if decision == states.OPEN_TO_ALL:
            cleaned["why_not"] = ""
        return cleaned

    def _check_shown(self, cleaned: dict[str, Any]) -> None:
        if self.obj.confidential:
            self.add_error("decision", "这件建议要求保密，不能公开。")
        elif not self.may_publish:
            self.add_error("decision", "本地规定不公开建议内容和答复。")
        row = getattr(self.obj, "publication", None)
        if row and row.objection and not cleaned.get("note"):
            self.add_error("note", "代表提出过不宜公开的意见，请写明怎样处理。")
        for name in ("title", "text", "reply"):
            initial = self.fields[name].initial
            cleaned[name] = cleaned.get(name) or initial
            if not cleaned[name]:
                self.add_error(name, "公开的内容不能空着。")


class PromoteForm(TransitionForm):
    """提建议: the deputy's own words about what a resident said, nobody named."""

    title = TextInput(label="标题", max_length=80, help_text="关于……的建议")
    facts = TextInput(label="情况和问题", max_length=4000, long=True, required=False)
    advice = TextInput(
        label="具体建议", max_length=4000, long=True, required=False, help_text="一条一行"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["facts"].initial = mask_personal(self.obj.text)

    def clean_title(self) -> str:
        return mask_personal(self.cleaned_data["title"])

    def clean_facts(self) -> str:
        return mask_personal(self.cleaned_data["facts"] or self.fields["facts"].initial)

    def clean_advice(self) -> str:
        return mask_personal(self.cleaned_data["advice"])
