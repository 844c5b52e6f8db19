"""Long exports through HTTP and the drainers: queued, watched, fetched by one's own, forgotten."""

import csv
import io
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts.models import Grant, User
from audit.models import Entry
from core import admin_export
from grids.models import Grid
from jobs.export_admin import forget_exports, write_export
from jobs.models import DueWork, Export
from tests.proposals.test_admin_pages import words_of
from tests.world import County, make_county, make_user

LIST = "/admin/grids/grid/"
EXPORTS = "/admin/jobs/export/"


@pytest.fixture
def county(db, monkeypatch) -> County:
    """A county whose register of grids is longer than what comes at once."""
    found = make_county()
    for n in range(2, 6):
        code = f"{found.grid.code[:12]}{n:03}"
        Grid.objects.create(code=code, region_code=code, name=f"第{n}网格")
    monkeypatch.setattr(admin_export, "AT_ONCE", 3)
    return found


@pytest.fixture
def staff(county) -> Client:
    return signed_in(county.users["congress_staff"])


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def asked(client: Client, kind: str = "csv", query: str = ""):
    rows = {"_selected_action": ["1"], "select_across": "1"}
    return client.post(f"{LIST}{query}", {"action": f"export_{kind}", **rows})


def files() -> list[Path]:
    return list(Path(settings.MEDIA_ROOT).glob("exports/*"))


def test_a_long_export_is_written_as_due_work_and_fetched(county, staff):
    page = asked(staff)["Location"]
    waiting = staff.get(page)
    assert "正在写：0 / 5行" in words_of(waiting)
    assert (waiting["Refresh"], files()) == ("2", [])
    call_command("runjobs", "--once")
    done = staff.get(page)
    assert "写好了：5 / 5行" in words_of(done)
    assert "Refresh" not in done
    answer = staff.get(page.replace("/progress/", "/file/"))
    assert "no-store" in answer["Cache-Control"]
    rows = list(csv.reader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))
    admin_export.AT_ONCE = 5_000
    at_once = list(csv.reader(io.StringIO(b"".join(asked(staff)).decode("utf-8-sig"))))
    assert rows == at_once
    assert len(rows) == 6
    entries = Entry.objects.filter(action="audit.exported").order_by("id")
    user = county.users["congress_staff"]
    assert [(e.actor_id, e.data) for e in entries] == [(user.pk, {"kind": "csv", "rows": 5})] * 2
    assert page in staff.get(EXPORTS).content.decode()


def test_it_takes_what_the_list_was_narrowed_to(county, staff, monkeypatch):
    monkeypatch.setattr(admin_export, "AT_ONCE", 0)
    page = asked(staff, "xlsx", "?q=第3网格")["Location"]
    call_command("runjobs", "--once")
    done = staff.get(page)
    assert "写好了：1 / 1行" in words_of(done)
    assert f'href="{LIST}?q=%E7%AC%AC3%E7%BD%91%E6%A0%BC"' in done.content.decode()


def test_it_is_the_persons_own(county, staff):
    page = asked(staff)["Location"]
    call_command("runjobs", "--once")
    second = signed_in(make_user("second", "congress_staff", "region", "370782", "370782"))
    for client in (second, signed_in(make_county("370783", "寿光市").users["congress_staff"])):
        assert client.get(page).status_code == 404
        assert client.get(page.replace("/progress/", "/file/")).status_code == 404
        assert page not in client.get(EXPORTS).content.decode()


def test_nothing_is_fetched_before_it_is_written(county, staff):
    page = asked(staff)["Location"]
    assert staff.get(page.replace("/progress/", "/file/")).status_code == 404


@pytest.mark.parametrize("lost", ["grant", "account"])
def test_right_is_asked_again_when_it_is_written(county, staff, lost):
    page = asked(staff)["Location"]
    user = county.users["congress_staff"]
    if lost == "account":
        User.objects.filter(pk=user.pk).update(is_active=False)
    else:
        Grant.objects.filter(user=user).update(role="moderator")
    call_command("runjobs", "--once")
    export = Export.objects.get()
    assert (export.problem[:5], export.file.name, files()) == ("账号停用了", "", [])
    assert not Entry.objects.filter(action="audit.exported").exists()
    if lost == "grant":
        assert "没有导出：账号停用了，或者不再有导出这个名册的权限" in words_of(staff.get(page))


def test_written_twice_is_one_file(county, staff):
    asked(staff)
    work = DueWork.objects.get(kind="jobs.export")
    for _ in range(2):
        write_export(work, timezone.now())
    assert len(files()) == 1
    assert Entry.objects.filter(action="audit.exported").count() == 1


def test_one_that_cannot_be_written_says_so(county, staff):
    page = asked(staff)["Location"]
    DueWork.objects.filter(kind="jobs.export").update(dead_at=timezone.now())
    answer = staff.get(page)
    assert "没有导出：系统出错" in words_of(answer)
    assert "Refresh" not in answer


def test_files_are_gone_after_a_day(county, staff):
    asked(staff)
    call_command("runjobs", "--once")
    now = Export.objects.get().created_at
    assert forget_exports(now=now + timedelta(hours=23)) == 0
    assert len(files()) == 1
    assert forget_exports(now=now + timedelta(hours=25)) == 1
    assert (files(), Export.objects.count()) == ([], 0)


def test_a_short_one_comes_at_once(county, staff, monkeypatch):
    monkeypatch.setattr(admin_export, "AT_ONCE", 5)
    assert asked(staff).streaming
    assert not Export.objects.exists()
