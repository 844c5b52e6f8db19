"""The command: what it prints, that it repeats itself, that it never touches anything."""

import json
from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from accounts.models import User
from audit.models import Entry
from audit.services import verify
from congress.memory import forget_all
from congress.models import Unit
from deputies.models import Deputy, Studio
from grids.models import Grid
from handling.models import Order
from liaison.demo.manifest import manifest
from liaison.demo.scale import PASSWORD, SCALES, shares
from liaison.demo.seed import seed
from stations.models import Station
from voices.models import Message

AS_OF = date(2026, 11, 20)
KEYS = {
    "users", "tokens", "regions", "deputies", "stations", "grids", "units", "topics", "proposals",
    "orders", "messages", "canaries",
}  # fmt: skip

pytestmark = pytest.mark.django_db


def command(**options: Any) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("seed_demo", stdout=out, stderr=err, **options)
    return out.getvalue(), err.getvalue()


def test_json_is_one_document_with_the_keys_of_the_contract() -> None:
    out, err = command(json=True, as_of=AS_OF.isoformat(), verbosity=2)

    found = json.loads(out)
    assert set(found) >= KEYS
    assert "秒" in err
    assert set(found["users"][0]) >= {"username", "password", "role", "scope", "totp"}
    assert set(found["tokens"][0]) == {"token", "kind", "state", "target", "path"}
    assert set(found["messages"][0]) >= {"code", "receipt", "state"}
    for name in ("deputies", "stations", "grids", "units", "orders", "proposals"):
        assert set(found[name][0]) == {"code", "state", "region"}
    assert found["canaries"] == []
    assert set(found["topics"][0]) == {"code", "state", "region", "receipt"}
    assert {row["kind"] for row in found["tokens"]} == {"deputy", "station", "grid", "topic"}


def test_without_json_people_read_accounts_and_password_and_a_second_run_is_refused() -> None:
    out, _ = command(as_of=AS_OF.isoformat())

    assert "zc_deputy1" in out
    assert PASSWORD in out
    assert "人大代表" in out
    with pytest.raises(CommandError, match="已经有数据"):
        command(as_of=AS_OF.isoformat())


def test_a_database_with_anything_in_it_is_left_alone() -> None:
    User.objects.create_user("somebody", "Some-body-1", name="某人")
    before = Entry.objects.count()

    with pytest.raises(CommandError) as refusal:
        command(json=True)

    assert refusal.value.returncode == 2
    assert "已经有数据" in str(refusal.value)
    assert (User.objects.count(), Deputy.objects.count()) == (1, 0)
    assert Entry.objects.count() == before


def test_a_wrong_day_is_wrong_use() -> None:
    with pytest.raises(CommandError) as refusal:
        command(as_of="gestern")

    assert refusal.value.returncode == 2
    assert User.objects.count() == 0


def manifest_of(as_of: date, seed_: int = 7) -> str:
    """The manifest of a run that is undone afterwards."""
    forget_all()
    with transaction.atomic():
        world = seed(scale="small", seed=seed_, as_of=as_of, canary=True)
        text = json.dumps(manifest(world), ensure_ascii=False)
        transaction.set_rollback(True)
    return text


def test_same_seed_same_manifest_whatever_the_day() -> None:
    first = manifest_of(AS_OF)

    assert manifest_of(AS_OF) == first
    assert manifest_of(date(2026, 10, 6)) == first  # in the middle of a long holiday
    assert manifest_of(date(2028, 1, 2)) == first  # in a year nobody has published
    assert manifest_of(AS_OF, seed_=8) != first


def test_the_county_has_its_real_size_and_its_log_holds() -> None:
    world = seed(scale="county", seed=7, as_of=AS_OF, canary=False)

    found = manifest(world)
    counts = {
        name: len(found[name]) for name in ("deputies", "grids", "stations", "units", "regions")
    }
    assert counts == {
        "deputies": 1309, "grids": 1690, "stations": 126, "units": 60, "regions": 1197,
    }  # fmt: skip
    assert (Deputy.objects.filter(serving=True).count(), Studio.objects.count()) == (1309, 1332)
    assert (Grid.objects.count(), Station.objects.count()) == (1690, 126)
    assert Unit.objects.count() == 60
    assert 2800 < Message.objects.count() < 3200
    assert Order.objects.count() > 1500
    assert Message.objects.filter(created_at__date__lt=date(2026, 1, 1)).exists()
    assert not Deputy.objects.filter(grid_services=None).exists()
    assert 20 < Grid.objects.filter(gap=True).count() < 60
    assert verify().problems == []


def test_sizes_of_the_city() -> None:
    sizes = [size for size in SCALES["city"].counties.values() if size]

    assert len(sizes) == 12
    assert sum(size.deputies for size in sizes) == 6500
    assert sum(size.stations for size in sizes) == 628
    assert all(size.studios > size.deputies for size in sizes)


def test_shares_are_whole_and_complete() -> None:
    assert shares(10, [1, 1, 1]) == [3, 3, 4]
    assert shares(1, [5, 5]) == [0, 1]
    assert shares(7, [0, 7]) == [0, 7]
