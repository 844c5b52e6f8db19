"""Accounts and what they were granted: where, as what, from when until when."""

import unicodedata
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.roles import ACTOR_PERMISSIONS, ROLES, Role, role_choices
from core.dates import local_date
from core.visibility import ScopedQuerySet, prefix_q


def _covers(grant: "Grant", obj: Any) -> bool:
    if hasattr(obj, "covered_by"):
        return bool(obj.covered_by(grant))
    return grant.covers_region(str(getattr(obj, "region_code", "") or ""))


class GrantQuerySet(ScopedQuerySet["Grant"]):
    """Grants are seen by who manages accounts in their region."""

    def active(self, on: date) -> "GrantQuerySet":
        return self.filter(starts_on__lte=on).filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on))

    def _visible(self, user: "User") -> "GrantQuerySet":
        return self.filter(prefix_q("region_code", user.region_prefixes("accounts.view_grant")))


class UserQuerySet(ScopedQuerySet["User"]):
    """Accounts are seen by who manages accounts in the region of any of their grants."""

    def _visible(self, user: "User") -> "UserQuerySet":
        prefixes = user.region_prefixes("accounts.view_user")
        inside = Grant.objects.filter(prefix_q("region_code", prefixes))
        return self.filter(
            prefix_q("home_region_code", prefixes) | Q(pk__in=inside.values("user_id"))
        )


