"""The admin: who sees which rows, what may be written, what is taken away, and by whom."""

import csv
import io

import pytest
from django.apps import AppConfig, apps
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ImproperlyConfigured
from django.test import Client, RequestFactory

import tests.core
from core import admin, admin_export, admin_models
from core.models import RateBucket
from core.sheets import read_rows
from tests.core.admin_urls import PersonMiddleware, ThingAdmin, site
from tests.core.things import Person, Thing

ALL_RIGHTS = tuple(f"things.{verb}_thing" for verb in ("view", "add", "change", "delete"))
READER = Person(prefixes=("370782",))
EDITOR = Person(prefixes=("370782",), rights=ALL_RIGHTS)


class ThingsConfig(AppConfig):
    """The admin asks the app of a model for its name."""

    name = "tests.core"
    label = "things"
    verbose_name = "测试"


@pytest.fixture(autouse=True)
def stage(settings, monkeypatch):
    config = ThingsConfig("tests.core", tests.core)
    config.apps, config.models = apps, apps.all_models["things"]
    monkeypatch.setitem(apps.app_configs, "things", config)
    settings.ROOT_URLCONF = "tests.core.admin_urls"
    settings.LOGIN_URL = "/login/"
    settings.MIDDLEWARE = [
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "tests.core.admin_urls.PersonMiddleware",
    ]
    ContentType.objects.clear_cache()  # its row for Thing goes with each test's transaction
    monkeypatch.setattr(admin, "_panels", {})
    monkeypatch.setattr(admin, "_links", {})
    monkeypatch.setattr(admin_export, "on_export", [])
    monkeypatch.setattr(admin_export, "later", [])
    monkeypatch.setattr(admin_models, "on_change", [])


@pytest.fixture
def as_person(db, monkeypatch):
    """`as_person(READER)` → a client that acts as this person, backed by a real account's key."""
    account = get_user_model()(username="reader", password="!")
    account.save()

    def sign_in(person):
        person.pk = account.pk
        monkeypatch.setattr(PersonMiddleware, "person", person)
        return Client()

    return sign_in


def listed(response):
    return [thing.code for thing in response.context["cl"].result_list]


def form(**changes):
    return {"code": "T1", "title": "第1件", "region_code": "370782", "rank": "1"} | changes


def test_strangers_go_to_the_common_sign_in(as_person):
    client = as_person(READER)
    PersonMiddleware.person = AnonymousUser()
    response = client.get("/admin/things/thing/")
    assert response.status_code == 302
    response = client.get(response["Location"])
    assert response["Location"] == "/login/?next=/admin/things/thing/"


def test_signed_in_people_who_are_no_staff_are_refused(as_person):
    client = as_person(Person(is_staff=False))
    assert client.get("/admin/login/?next=/admin/").status_code == 403


def test_list_holds_only_rows_in_scope(things, as_person):
    assert listed(as_person(READER).get("/admin/things/thing/")) == ["T1", "T2", "T3"]
    other = Person(prefixes=("370783",))
    assert listed(as_person(other).get("/admin/things/thing/")) == ["T4", "T5"]
    assert listed(as_person(other).get("/admin/things/thing/?q=第1件")) == []


def test_list_without_the_right_is_403(things, as_person):
    stranger = Person(prefixes=("370782",), rights=())
    assert as_person(stranger).get("/admin/things/thing/").status_code == 403


@pytest.mark.parametrize("page", ["change", "history", "delete"])
def test_out_of_scope_is_told_like_absent(things, as_person, page, monkeypatch):
    monkeypatch.setattr(ThingAdmin, "deletable", True)
    client = as_person(EDITOR)
    hidden = client.get(f"/admin/things/thing/{things[3].pk}/{page}/")
    absent = client.get(f"/admin/things/thing/999999/{page}/")
    assert hidden.status_code == absent.status_code == 404
    assert hidden.content == absent.content


def test_a_reader_reads_and_cannot_write(things, as_person):
    client = as_person(READER)
    url = f"/admin/things/thing/{things[0].pk}/change/"
    assert client.get(url).status_code == 200
    assert client.post(url, form(title="改了")).status_code == 403
    assert client.post("/admin/things/thing/add/", form(code="N1")).status_code == 403
    assert client.post(f"/admin/things/thing/{things[0].pk}/delete/").status_code == 403
    assert Thing.objects.get(code="T1").title == "第1件"
    assert Thing.objects.count() == 5


