"""The log, the queue, deliveries and clocks in the admin: read there, and little else."""

import csv
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from audit.models import Entry
from audit.services import record, seal
from audit.services.changes import record_change
from congress.models import Unit
from core.admin_models import ChangeEvent
from jobs.models import DueWork
from notifications.models import Clock, Delivery, Notification
from tests.voices.conftest import say
from tests.world import NOW, make_county
from workflows.engine import apply

pytestmark = pytest.mark.django_db
CAN_READ = {
    "audit_entry": {"congress_staff", "auditor", "security_admin"},
    "audit_seal": {"auditor"},
    "jobs_duework": {"congress_staff", "system_admin"},
    "notifications_delivery": {"system_admin"},
    "notifications_clock": {"congress_staff", "town_staff"},
}
STAFF = ["town_staff", "congress_staff", "moderator", "auditor", "security_admin", "system_admin"]


@pytest.fixture
def county():
    return make_county()


def url(name, *args):
    return reverse(f"admin:{name}", args=args)


def fill(county, count=1):
    for n in range(count):
        message = say(county, key=f"k{count}{n}" * 5, text=f"第{count}{n}件").message
        work = DueWork.objects.create(kind="gone", key=f"{count}-{n}", run_at=NOW, dead_at=NOW)
        notice = Notification.objects.create(
            key=f"{count}-{n}", kind="tests.kind", user=county.users["deputy"], text="一句话",
            object_type="voices.message", object_code=message.code, created_at=NOW,
        )  # fmt: skip
        delivery = Delivery.objects.create(
            notification=notice, channel="wecom", key=f"{count}-{n}", started_at=NOW, failed_at=NOW
        )
    seal(now=NOW)
    return work, delivery


@pytest.mark.parametrize("role", STAFF)
def test_lists_open_for_whom_the_roles_say(client, county, role):
    work, delivery = fill(county)
    client.force_login(county.users[role])
    rows = {
        "audit_entry": Entry.objects.filter(object_type="voices.message")[0], "jobs_duework": work,
        "notifications_delivery": delivery, "notifications_clock": Clock.objects.all()[0],
    }  # fmt: skip
    for name, readers in CAN_READ.items():
        expected = 200 if role in readers else 403
        assert client.get(url(f"{name}_changelist")).status_code == expected, name
        if name in rows:
            # the street has no grant over the village of another street, but this one is below it
            assert client.get(url(f"{name}_change", rows[name].pk)).status_code == expected, name
            for verb, data in (("change", {"x": "y"}), ("delete", {"post": "yes"})):
                answer = client.post(url(f"{name}_{verb}", rows[name].pk), data)
                assert answer.status_code in (403, 404), name
        assert client.get(url(f"{name}_add")).status_code == 403


def test_log_is_found_by_code_and_by_person(client, county):
    fill(county)
    message = Entry.objects.filter(object_type="voices.message")[0]
    staff = county.users["congress_staff"]
    record(actor=staff, action="accounts.changed", obj=county.users["deputy"], now=NOW)
    client.force_login(county.users["auditor"])
    by_code = client.get(url("audit_entry_changelist"), {"q": message.object_code})
    assert message.object_code in by_code.content.decode()
    by_name = client.get(url("audit_entry_changelist"), {"q": staff.username}).content.decode()
    assert ("修改账号资料" in by_name, message.object_code in by_name) == (True, False)
    nothing = client.get(url("audit_entry_changelist"), {"q": "M-none"}).content.decode()
    assert message.object_code not in nothing
    assert (
        client.get(url("audit_entry_changelist"), {"action": "accounts.changed"}).status_code == 200
    )


def test_states_are_shown_in_the_words_of_their_table(client, county):
    message = say(county).message
    apply(message, "accept", actor=county.users["deputy"], now=NOW)
    client.force_login(county.users["auditor"])
    shown = client.get(url("audit_entry_changelist"), {"q": message.code}).content.decode()
    cells = re.findall(r'class="field-steps">([^<]*)<', shown)
    assert cells == ["待受理 → 代表已受理", "新建 → 待受理"]
    step = Entry.objects.of(message).get(transition="accept")
    assert "待受理 → 代表已受理" in client.get(url("audit_entry_change", step.pk)).content.decode()
    taken = client.post(
        url("audit_entry_changelist"), {"action": "export_csv", "_selected_action": [step.pk]}
    )
    head, row = csv.reader(b"".join(taken.streaming_content).decode("utf-8-sig").splitlines())
    told = dict(zip(head, row, strict=True))
    assert (told["原状态"], told["新状态"]) == ("待受理", "代表已受理")


