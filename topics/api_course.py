"""The steps of a topic that are no transitions, for machines: meetings, parts, results, ratings."""

from typing import Any

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from core.errors import InputInvalid, NotVisible
from deputies.models import Deputy
from handling.forms import PromiseForm
from handling.models import Promise
from topics.course_forms import (
    ComingForm,
    MeetingForm,
    OutcomeForm,
    PartForm,
    RateForm,
    ResultForm,
    SupportForm,
)
from topics.models import Attendee, Meeting, Topic
from topics.services import (
    RESIDENT,
    Invitees,
    add_part,
    by_receipt,
    call_meeting,
    count_support,
    mark_present,
    rate_topic,
    settle_promise,
    tell_outcome,
    write_result,
)
from workflows.api import form_data
from workflows.engine import refusal

_NUMBER = OpenApiParameter("number", int, OpenApiParameter.PATH)
_OBJECT: dict[str, Any] = {
    "request": OpenApiTypes.OBJECT, "responses": {201: OpenApiTypes.OBJECT}
}  # fmt: skip


def cleaned(form: Any) -> Any:
    """The form when it is valid. Raises what a page would show."""
    if not form.is_valid():
        raise refusal(form)
    return form


def own_deputy(user: Any) -> Deputy | None:
    """The deputy whose account this is."""
    codes = user.scope_codes("deputy", "topics.view_topic") if user.is_authenticated else []
    return Deputy.objects.filter(code__in=codes).first()


