"""Printed codes: in use, revoked by mistake or theft, retired with a successor; their scans."""

from datetime import timedelta

from audit.actors import SYSTEM
from codes.models import Code, DailyScan
from codes.services import NewCode, issue_code, issue_codes, mark_printed, retire_code, revoke_code
from liaison.demo.world import County, World

_REVOKED = ("海报被人调换，原码作废", "印刷错版，原码作废")
_RETIRED = "更换新版海报"


def make_codes(world: World, county: County) -> None:
    """A code for every deputy, station and grid; a few older ones that ended."""
    wanted = [NewCode("deputy", d.code, d.region_code, f"{d.name}代表") for d in county.deputies]
    wanted += [NewCode("station", s.code, s.region_code, s.name) for s in county.stations]
    wanted += [NewCode("grid", g.code, g.region_code, g.name) for g in county.grids]
    rng, now = world.rng("codes", county.region.code), world.days.began
    codes = issue_codes(wanted, actor=SYSTEM, now=now, rng=rng)
    mark_printed(actor=SYSTEM, codes=codes, now=now + timedelta(days=3))
    by_kind = {kind: [c for c in codes if c.kind == kind] for kind in ("deputy", "station", "grid")}
    for kind, found in by_kind.items():
        # from the end of the lists: the first accounts of the demo keep their first codes
        for number, code in enumerate(found[-4:-2]):
            codes.append(_replaced(world, code, revoked=number == 0, kind=kind))
    county.codes = {(c.kind, c.target_code): c for c in codes if c.state == "active"}
    world.codes += codes
    _scans(world, county)


def _replaced(world: World, code: Code, *, revoked: bool, kind: str) -> Code:
    """End a code and give its target a new one; the retired one leads to it."""
    now = world.days.began + timedelta(days=90)
    if revoked:
        ended = revoke_code(actor=SYSTEM, code=code, reason=_REVOKED[kind == "grid"], now=now)
    else:
        ended = retire_code(actor=SYSTEM, code=code, reason=_RETIRED, now=now)
    fresh = issue_code(
        actor=SYSTEM, kind=code.kind, target_code=code.target_code, region_code=code.region_code,
        label=code.label, now=now, rng=world.rng("reissued", code.token),
    )  # fmt: skip
    code.state = ended.state
    if not revoked:
        Code.objects.filter(pk=code.pk).update(successor=fresh)
    return fresh


def _scans(world: World, county: County) -> None:
    """Some weeks of scans by day; the most at the places where people pass by."""
    rng = world.rng("scans", county.region.code)
    days = 40 if len(county.deputies) < 100 else 12
    rows = []
    for code in county.codes.values():
        if code.kind == "grid":
            continue
        busy = rng.choice((1, 2, 3, 5, 9)) * (3 if code.kind == "station" else 1)
        for before in range(1, days + 1):
            count = int(rng.random() * busy)
            if count:
                on = world.days.as_of - timedelta(days=before)
                rows.append(DailyScan(code=code, on=on, count=count))
    DailyScan.objects.bulk_create(rows, batch_size=2000)
