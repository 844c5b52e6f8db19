"""承诺 at the desk: what became of it, said by the unit that promised or by who gave the order."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.desk import desk_view
from core.errors import Forbidden, NotVisible
from handling import promises
from handling.forms import PromiseForm
from handling.models import Order, Promise
from handling.registry import source
from workflows.views import ask


@desk_view("handling.view_order")
@require_http_methods(["GET", "HEAD", "POST"])
def settle(request: HttpRequest, promise: str) -> HttpResponse:
    """兑现、调整 or 没有兑现, with the reason; sources with a page of their own lead there."""
    user: Any = request.user
    orders = Order.objects.visible_to(user)
    rows = Promise.objects.filter(order__in=orders).select_related("order__unit")
    found = rows.filter(code=promise).first()
    origin = source(found.order.source_type) if found else None
    if found is None or origin is None:
        raise NotVisible()
    if origin.settled is None:
        if origin.promise_url is None:
            raise NotVisible()
        return redirect(origin.promise_url(found))
    back = reverse("handling_desk:order", args=[found.order.code])
    if not user.has_perm(promises.MAY, found.order):
        raise Forbidden("no_right", "由作出承诺的单位或交办方登记。")

    def do(data: dict[str, Any]) -> str:
        promises.settle_promise(found, actor=user, now=timezone.now(), **data)
        return "兑现情况记下了，有关的人会收到消息。"

    return ask(
        request, PromiseForm(request.POST or None), do, template="handling/promise.html",
        context={"order": found.order, "promise": found}, back=back,
    )  # fmt: skip