def test_an_editor_writes_within_scope_and_hooks_hear_of_it(things, as_person):
    heard = []
    admin_models.on_change.append(heard.append)
    client = as_person(EDITOR)
    url = f"/admin/things/thing/{things[0].pk}/change/"
    assert client.post(url, form(title="CANARY改了")).status_code == 302
    assert Thing.objects.get(code="T1").title == "CANARY改了"
    assert [(event.obj.code, event.kind, event.fields) for event in heard] == [
        ("T1", "change", ("标题",))
    ]
    entry = LogEntry.objects.get()
    assert entry.object_repr == "T1"
    assert "CANARY" not in f"{entry.object_repr}{entry.change_message}"
    assert client.post("/admin/things/thing/add/", form(code="N1")).status_code == 302
    assert heard[1].kind == "add"


def test_a_write_outside_the_scope_is_refused_and_undone(things, as_person):
    heard = []
    admin_models.on_change.append(heard.append)
    client = as_person(EDITOR)
    moved = client.post(f"/admin/things/thing/{things[0].pk}/change/", form(region_code="370783"))
    added = client.post("/admin/things/thing/add/", form(code="N1", region_code="370783"))
    foreign = client.post(f"/admin/things/thing/{things[3].pk}/change/", form(code="T4"))
    assert [r.status_code for r in (moved, added, foreign)] == [403, 403, 404]
    assert Thing.objects.get(code="T1").region_code == "370782"
    assert not Thing.objects.filter(code="N1").exists()
    assert heard == []


def test_a_state_is_never_written_by_hand(things, as_person):
    client = as_person(EDITOR)
    url = f"/admin/things/thing/{things[0].pk}/change/"
    assert b'name="state"' not in client.get(url).content
    assert client.post(url, form(state="closed")).status_code == 302
    assert Thing.objects.get(code="T1").state == "new"


def test_nothing_is_deleted_unless_the_register_says_so(things, as_person, monkeypatch):
    client = as_person(EDITOR)
    url = f"/admin/things/thing/{things[0].pk}/delete/"
    assert client.post(url, {"post": "yes"}).status_code == 403
    data = {"action": "delete_selected", "_selected_action": [things[0].pk], "post": "yes"}
    client.post("/admin/things/thing/", data)
    assert Thing.objects.count() == 5
    monkeypatch.setattr(ThingAdmin, "deletable", True)
    assert client.post(url, {"post": "yes"}).status_code == 302
    assert Thing.objects.count() == 4


def export(client, things, kind):
    data = {"action": f"export_{kind}", "_selected_action": [thing.pk for thing in things]}
    return client.post("/admin/things/thing/", data)


def test_export_takes_the_selected_rows_in_scope_and_hooks_hear_of_it(things, as_person):
    heard = []
    admin_export.on_export.append(heard.append)
    response = export(as_person(READER), things, "xlsx")
    header, rows = read_rows(io.BytesIO(b"".join(response)))
    assert header == ["编号", "标题", "区划"]
    assert [list(row.values()) for _, row in rows] == [
        ["T1", "第1件", "=370782"], ["T2", "第2件", "=370782100"], ["T3", "第3件", "=370782100001"],
    ]  # fmt: skip
    assert [(e.model, e.kind, e.rows, e.actor) for e in heard] == [(Thing, "xlsx", 3, READER)]
    assert "no-store" in response["Cache-Control"]


def test_export_as_csv_escapes_formulas(things, as_person):
    response = export(as_person(READER), things[:1], "csv")
    text = b"".join(response).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text))) == [
        ["编号", "标题", "区划"],
        ["T1", "第1件", "'=370782"],
    ]


def test_export_asks_for_its_fields_and_its_right(things, as_person, monkeypatch):
    request = RequestFactory().get("/")
    request.user = READER
    thing_admin = site._registry[Thing]
    assert {"export_xlsx", "export_csv"} <= set(thing_admin.get_actions(request))
    monkeypatch.setattr(ThingAdmin, "export_fields", ())
    assert "export_xlsx" not in thing_admin.get_actions(request)
    monkeypatch.undo()
    request.user = Person(rights=())
    assert "export_xlsx" not in thing_admin.get_actions(request)


