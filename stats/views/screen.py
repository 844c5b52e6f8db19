"""大屏: what everybody may know of a place, large, dark, renewed by itself without a script.

Nothing on it is not on the public pages as well, so it asks for no sign-in: a wall has no keyboard,
and no session that ends after half an hour (docs/decisions/0711-wall-is-public.md).
"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from congress.selectors import region_names
from core.dates import local_date
from core.wording import day_words
from proposals.models import Proposal
from proposals.states import REHANDLING
from stats.counting import PLACE
from stats.definitions import RATES
from stats.figures import Figures
from stats.labels import labels, place_name
from stats.rules import year_to
from stats.selectors import figures
from stats.views.public import public_place
from topics.models import Topic
from topics.states import COLLECTING
from voices import states
from voices.models import Message
from voices.views.results import public_page

TILES, FEED = 20, 5
RENEWED_AFTER = 60  # seconds; a header, so that the page needs no script for it


@require_safe
def screen(request: HttpRequest, code: str = "") -> HttpResponse:
    """The wall of a place; the whole site without a code."""
    now = timezone.now()
    found = figures(public_place(code), year_to(local_date(now)), now=now)
    topic = Topic.objects.filter(state=COLLECTING, region_code__startswith=code)
    context = {
        "place": place_name(code) if code else "", "now": now, "figures": found,
        "messages": found.counts("message"),
        "proposals": found.counts("proposal"), "closed": found.reading(RATES["message.closed"]),
        "solved": found.reading(RATES["message.solved"]), **tiles(found), "feed": feed(code, now),
        "topic": topic.order_by("closes_on", "id").values_list("title", flat=True).first(),
    }  # fmt: skip
    response = public_page(render(request, "stats/screen.html", context))
    response["Refresh"] = str(RENEWED_AFTER)
    return response


def tiles(found: Figures) -> dict[str, Any]:
    """The places inside with what they received, four shades by quarters of the largest."""
    numbers = {
        key: found.counts("message", PLACE, key).get("received", 0)
        for key in found.keys("message", PLACE) if key and key != found.scope
    }  # fmt: skip
    names = labels("message", PLACE, numbers)
    most = max(numbers.values(), default=0)
    shown = sorted(sorted(numbers, key=lambda key: -numbers[key])[:TILES])
    bounds = [-(-most * part // 4) for part in (1, 2, 3)]
    return {
        "tiles": [
            {"name": _short(names[key]), "number": numbers[key],
             "shade": 1 + sum(numbers[key] > bound for bound in bounds)}
            for key in shown
        ],
        "bounds": bounds if most >= 4 else [], "more": len(numbers) - len(shown),
    }  # fmt: skip


def _short(name: str) -> str:
    for tail in ("街道办事处", "街道", "镇", "乡"):
        if name.endswith(tail) and len(name) > len(tail) + 1:
            name = name.removesuffix(tail)
            break
    return name[:5]


def feed(code: str, now: Any) -> list[dict[str, str]]:
    """刚刚办好: the latest published matters that were solved, by their reviewed titles."""
    messages = Message.objects.published().filter(
        state__in=(states.ANSWERED, states.CLOSED),
        outcome="solved",
        region_code__startswith=code,
        published_at__isnull=False,
    )
    proposals = Proposal.objects.published().filter(
        outcome="solved", region_code__startswith=code
    ).exclude(state=REHANDLING)  # fmt: skip
    found = [
        (m.published_at, m.region_code[:9], m.public_title)
        for m in messages.order_by("-published_at", "-id")[:FEED]
    ] + [
        (p.published_at, p.region_code[:9], p.publication.title)
        for p in proposals.select_related("publication").order_by("-published_at", "-id")[:FEED]
    ]
    latest = sorted(found, key=lambda one: one[0], reverse=True)[:FEED]
    names = region_names({place for _, place, _ in latest})
    today = local_date(now)
    return [
        {"title": title, "place": names.get(place, ""),
         "day": day_words(local_date(at), today=today)}
        for at, place, title in latest
    ]  # fmt: skip
