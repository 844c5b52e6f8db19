"""Groups between sessions, who is in them, and the studios people meet online."""

from typing import Any

from django.db import models
from django.db.models import F, Q

from deputies.models.base import RegionScoped, RegisterQuerySet, prefix_index
from deputies.models.people import Deputy
from deputies.states import GroupKind, OwnerKind


class Group(RegionScoped):
    """代表小组 and 专业代表小组: between-session groups, members of mixed levels.

    A group ends with the term it was formed in (DOMAIN trap 14); without a term it goes on.
    """

    code = models.CharField("编号", max_length=20, unique=True)
    name = models.CharField("名称", max_length=60)
    kind = models.CharField("类型", max_length=12, choices=GroupKind)
    field = models.CharField("领域", max_length=40, blank=True)
    term = models.ForeignKey(
        "congress.Term", models.PROTECT, null=True, blank=True, related_name="groups",
        verbose_name="所属届次",
    )  # fmt: skip
    counterpart = models.ForeignKey(
        "congress.Organ", models.SET_NULL, null=True, blank=True, verbose_name="对口联系机构"
    )
    founded_on = models.DateField("成立日期", null=True, blank=True)
    ended_on = models.DateField("结束日期", null=True, blank=True)
    members = models.ManyToManyField(Deputy, through="GroupMembership", related_name="groups")

    objects = RegisterQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "代表小组"
        ordering = ["code"]
        indexes = [prefix_index("region_code", "group_region")]

    def __str__(self) -> str:
        return self.name


class GroupMembershipQuerySet(RegisterQuerySet):
    region_field = "group__region_code"

    def open(self) -> "GroupMembershipQuerySet":
        return self.filter(ends_on__isnull=True, group__ended_on__isnull=True)


class GroupMembership(models.Model):
    """A deputy in a group, dated."""

    group = models.ForeignKey(
        Group, models.CASCADE, related_name="memberships", verbose_name="小组"
    )
    deputy = models.ForeignKey(
        Deputy, models.CASCADE, related_name="memberships", verbose_name="代表"
    )
    convenor = models.BooleanField("召集人", default=False)
    starts_on = models.DateField("起")
    ends_on = models.DateField("止", null=True, blank=True)

    objects = GroupMembershipQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "小组成员"
        constraints = [
            models.UniqueConstraint(
                fields=["group", "deputy"],
                condition=Q(ends_on__isnull=True),
                name="one_open_membership",
                violation_error_message="这位代表已在这个小组里。",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="membership_dates_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group} {self.deputy}"

    def covered_by(self, grant: Any) -> bool:
        return self.group.covered_by(grant)


class Studio(RegionScoped):
    """云工作室: an online page owned by a deputy, a station or a group (1332 for 1309 deputies)."""

    code = models.CharField("编号", max_length=20, unique=True)
    name = models.CharField("名称", max_length=60)
    owner_kind = models.CharField("归属", max_length=8, choices=OwnerKind)
    owner_code = models.CharField("归属编号", max_length=40)
    introduction = models.TextField("介绍", max_length=2000, blank=True)
    opened_on = models.DateField("开通日期", null=True, blank=True)
    closed_on = models.DateField("关闭日期", null=True, blank=True)

    objects = RegisterQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "云工作室"
        ordering = ["code"]
        indexes = [prefix_index("region_code", "studio_region")]
        constraints = [
            models.UniqueConstraint(
                fields=["owner_kind", "owner_code"],
                condition=Q(closed_on__isnull=True),
                name="one_open_studio_per_owner",
                violation_error_message="已有开通着的云工作室。",
            ),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True)
                | Q(opened_on__isnull=True)
                | Q(closed_on__gte=F("opened_on")),
                name="studio_dates_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.name
