"""What the seeding made, as CONTRACT lists it."""

from typing import Any

from codes.models import Code
from codes.selectors import code_path
from congress.models import Region
from deputies.models import Deputy
from handling.models import Order
from liaison.demo.scale import PASSWORD
from liaison.demo.world import World
from proposals.models import Proposal
from topics.models import Topic
from voices.models import Message

Row = dict[str, Any]


def manifest(world: World) -> Row:
    """Lists in the order of their codes; nothing in it depends on the day of the run."""
    found: Row = {
        "scale": world.scale.name, "seed": world.seed, "users": _users(world),
        "tokens": _tokens(), "regions": _regions(), "deputies": _deputies(),
        "stations": [
            _row(s.code, "closed" if s.closed_on else "open", s.region_code)
            for county in world.counties
            for s in county.stations
        ],
        "grids": [
            _row(g.code, "active", g.region_code) for county in world.counties for g in county.grids
        ],
        "units": [
            _row(u.code, "active", u.region_code)
            for county in world.counties
            for u in county.units.values()
        ] + [_row(u.code, "active", u.region_code) for u in world.city_units.values()],
        "topics": _topics(world), "proposals": _proposals(), "orders": _orders(),
        "messages": _messages(world),
        "canaries": world.canaries.listing(world.accounts),
    }  # fmt: skip
    return found


def _row(code: str, state: str, region: str) -> Row:
    return {"code": code, "state": state, "region": region}


def _users(world: World) -> list[Row]:
    return [
        {
            "username": a.username, "password": PASSWORD, "role": a.role, "scope": a.scope,
            "totp": a.totp, "name": a.user.name, "region": a.region_code,
        }
        for a in world.accounts
    ]  # fmt: skip


def _tokens() -> list[Row]:
    return [
        {
            "token": c.token, "kind": c.kind, "state": c.state, "target": c.target_code,
            "path": code_path(c),
        }
        for c in Code.objects.order_by("id")
    ]  # fmt: skip


def _regions() -> list[str]:
    return list(Region.objects.order_by("code").values_list("code", flat=True))


def _deputies() -> list[Row]:
    rows = Deputy.objects.order_by("code").values_list("code", "serving", "region_code")
    return [_row(code, "serving" if serving else "left", region) for code, serving, region in rows]


def _proposals() -> list[Row]:
    rows = Proposal.objects.order_by("code").values_list("code", "state", "region_code")
    return [_row(*row) for row in rows]


def _orders() -> list[Row]:
    rows = Order.objects.order_by("code").values_list("code", "state", "region_code")
    return [_row(*row) for row in rows]


def _topics(world: World) -> list[Row]:
    """With the receipt of somebody who spoke, where there is one."""
    rows = Topic.objects.order_by("code").values_list("code", "state", "region_code")
    return [_row(*row) | {"receipt": world.receipts.get(row[0], "")} for row in rows]


def _messages(world: World) -> list[Row]:
    rows = Message.objects.order_by("code").values_list("code", "state", "region_code")
    return [
        {"code": code, "receipt": world.receipts.get(code, ""), "state": state, "region": region}
        for code, state, region in rows
    ]
