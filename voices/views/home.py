"""The front door: where to go, and what came of what people said this year."""

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from voices import states
from voices.models import Message
from voices.panels import latest_rows
from voices.views.results import public_page


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Three doors, this year in one sentence, the latest results."""
    year = timezone.localtime().year
    latest = Message.objects.published().filter(state__in=(states.ANSWERED, states.CLOSED))
    closed = Q(state=states.CLOSED)
    kept = Message.objects.exclude(state__in=(states.WITHDRAWN, states.DIVERTED))
    context = {
        # the same numbers as the statistics' (stats/kinds/message.py)
        "year": kept.filter(created_at__year=year).aggregate(
            received=Count("id"),
            closed=Count("id", filter=closed),
            solved=Count("id", filter=closed & Q(outcome="solved") & ~Q(score="unsatisfied")),
        ),
        "rows": latest_rows(list(latest.order_by("-published_at", "-id")[:5]), "", 5),
    }
    return public_page(render(request, "voices/home.html", context))
