"""The small demo as a world: every state once, a neighbour apart, nothing left to flood."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth import authenticate
from django.db import transaction
from django.db.models import CharField, TextField
from django.test import RequestFactory, override_settings

from accounts.models import SecondFactor, User
from accounts.roles import ROLES
from accounts.services.factors import secret_of, secret_text
from audit.models import Entry
from audit.services import verify
from codes.models import Code
from congress.memory import forget_all
from congress.models import Region
from deputies.models import Deputy, Studio
from grids.models import Grid
from handling import states as order_states
from handling.models import Order
from jobs.services import drain
from liaison.demo.cast import PARTS
from liaison.demo.manifest import manifest
from liaison.demo.scale import PASSWORD
from liaison.demo.seed import seed
from liaison.demo.topic_stories import PLAYS
from liaison.demo.world import World, moment
from notifications.models import Notification
from stations.models import STATION_KINDS, Station
from topics import states as topic_states
from topics.models import Opinion, Topic
from topics.services import by_receipt as spoken_by
from voices import states as message_states
from voices.models import Message
from voices.services import by_receipt, reveal_contact

AS_OF = date(2026, 11, 20)

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def world(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """One seeded world for the tests of this file; each test's own changes are undone."""
    with django_db_blocker.unblock(), transaction.atomic():
        forget_all()
        with override_settings(MEDIA_ROOT=str(tmp_path_factory.mktemp("media"))):
            made = seed(scale="small", seed=7, as_of=AS_OF, canary=True)
        yield made
        transaction.set_rollback(True)


# --- registers --------------------------------------------------------------------------------


def test_two_counties_with_their_registers(world: World) -> None:
    assert [county.region.code for county in world.counties] == ["370782", "370785"]
    for county in world.counties:
        assert county.size is not None
        here = {"region_code__startswith": county.region.code}
        assert Deputy.objects.filter(**here).count() == county.size.deputies
        assert Grid.objects.filter(**here).count() == county.size.grids
        assert Station.objects.filter(**here).count() == county.size.stations
        assert Studio.objects.filter(**here).count() == county.size.studios
        assert county.size.studios > county.size.deputies
        assert len(county.units) == county.size.units
        assert Grid.objects.filter(gap=True, **here).exists()
        assert any(len(grids) > 1 for grids in county.grids_of.values())
        assert {town.congress is None for town in county.towns} == {True, False}
        assert Region.objects.get(code=county.towns[0].region.code).is_street
    kinds = set(Station.objects.values_list("kind", flat=True))
    assert kinds == {kind for kind, _ in STATION_KINDS}
    assert set(Studio.objects.values_list("owner_kind", flat=True)) == {
        "deputy", "station", "group",
    }  # fmt: skip


def test_seats_at_all_levels_and_some_persons_hold_several(world: World) -> None:
    levels = Counter(level for deputy in Deputy.objects.all() for level in deputy.levels)

    assert set(levels) == {1, 2, 3, 4, 5}
    assert Deputy.objects.filter(levels__contains=[3, 4]).exists()
    assert Deputy.objects.filter(serving=False).count() == 4  # one left, one suspended, in each


def test_every_role_in_both_counties_can_sign_in(world: World) -> None:
    for key in ("zc", "gm"):
        roles = {a.role for a in world.accounts if a.username.startswith(f"{key}_")}
        assert roles == set(ROLES)
    first = world.accounts[0]
    request = RequestFactory().post("/login/")
    assert authenticate(request, username=first.username, password=PASSWORD) == first.user
    for account in world.accounts:
        factor = SecondFactor.objects.filter(user=account.user, confirmed=True).first()
        assert (factor is not None) == ROLES[account.role].second_factor
        assert not factor or secret_text(secret_of(factor)) == account.totp
        assert [role.code for role in account.user.roles()] == [account.role]


def test_codes_in_every_state(world: World) -> None:
    states = Counter(Code.objects.values_list("kind", "state"))

    for kind in ("deputy", "station", "grid"):
        assert states[kind, "active"] > 10
        assert states[kind, "revoked"] > 0
        assert states[kind, "retired"] > 0
    for code in Code.objects.filter(state="retired").select_related("successor"):
        assert code.successor is not None
        assert code.successor.state == "active"
    assert not Code.objects.filter(check_phrase="").exists()