class CourseMixin:
    """Adds the writes beside the transitions to the topics' view set; each answers the topic."""

    def _detail(self, topic: Topic, status: int = 201) -> Response:
        fresh = Topic.objects.get(pk=topic.pk)
        shown = self.get_serializer(fresh)  # type: ignore[attr-defined]
        return Response(shown.data, status=status)

    def _topic(self) -> Topic:
        found: Topic = self.get_object()  # type: ignore[attr-defined]
        return found

    @extend_schema(**_OBJECT)
    @action(detail=True, methods=["post"])
    def meetings(self, request: Request, **kwargs: Any) -> Response:
        """召集议事会: `starts_at`, `place`, `agenda`, `deputies`, `units`, `experts`, `residents`."""
        topic = self._topic()
        data = cleaned(MeetingForm(form_data(request.data), topic=topic)).cleaned_data
        asked = Invitees(data["deputies"], data["units"], data["experts"], data["residents"])
        call_meeting(
            topic, starts_at=data["starts_at"], place=data["place"], agenda=data["agenda"],
            invite=asked, actor=request.user, now=timezone.now(),
        )  # fmt: skip
        return self._detail(topic)

    @extend_schema(parameters=[_NUMBER], **_OBJECT)
    @action(detail=True, methods=["post"], url_path=r"meetings/(?P<number>\d{1,4})/attendees")
    def attendees(self, request: Request, number: str, **kwargs: Any) -> Response:
        """登记到会: `kind` and `name` (of a deputy the code)."""
        topic = self._topic()
        meeting = _one(topic.meetings, number)
        data = cleaned(ComingForm(form_data(request.data), meeting=meeting)).cleaned_data
        found = _coming(meeting, data["kind"], data["name"], data.get("deputy"))
        mark_present(meeting, found, actor=request.user, now=timezone.now())
        return self._detail(topic)

    @extend_schema(**_OBJECT)
    @action(detail=True, methods=["post"])
    def parts(self, request: Request, **kwargs: Any) -> Response:
        """方案的一项措施: `text`, `lead_units`, `co_units`, `without_unit`."""
        topic = self._topic()
        data = cleaned(PartForm(form_data(request.data), topic=topic)).cleaned_data
        add_part(
            topic, data["text"], data["leads"], data["joint_units"], data["without_unit"],
            actor=request.user, now=timezone.now(),
        )  # fmt: skip
        return self._detail(topic)

    @extend_schema(parameters=[_NUMBER], **_OBJECT)
    @action(detail=True, methods=["post"], url_path=r"parts/(?P<number>\d{1,4})/outcome")
    def outcome(self, request: Request, number: str, **kwargs: Any) -> Response:
        """这一项怎样了: `outcome`, `words`."""
        topic = self._topic()
        data = cleaned(OutcomeForm(form_data(request.data))).cleaned_data
        tell_outcome(
            _one(topic.parts, number), data["outcome"], data["words"], actor=request.user,
            now=timezone.now(),
        )  # fmt: skip
        return self._detail(topic)

    @extend_schema(**_OBJECT)
    @action(detail=True, methods=["post"])
    def supports(self, request: Request, **kwargs: Any) -> Response:
        """支持数: `matter`, `unit`, `supporters`, `total`, `how`, `on`."""
        topic = self._topic()
        data = cleaned(SupportForm(form_data(request.data))).cleaned_data
        count_support(topic, actor=request.user, now=timezone.now(), **data)
        return self._detail(topic)

    @extend_schema(**_OBJECT)
    @action(detail=True, methods=["post"])
    def result(self, request: Request, **kwargs: Any) -> Response:
        """结果: `text`, and for each question `said_1`, `adopted_1`, `not_adopted_1`; pictures."""
        topic = self._topic()
        form = cleaned(ResultForm(form_data(request.data), request.FILES, topic=topic))
        write_result(
            topic, form.cleaned_data["text"], form.answers(), actor=request.user,
            now=timezone.now(), pictures_before=form.cleaned_data["before"],
            pictures_after=form.cleaned_data["after"],
        )  # fmt: skip
        return self._detail(topic)

    @extend_schema(**_OBJECT)
    @action(detail=True, methods=["post"])
    def rate(self, request: Request, **kwargs: Any) -> Response:
        """评价: `score`, `reason`; who spoke adds `receipt`, a deputy signs in."""
        topic = Topic.objects.public().filter(code=kwargs["code"]).first()
        if topic is None:
            raise NotVisible()
        data = form_data(request.data)
        wanted = cleaned(RateForm(data)).cleaned_data
        deputy, contribution = own_deputy(request.user), None
        if not deputy:
            contribution = by_receipt(str(data.get("receipt", "")))
        rate_topic(
            topic, contribution=contribution, deputy=deputy, score=wanted["score"],
            reason=wanted["reason"], actor=request.user if deputy else RESIDENT,
            now=timezone.now(),
        )  # fmt: skip
        return Response({"code": topic.code, "score": wanted["score"]}, status=201)

    @extend_schema(parameters=[OpenApiParameter("promise", str, OpenApiParameter.PATH)], **_OBJECT)
    @action(detail=True, methods=["post"], url_path=r"promises/(?P<promise>C\d{1,12})")
    def promises(self, request: Request, promise: str, **kwargs: Any) -> Response:
        """承诺兑现情况: `outcome` (kept, moved, broken), `note`, `due_on`."""
        topic = self._topic()
        rows = Promise.objects.filter(
            order__source_type="topics.topic", order__source_code=topic.code
        )
        found = rows.filter(code=promise).first()
        if found is None:
            raise NotVisible()
        data = cleaned(PromiseForm(form_data(request.data))).cleaned_data
        settle_promise(found, actor=request.user, now=timezone.now(), **data)
        return self._detail(topic)


def _one(rows: Any, number: str) -> Any:
    found = rows.filter(number=int(number)).first()
    if found is None:
        raise NotVisible()
    return found


def _coming(meeting: Meeting, kind: str, name: str, deputy: Deputy | None) -> Attendee:
    """Who was asked to come, or somebody new."""
    if kind == "deputy":
        if deputy is None:
            raise InputInvalid("deputy", "没有这位代表。", {"name": "请填代表编号。"})
        known = meeting.attendees.filter(deputy=deputy).first()
        return known or Attendee(meeting=meeting, kind=kind, name=deputy.name, deputy=deputy)
    known = meeting.attendees.filter(kind=kind, name=name).first()
    return known or Attendee(meeting=meeting, kind=kind, name=name)
