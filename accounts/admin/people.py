"""The register of accounts."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from accounts.admin.forms import AccountForm, ConfirmForm, DetailsForm, GrantForm, KeyForm
from accounts.desk import role_words
from accounts.models import Grant, SecondFactor, User
from accounts.roles import ROLES
from accounts.selectors import scope_names
from accounts.services.factors import reset_factor
from accounts.services.grants import give_grant
from accounts.services.keys import issue_key
from accounts.services.people import (
    create_account,
    reset_password,
    set_active,
    unlock,
    update_account,
)
from core.admin_pages import PagesAdmin, Tool

RESET, CHANGE, GRANT, KEY = (
    "accounts.reset_user", "accounts.change_user", "accounts.add_grant", "accounts.add_apikey",
)  # fmt: skip


class RoleFilter(admin.SimpleListFilter):
    """Accounts by a role they hold today."""

    title, parameter_name = "角色", "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(role.code, role.label) for role in ROLES.values()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        if self.value() not in ROLES:
            return queryset
        today = timezone.localdate()
        holders = Grant.objects.active(today).filter(role=self.value())
        return queryset.filter(pk__in=holders.values("user_id"))


@admin.register(User)
class UserAdmin(PagesAdmin):
    """Accounts: made, reset, switched off; never deleted."""

    menu_group, menu_order = "系统", 500
    list_display = ("username", "name", "roles_now", "home_region_code", "is_active", "last_login")
    list_filter = (RoleFilter, "is_active")
    search_fields = ("username", "name")
    fields = (
        "username", "name", "home_region_code", "is_active", "last_login", "password_changed_at",
        "must_change_password", "has_factor", "grants_list",
    )  # fmt: skip
    export_fields = (
        "username", "name", ("角色", role_words), "home_region_code",
        "is_active", "last_login",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("grants")

    @admin.display(description="角色")
    def roles_now(self, user: User) -> str:
        return role_words(user) or "—"

    @admin.display(description="验证器", boolean=True)
    def has_factor(self, user: User) -> bool:
        return SecondFactor.objects.filter(user=user, confirmed=True).exists()

    @admin.display(description="授权")
    def grants_list(self, user: User) -> SafeString:
        grants = sorted(user.grants.all(), key=lambda g: (g.ends_on is not None, g.starts_on))
        names = scope_names(grants)
        rows = (
            (self._grant_url(g), g.get_role_display(), names[g.scope_kind, g.scope_code],
             f"{g.starts_on} 至 {g.ends_on or '长期'}")
            for g in grants
        )  # fmt: skip
        return format_html(
            '<ul class="plain">{}</ul>',
            format_html_join("", '<li><a href="{}">{}</a> · {} · {}</li>', rows) or "没有",
        )

    def _grant_url(self, grant: Grant) -> str:
        return f"../../../grant/{grant.pk}/change/"

    def tools(self, request: HttpRequest, obj: User | None = None) -> list[Tool]:
        if obj is None:
            return self._list_tools(request)
        named = [
            ("授权", "grant", GRANT), ("改资料", "details", CHANGE), ("重置密码", "reset", RESET),
            ("重置验证器", "factor", RESET), ("解除登录锁定", "unlock", RESET),
            ("停用" if obj.is_active else "启用", "switch", CHANGE), ("签发接口密钥", "key", KEY),
        ]  # fmt: skip
        return [
            (words, self.url(name, obj.pk))
            for words, name, permission in named
            if request.user.has_perm(permission, obj)
        ]

    def _list_tools(self, request: HttpRequest) -> list[Tool]:
        may = request.user.has_perm("accounts.add_user")
        return [("新建账号", self.url("new"))] if may else []

    def get_urls(self) -> list[URLPattern | URLResolver]:
        return [
            self.page("new/", self.new, "accounts.add_user", "new"),
            self.page("<int:pk>/details/", self.details, CHANGE, "details"),
            self.page("<int:pk>/reset/", self.reset, RESET, "reset"),
            self.page("<int:pk>/factor/", self.factor, RESET, "factor"),
            self.page("<int:pk>/unlock/", self.unlock, RESET, "unlock"),
            self.page("<int:pk>/switch/", self.switch, CHANGE, "switch"),
            self.page("<int:pk>/grant/", self.grant, GRANT, "grant"),
            self.page("<int:pk>/key/", self.key, KEY, "key"),
            *super().get_urls(),
        ]

    def new(self, request: HttpRequest) -> HttpResponse:
        def do(data: dict[str, Any]) -> HttpResponse:
            user, password = create_account(actor=request.user, now=timezone.now(), **data)
            return self._secret(request, user, "账号建好了", "临时密码", password)

        own = request.user.region_prefixes("accounts.add_user")
        form = AccountForm(request.POST or None, initial={"home_region_code": next(iter(own), "")})
        return self.act(request, None, title="新建账号", form=form, do=do, label="建立账号")

    def details(self, request: HttpRequest, pk: int) -> HttpResponse:
        user = self.found(request, pk, CHANGE)

        def do(data: dict[str, Any]) -> str:
            update_account(user=user, actor=request.user, now=timezone.now(), **data)
            return "资料改好了。"

        form = DetailsForm(
            request.POST or None,
            initial={"name": user.name, "home_region_code": user.home_region_code},
        )
        return self.act(request, user, title="改资料", form=form, do=do, label="保存")

    def reset(self, request: HttpRequest, pk: int) -> HttpResponse:
        user = self.found(request, pk, RESET)

        def do(data: dict[str, Any]) -> HttpResponse:
            password = reset_password(user=user, actor=request.user, now=timezone.now())
            return self._secret(request, user, "密码重置好了", "临时密码", password)

        text = "会给一个临时密码，本人下次登录时要换掉；现在登录着的都会退出，登录锁定也会解除。"
        return self._confirm(request, user, "重置密码", do, text)

    def factor(self, request: HttpRequest, pk: int) -> HttpResponse:
        user = self.found(request, pk, RESET)

        def do(data: dict[str, Any]) -> str:
            reset_factor(user=user, actor=request.user, now=timezone.now())
            return "验证器重置好了，本人下次登录时重新开通。"

        text = "请先确认是本人提出的：手机丢了、换了，备用码也找不到。"
        return self._confirm(request, user, "重置验证器", do, text)

    def unlock(self, request: HttpRequest, pk: int) -> HttpResponse:
        user = self.found(request, pk, RESET)

        def do(data: dict[str, Any]) -> str:
            unlock(user=user, actor=request.user, now=timezone.now())
            return "已解除锁定，可以马上再登录。"

        return self._confirm(request, user, "解除登录锁定", do, "输错5次密码后的15分钟等待会取消。")

    def switch(self, request: HttpRequest, pk: int) -> HttpResponse:
        user = self.found(request, pk, CHANGE)
        words = "停用" if user.is_active else "启用"

        def do(data: dict[str, Any]) -> str:
            set_active(user=user, active=not user.is_active, actor=request.user, now=timezone.now())
            return f"已{words}。"

        text = (
            "停用后马上不能登录，授权和办过的事都保留。" if user.is_active else "启用后可以登录。"
        )
        return self._confirm(request, user, f"{words}账号", do, text)

    def grant(self, request: HttpRequest, pk: int) -> HttpResponse:
        user = self.found(request, pk, GRANT)

        def do(data: dict[str, Any]) -> str:
            data.pop("place")
            made = give_grant(user=user, actor=request.user, now=timezone.now(), **data)
            return f"已授权：{made.get_role_display()}，{made.scope_code}。"

        prefixes = request.user.region_prefixes(GRANT)
        if "find" in request.POST:  # looking a place up is not sending the form in
            form = GrantForm(initial=request.POST.dict(), prefixes=prefixes)
            return self._grant_page(request, user, form)
        form = GrantForm(request.POST or None, prefixes=prefixes)
        answer = self.act(request, user, title="授权", form=form, do=do, label="授权")
        is_done = answer.status_code == 302
        return answer if is_done else self._grant_page(request, user, form, answer.status_code)

    def _grant_page(
        self, request: HttpRequest, user: User, form: GrantForm, status: int = 200
    ) -> HttpResponse:
        answer = self.render(
            request, "admin/accounts/grant.html", "授权", form=form, original=user,
            back=self.url("change", user.pk),
        )  # fmt: skip
        answer.status_code = status
        return answer

    def key(self, request: HttpRequest, pk: int) -> HttpResponse:
        user = self.found(request, pk, KEY)

        def do(data: dict[str, Any]) -> HttpResponse:
            _, text = issue_key(user=user, actor=request.user, now=timezone.now(), **data)
            return self._secret(request, user, "密钥签发好了", "接口密钥", text)

        text = "密钥能做这个账号能做的一切。只显示一次，请当面或用密封渠道交付。"
        form = KeyForm(request.POST or None)
        return self.act(
            request, user, title="签发接口密钥", form=form, do=do, label="签发", text=text
        )

    def _confirm(
        self, request: HttpRequest, user: User, title: str, do: Any, text: str
    ) -> HttpResponse:
        form = ConfirmForm({} if request.method == "POST" else None)
        return self.act(request, user, title=title, form=form, do=do, label=title, text=text)

    def _secret(
        self, request: HttpRequest, user: User, title: str, what: str, secret: str
    ) -> HttpResponse:
        """Shown on the answer itself: never in a message, a cookie or an address."""
        answer = self.render(
            request, "admin/accounts/secret.html", title, original=user, what=what, secret=secret
        )
        answer["Cache-Control"] = "no-store"
        return answer
