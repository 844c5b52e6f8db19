"""Giving and ending grants. Nobody grants to himself, nobody grants beyond his own region."""

from datetime import date, datetime

from django.db import transaction

from accounts.models import Grant, User
from accounts.registry import Place, scope
from accounts.roles import ROLES
from accounts.services.guard import require
from audit.actors import Actor
from audit.services import record
from core.dates import local_date
from core.errors import Forbidden, InputInvalid

OWN = "不能给自己授权，也不能改自己的授权，请另一位安全管理员来办。"
UNKNOWN_ROLE = "没有这个角色。"
UNKNOWN_PLACE = "没有找到这个范围，请从列表里选。"
ORDER = "结束日期不能早于开始日期。"


def give_grant(
    *,
    user: User,
    role: str,
    scope_code: str,
    actor: Actor,
    now: datetime,
    starts_on: date | None = None,
    ends_on: date | None = None,
    reason: str = "",
) -> Grant:
    """Grant a role in a scope (its kind follows from the role), from a day until a day.

    Raises Forbidden for oneself and outside the giver's own regions, InputInvalid for what does
    not exist. A grant that is there already is returned as it is.
    """
    _refuse_own(user, actor)
    if role not in ROLES:
        raise InputInvalid("unknown_role", UNKNOWN_ROLE, {"role": UNKNOWN_ROLE})
    starts_on = starts_on or local_date(now)
    if ends_on is not None and ends_on < starts_on:
        raise InputInvalid("dates", ORDER, {"ends_on": ORDER})
    place = _place(ROLES[role].scope_kind, scope_code)
    grant = Grant(
        user=user, role=role, scope_kind=ROLES[role].scope_kind, scope_code=place.code,
        region_code=place.region_code, starts_on=starts_on, ends_on=ends_on, reason=reason[:100],
    )  # fmt: skip
    require(actor, "accounts.add_grant", grant)
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)  # two givers at once make one grant
        same = user.grants.filter(role=role, scope_code=place.code).active(starts_on).first()
        if same is not None:
            return same
        grant.save(force_insert=True)
        record(
            actor=actor, action="accounts.grant_given", obj=grant, now=now,
            data={"account": user.pk, "role": role, "scope": place.code,
                  "until": str(ends_on or "")},
        )  # fmt: skip
    _forget(user)
    return grant


def end_grant(*, grant: Grant, ends_on: date, actor: Actor, now: datetime) -> Grant:
    """Set a grant's last day, today or later; one set to yesterday is ended at once.

    A grant that has ended stays as it is: it says who could do what, then.
    """
    _refuse_own(grant.user, actor)
    require(actor, "accounts.change_grant", grant)
    earliest = date.fromordinal(local_date(now).toordinal() - 1)
    with transaction.atomic():
        locked = Grant.objects.select_for_update().get(pk=grant.pk)
        if locked.ends_on is not None and locked.ends_on < local_date(now):
            raise InputInvalid("grant_ended", "这项授权已经结束了，需要的话请另给一项。")
        locked.ends_on = max(ends_on, earliest, locked.starts_on)
        locked.save(update_fields=["ends_on"])
        record(
            actor=actor, action="accounts.grant_ended", obj=locked, now=now,
            data={"account": grant.user_id, "role": grant.role, "until": str(locked.ends_on)},
        )  # fmt: skip
    _forget(grant.user)
    return locked


def _refuse_own(user: User, actor: Actor) -> None:
    if actor.actor_kind == "user" and actor.actor_id == user.pk:
        raise Forbidden("own_grant", OWN)


def _place(kind: str, code: str) -> Place:
    known = scope(kind)
    place = known.find(code) if known else None
    if place is None:
        raise InputInvalid("unknown_scope", UNKNOWN_PLACE, {"scope_code": UNKNOWN_PLACE})
    return place


def _forget(user: User) -> None:
    user.__dict__.pop("_grants", None)
    getattr(user, "_prefetched_objects_cache", {}).pop("grants", None)
