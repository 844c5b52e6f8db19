"""What runs beside the pages holds no personal text: log, audit, queue, inbox, sink, cache."""

from __future__ import annotations

import json

from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from audit.models import Entry
from audit.services import verify
from jobs.models import DueWork
from jobs.services import drain
from notifications.models import Notification
from tests.safety.conftest import Planted
from voices.models import Message, Photo

# The words of residents; what staff write into orders may be told to the unit it is for.
RESIDENTS_WORDS = (" text", " contact name", " contact phone", " addition", " rating reason")


def residents_marks(planted: Planted) -> list[str]:
    return [
        c["text"]
        for c in planted.canaries
        if c["object"].startswith(("voices.message", "topics."))
        and c["object"].endswith(RESIDENTS_WORDS)
    ]


def receipts(planted: Planted) -> list[str]:
    kinds = ("messages", "topics")
    found = [r["receipt"] for kind in kinds for r in planted.manifest[kind] if r["receipt"]]
    return found + [receipt.replace("-", "") for receipt in found]


def hits(marks: list[str], text: str) -> list[str]:
    return [mark for mark in marks if mark in text]


def table_text(table: str) -> str:
    """All of a table as text, bytes included."""
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT t::text FROM "{table}" t')
        return "\n".join(row[0] for row in cursor.fetchall())


def test_the_marks_stand_where_they_belong(inside: Planted):
    """The other tests can fail: what they look for is there to be found."""
    text = table_text("voices_message")
    assert len(hits(residents_marks(inside), text)) > 50
    assert len(receipts(inside)) > 100


def test_log_queue_and_inbox_hold_no_canary(inside: Planted):
    marks = [c["text"] for c in inside.canaries]
    assert hits(marks, json.dumps(list(Entry.objects.values_list("data", flat=True)))) == []
    assert hits(marks, table_text("audit_entry")) == []
    assert hits(marks, table_text("jobs_duework")) == []
    assert DueWork.objects.count() > 20
    assert hits(marks, table_text("notifications_notification")) == []
    assert Notification.objects.count() > 20
    assert hits(marks, table_text("notifications_clock")) == []


def test_contact_and_receipts_are_nowhere_in_clear(inside: Planted):
    contact = [c["text"] for c in inside.canaries if " contact " in c["object"]
               and c["object"].startswith(("voices", "topics"))]  # fmt: skip
    secret = contact + receipts(inside)
    found = {
        table: hits(secret, table_text(table)) for table in connection.introspection.table_names()
    }
    assert {table: marks for table, marks in found.items() if marks} == {}


def test_deliveries_and_their_files_hold_no_canary(inside: Planted, settings, tmp_path):
    settings.NOTIFY_SINK_DIR = str(tmp_path / "sink")
    (tmp_path / "sink").mkdir()
    now = timezone.now()
    drain(now=now)
    drain(now=now.replace(year=now.year + 1))  # every reminder and escalation there is
    files = [f for f in (tmp_path / "sink").rglob("*") if f.is_file()]
    assert files
    marks = [c["text"] for c in inside.canaries] + receipts(inside)
    told = [json.loads(f.read_text()) | {"file": f.name} for f in files]
    # each file names the account it goes to, or the matter of the resident; nothing else may
    sent_to = {one.pop("recipient") for one in told}
    assert hits(receipts(inside), json.dumps(sorted(sent_to))) == []
    assert {name for name in sent_to if ":" not in name} <= set(inside.users)
    assert [
        found for one in told if (found := hits(marks, json.dumps(one, ensure_ascii=False)))
    ] == []


# --- erasure and retention -----------------------------------------------------------------------


def test_erasure_takes_every_word_of_one_resident_and_of_no_other(inside: Planted, capsys):
    """Rows, files and pages of that resident are clean, the sealed log still proves the states."""
    own = {c["object"].split(" ")[1] for c in inside.canaries if " addition" in c["object"]}
    rated = {c["object"].split(" ")[1] for c in inside.canaries if " rating" in c["object"]}
    with_photo = set(Photo.objects.filter(answer=None).values_list("message__code", flat=True))
    codes = {*sorted(own)[:1], *sorted(rated)[:1], *sorted(with_photo)[:1]}
    assert len(codes) >= 2
    for code in codes:
        row = next(r for r in inside.manifest["messages"] if r["code"] == code)
        call_command("erase_resident", row["receipt"])
        call_command("erase_resident", row["receipt"])  # twice is no harm
    marks = [c["text"] for code in codes for c in inside.of(code) if "reveal" not in c["object"]]
    orders = inside.orders_of(codes)
    marks += [
        c["text"] for order in orders for c in inside.of(order)
        if c["object"].endswith((" text", " instruction"))
    ]  # fmt: skip
    assert marks
    left = {t: hits(marks, table_text(t)) for t in connection.introspection.table_names()}
    assert {t: found for t, found in left.items() if found} == {}
    assert not Photo.objects.filter(message__code__in=codes, answer=None).exists()
    staff = inside.sign_in("zc_staff1")
    for code in codes:
        message = Message.objects.get(code=code)
        row = next(r for r in inside.manifest["messages"] if r["code"] == code)
        assert message.state == row["state"]
        shown = Client().post("/receipt/", {"receipt": row["receipt"]}).content.decode()
        shown += staff.get(f"/desk/messages/{code}/").content.decode()
        assert hits(marks, shown) == []
    others = [m for m in residents_marks(inside) if m not in marks]
    assert len(hits(others, table_text("voices_message"))) > 50
    assert verify().problems == []
