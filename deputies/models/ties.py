"""三联: who keeps contact with whom, and when they really did."""

from typing import Any

from django.db import models
from django.db.models import F, Q

from deputies.models.base import RegionScoped, RegisterQuerySet, prefix_index
from deputies.models.groups import Group
from deputies.models.people import Deputy
from deputies.states import LinkKind


class LinkQuerySet(RegisterQuerySet):
    def open(self) -> "LinkQuerySet":
        return self.filter(ends_on__isnull=True)


class Link(RegionScoped):
    """三联: a dated relation (常委会组成人员–代表, 代表–选民, 专委会–小组), with contact records."""

    kind = models.CharField("类型", max_length=16, choices=LinkKind)
    deputy = models.ForeignKey(
        Deputy, models.CASCADE, null=True, blank=True, related_name="links", verbose_name="代表"
    )
    group = models.ForeignKey(
        Group, models.CASCADE, null=True, blank=True, related_name="links", verbose_name="小组"
    )
    organ = models.ForeignKey(
        "congress.Organ", models.CASCADE, null=True, blank=True, verbose_name="机构"
    )
    other = models.CharField(
        "联系另一方", max_length=60, blank=True, help_text="组成人员姓名，或者选区、村居"
    )
    starts_on = models.DateField("起")
    ends_on = models.DateField("止", null=True, blank=True)

    objects = LinkQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "三联关系"
        ordering = ["-starts_on"]
        indexes = [prefix_index("region_code", "link_region")]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    kind__in=[LinkKind.MEMBER_DEPUTY, LinkKind.DEPUTY_VOTER], deputy__isnull=False
                )
                & ~Q(other="")
                | Q(kind=LinkKind.COMMITTEE_GROUP, group__isnull=False, organ__isnull=False),
                name="link_names_both_ends",
                violation_error_message="联系的两方都要填：代表和另一方，或者机构和小组。",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="link_dates_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.other or self.organ}"

    @property
    def ends_words(self) -> tuple[str, str]:
        """Who contacts, and who is contacted."""
        if self.kind == LinkKind.COMMITTEE_GROUP:
            return str(self.organ), str(self.group)
        if self.kind == LinkKind.MEMBER_DEPUTY:
            return self.other, str(self.deputy)
        return str(self.deputy), self.other


class ContactRecordQuerySet(RegisterQuerySet):
    region_field = "link__region_code"


class ContactRecord(models.Model):
    """联系记录: when a link was really used; the gap list comes from here."""

    link = models.ForeignKey(Link, models.CASCADE, related_name="records", verbose_name="关系")
    on = models.DateField("日期")
    way = models.CharField("方式", max_length=20, blank=True)
    content = models.TextField("内容", max_length=1000)
    recorded_by = models.ForeignKey("accounts.User", models.PROTECT, verbose_name="记录人")

    objects = ContactRecordQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "联系记录"
        ordering = ["-on"]
        indexes = [models.Index(fields=["link", "on"], name="contact_of_link")]

    def __str__(self) -> str:
        return f"{self.link} {self.on}"

    def covered_by(self, grant: Any) -> bool:
        return self.link.covered_by(grant)
