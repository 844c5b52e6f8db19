"""The page of a topic, at its own address and behind its printed code; all its opinions."""

import re
from typing import Any

from django.db.models import prefetch_related_objects
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from codes.models import Code
from codes.registry import Target
from core.errors import NotVisible
from core.paging import keyset_page, pager_urls
from topics import rules, states
from topics.models import OpinionGroup, Picture, Topic
from topics.pages import byline, opinion_row, topic_page
from topics.pictures import opened
from topics.resident_forms import OpinionForm
from topics.selectors.public import (
    find_topic,
    numbered_groups,
    published_opinions,
    withdrawn_topic,
)
from voices.views.results import public_page

PAGE = 20
PHOTO_SECONDS = 24 * 3600
_PHOTO = re.compile(r"^[A-Za-z0-9_-]{8,80}\.jpg$")


@require_safe
def topic(request: HttpRequest, code: str) -> HttpResponse:
    """Where it stands, the one thing one can do now, what was said, what came of it."""
    gone = withdrawn_topic(code)
    if gone is not None:
        response = render(request, "topics/withdrawn.html", {"topic": gone}, status=410)
        response["Cache-Control"] = "no-store"
        return response
    return public_page(show(request, find_topic(code)))


def topic_by_code(request: HttpRequest, code: Code, target: Target) -> HttpResponse:
    """The same page behind the topic's printed code; what is said names the code."""
    return show(request, find_topic(target.code), token=code.token, point_code=code.point_code)


def show(
    request: HttpRequest, found: Topic, *, token: str = "", point_code: str = ""
) -> HttpResponse:
    prefetch_related_objects([found], "questions__answer")
    context = topic_page(found, now=timezone.now())
    # The page is the same for everybody: the key that makes one submission of two taps is put in
    # by the browser, and without a script asked for on the next page (views.speak).
    form = OpinionForm(topic=found, initial={"token": token}) if context["open"] else None
    context |= {"form": form, "point_code": point_code}
    return render(request, "topics/topic.html", context)


@require_safe
def opinions(request: HttpRequest, code: str) -> HttpResponse:
    """Every published opinion, newest first; of one question when asked for."""
    found = find_topic(code)
    asked = request.GET.get("question", "")
    rows = published_opinions(found)
    if asked.isdecimal() and len(asked) < 5:
        rows = rows.filter(question__number=int(asked))
    filters = [
        {"label": label, "current": asked == key, "url": f"?question={key}" if key else "?"}
        for key, label in [
            ("", "全部"),
            *((str(q.number), f"第{q.number}问") for q in _asked(found)),
        ]
    ]
    many = filters if len(filters) > 2 else []
    return _list(request, found, rows, {"title": "全部原话", "filters": many})


def _asked(found: Topic) -> list[Any]:
    return list(found.questions.all())


@require_safe
def group(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """One theme with every opinion in it."""
    found = find_topic(code)
    groups = numbered_groups(found)
    if not 1 <= number <= len(groups):
        raise NotVisible()
    one: OpinionGroup = groups[number - 1]
    rows = published_opinions(found).filter(group=one)
    return _list(request, found, rows, {"title": one.name, "group": one})


def _list(request: HttpRequest, found: Topic, rows: Any, context: dict[str, Any]) -> HttpResponse:
    page = keyset_page(rows, order=("-id",), cursor=request.GET.get("cursor"), size=PAGE)
    context |= {
        "topic": found, "byline": byline(found), "can_agree": rules.may(found, "agree"),
        "rows": [opinion_row(found, one) for one in page.rows], **pager_urls(request, page),
    }  # fmt: skip
    return public_page(render(request, "topics/opinions.html", context))


@require_safe
def photo(request: HttpRequest, code: str, name: str) -> HttpResponseBase:
    """A public picture of a public topic, by its random name."""
    rows = Picture.objects.filter(topic__code=code, topic__state__in=states.PUBLIC, public=True)
    found = rows.filter(image=f"topics/{name}").select_related("opinion").first()
    if not _PHOTO.match(name) or found is None or not _readable(found):
        raise NotVisible()
    response = _sent(found, small="small" in request.GET)
    response["Cache-Control"] = f"public, max-age={PHOTO_SECONDS}"
    return response


@require_safe
def own_photo(request: HttpRequest, signed: str) -> HttpResponseBase:
    """A picture by a link that was given on a receipt page within two hours."""
    found, size = opened(signed)
    response = _sent(found, small=size == "thumb")
    response["Cache-Control"] = "private, max-age=7200"
    return response


def _sent(picture: Picture, *, small: bool) -> HttpResponseBase:
    file = picture.thumb if small else picture.image
    try:
        return FileResponse(file.open("rb"), content_type="image/jpeg")
    except FileNotFoundError as error:
        raise NotVisible() from error


def _readable(picture: Picture) -> bool:
    """A picture with an opinion goes when the opinion goes."""
    return picture.opinion is None or picture.opinion.state == states.OPINION_APPROVED
