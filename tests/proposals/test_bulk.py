"""批量操作 through HTTP and the drainers: asked first, done bit by bit, refused with a reason."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from audit.models import Entry
from handling.models import Order
from jobs.models import BulkItem, BulkRun, DueWork
from jobs.services import do_part, drain, forget_runs
from proposals.models import Proposal
from proposals.services import Text
from tests.proposals.place import accepted, make_place, replied, submitted
from tests.proposals.test_admin_pages import (
    ASSIGN,
    NOW,
    OLD,
    OVERSIGHT,
    published_years,
    signed_in,
    text,
    unit,
    well_made,
    words_of,
)
from tests.world import make_user
from workflows.engine import apply

__all__ = ["published_years"]  # an autouse fixture
LIST = "/admin/proposals/proposal/"
RUNS = "/admin/jobs/bulkrun/"


@pytest.fixture
def staff(place) -> Client:
    return signed_in(place.staff)


def chosen(client: Client, action: str, rows, **more):
    data = {"action": action, "_selected_action": [p.pk for p in rows], **more}
    return client.post(LIST, data)


def planned(place, count: int) -> list[Proposal]:
    """Accepted ones that were imported with 住建局 to lead and 供电公司 to join."""
    made = [accepted(place, now=NOW, text=text(f"关于第{n}座桥的建议")) for n in range(count)]
    Proposal.objects.update(planned_lead=unit(place, 0), planned_co=unit(place, 1))
    return made


def states_of(rows) -> list[str]:
    return list(Proposal.objects.filter(pk__in=[p.pk for p in rows]).order_by("pk")
                .values_list("state", flat=True))  # fmt: skip


def test_many_are_done_by_the_drainers_with_a_report(place, staff):
    made = planned(place, 24)
    Proposal.objects.filter(pk=made[1].pk).update(planned_lead="")
    answer = chosen(staff, "assign_planned", made[:1], select_across="1")
    page = answer["Location"]
    asked = staff.get(page)
    well_made(asked)
    assert "要对下面24件「按拟办单位交办」" in words_of(asked)
    assert states_of(made) == ["accepted"] * 24  # asked, not done
    assert staff.post(page, {"instruction": "请抓紧"})["Location"] == page
    running = staff.get(page)
    well_made(running)
    assert "正在做：0 / 24件" in words_of(running)
    assert running["Refresh"] == "3"
    assert states_of(made) == ["accepted"] * 24
    apply(made[2], "assign", actor=place.staff, now=NOW, data={"units": [unit(place, 2)]})
    result = drain(now=timezone.now())
    assert result.kinds["jobs.bulk_part"] == 2
    done = staff.get(page)
    well_made(done)
    words = words_of(done)
    assert "处理完了：24 / 24件" in words
    assert "做好22件，2件没有做" in words
    assert "关于第1座桥的建议 没有写拟主办单位，请到交办页选承办单位。" in words
    assert "关于第2座桥的建议 这件事现在是「已交办办理中」，不能再「交办」了" in words
    assert "Refresh" not in done
    assert states_of(made) == ["assigned", "accepted", *["assigned"] * 22]
    roles = Order.objects.filter(source_code=made[0].code).order_by("id")
    assert [(o.unit.name, o.role, o.instruction) for o in roles] == [
        ("住建局", "lead", "请抓紧"), ("供电公司", "co", "请抓紧"),
    ]  # fmt: skip
    # the page may be closed: it is found again in the list
    assert "22" not in words_of(staff.get(RUNS)).split("按拟办单位交办")[0]
    assert page in staff.get(RUNS).content.decode()
    assert Entry.objects.get(action="jobs.bulk_started").data == {
        "kind": "proposals.assign_planned", "total": 24,
    }  # fmt: skip


def test_a_part_done_again_changes_nothing(place, staff):
    made = planned(place, 21)
    page = chosen(staff, "assign_planned", made)["Location"]
    staff.post(page, {})
    works = list(DueWork.objects.filter(kind="jobs.bulk_part").order_by("pk"))
    assert [w.payload["first"] for w in works] == [0, 20]
    for work in works * 2:
        do_part(work, NOW)
    assert Order.objects.count() == 42
    assert BulkItem.objects.exclude(refused="").count() == 0
    assert "这一批已经开始了" in staff.post(page, {}, follow=True).content.decode()
    call_command("runjobs", "--once")
    assert Order.objects.count() == 42


def test_a_handful_is_done_at_once(place, staff):
    made = planned(place, 2)
    page = chosen(staff, "assign_planned", made)["Location"]
    done = staff.post(page, {}, follow=True)
    assert "做好2件，没有遗漏" in words_of(done)
    assert states_of(made) == ["assigned"] * 2
    assert not DueWork.objects.filter(kind="jobs.bulk_part").exists()


def test_nobody_else_opens_or_starts_it(place, staff):
    made = planned(place, 1)
    page = chosen(staff, "assign_planned", made)["Location"]
    second = signed_in(make_user("second", "congress_staff", "region", "370782", "370782"))
    for client in (second, signed_in(make_place("370783", "寿光市").staff)):
        assert client.get(page).status_code == 404
        assert client.post(page, {}).status_code == 404
        assert page not in client.get(RUNS).content.decode()
    assert signed_in(place.county.users["auditor"]).get(page).status_code == 403
    moderator = signed_in(place.county.users["moderator"])
    assert chosen(moderator, "assign_planned", made).status_code in (302, 403)
    assert BulkRun.objects.count() == 1
    assert states_of(made) == ["accepted"]


@pytest.mark.parametrize("lost", ["grant", "account"])
def test_right_is_asked_again_when_it_is_done(place, staff, lost):
    made = planned(place, 21)
    staff.post(chosen(staff, "assign_planned", made)["Location"], {})
    if lost == "grant":
        place.staff.grants.update(ends_on=NOW.date() - timedelta(days=1))
    else:
        type(place.staff).objects.filter(pk=place.staff.pk).update(is_active=False)
    drain(now=timezone.now())
    assert set(states_of(made)) == {"accepted"}
    assert BulkItem.objects.filter(refused="").count() == 0
    assert BulkItem.objects.filter(done_at=None).count() == 0


def test_fault_of_ours_stops_one_and_not_the_others(place, staff, monkeypatch):
    from proposals import records

    made = [replied(place, now=OLD, text=text(f"关于第{n}座桥的建议")) for n in (1, 2)]
    page = chosen(staff, "urge_many", made)["Location"]
    writer = records.Kind.writer

    def broken(kind):
        def write(proposal, *rest):
            if proposal.pk == made[0].pk:
                raise RuntimeError("13812345678")
            return writer(kind)(proposal, *rest)

        return write  # fmt: skip

    monkeypatch.setattr(records.Kind, "writer", broken)
    words = words_of(staff.post(page, {}, follow=True))
    assert "做好1件，1件没有做" in words
    assert "系统出错，没有做" in words
    assert "13812345678" not in words


def test_all_unrated_are_urged_after_a_question(place, staff):
    made = [replied(place, now=OLD, text=text(f"关于第{n}座桥的建议")) for n in (1, 2)]
    page = staff.post(OVERSIGHT + "urge/", {"all": "1"})["Location"]
    assert "要对下面2件「催评」" in words_of(staff.get(page))
    assert "做好2件" in words_of(staff.post(page, {}, follow=True))
    waiting = submitted(place, now=NOW, text=text("关于没有答复的建议"))
    codes = [made[0].code, waiting.code, "J999"]
    words = words_of(staff.post(OVERSIGHT + "urge/", {"proposal": codes}, follow=True))
    assert "做好1件，2件没有做" in words
    assert "不能「催评」" in words


def test_decision_for_many_leaves_what_needs_an_eye(place, staff):
    clean = Text("关于电梯的建议", "电梯旧了。", "一是补助。\n二是评估。")
    good = replied(place, now=OLD, text=clean)
    named = replied(place, now=OLD, text=text("关于大桥的建议"))
    listed = staff.get("/admin/proposals/publication/")
    well_made(listed)
    many = "/admin/proposals/publication/many/"
    assert "请先勾选" in staff.post(many, {}, follow=True).content.decode()
    page = staff.post(many, {"all": "1"})["Location"]
    refused = staff.post(page, {"decision": "not_public"})
    assert refused.status_code == 400
    assert "请选择不公开的理由" in refused.content.decode()
    assert Client().get(f"/proposals/{good.code}/").status_code == 404
    words = words_of(staff.post(page, {"decision": "public"}, follow=True))
    assert "做好1件，1件没有做" in words
    assert "像个人信息的内容" in words
    assert Client().get(f"/proposals/{good.code}/").status_code == 200
    assert Client().get(f"/proposals/{named.code}/").status_code == 404
    page = chosen(staff, "publish_many", [good, named])["Location"]
    words = words_of(staff.post(page, {"decision": "not_public", "why_not": "privacy"},
                                follow=True))  # fmt: skip
    assert "已经决定过「公开」" in words
    named.refresh_from_db()
    assert named.publication.decision == "not_public"


def test_assignment_screen_offers_the_imported_plan(place, staff):
    made = planned(place, 2)
    other = accepted(place, now=NOW, text=text("关于公交的建议"))
    screen = staff.get(ASSIGN)
    well_made(screen)
    words = words_of(screen)
    assert "拟主办住建局，拟会办供电公司" in words
    assert "其中2件导入时写明了拟办单位" in words
    page = staff.post(ASSIGN + "planned/?words=桥")["Location"]
    assert BulkRun.objects.get().total == 2
    staff.post(page, {})
    assert states_of([*made, other]) == ["assigned", "assigned", "accepted"]
    assert "拟办单位" not in words_of(staff.get(ASSIGN))
    assert "请先勾选" in staff.post(ASSIGN + "planned/", follow=True).content.decode()


def test_runs_are_forgotten_after_a_month(place, staff):
    chosen(staff, "assign_planned", planned(place, 1))
    assert forget_runs(now=NOW + timedelta(days=29)) == 0
    forget_runs(now=NOW + timedelta(days=32))
    assert not BulkRun.objects.exists()
