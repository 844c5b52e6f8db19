"""A model of the tests' own, with a scope, so that the kernel is tested without any domain."""

from dataclasses import dataclass, field

from django.db import models

from core.visibility import ScopedQuerySet, prefix_q


class ThingQuerySet(ScopedQuerySet):
    def _visible(self, user):
        return self.filter(prefix_q("region_code", user.prefixes))


class Thing(models.Model):
    code = models.CharField("编号", max_length=20, unique=True)
    title = models.CharField("标题", max_length=40)
    region_code = models.CharField("区划", max_length=12)
    rank = models.IntegerField("次序", null=True)
    state = models.CharField("状态", max_length=10, default="new")

    objects = ThingQuerySet.as_manager()

    class Meta:
        app_label = "things"
        verbose_name = "事项"
        verbose_name_plural = "事项"

    def __str__(self):
        return self.title


@dataclass
class Person:
    """As much of a user as the kernel asks for."""

    prefixes: tuple = ()
    rights: tuple = ("things.view_thing",)
    is_authenticated: bool = True
    is_active: bool = True
    is_staff: bool = True
    is_superuser: bool = False
    pk: int = 1
    covers: object = field(default=lambda obj: True)

    def has_perm(self, perm, obj=None):
        return perm in self.rights and (obj is None or self.covers(obj))

    def has_module_perms(self, app_label):
        return any(right.startswith(f"{app_label}.") for right in self.rights)
