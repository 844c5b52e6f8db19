"""承诺 on a topic's orders: what became of each, said by the host, told to whoever spoke."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.desk import desk_view
from core.dates import local_date
from core.errors import Forbidden, NotVisible
from handling.forms import PromiseForm
from handling.models import Promise
from topics.models import Topic
from topics.services import settle_promise
from topics.views.desk.frame import find_topic, frame
from workflows.views import ask

TELL = "topics.hand_over_topic"
SETTLED = ("kept", "broken")


def promise_rows(topic: Topic, user: Any) -> list[dict[str, Any]]:
    """Every promise on the topic's orders, soonest first, and whether it may be settled."""
    today, may = local_date(timezone.now()), user.has_perm(TELL, topic)
    rows = Promise.objects.filter(order__source_type=topic._meta.label_lower)
    rows = rows.filter(order__source_code=topic.code).select_related("order__unit")
    return [
        {
            "promise": one, "may_settle": may and one.outcome not in SETTLED,
            "late": one.outcome not in SETTLED and one.due_on < today,
        }
        for one in rows
    ]  # fmt: skip


@desk_view(TELL)
@require_http_methods(["GET", "HEAD", "POST"])
def settle(request: HttpRequest, code: str, promise: str) -> HttpResponse:
    """兑现、调整 or 没有兑现, with the reason; what is settled is not settled again."""
    user, topic = request.user, find_topic(request, code)
    row = next((r for r in promise_rows(topic, user) if r["promise"].code == promise), None)
    if row is None:
        raise NotVisible()
    if not user.has_perm(TELL, topic):
        raise Forbidden("no_right", "您不能登记这项承诺的兑现情况。")

    def do(data: dict[str, Any]) -> str:
        settle_promise(row["promise"], actor=user, now=timezone.now(), **data)  # type: ignore[arg-type]
        return "兑现情况记下了，发过言的人会收到消息。"

    return ask(
        request, PromiseForm(request.POST or None), do, template="desk/topics/promise.html",
        context={**frame(topic, "result"), "row": row},
        back=reverse("topics_desk:result", args=[code]),
    )  # fmt: skip
