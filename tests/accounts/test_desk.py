"""The desk's shell: who gets in, what is to be done, what the menu says."""

from datetime import date, timedelta

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from accounts import desk
from accounts.desk import Todo, desk_view, menu_of, register_card, register_menu, register_todo
from accounts.models import User
from accounts.views.home import groups, summary
from core.errors import Forbidden
from tests.world import NOW, make_county

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


@pytest.fixture
def county():
    return make_county()


@pytest.fixture(autouse=True)
def own_registries(monkeypatch):
    for name in ("_menu", "_cards"):
        monkeypatch.setattr(desk, name, dict(getattr(desk, name)))
    monkeypatch.setattr(desk, "_todos", [])


def request_by(user, **headers):
    request = RequestFactory().get("/desk/x/?y=1", headers=headers)
    request.user = user
    request.htmx = "HX-Request" in headers
    return request


@desk_view("voices.accept_message")
def guarded(request):
    return HttpResponse("in")


def test_door_lets_in_by_role_and_says_what_it_asks_for(county):
    assert guarded.required_permission == "voices.accept_message"
    assert guarded(request_by(county.users["deputy"])).content == b"in"
    for role in ("unit_handler", "moderator"):
        user = county.users[role]
        user.otp_device = object()
        with pytest.raises(Forbidden):
            guarded(request_by(user))


def test_role_without_a_desk_is_refused_even_at_an_open_page(county):
    user = county.users["auditor"]
    user.otp_device = object()
    with pytest.raises(Forbidden):
        desk_view()(lambda request: HttpResponse("in"))(request_by(user))


def test_door_sends_to_the_unfinished_step(county):
    keeper, deputy = county.users["station_keeper"], county.users["deputy"]
    assert guarded(request_by(keeper)).headers["Location"].startswith("/login/factor/?next=")
    deputy.must_change_password = True
    assert guarded(request_by(deputy)).headers["Location"].startswith("/login/password/?next=")


def test_swapped_in_page_is_left_altogether_when_the_session_is_over(client):
    answer = client.get("/desk/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Redirect"]) == (200, "/login/")


def test_answer_is_never_kept_by_a_cache(client, county):
    client.force_login(county.users["deputy"])
    assert "no-store" in client.get("/desk/")["Cache-Control"]


def todo(title, days=None, **more):
    due = None if days is None else TODAY + timedelta(days=days)
    return Todo(title, f"/desk/{title}/", due_on=due, **more)


def test_todos_are_grouped_by_urgency_and_only_the_first_is_red():
    todos = [todo("a", -3), todo("b", -1), todo("c", 0), todo("d", 5), todo("e")]
    found = groups(todos, TODAY)
    assert [(g["title"], [r["title"] for r in g["rows"]]) for g in found] == [
        ("过期了，先办这些", ["a", "b"]), ("今天", ["c"]), ("以后", ["d", "e"]),
    ]  # fmt: skip
    assert [r["title"] for g in found for r in g["rows"] if r["primary"]] == ["a"]
    assert found[0]["rows"][0]["due"].tone == "late"
    assert found[2]["rows"][1]["due"] is None
    assert summary(todos, TODAY) == "3件要紧，2件不急"
    assert (groups([], TODAY), summary([], TODAY)) == ([], "")


def test_long_groups_are_cut_but_counted():
    found = groups([todo(str(n), 3) for n in range(40)], TODAY)
    assert (found[0]["items_count"], len(found[0]["rows"])) == (40, 30)


def test_home_shows_todos_of_every_app_soonest_first(client, county):
    deputy = county.users["deputy"]
    register_todo(lambda user, now: [todo("晚的", 400, who="某先生", detail="2张照片")])
    register_todo(
        lambda user, now: [
            Todo("早的", "/desk/1/", tag="留言", due_on=date(2000, 1, 1), action_label="受理",
                 action_url="/desk/1/accept/", post=True)
        ]
    )  # fmt: skip
    client.force_login(deputy)
    page = client.get("/desk/").content.decode()
    assert page.index("早的") < page.index("晚的")
    assert 'action="/desk/1/accept/"' in page
    assert "某先生 · 2张照片" in page


def test_nothing_to_do_says_what_to_do_next(client, county):
    client.force_login(county.users["deputy"])
    page = client.get("/desk/").content.decode()
    assert "都办完了" in page
    assert "/desk/inbox/" in page


def test_card_without_a_context_is_left_out(client, county, settings, tmp_path):
    (tmp_path / "card.html").write_text("<p>卡片{{ card.n }}</p>", encoding="utf-8")
    templates = [dict(settings.TEMPLATES[0])]
    templates[0]["DIRS"] = [*templates[0]["DIRS"], tmp_path]
    settings.TEMPLATES = templates
    register_card(1, "card.html", lambda user, now: {"n": 7} if user.has_role("deputy") else None)
    client.force_login(county.users["deputy"])
    assert "卡片7" in client.get("/desk/").content.decode()
    client.force_login(county.users["unit_handler"])
    assert "卡片" not in client.get("/desk/").content.decode()


def test_menu_holds_what_the_person_may_open(county):
    register_menu(5, "受理", "chat", "notifications_desk:inbox", "voices.accept_message",
                  count_fn=lambda user, now: 7)  # fmt: skip
    deputy = menu_of(county.users["deputy"], "/desk/inbox/12/", NOW)
    mine = next(item for item in deputy if item["label"] == "受理")
    assert (mine["count"], mine["current"], mine["phone"]) == (7, True, True)
    assert [item["label"] for item in deputy][:2] == ["今天", "受理"]
    assert sum(item["current"] for item in deputy) == 1
    unit = menu_of(county.users["unit_handler"], "/desk/", NOW)
    assert "受理" not in [item["label"] for item in unit]
    assert next(item for item in unit if item["current"])["label"] == "今天"


def test_at_most_five_lines_fit_a_phone(county):
    for n, name in enumerate(("accounts:login", "accounts:factor", "accounts:codes",
                              "accounts:password", "accounts:logout")):  # fmt: skip
        register_menu(n + 1, name, "chat", name, lambda user: True)
    lines = menu_of(county.users["deputy"], "/desk/", NOW)
    on_phone = [line["label"] for line in lines if line["phone"]]
    assert len(on_phone) == 5
    assert (on_phone[0], on_phone[-1]) == ("今天", "账号")


def test_page_without_the_menu_asks_no_counts(county, client):
    asked = []
    register_menu(1, "数", "chat", "accounts:codes", lambda user: True,
                  count_fn=lambda user, now: asked.append(1) or 0)  # fmt: skip
    client.force_login(county.users["deputy"])
    client.get("/login/password/")
    assert asked == []


def test_staff_without_a_desk_see_their_account_and_a_way_to_the_admin(client, county):
    client.force_login(county.users["auditor"])
    page = client.get("/account/").content.decode()
    assert "管理后台" in page
    assert "/desk/inbox/" not in page
    assert User.objects.get(pk=county.users["auditor"].pk).is_staff
