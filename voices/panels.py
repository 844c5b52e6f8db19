"""What messages put on every code's page: 办好的事, the latest results of the place."""

from typing import Any

from django.urls import reverse
from django.utils import timezone

from codes.models import Code
from codes.registry import Target
from congress.memory import Shelf
from core.dates import local_date
from core.wording import day_words
from handling.models import NAMED, Order
from voices import states
from voices.models import Message, Photo
from voices.registry import with_latest

SHOWN = 3


# By town: its hundred codes show the same ones, and each page is made anew twice a minute.
_solved: Shelf[str, list[dict[str, Any]]] = Shelf(seconds=15, most=5_000)


def results_panel(code: Code, target: Target) -> dict[str, Any] | None:
    """The three latest solved matters of the town, or of the county when the town has none."""
    town = code.region_code[:9]
    rows = _solved.get(town)
    if rows is None:
        rows = _solved.put(town, _latest_solved(town) or _latest_solved(town[:6]))
    return {"rows": rows} if rows else None


def _latest_solved(region_prefix: str) -> list[dict[str, Any]]:
    found = list(
        Message.objects.published()
        .filter(
            region_code__startswith=region_prefix,
            state__in=(states.ANSWERED, states.CLOSED), outcome="solved",
        )
        .order_by("-published_at", "-id")[:SHOWN]
    )  # fmt: skip
    return latest_rows(found, region_prefix, SHOWN)


def latest_rows(messages: list[Message], region_prefix: str, most: int) -> list[dict[str, Any]]:
    """These matters and the published results of the apps above, newest first."""
    whens = [m.published_at for m in messages if m.published_at]
    return with_latest(zip(whens, result_rows(messages), strict=True), region_prefix, most)


def result_rows(rows: list[Message]) -> list[dict[str, Any]]:
    """Published matters as rows of a list: title, day, unit, a picture when one is public."""
    today = local_date(timezone.now())
    codes = [m.code for m in rows]
    orders = Order.objects.filter(source_type="voices.message", source_code__in=codes)
    units = dict(orders.order_by("id").values_list("source_code", NAMED))
    public = Photo.objects.filter(message__in=rows, public=True).values_list("message_id", "id")
    pictured = {message_id for message_id, _ in public}
    return [
        {
            "title": m.public_title, "url": reverse("voices:result", args=[m.code]),
            "second": " · ".join(
                filter(None, [
                    day_words(local_date(m.published_at), today=today) if m.published_at else "",
                    units.get(m.code, ""),
                ])
            ),
            "thumb": f"/results/{m.code}/photo/1/?small=1" if m.pk in pictured else "",
            "alt": "", "icon": "" if m.pk in pictured else "check",
        }
        for m in rows
    ]  # fmt: skip
