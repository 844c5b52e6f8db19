"""The ways into a suggestion and what others see: messages, topics, 代录, units, lists at size."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.dates import local_date
from deputies.models import Delegation, Seat
from handling.models import Promise
from proposals.models import Proposal
from tests.proposals.place import TEXT as WORDS
from tests.proposals.place import assigned, orders_of, replied, submitted, work, written
from tests.topics.course import make_topic
from tests.voices.conftest import say
from workflows.engine import apply

FORM = {"title": "关于修路灯的建议", "facts": "晚上看不见路。", "advice": "修好。\n常修。"}


def sign_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def words(answer) -> str:
    return answer.content.decode()


@pytest.fixture
def lead(place) -> Client:
    return sign_in(place.user(place.lead))


@pytest.fixture
def messages(place):
    found = []
    for n in range(2):
        message = say(place.county, text=f"路灯坏了{n}天，电话13800138000", key="k" * 20 + str(n))
        found.append(apply(message.message, "accept", actor=place.user(place.lead),
                           now=timezone.now()))  # fmt: skip
    return found


def test_messages_become_one_suggestion_and_the_links_stay(lead, messages):
    first, second = messages
    page = words(lead.get(f"/desk/messages/{first.code}/"))
    assert f"/desk/proposals/new/?message={first.code}" in page
    url = f"/desk/proposals/new/?message={first.code}&message={second.code}"
    begun = words(lead.get(url))
    assert "有2位群众反映" in begun
    assert "来自2条留言" in begun
    sent = lead.post(url, FORM | {"message": [first.code, second.code]})
    made = Proposal.objects.get()
    assert sent.status_code == 302
    assert [(s.kind, s.code) for s in made.sources.all()] == [
        ("message", first.code), ("message", second.code),
    ]  # fmt: skip
    shown = words(lead.get(f"/desk/proposals/{made.code}/"))
    assert f"/desk/messages/{first.code}/" in shown
    assert f"/desk/messages/{second.code}/" in shown
    again = lead.get(url)
    assert again.status_code == 409
    assert "已经就这条留言起草了建议" in words(again)


def test_a_number_in_a_message_never_gets_into_the_draft(lead, messages):
    begun = words(lead.get(f"/desk/proposals/new/?message={messages[0].code}"))
    draft = begun.partition('id="id_facts"')[2].partition("</textarea>")[0]
    assert "路灯坏了0天" in draft
    assert "13800138000" not in draft


def test_message_of_another_deputy_begins_nothing(place, messages):
    other = sign_in(place.user(place.deputies[1]))
    page = words(other.get(f"/desk/proposals/new/?message={messages[0].code}"))
    assert "路灯坏了" not in page
    assert "来自" not in page


def test_published_topic_has_the_door_and_begins_a_draft(place, lead):
    topic = make_topic(place.county, "published")
    page = words(lead.get(f"/desk/topics/{topic.code}/"))
    assert f"/desk/proposals/new/?topic={topic.code}" in page
    assert topic.title in words(lead.get(f"/desk/proposals/new/?topic={topic.code}"))
    lead.post("/desk/proposals/new/", FORM | {"topic": topic.code})
    made = Proposal.objects.get()
    assert (made.source_kind, made.source_code) == ("topic", topic.code)
    assert f"/desk/topics/{topic.code}/" in words(lead.get(f"/desk/proposals/{made.code}/"))


def test_topic_under_way_has_no_door(place, lead):
    topic = make_topic(place.county, "collecting")
    assert "提建议" not in words(lead.get(f"/desk/topics/{topic.code}/"))
    lead.post("/desk/proposals/new/", FORM | {"topic": topic.code})
    assert Proposal.objects.get().source_kind == "own"


def test_staff_type_in_for_a_deputy_and_are_named(place):
    staff = sign_in(place.staff)
    data = FORM | {"deputy": place.lead.name, "way": "paper", "cosigners": "李田"}
    sent = staff.post("/desk/proposals/enter/", data)
    made = Proposal.objects.get()
    assert sent.status_code == 302
    assert (made.lead, made.proxy_way, made.proxy_name) == (
        place.lead, "paper", place.staff.actor_label,
    )  # fmt: skip
    assert made.signatures.get(lead=False).state == "confirmed"
    assert f"{place.staff.actor_label}代录" in words(staff.get(f"/desk/proposals/{made.code}/"))
    nobody = staff.post("/desk/proposals/enter/", data | {"deputy": "查无此人"})
    assert nobody.status_code == 400
    assert "没有叫「查无此人」" in words(nobody)
    assert Proposal.objects.count() == 1


def test_deputies_do_not_type_in_and_staff_do_not_write(place, lead):
    assert lead.get("/desk/proposals/enter/").status_code == 403
    assert sign_in(place.staff).get("/desk/proposals/new/").status_code == 403


def test_delegation_may_be_named_by_its_members(place, lead):
    assert "以谁的名义" not in words(lead.get("/desk/proposals/new/"))
    seat = Seat.objects.filter(deputy=place.lead, state="active").latest("id")
    one = Delegation.objects.create(
        code="T1", term=place.term, name="东街", region_code=place.lead.region_code
    )
    seat.delegation = one
    seat.save()
    assert "以谁的名义" in words(lead.get("/desk/proposals/new/"))
    lead.post("/desk/proposals/new/", FORM | {"delegation": "T1"})
    assert Proposal.objects.get().delegation == one


def test_unit_reads_what_is_asked_and_whom_to_answer(place):
    made = assigned(place, now=timezone.now(), co=1)
    order, co = orders_of(made)
    unit, joint = (sign_in(place.unit_user(o.unit)) for o in (order, co))
    page = words(unit.get(f"/desk/orders/{order.code}/"))
    assert "建议说了什么" in page
    assert "对使用超过十五年的电梯逐台评估" in page
    assert "宋玉禾代表" in page
    assert "建议的答复》" in page
    assert "答复前要先联系代表" in page
    assert "群众是谁不在交办单里" not in page
    theirs = words(joint.get(f"/desk/orders/{co.code}/"))
    assert "本单位会办" in theirs
    assert "答复函标题" not in theirs
    third = sign_in(place.users[place.county.units[2].code])
    assert third.get(f"/desk/proposals/{made.code}/").status_code == 404


def test_letter_preview_is_the_official_form(place):
    made = assigned(place, now=timezone.now())
    order = orders_of(made)[0]
    user = place.unit_user(order.unit)
    order = apply(order, "sign", actor=user, now=timezone.now())
    apply(
        order, "record_contact", actor=user, now=timezone.now(),
        data={"on": local_date(timezone.now()).isoformat(), "way": "phone", "person": "代表",
              "content": "谈过"},
    )  # fmt: skip
    unit = sign_in(user)
    data = {"outcome": "in_progress", "text": "一、已建办法。\n二、正在评估。", "signer": "王局长"}
    page = words(unit.post(f"/desk/orders/{order.code}/reply/preview/", data))
    letter = page.partition('<article class="letter')[2].partition("</article>")[0]
    assert '<p class="sign mark">B类</p>' in letter
    assert "建议的答复" in letter
    assert f"您提出的《{WORDS.title}》收悉" in letter
    assert "抄送" in letter
    assert "征询意见表" in letter
    assert "□满意" in letter


def test_office_to_give_on_is_told_and_gives_on(place):
    made = submitted(place, now=timezone.now())
    made = apply(made, "accept", actor=place.staff, now=timezone.now(),
                 data={"category": "construction"})  # fmt: skip
    apply(made, "assign", actor=place.staff, now=timezone.now(),
          data={"through": place.office.code})  # fmt: skip
    office = sign_in(place.users[place.office.code])
    assert "去转交" in words(office.get("/desk/"))
    unit = place.county.units[0].code
    url = f"/desk/proposals/{made.code}/records/dispatch/"
    assert unit in words(office.get(url))
    assert office.post(url, {"units": [unit]}).status_code == 302
    assert [o.unit.code for o in orders_of(made)] == [unit]
    assert "去转交" not in words(office.get("/desk/"))


def test_reply_that_waits_for_the_office_is_not_shown_to_the_deputy(place, lead):
    made = assigned(place, now=timezone.now())
    order = orders_of(made)[0]
    user = place.unit_user(order.unit)
    order = apply(order, "sign", actor=user, now=timezone.now())
    order = apply(
        order, "record_contact", actor=user, now=timezone.now(),
        data={"on": local_date(timezone.now()).isoformat(), "way": "phone", "person": "代表",
              "content": "谈过"},
    )  # fmt: skip
    apply(order, "reply", actor=user, now=timezone.now(),
          data={"outcome": "solved", "text": "还没审核的答复", "signer": "局长"})  # fmt: skip
    assert "还没审核的答复" not in words(lead.get(f"/desk/proposals/{made.code}/"))
    assert lead.get(f"/desk/proposals/{made.code}/letters/{order.code}/1/").status_code == 404


def _queries(client: Client, url: str) -> int:
    client.get(url)  # what is asked for once and remembered
    with CaptureQueriesContext(connection) as seen:
        assert client.get(url).status_code == 200
    return len(seen)


@pytest.mark.parametrize("tab", ["draft", "review", "rate"])
def test_lists_cost_the_same_for_one_row_and_thirty(place, lead, tab):
    make = {"draft": written, "review": submitted, "rate": replied}[tab]
    url = f"/desk/proposals/?tab={tab}"
    made = make(place, now=timezone.now() - timedelta(days=30))
    one = _queries(lead, url)
    if tab == "rate":
        _copies(made)
    else:
        for _ in range(29):
            make(place, now=timezone.now())
    assert _queries(lead, url) == one
    assert words(lead.get(url)).count('class="t"') == 20
    searched = words(lead.get(f"{url}&words=没有这个"))
    assert "没有找到" in searched


def _copies(made: Proposal) -> None:
    """Twenty-nine more that wait for the same deputy's rating."""
    waiting = made.evaluations.get()
    signature = made.signatures.get()
    for n in range(29):
        made.pk, made.code, made.number = None, f"P9{n:08d}", 1000 + n
        made._state.adding = True
        made.save()
        waiting.pk, signature.pk = None, None
        waiting.proposal = signature.proposal = made
        waiting._state.adding = signature._state.adding = True
        waiting.save()
        signature.save()


def test_ledger_and_home_cost_the_same_for_one_promise_and_thirty(place, lead):
    now = timezone.now()
    made = replied(place, now=now - timedelta(days=40))
    order = orders_of(made)[0]

    def promise(n: int) -> Promise:
        day = local_date(now) - timedelta(days=1 + n % 5)
        return Promise(code=f"C{n}", order=order, text="评估", due_on=day, original_due_on=day)

    promise(0).save()
    before = [_queries(lead, url) for url in ("/desk/proposals/promises/", "/desk/")]
    Promise.objects.bulk_create(promise(n) for n in range(1, 30))
    after = [_queries(lead, url) for url in ("/desk/proposals/promises/", "/desk/")]
    assert after == before


def test_a_page_costs_the_same_for_one_unit_and_three(place, lead):
    pages = []
    for leads in (1, 3):
        made = assigned(place, now=timezone.now() - timedelta(days=30), leads=leads)
        for order in orders_of(made):
            work(place, order, now=timezone.now())
        pages.append(_queries(lead, f"/desk/proposals/{made.code}/"))
    assert pages[0] == pages[1]
