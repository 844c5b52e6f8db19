"""The person who is a deputy; seats, groups and duties hang on it (DOMAIN §3, trap 14)."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import Index, Q, Value
from django.db.models.functions import Replace, Reverse
from django.urls import reverse

from congress.states import CongressLevel
from core.visibility import prefix_q
from deputies.models.base import RegionScoped, RegisterQuerySet, prefix_index


class DeputyQuerySet(RegisterQuerySet):
    """Staff see their region's deputies, a deputy themself, a keeper the station's roster."""

    def _visible(self, user: Any) -> "DeputyQuerySet":
        mine = user.scope_codes("deputy", "deputies.view_deputy")
        stations = user.scope_codes("station", "deputies.view_deputy")
        prefixes = user.region_prefixes("deputies.view_deputy")
        seen = prefix_q("region_code", prefixes)
        if mine:
            seen |= Q(code__in=mine)
        if stations:
            rostered = self.model.objects.filter(
                station_roles__station__code__in=stations, station_roles__ends_on__isnull=True
            )
            seen |= Q(pk__in=rostered.values("pk"))
        return self.filter(seen)

    def public(self) -> "DeputyQuerySet":
        """Those in office at some level: what DBF art. 58 makes public."""
        return self.filter(serving=True)


class Deputy(RegionScoped):
    """A person who is a deputy; seats at several levels hang on it.

    `region_code` is where the deputy keeps contact with people (down to the community).
    `serving` and `levels` say whether and at which levels a seat is active; the database keeps
    them (a trigger on the seats), whoever writes a seat and however many at once.
    """

    code = models.CharField("代表编号", max_length=20, unique=True)
    name = models.CharField("姓名", max_length=40)
    pinyin = models.CharField("拼音", max_length=120, blank=True, editable=False)
    initials = models.CharField("拼音首字母", max_length=40, blank=True, editable=False)
    gender = models.CharField("性别", max_length=1, blank=True, choices=[("m", "男"), ("f", "女")])
    occupation = models.CharField("单位及职务", max_length=80, blank=True)
    introduction = models.TextField("简介", max_length=1000, blank=True)
    photo = models.ImageField("照片", upload_to="deputies/", blank=True)
    office_phone = models.CharField("公开联系电话", max_length=20, blank=True)
    serving = models.BooleanField("在任", default=True, editable=False)
    levels = ArrayField(
        models.PositiveSmallIntegerField(), verbose_name="任职层级", default=list, editable=False
    )
    user = models.OneToOneField(
        "accounts.User", models.SET_NULL, null=True, blank=True, related_name="deputy",
        verbose_name="账号",
    )  # fmt: skip

    objects = DeputyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "代表"
        ordering = ["pinyin", "code"]
        indexes = [
            prefix_index("region_code", "deputy_region"),
            Index(fields=["pinyin", "id"], name="deputy_by_name"),
            Index(fields=["pinyin", "id"], name="deputy_public", condition=Q(serving=True)),
            prefix_index("name", "deputy_name"),
            # people also look for a given name alone: 小明 finds 王小明
            Index(OpClass(Reverse("name"), "text_pattern_ops"), name="deputy_given_name"),
            prefix_index("initials", "deputy_initials"),
            Index(
                OpClass(Replace("pinyin", Value(" "), Value("")), "text_pattern_ops"),
                name="deputy_spelled",
            ),
            # one per level: national deputies are 1 in 10,000, and a page must not look for them
            *(
                Index(
                    fields=["pinyin", "id"], name=f"deputy_level_{level}",
                    condition=Q(levels__contains=[level]),
                )
                for level in CongressLevel.values
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    @property
    def photo_url(self) -> str:
        """Where everybody sees the portrait; empty without one and for who serves no longer.

        The end names the file, so that a new portrait is not taken for the cached old one.
        """
        if not self.photo or not self.serving:
            return ""
        version = self.photo.name.rpartition("/")[2][:8]
        return f"{reverse('deputies:photo', args=[self.code])}?v={version}"

    def covered_by(self, grant: Any) -> bool:
        if grant.scope_kind == "deputy":
            return bool(grant.scope_code == self.code)
        if grant.scope_kind == "station":
            roster = self.station_roles.filter(station__code=grant.scope_code)
            return bool(roster.filter(ends_on__isnull=True).exists())
        return super().covered_by(grant)
