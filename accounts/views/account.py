"""One's own account: roles, password, second factor, recovery codes."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.desk import ACCOUNT, FACTOR, account_links, signed_in
from accounts.forms import FactorForm
from accounts.models import RecoveryCode, SecondFactor, User
from accounts.selectors import scope_names
from accounts.services import factors
from core.errors import DomainError


@require_safe
@signed_in
def account(request: HttpRequest) -> HttpResponse:
    """Who I am here, what I may do, and the keys to it."""
    user = cast(User, request.user)
    grants = user.active_grants()
    names = scope_names(grants)
    context = {
        "grants": [(g, names[g.scope_kind, g.scope_code]) for g in grants],
        "factor": SecondFactor.objects.filter(user=user, confirmed=True).first(),
        "codes_left": RecoveryCode.objects.filter(user=user, used_at=None).count(),
        "links": account_links(user),
    }
    return render(request, "accounts/account.html", context)


@signed_in
def codes(request: HttpRequest) -> HttpResponse:
    """New recovery codes, against a present code; shown once."""
    form = FactorForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user, now = cast(User, request.user), timezone.now()
        try:
            factors.check_factor(user=user, token=form.cleaned_data["token"], now=now)
        except DomainError as error:
            form.add_error("token", error.message)
        else:
            fresh = factors.renew_codes(user=user, now=now)
            return render(request, "accounts/codes.html", {"codes": fresh, "onward": "/account/"})
    status = 400 if form.errors else 200
    return render(request, "accounts/renew.html", {"form": form}, status=status)


@require_POST
@signed_in
def change_phone(request: HttpRequest) -> HttpResponse:
    """Another phone: prove the present factor, then enrol anew."""
    user, form = cast(User, request.user), FactorForm(request.POST)
    if not form.is_valid():
        messages.error(request, "请先填写验证码或备用码。")
        return redirect(ACCOUNT)
    try:
        factors.replace_factor(user=user, token=form.cleaned_data["token"], now=timezone.now())
    except DomainError as error:
        messages.error(request, error.message)
        return redirect(ACCOUNT)
    return redirect(FACTOR)
