"""Until sign-in is finished (second factor, new password) nobody is signed in anywhere else."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.http.response import HttpResponseBase

# Where a half signed-in person finishes signing in, or leaves.
OPEN_PATHS = ("/login/", "/logout/")


class SignInStepsMiddleware:
    """Makes a person who has not given the second factor, or must change the password, a stranger.

    So every page, the API and the admin refuse without having to think of it. The account stays
    in `request.half_signed_in` for the sign-in pages.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.half_signed_in = None  # type: ignore[attr-defined]
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            self._check(request)
        return self.get_response(request)

    def _check(self, request: HttpRequest) -> None:
        user = request.user
        if not user.is_authenticated:
            return
        verified = getattr(user, "otp_device", None) is not None
        if user.unfinished_step(verified=verified):
            request.half_signed_in = user  # type: ignore[attr-defined]
            if not request.path_info.startswith(OPEN_PATHS):
                request.user = AnonymousUser()