def test_no_second_table_of_rights_in_the_admin(client, county):
    client.force_login(User.objects.create_superuser("root", "Vole-meadow-42", name="根"))
    assert client.get("/admin/auth/group/").status_code == 404
    assert "/admin/auth/" not in client.get("/admin/").content.decode()


def test_verify_button_says_what_it_found_and_is_recorded(client, county):
    fill(county)
    client.force_login(county.users["auditor"])
    page = client.post(url("audit_entry_verify"))
    assert "核验通过" in page.content.decode()
    assert (
        "核验不通过"
        in client.post(url("audit_entry_verify"), {"head": "0" * 63 + "1"}).content.decode()
    )
    found = Entry.objects.filter(action="audit.verified").order_by("id")
    assert [entry.data["holds"] for entry in found] == [True, False]
    client.force_login(county.users["security_admin"])
    assert client.post(url("audit_entry_verify")).status_code == 403


def test_dead_work_is_revived_by_who_may(client, county):
    work, _ = fill(county)
    data = {"action": "revive_selected", "_selected_action": [work.pk]}
    page = url("jobs_duework_changelist") + "?is=dead"
    client.force_login(county.users["auditor"])
    assert client.post(page, data).status_code == 403
    client.force_login(county.users["system_admin"])
    assert "做不下去" in client.get("/admin/").content.decode()
    client.post(page, data)
    work.refresh_from_db()
    assert (work.dead_at, work.attempts) == (None, 0)
    assert Entry.objects.filter(action="jobs.revived", object_code=work.code).count() == 1
    assert "做不下去" not in client.get("/admin/").content.decode()


def test_failed_delivery_is_sent_again_from_the_list(client, county):
    _, delivery = fill(county)
    client.force_login(county.users["system_admin"])
    page = client.get(url("notifications_delivery_changelist")).content.decode()
    assert "一句话" not in page
    client.post(
        url("notifications_delivery_changelist"),
        {"action": "retry_selected", "_selected_action": [delivery.pk]},
    )
    delivery.refresh_from_db()
    assert (delivery.failed_at, delivery.outcome) == (None, "等待")
    assert Entry.objects.filter(action="notifications.retried").count() == 1


@pytest.mark.parametrize(
    ("module", "page", "action", "which"),
    [
        ("jobs", "jobs_duework_changelist", "revive_selected", 0),
        ("notifications", "notifications_delivery_changelist", "retry_selected", 1),
    ],
)
def test_what_one_request_does_not_take_is_said(
    client, county, monkeypatch, module, page, action, which
):
    row = fill(county)[which]
    monkeypatch.setattr(f"{module}.admin.AT_ONCE", 0)
    client.force_login(county.users["system_admin"])
    query = "?is=dead" if module == "jobs" else ""
    data = {"action": action, "_selected_action": [row.pk]}
    answer = client.post(url(page) + query, data, follow=True).content.decode()
    assert "请再选一次" in answer


def test_clocks_and_entries_of_the_neighbour_are_not_there(client, county):
    neighbour = make_county("370783", "寿光市")
    say(neighbour)
    clock = Clock.objects.get()
    entry = Entry.objects.filter(object_type="voices.message")[0]
    client.force_login(county.users["congress_staff"])
    assert (
        clock.object_code not in client.get(url("notifications_clock_changelist")).content.decode()
    )
    assert client.get(url("notifications_clock_change", clock.pk)).status_code == 404
    assert client.get(url("audit_entry_change", entry.pk)).status_code == 404


def test_hand_made_change_is_recorded_once(rf, county):
    request = rf.post("/")
    request.user = county.users["congress_staff"]
    unit = Unit.objects.all()[0]
    for _ in range(2):
        record_change(ChangeEvent(request, unit, "change", ("全称",)))
    entry = Entry.objects.get(action="audit.changed")
    assert (entry.object_code, entry.data) == (unit.code, {"fields": ["全称"]})


def test_lists_take_as_many_queries_for_30_rows_as_for_1(client, county):
    counts: dict[str, list[int]] = {name: [] for name in CAN_READ}
    for size in (1, 29):
        fill(county, size)
        for name, readers in CAN_READ.items():
            client.force_login(county.users[sorted(readers)[0]])
            client.get(url(f"{name}_changelist"))
            with CaptureQueriesContext(connection) as queries:
                client.get(url(f"{name}_changelist"))
            counts[name].append(len(queries))
    assert {name: many - one for name, (one, many) in counts.items()} == dict.fromkeys(CAN_READ, 0)