# --- messages and orders ----------------------------------------------------------------------


def test_every_story_ends_where_it_should(world: World) -> None:
    found = Counter(Message.objects.values_list("state", flat=True))
    told = Counter(p.state for p in PARTS) + Counter(p.state for p in PARTS if p.everywhere)

    # one topic grew from a message that waits, one from a message that is answered
    assert found == told + Counter({"deliberating": 1, "closed": 1})
    assert set(found) == {*message_states.STATES, *message_states.ADDED}
    assert set(Order.objects.values_list("state", flat=True)) == set(order_states.STATES)
    for field, wanted in (
        ("channel", message_states.CHANNELS), ("score", message_states.SCORES),
        ("publication", message_states.PUBLICATIONS), ("proxy_way", message_states.PROXY_WAYS),
    ):  # fmt: skip
        assert set(Message.objects.values_list(field, flat=True)) - {""} == set(dict(wanted))
    assert Message.objects.filter(round=2).exists()
    assert Message.objects.exclude(outside_number="").exists()


def test_some_are_late_and_some_due_soon(world: World) -> None:
    soon = (AS_OF, AS_OF + timedelta(days=5))

    assert Message.objects.open().filter(due_on__lt=AS_OF).count() >= 3
    assert Message.objects.open().filter(due_on__range=soon).exists()
    assert Order.objects.open().filter(due_on__lt=AS_OF).exists()
    assert not Message.objects.filter(created_at__gt=world.days.end).exists()


def test_every_receipt_opens_its_message(world: World) -> None:
    rows = manifest(world)["messages"]

    assert len(rows) == Message.objects.count()
    for row in rows:
        assert by_receipt(row["receipt"]).code == row["code"]


def test_published_ones_show_reviewed_words(world: World) -> None:
    published = Message.objects.published()

    assert published.filter(photos__public=True).exists()
    assert all(m.public_title and m.public_text and m.published_at for m in published)
    assert not any("暗记" in m.public_title + m.public_text + m.public_answer for m in published)


# --- nothing runs over ------------------------------------------------------------------------


def test_the_log_holds_is_sealed_and_in_the_order_of_time(world: World) -> None:
    verdict = verify()
    told = Entry.objects.filter(
        object_type__in=["voices.message", "handling.order", "topics.topic", "topics.opinion"]
    )
    moments = list(told.order_by("id").values_list("at", flat=True))

    assert verdict.problems == []
    assert (verdict.seals, verdict.unsealed) == (1, 0)
    assert moments == sorted(moments)


def test_the_first_run_of_the_jobs_has_nothing_to_catch_up(world: World) -> None:
    before = Notification.objects.count()

    result = drain(now=moment(AS_OF, 9))

    assert (result.failed, result.dead) == (0, 0)
    assert not {"notifications.deliver", "voices.lapse"} & set(result.kinds)
    assert Notification.objects.count() == before


def test_reminders_went_out_while_the_story_was_told(world: World) -> None:
    reminders = Notification.objects.filter(kind="notifications.reminder")

    assert reminders.count() > 10
    assert not reminders.filter(created_at__gt=world.days.end).exists()


# --- neighbours and canaries ------------------------------------------------------------------


def test_neighbours_do_not_see_each_other(world: World) -> None:
    seen_at_all = 0
    for account in world.accounts:
        for model in (Message, Order, Deputy, Grid, Station, Topic, Opinion):
            codes = model.objects.visible_to(account.user).values_list("region_code", flat=True)
            assert {code[:6] for code in codes} <= {account.region_code[:6]}
            seen_at_all += len(codes)
    assert seen_at_all > 1000


