"""Addresses that ask the database."""

from django.http import HttpResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from core.models import RateBucket

handler500 = "core.handlers.server_error"


@csrf_exempt
def count(request):
    return HttpResponse(RateBucket.objects.count())


def session(request):
    """Saved by the session middleware, after the view."""
    request.session["seen"] = 1
    return HttpResponse("seen")


def overflow(request):
    RateBucket.objects.create(key="a" * 200, hits=1, expires_at=timezone.now())


urlpatterns = [path("overflow/", overflow), path("count/", count), path("session/", session)]