def fold_username(username: str) -> str:
    """The one spelling of a name to sign in with: no case, no full width, no spaces around.

    A second spelling would be a second count of failures, and so a way around the lock-out.
    """
    return unicodedata.normalize("NFKC", username).strip().casefold()


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    """Makes accounts; `create_superuser` is for the operator's emergency only."""

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(username=fold_username(username), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user  # type: ignore[no-any-return]

    def create_superuser(self, username: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(username, password, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username=fold_username(username or ""))  # type: ignore[no-any-return]


class User(AbstractBaseUser):
    """A person who signs in: deputy, keeper, handler or staff. Residents never have one."""

    username = models.CharField("用户名", max_length=60, unique=True)
    name = models.CharField("姓名", max_length=40)
    home_region_code = models.CharField("所属区划", max_length=15, blank=True)
    is_active = models.BooleanField("启用", default=True)
    is_superuser = models.BooleanField("超级用户", default=False, editable=False)
    must_change_password = models.BooleanField("下次登录须改密码", default=False)
    password_ages = models.BooleanField("密码定期更换", default=True)
    password_changed_at = models.DateTimeField("密码修改时间", default=timezone.now)
    created_at = models.DateTimeField("建立时间", default=timezone.now, editable=False)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects = UserManager()

    class Meta:
        verbose_name = verbose_name_plural = "账号"
        ordering = ["username"]

    def __str__(self) -> str:
        return f"{self.name}（{self.username}）"

    @property
    def region_code(self) -> str:
        """Where this account is managed; its audit entries stand there."""
        return self.home_region_code

    def covered_by(self, grant: "Grant") -> bool:
        """Accounts are managed where they belong, not everywhere one of their grants reaches."""
        return grant.covers_region(self.home_region_code)

    # --- actor -----------------------------------------------------------------------------
    @property
    def actor_kind(self) -> str:
        return "user"

    @property
    def actor_id(self) -> int | None:
        return int(self.pk)

    @property
    def actor_label(self) -> str:
        return self.name

    # --- rights ----------------------------------------------------------------------------
    def active_grants(self) -> list["Grant"]:
        """Today's grants, read once per loaded account."""
        if not hasattr(self, "_grants"):
            today = local_date(timezone.now())
            found = list(self.grants.all()) if self.is_active and self.pk else []
            self._grants = [g for g in found if g.active_on(today) and g.role in ROLES]
        return self._grants

    def roles(self) -> list[Role]:
        return [ROLES[grant.role] for grant in self.active_grants()]

    def has_role(self, *codes: str) -> bool:
        return any(grant.role in codes for grant in self.active_grants())

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Whether a grant gives `perm` and, when an object is named, covers that object.

        An object that cannot say where it belongs is covered by nobody's grant.
        """
        if not self.is_active or perm in ACTOR_PERMISSIONS:
            return False
        if self.is_superuser:
            return True
        givers = [g for g in self.active_grants() if perm in ROLES[g.role].permissions]
        if obj is None:
            return bool(givers)
        return any(_covers(grant, obj) for grant in givers)

    def has_perms(self, perms: list[str], obj: Any = None) -> bool:
        return all(self.has_perm(perm, obj) for perm in perms)

    def has_module_perms(self, app_label: str) -> bool:
        if self.is_superuser:
            return True
        mine = (p for role in self.roles() for p in role.permissions)
        return any(p.startswith(f"{app_label}.") for p in mine)

    def region_prefixes(self, perm: str | None = None) -> list[str]:
        """Division-code prefixes of the region grants that give `perm` (all of them if None)."""
        if self.is_superuser:
            return [""]
        return [
            g.scope_code
            for g in self.active_grants()
            if g.scope_kind == Grant.REGION and (not perm or perm in ROLES[g.role].permissions)
        ]

    def scope_codes(self, kind: str, perm: str | None = None) -> list[str]:
        """Codes of the units, stations, organs or deputies this account was granted."""
        return [
            g.scope_code
            for g in self.active_grants()
            if g.scope_kind == kind and (not perm or perm in ROLES[g.role].permissions)
        ]

    @property
    def is_staff(self) -> bool:
        """May enter the admin."""
        return self.is_superuser or any(role.admin for role in self.roles())

    @property
    def has_desk(self) -> bool:
        return any(role.desk for role in self.roles())

    @property
    def needs_second_factor(self) -> bool:
        return self.is_superuser or any(role.second_factor for role in self.roles())

    def unfinished_step(self, *, verified: bool) -> str:
        """The route of what must be done before anything else; empty when nothing is left.

        `verified`: this session has passed the second factor.
        """
        if settings.SECOND_FACTOR_REQUIRED and self.needs_second_factor and not verified:
            return "accounts:factor"
        return "accounts:password" if self.password_is_due(timezone.now()) else ""

    def password_is_due(self, now: datetime) -> bool:
        """Whether the password must be changed first: a temporary one, or one 90 days old."""
        if self.must_change_password:
            return True
        days = timedelta(days=settings.PASSWORD_MAX_AGE_DAYS)
        return self.password_ages and now - self.password_changed_at > days

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name


class Grant(models.Model):
    """One role for one account in one scope, with its dates. Ended, never deleted."""

    REGION, ORGAN, UNIT, STATION, DEPUTY = "region", "organ", "unit", "station", "deputy"
    SCOPE_KINDS: ClassVar[list[tuple[str, str]]] = [
        (REGION, "区划"), (ORGAN, "机构"), (UNIT, "承办单位"), (STATION, "联络站"),
        (DEPUTY, "代表"),
    ]  # fmt: skip

    user = models.ForeignKey(User, models.CASCADE, related_name="grants", verbose_name="账号")
    role = models.CharField("角色", max_length=20, choices=role_choices())
    scope_kind = models.CharField("范围类型", max_length=10, choices=SCOPE_KINDS)
    scope_code = models.CharField("范围编号", max_length=40)
    region_code = models.CharField("所在区划", max_length=15, help_text="这项授权归哪里管理")
    starts_on = models.DateField("起")
    ends_on = models.DateField("止", null=True, blank=True)
    reason = models.CharField("授权依据", max_length=100, blank=True)

    objects = GrantQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "授权"
        ordering = ["user", "role"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="grant_dates_in_order",
            )
        ]
        indexes = [models.Index(fields=["role", "scope_kind", "scope_code"], name="grant_scope")]

    def __str__(self) -> str:
        return f"{self.user.name} {self.get_role_display()} {self.scope_code}"

    def active_on(self, on: date) -> bool:
        return self.starts_on <= on and (self.ends_on is None or on <= self.ends_on)

    def covers_region(self, region_code: str) -> bool:
        """Whether a region grant reaches this division code (prefix of the official code)."""
        scope = self.scope_code
        return self.scope_kind == self.REGION and bool(scope) and region_code.startswith(scope)

    def covered_by(self, grant: "Grant") -> bool:
        return grant.covers_region(self.region_code)

    @property
    def code(self) -> str:
        """What the audit log calls this grant; no person in it."""
        return f"G{self.pk}"
