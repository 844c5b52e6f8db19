"""The log: append-only, sealed without a gap, and a tampered one is found out."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import InternalError, ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from audit.actors import SYSTEM, ResidentActor
from audit.models import Entry, Seal
from audit.registry import register_action, replays
from audit.services import head, record, record_many, seal, verify
from tests.voices.conftest import say
from tests.world import make_county, make_user
from voices.models import Message
from workflows.registry import workflows

NOW = datetime(2026, 11, 20, 1, 30, tzinfo=UTC)
ACTION = "tests.happened"
register_action(ACTION, "试一下")


@pytest.fixture
def person(db) -> User:
    return User.objects.create(username="p1", name="某", home_region_code="370782")


def write(person, count=1, **more):
    return [
        record(actor=SYSTEM, action=ACTION, obj=person, now=NOW, data={"n": n, "字": "号"}, **more)
        for n in range(count)
    ]


def verdict(*arguments):
    out = StringIO()
    try:
        call_command("verify_audit", "--json", *arguments, stdout=out)
        code = 0
    except SystemExit as exit_:
        code = exit_.code
    return code, json.loads(out.getvalue())


def tamper(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER USER")
        cursor.execute("ALTER TABLE audit_seal DISABLE TRIGGER USER")
        cursor.execute(sql, values)
        cursor.execute("ALTER TABLE audit_entry ENABLE TRIGGER USER")
        cursor.execute("ALTER TABLE audit_seal ENABLE TRIGGER USER")


@pytest.mark.django_db
class TestWriting:
    def test_unregistered_action_is_refused(self, person):
        with pytest.raises(ValueError, match=r"never\.heard"):
            record(actor=SYSTEM, action="never.heard", obj=person, now=NOW)

    def test_same_action_with_other_words_is_refused(self):
        register_action(ACTION, "试一下")
        with pytest.raises(ValueError, match="twice"):
            register_action(ACTION, "别的话")

    def test_entry_tells_who_what_and_where(self, person):
        actor = ResidentActor("accounts.user", str(person.pk))
        entry = record(
            actor=actor, action=ACTION, obj=person, now=NOW, from_state="a", to_state="b"
        )
        entry.refresh_from_db()
        assert (entry.actor_kind, entry.actor_id, entry.actor_label) == ("resident", None, "群众")
        assert (entry.object_type, entry.object_code) == ("accounts.user", str(person.pk))
        assert (entry.region_code, entry.at) == ("370782", NOW)

    def test_many_entries_take_one_statement(self, person):
        people = [
            User.objects.create(username=f"p{n}0", name="某", home_region_code="370782001")
            for n in range(30)
        ]
        with CaptureQueriesContext(connection) as queries:
            assert record_many(actor=SYSTEM, action=ACTION, objects=people, now=NOW) == 30
        assert len(queries) == 1
        assert record_many(actor=SYSTEM, action=ACTION, objects=[], now=NOW) == 0

    @pytest.mark.parametrize(
        "sql",
        ["UPDATE audit_entry SET actor_label = 'x'", "DELETE FROM audit_entry",
         "UPDATE audit_seal SET hash = 'x'", "DELETE FROM audit_seal"],
    )  # fmt: skip
    def test_database_refuses_to_change_the_log(self, person, sql):
        write(person, 2)
        seal(now=NOW)
        before = list(Entry.objects.order_by("id").values())
        with pytest.raises((InternalError, ProgrammingError)), transaction.atomic():
            connection.cursor().execute(sql)
        with pytest.raises((InternalError, ProgrammingError)), transaction.atomic():
            Entry.objects.all().delete()
        assert list(Entry.objects.order_by("id").values()) == before

    @pytest.mark.parametrize("table", ["audit_entry", "audit_seal"])
    def test_truncate_needs_the_maintenance_setting(self, person, table):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL liaison.maintenance = 'off'")
            with pytest.raises((InternalError, ProgrammingError)), transaction.atomic():
                cursor.execute(f"TRUNCATE {table}")


@pytest.mark.django_db
class TestSealing:
    def test_seals_form_a_chain_and_hold(self, person):
        start = verify()
        for n in range(3):
            write(person, 5 + n)
            assert seal(now=NOW + timedelta(minutes=n)) is not None
        assert seal(now=NOW) is None
        write(person, 2)
        found = verify()
        assert found.problems == []
        assert (found.seals, found.unsealed) == (start.seals + 3, 2)
        assert found.head == head().hash

    def test_head_is_printed(self, person):
        out = StringIO()
        call_command("sealed_head", "--json", stdout=out)
        assert json.loads(out.getvalue())["hash"] is None
        write(person)
        made = seal(now=NOW)
        out = StringIO()
        call_command("sealed_head", "--json", stdout=out)
        assert json.loads(out.getvalue()) == {
            "hash": made.hash, "last_id": made.last_id, "sealed_at": NOW.isoformat(),
        }  # fmt: skip

    def test_untouched_log_verifies_with_exit_code_0(self, person):
        write(person, 10)
        seal(now=NOW)
        code, found = verdict()
        assert (code, found["holds"], found["problems"]) == (0, True, [])

    @pytest.mark.parametrize(
        "sql",
        [
            "UPDATE audit_entry SET actor_label = '别人' WHERE id = %s",
            "UPDATE audit_entry SET at = at + interval '1 microsecond' WHERE id = %s",
            "UPDATE audit_entry SET data = '{\"n\": 7}' WHERE id = %s",
            "UPDATE audit_entry SET region_code = '370783' WHERE id = %s",
            "DELETE FROM audit_entry WHERE id = %s",
            "INSERT INTO audit_entry SELECT (e).* FROM (SELECT e FROM audit_entry e "
            "WHERE id = %s) x(e) ON CONFLICT DO NOTHING; UPDATE audit_entry SET id = -1 WHERE id ="
            " (SELECT min(id) FROM audit_entry)",
        ],
    )
    def test_tampered_entry_makes_exit_code_1(self, person, sql):
        middle = write(person, 9)[4]
        seal(now=NOW)
        write(person, 1)
        seal(now=NOW)
        tamper(sql, middle.pk)
        code, found = verdict()
        assert (code, found["holds"]) == (1, False)
        assert "与内容不符" in found["problems"][0]

    def test_forged_seal_makes_exit_code_1(self, person):
        write(person, 3)
        seal(now=NOW)
        tamper("UPDATE audit_seal SET hash = %s", "f" * 64)
        assert verdict()[0] == 1

    def test_log_cut_off_at_its_end_needs_a_head_kept_elsewhere(self, person):
        write(person, 3)
        seal(now=NOW)
        kept_entry = Entry.objects.order_by("-id")[0].pk
        write(person, 3)
        kept = seal(now=NOW).hash
        assert verdict("--head", kept)[0] == 0
        tamper("DELETE FROM audit_entry WHERE id > %s", kept_entry)
        tamper("DELETE FROM audit_seal WHERE last_id > %s", kept_entry)
        assert verdict()[0] == 0
        assert verdict("--head", kept)[0] == 1

    def test_sealing_inside_a_transaction_does_not_keep_writers_waiting(self, person):
        """The drain calls it in the transaction of the row; only an instant is exclusive."""
        write(person, 3)
        with transaction.atomic():
            seal(now=NOW)
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s"
                    " AND mode = 'ExclusiveLock' AND pid = pg_backend_pid()",
                    [0x11A150],
                )
                assert cursor.fetchone()[0] == 0


@pytest.mark.django_db(transaction=True)
def test_sealing_under_concurrent_writers_loses_none(person):
    """Long and short transactions, committing in another order than their ids were drawn."""
    stop = threading.Event()

    def writer(number):
        for n in range(40):
            with transaction.atomic():
                write(person, 1 + n % 3)
                stop.wait(0.001 * ((number * 7 + n) % 5))

    def sealer():
        while not stop.is_set():
            seal(now=NOW)

    with ThreadPoolExecutor(8) as pool:
        sealers = [pool.submit(closing, sealer) for _ in range(2)]
        writers = [pool.submit(closing, writer, number) for number in range(6)]
        outcomes = [task.exception(120) for task in writers]
        stop.set()
        outcomes += [task.exception(30) for task in sealers]
    seal(now=NOW)

    found = verify()
    assert (outcomes, found.problems, found.unsealed) == ([None] * 8, [], 0)
    assert sum(Seal.objects.values_list("count", flat=True)) == Entry.objects.count()
    assert found.seals > 1
    assert Entry.objects.filter(action=ACTION).count() == 6 * sum(1 + n % 3 for n in range(40))


def closing(function, *arguments):
    """Run in a thread, without leaving its connection open."""
    try:
        return function(*arguments)
    finally:
        connection.close()


@pytest.mark.django_db
class TestReplay:
    def test_state_changed_behind_the_engine_is_found(self):
        message = say(make_county()).message
        assert verify().problems == []
        table = Message._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE {table} SET state = 'closed'")
        code, found = verdict()
        assert (code, len(found["problems"])) == (1, 1)
        assert message.code in found["problems"][0]

    def test_object_without_its_log_and_log_without_its_object_are_found(self):
        message = say(make_county()).message
        Message.objects.filter(pk=message.pk).update(code="M-other")
        problems = verify().problems
        assert [("M-other" in p, message.code in p) for p in problems] in (
            [(True, False), (False, True)], [(False, True), (True, False)],
        )  # fmt: skip

    def test_step_that_does_not_follow_the_one_before_is_found(self, person):
        write(person, from_state="", to_state="a")
        assert verify().problems == []
        write(person, from_state="b", to_state="c")
        assert len(verify().problems) == 1

    def test_every_workflow_is_replayed(self):
        assert {replay.model for replay in replays()} >= set(workflows())


@pytest.mark.django_db
class TestVisibility:
    def test_entries_are_read_inside_the_region_by_who_may(self, person):
        write(person)
        auditor = make_user("aud", "auditor", "region", "370782", "370782")
        neighbour = make_user("aud2", "auditor", "region", "370783", "370783")
        deputy = make_user("dep", "deputy", "deputy", "D1", "370782")
        mine = Entry.objects.filter(action=ACTION)
        assert mine.visible_to(auditor).count() == 1
        assert mine.visible_to(neighbour).count() == 0
        assert mine.visible_to(deputy).count() == 0

    def test_entries_of_nowhere_are_the_auditors(self):
        record(actor=SYSTEM, action=ACTION, obj=User(pk=0), now=NOW)
        auditor = make_user("aud", "auditor", "region", "370782", "370782")
        staff = make_user("sta", "congress_staff", "region", "370782", "370782")
        mine = Entry.objects.filter(action=ACTION)
        assert mine.visible_to(auditor).count() == 1
        assert mine.visible_to(staff).count() == 0
