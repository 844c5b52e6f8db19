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
    context = {
        "year": Message.objects.filter(created_at__year=year).aggregate(
            received=Count("id"),
            closed=Count("id", filter=Q(state=states.CLOSED)),
            solved=Count("id", filter=Q(outcome="solved", answered_at__isnull=False)),
        ),
        "rows": latest_rows(list(latest.order_by("-published_at", "-id")[:5]), "", 5),
    }
    return public_page(render(request, "voices/home.html", context))