def test_export_hands_nothing_over_when_it_cannot_be_recorded(things, as_person):
    def broken(event):
        raise RuntimeError("no audit, no file")

    admin_export.on_export.append(broken)
    with pytest.raises(RuntimeError):
        export(as_person(READER), things, "csv")


def test_list_never_counts_to_the_end(db, things, as_person, monkeypatch):
    monkeypatch.setattr("core.admin_models.COUNTED_TO", 2)
    response = as_person(READER).get("/admin/things/thing/")
    assert "前2条；更多的请用搜索或筛选来找" in response.content.decode()
    monkeypatch.setattr("core.admin_models.COUNTED_TO", 100)
    assert "共3条" in as_person(READER).get("/admin/things/thing/").content.decode()


def test_later_pages_go_on_where_the_first_ends(things, as_person, monkeypatch):
    monkeypatch.setattr(ThingAdmin, "list_per_page", 10)
    monkeypatch.setattr("core.admin_models.COUNTED_TO", 25)
    Thing.objects.bulk_create(
        Thing(code=f"M{n:02}", title="x", region_code="370782") for n in range(40)
    )
    client, found = as_person(READER), []
    for number in (1, 2, 3):
        page = client.get(f"/admin/things/thing/?q=M&p={number}")
        found.append([row.code for row in page.context["cl"].result_list])
    everything = client.get("/admin/things/thing/?q=M").context["cl"].queryset
    codes = [row.code for row in everything]
    assert found == [codes[:10], codes[10:20], codes[20:25]]


def test_list_has_its_own_name_and_says_when_it_is_empty(things, as_person):
    client = as_person(READER)
    assert "<h1>事项</h1>" in client.get("/admin/things/thing/").content.decode()
    assert "没有符合条件的记录" in client.get("/admin/things/thing/?q=没有这个").content.decode()
    nobody = as_person(Person(prefixes=("11",)))
    assert "这里还没有记录。" in nobody.get("/admin/things/thing/").content.decode()


def test_list_queries_do_not_grow_with_rows(things, as_person, django_assert_max_num_queries):
    client = as_person(READER)
    with django_assert_max_num_queries(4) as few:
        client.get("/admin/things/thing/")
    Thing.objects.bulk_create(
        Thing(code=f"M{n}", title="x", region_code="370782") for n in range(30)
    )
    with django_assert_max_num_queries(4) as many:
        client.get("/admin/things/thing/")
    assert len(few) == len(many)


def test_menu_shows_groups_and_links_by_right(things, as_person):
    admin.register_menu_link(
        admin.MenuLink("办理", 5, "交办", "admin:index", "things.view_thing", lambda request: 18)
    )
    admin.register_menu_link(admin.MenuLink("设置", 1, "规则库", "admin:jsi18n", "x.view_rule"))
    client = as_person(READER)
    groups = client.get("/admin/").context["available_apps"]
    assert [(g["name"], [(m["name"], m["count"]) for m in g["models"]]) for g in groups] == [
        ("办理", [("交办", 18), ("事项", None)])
    ]
    text = client.get("/admin/").content.decode()
    assert "<em>18</em>" in text
    assert as_person(Person(rights=())).get("/admin/").context["available_apps"] == []


def test_dashboard_draws_the_panels_that_have_something_to_say(db, as_person, tmp_path, settings):
    for name in ("first", "second"):
        (tmp_path / f"{name}.html").write_text("<p>{{ words }}</p>")
    settings.TEMPLATES = [
        {**settings.TEMPLATES[0], "DIRS": [*settings.TEMPLATES[0]["DIRS"], tmp_path]}
    ]
    admin.register_panel(20, "second.html", lambda request: {"words": "第二块"})
    admin.register_panel(10, "first.html", lambda request: {"words": request.user.prefixes[0]})
    admin.register_panel(30, "absent.html", lambda request: None, area="side")
    text = as_person(READER).get("/admin/").content.decode()
    assert text.index("<p>370782</p>") < text.index("<p>第二块</p>")


def test_dashboard_areas_are_named():
    with pytest.raises(ValueError, match="area"):
        admin.register_panel(1, "x.html", lambda request: None, area="nowhere")


def test_admin_without_scope_is_a_mistake_of_ours(db, as_person):
    class RateBucketAdmin(admin.ScopedModelAdmin):
        pass

    request = RequestFactory().get("/")
    request.user = READER

    with pytest.raises(ImproperlyConfigured):
        RateBucketAdmin(RateBucket, site).get_queryset(request)
