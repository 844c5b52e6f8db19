"""What proves who is there, besides the password: second factor, recovery codes, machine keys."""

from datetime import date

from django.db import models
from django.utils import timezone
from django_otp.models import Device

from accounts.models.people import User
from core.visibility import ScopedQuerySet, prefix_q


class ApiKeyQuerySet(ScopedQuerySet["ApiKey"]):
    """Keys are seen by who manages their account."""

    def _visible(self, user: User) -> "ApiKeyQuerySet":
        prefixes = user.region_prefixes("accounts.view_apikey")
        return self.filter(prefix_q("user__home_region_code", prefixes))


class ApiKey(models.Model):
    """A machine's key: shown once, stored hashed, expiring. It can do what its account can."""

    user = models.ForeignKey(User, models.CASCADE, related_name="api_keys", verbose_name="账号")
    prefix = models.CharField("前缀", max_length=8, unique=True)
    hash = models.CharField("摘要", max_length=64)
    label = models.CharField("用途", max_length=60, blank=True)
    created_at = models.DateTimeField("签发时间", default=timezone.now)
    expires_on = models.DateField("有效期至", null=True, blank=True)
    revoked_at = models.DateTimeField("作废时间", null=True, blank=True)
    last_used_on = models.DateField("最近使用", null=True, blank=True)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "接口密钥"
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.prefix}… {self.user.username}"

    @property
    def code(self) -> str:
        return f"K{self.prefix}"

    @property
    def region_code(self) -> str:
        return self.user.home_region_code

    def usable_on(self, on: date) -> bool:
        """Whether it opens anything on that day; its last day counts."""
        return self.revoked_at is None and (self.expires_on is None or on <= self.expires_on)


class SecondFactor(Device):
    """A phone app that makes six-digit codes (TOTP, RFC 6238); the secret is kept encrypted.

    Unconfirmed until the first right code. `last_step` refuses a code that was used already.
    """

    secret = models.BinaryField("密钥")
    last_step = models.BigIntegerField("上次使用的时间步", default=-1)
    created_at = models.DateTimeField("建立时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "第二因子"
        constraints = [models.UniqueConstraint(fields=["user"], name="one_second_factor")]

    def __str__(self) -> str:
        return f"{self.user_id}"


class RecoveryCode(models.Model):
    """A code for the day the phone is lost: hashed, good for one sign-in."""

    user = models.ForeignKey(User, models.CASCADE, related_name="recovery_codes")
    hash = models.CharField("摘要", max_length=64)
    used_at = models.DateTimeField("使用时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "备用码"

    def __str__(self) -> str:
        return f"{self.user_id}"