def test_canaries_are_unique_really_stored_and_of_every_kind(world: World) -> None:
    rows: list[dict[str, Any]] = manifest(world)["canaries"]
    texts = [row["text"] for row in rows]
    everything = all_text()

    assert len(set(texts)) == len(texts) > 300
    for row in rows:
        if not row["object"].endswith(("contact name", "contact phone")):
            assert row["text"] in everything, row
    assert {
        "text", "contact name", "contact phone", "deputy_opinion", "station_note", "instruction",
        "hidden_reason", "reply", "contact record", "rating reason", "summary", "content",
        "username", "public_text (taken down)", "end_note", "opinion", "certificate", "addition",
        "reveal reason", "note", "return reason", "extension reason", "review_note",
    } <= {kind_of(row["object"]) for row in rows}  # fmt: skip
    readers = {name[:3] for row in rows for name in row["readable_by"]}
    assert readers == {"zc_", "gm_"}
    # the numbers left with opinions are shown to nobody
    nobody = {kind_of(row["object"]) for row in rows if not row["readable_by"]}
    assert nobody == {"contact phone"}
    assert all(row["readable_by"] for row in rows if row["object"].startswith("voices."))


def kind_of(name: str) -> str:
    """`contact name` of `voices.message M00000001 contact name`."""
    words = name.split()
    return " ".join(words[4:] if words[1] == "of" else words[2:]) or words[-1]


def all_text() -> str:
    """Every text in the database; what is encrypted is none."""
    found = []
    for model in apps.get_models():
        columns = [
            f.name for f in model._meta.concrete_fields if isinstance(f, CharField | TextField)
        ]
        if columns:
            for row in model._base_manager.values_list(*columns):
                found += [str(value) for value in row]
    return "\n".join(found)


def test_contact_canaries_come_out_by_revealing_only(world: World) -> None:
    rows = manifest(world)["canaries"]
    ours = [r for r in rows if r["object"].startswith("voices.message")]
    row = next(r for r in ours if r["object"].endswith("contact phone"))
    message = Message.objects.get(code=row["object"].split()[1])
    reader = User.objects.get(username=row["readable_by"][0])

    shown = reveal_contact(message, actor=reader, reason="回访核实", now=world.days.end)

    assert row["text"] not in all_text()
    assert shown.phone == row["text"]


@pytest.mark.parametrize(
    ("model", "kind"), [(Message, "text"), (Opinion, "text"), (Topic, "summary")]
)
def test_who_is_named_as_reader_is_who_sees_it(world: World, model: Any, kind: str) -> None:
    rows = manifest(world)["canaries"]
    readers = {
        row["object"].split()[1]: set(row["readable_by"])
        for row in rows
        if row["object"].startswith(model._meta.label_lower) and kind_of(row["object"]) == kind
    }
    seen: dict[str, set[str]] = {code: set() for code in readers}
    for account in world.accounts:
        rows_seen = model.objects.visible_to(account.user).filter(code__in=readers)
        for code in rows_seen.values_list("code", flat=True):
            seen[code].add(account.username)

    assert len(readers) >= 4
    assert seen == readers


# --- topics -----------------------------------------------------------------------------------


def test_every_topic_ends_where_it_should(world: World) -> None:
    found = Counter(Topic.objects.values_list("state", flat=True))
    told = Counter(p.state for p in PLAYS) + Counter(p.state for p in PLAYS if p.everywhere)

    assert found == told
    for county in world.counties:
        here = Topic.objects.filter(region_code__startswith=county.region.code)
        assert set(here.values_list("source", flat=True)) == set(dict(topic_states.SOURCES))
        assert Opinion.objects.filter(topic__in=here, state="pending").exists()
        assert Code.objects.filter(kind="topic", region_code__startswith=county.region.code)
    here = Topic.objects.filter(region_code__startswith="370782")
    assert set(here.values_list("state", flat=True)) == set(topic_states.STATES)
    first = here.get(title__contains="卫生服务中心")
    assert (first.state, first.message_links.count(), first.ratings.count()) == ("published", 1, 4)
    assert first.groups.count() >= 3  # what nobody else said stays ungrouped
    assert first.people_count == first.opinion_count == 24


def test_receipts_of_topics_open_them(world: World) -> None:
    rows = [row for row in manifest(world)["topics"] if row["receipt"]]

    assert len(rows) > 12
    for row in rows:
        assert spoken_by(row["receipt"]).topic.code == row["code"]
