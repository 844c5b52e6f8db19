"""常用筛选 through HTTP: kept, seen as chips, renamed, shared, forgotten; nobody else's touched."""

import pytest
from django.test import Client

from accounts.models import SavedFilter
from tests.proposals.place import accepted, make_place
from tests.proposals.test_admin_pages import NOW, published_years, signed_in, text, well_made
from tests.world import make_user

__all__ = ["published_years"]  # an autouse fixture
LIST = "/admin/proposals/proposal/"
PAGE = LIST + "filters/"
LATE = "?due=late&stage=assigned"


@pytest.fixture
def staff(place) -> Client:
    return signed_in(place.staff)


@pytest.fixture
def colleague(place) -> Client:
    return signed_in(make_user("second", "congress_staff", "region", "370782", "370782"))


def chips(client: Client, query: str = "", address: str = LIST) -> dict[str, bool]:
    """What stands above the list, and whether it is the present one."""
    page = client.get(address + query)
    assert page.status_code == 200
    return {chip["label"]: chip["current"] for chip in page.context_data["saved_chips"]}


def keep(client: Client, name: str, query: str = LATE, **more):
    return client.post(PAGE + query, {"do": "save", "name": name, **more})


def test_present_filter_is_kept_and_stands_above_the_list(place, staff):
    well_made(staff.get(PAGE))
    assert chips(staff)["全部"]
    asked = staff.get(PAGE + LATE + "&p=2")
    well_made(asked)
    assert "已逾期" in asked.content.decode()
    answer = keep(staff, " 我的  逾期件 ")
    assert answer["Location"] == LIST + LATE
    row = SavedFilter.objects.get()
    assert (row.owner, row.register, row.name, row.query, row.office) == (
        place.staff, "proposals.proposal", "我的 逾期件", "due=late&stage=assigned", "",
    )  # fmt: skip
    assert chips(staff)["我的 逾期件"] is False
    assert chips(staff, "?stage=assigned&due=late")["我的 逾期件"] is True  # in any order
    for address in ("/admin/voices/message/", "/admin/handling/order/", "/admin/topics/topic/"):
        assert "我的 逾期件" not in chips(staff, address=address)
        well_made(staff.get(address + "filters/?q=x"))


@pytest.mark.parametrize("app", ["voices/message", "handling/order", "topics/topic"])
def test_every_long_list_keeps_its_own(place, staff, app):
    base = f"/admin/{app}/"
    assert staff.post(f"{base}filters/?q=x&o=1", {"do": "save", "name": "我的"}).status_code == 302
    assert SavedFilter.objects.get().query == "o=1&q=x"
    assert chips(staff, "?q=x&o=1", base)["我的"] is True


def test_only_what_the_list_offers_is_kept(place, staff):
    for query in ("?lead__name=x", "?due=late&password=x", "?number=3", "?facts__contains=x"):
        assert keep(staff, "名", query).status_code == 404, query
    for query, name, why in (
        ("", "名", "请先在列表上筛选"), ("?p=2", "名", "请先在列表上筛选"),
        (LATE, " ", "请起一个"), (LATE, "长" * 21, "请起一个"),
        ("?q=" + "x" * 600, "名", "存不下"),
    ):  # fmt: skip
        answer = keep(staff, name, query)
        assert answer.status_code == 400, query
        assert why in answer.content.decode()
    assert not SavedFilter.objects.exists()
    keep(staff, "名")
    assert "已经有一个叫「名」" in keep(staff, "名").content.decode()
    for n in range(19):
        keep(staff, f"第{n}个")
    assert "最多存20个" in keep(staff, "再一个").content.decode()
    assert SavedFilter.objects.count() == 20


def test_others_neither_see_nor_touch_mine(place, staff, colleague):
    keep(staff, "我的", "?q=宋玉禾")
    row = SavedFilter.objects.get()
    other = make_place("370783", "寿光市")
    for client in (colleague, signed_in(other.staff)):
        assert "我的" not in chips(client)
        assert "宋玉禾" not in client.get(LIST).content.decode()
        assert "宋玉禾" not in client.get(PAGE).content.decode()
        for do in ("rename", "share", "keep", "delete"):
            data = {"do": do, "pk": row.pk, "name": "改了"}
            assert client.post(PAGE, data).status_code == 404
    assert signed_in(place.county.users["auditor"]).get(PAGE).status_code == 403
    for pk in ("", "x", "9" * 30):
        assert staff.post(PAGE, {"do": "delete", "pk": pk}).status_code == 404
    # the same number, but of another list
    assert staff.post("/admin/topics/topic/filters/",
                      {"do": "delete", "pk": row.pk}).status_code == 404  # fmt: skip
    row.refresh_from_db()
    assert (row.name, row.office) == ("我的", "")


def test_shared_one_is_seen_by_the_office_and_no_other(place, staff, colleague):
    keep(staff, "逾期的", shared="on")
    row = SavedFilter.objects.get()
    assert row.office == "370782"
    label = f"逾期的（{place.staff.name}）"
    assert chips(colleague, LATE)[label] is True
    assert label not in chips(signed_in(make_place("370783", "寿光市").staff))
    assert colleague.post(PAGE, {"do": "delete", "pk": row.pk}).status_code == 404
    assert staff.post(PAGE, {"do": "keep", "pk": row.pk}).status_code == 302
    assert label not in chips(colleague)
    staff.post(PAGE, {"do": "share", "pk": row.pk})
    assert label in chips(colleague)


def test_words_searched_for_are_never_shared(place, staff, colleague):
    refused = keep(staff, "找人", "?q=宋玉禾", shared="on")
    assert refused.status_code == 400
    assert "搜的可能是人名" in refused.content.decode()
    assert 'value="找人"' in refused.content.decode()
    assert not SavedFilter.objects.exists()
    keep(staff, "找人", "?q=宋玉禾&due=late")
    row = SavedFilter.objects.get()
    assert staff.post(PAGE, {"do": "share", "pk": row.pk}).status_code == 400
    row.refresh_from_db()
    assert row.office == ""
    assert "宋玉禾" not in colleague.get(LIST).content.decode()


def test_it_is_renamed_and_forgotten(place, staff):
    accepted(place, now=NOW, text=text("关于大桥的建议"))
    keep(staff, "一")
    keep(staff, "二", "?due=soon")
    first, second = SavedFilter.objects.order_by("pk")
    assert staff.post(PAGE, {"do": "rename", "pk": first.pk, "name": "甲"}).status_code == 302
    assert staff.post(PAGE, {"do": "rename", "pk": first.pk, "name": "二"}).status_code == 400
    assert staff.post(PAGE, {"do": "delete", "pk": second.pk}).status_code == 302
    assert list(SavedFilter.objects.values_list("name", flat=True)) == ["甲"]
    well_made(staff.get(PAGE))
