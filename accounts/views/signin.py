"""Signing in: name and password, then the second factor, then a new password when it is due."""

from typing import Any, cast

from django import forms
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.desk import FACTOR, LOGIN, PASSWORD, landing
from accounts.forms import FactorForm, PasswordForm, SignInForm
from accounts.models import SecondFactor, User
from accounts.qr import qr_path
from accounts.services import factors, passwords, signin
from core.errors import DomainError

PUBLIC, SIGNED_IN = "public", "signed in"


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    """The one sign-in page of desk and admin."""
    form = SignInForm(request.POST or None)
    if request.method != "POST":
        user = request.user
        return _onward(request, cast(User, user)) if user.is_authenticated else _login(request)
    if not form.is_valid():
        return _login(request, form, status=400)
    try:
        user = signin.sign_in(request, now=timezone.now(), **form.cleaned_data)
    except DomainError as error:
        form.add_error(None, error.message)
        return _login(request, form, status=error.status)
    return _onward(request, user)


@sensitive_post_parameters("token")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def factor(request: HttpRequest) -> HttpResponse:
    """The second factor: asked for, or enrolled when there is none yet."""
    user = request.user
    if not isinstance(user, User):
        return _to(request, LOGIN)
    if getattr(user, "otp_device", None) or not user.needs_second_factor:
        return _onward(request, user)
    if not SecondFactor.objects.filter(user=user, confirmed=True).exists():
        return _enrol(request, user)
    form = FactorForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            signin.pass_factor(
                request, user=user, token=form.cleaned_data["token"], now=timezone.now()
            )
        except DomainError as error:
            form.add_error("token", error.message)
        else:
            return _onward(request, user)
    return _page(request, "accounts/factor.html", form)


@sensitive_post_parameters("old", "new", "again")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """A new password: wanted, or due before anything else."""
    user = request.user
    if not isinstance(user, User):
        return _to(request, LOGIN)
    if _step(request, user) == FACTOR:
        return _to(request, FACTOR)
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        data = form.cleaned_data
        try:
            passwords.change_password(user=user, old=data["old"], new=data["new"], now=now)
        except DomainError as error:
            for name, words in (error.fields or {"": error.message}).items():
                form.add_error(name or None, words)
        else:
            update_session_auth_hash(request, user)  # this session stays, all others end
            return _onward(request, user)
    context = {"must": user.must_change_password, "due": user.password_is_due(timezone.now())}
    return _page(request, "accounts/password.html", form, **context)


def admin_password(request: HttpRequest) -> HttpResponse:
    """The admin's own address of it: there is one page to change a password."""
    return redirect(PASSWORD)


@require_POST
@never_cache
def logout(request: HttpRequest) -> HttpResponse:
    """End the session."""
    signin.sign_out(request, now=timezone.now())
    return redirect(reverse(LOGIN) + "?left=1")


def _enrol(request: HttpRequest, user: User) -> HttpResponse:
    now = timezone.now()
    form = FactorForm(request.POST or None)
    waiting = factors.start_factor(user=user, now=now)
    if request.method == "POST" and form.is_valid():
        try:
            codes = factors.confirm_factor(user=user, token=form.cleaned_data["token"], now=now)
        except DomainError as error:
            form.add_error("token", error.message)
        else:
            signin.enter_with_factor(request, waiting)
            onward = _onward(request, user).headers["Location"]
            return render(request, "accounts/codes.html", {"codes": codes, "onward": onward})
    secret = factors.secret_text(factors.secret_of(waiting))
    groups = [secret[i : i + 4] for i in range(0, len(secret), 4)]
    url = factors.setup_url(waiting)
    context = {"qr": qr_path(url), "setup_url": url, "groups": groups}
    return _page(request, "accounts/enrol.html", form, **context)


def _login(request: HttpRequest, form: SignInForm | None = None, status: int = 200) -> HttpResponse:
    left = "left" in request.GET
    return _page(request, "accounts/login.html", form or SignInForm(), status=status, left=left)


def _page(
    request: HttpRequest, template: str, form: forms.Form, status: int = 0, **context: Any
) -> HttpResponse:
    status = status or (400 if form.errors else 200)
    context |= {"form": form, "next": _next(request)}
    return render(request, template, context, status=status)


def _step(request: HttpRequest, user: User) -> str:
    return user.unfinished_step(verified=getattr(user, "otp_device", None) is not None)


def _onward(request: HttpRequest, user: User) -> HttpResponse:
    """The next unfinished step, or where the person wanted to go, or where the role works."""
    step = _step(request, user)
    if step:
        return _to(request, step)
    wanted = _next(request)
    barred = (wanted.startswith("/admin/") and not user.is_staff) or (
        wanted.startswith("/desk/") and not user.has_desk
    )
    return redirect(wanted if wanted and not barred else landing(user))


def _to(request: HttpRequest, name: str) -> HttpResponse:
    wanted = _next(request)
    return redirect(reverse(name) + (f"?{urlencode({'next': wanted})}" if wanted else ""))


def _next(request: HttpRequest) -> str:
    """Where to go afterwards, if it is an address of this site."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts=None, require_https=request.is_secure()
    )
    return wanted if wanted.startswith("/") and is_ours else ""


for _view, _permission in (
    (login, PUBLIC), (factor, SIGNED_IN), (password, SIGNED_IN), (logout, PUBLIC),
    (admin_password, SIGNED_IN),
):  # fmt: skip
    _view.required_permission = _permission  # type: ignore[attr-defined]
