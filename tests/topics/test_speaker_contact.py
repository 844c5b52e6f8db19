"""The contact somebody left with an opinion: looked at for a reason, told beside the receipt."""

import pytest
from django.test import Client

from audit.models import Entry
from tests.topics.course import make_topic, say
from tests.world import County
from topics.models import SpeakerContact, SpeakerReveal
from voices.receipts import display

pytestmark = pytest.mark.django_db
PHONE = "13912345678"


def sign_in(county: County, role: str) -> Client:
    client = Client()
    client.force_login(county.users[role])
    return client


@pytest.fixture
def spoken(county: County):
    topic = make_topic(county, "collecting")
    done = say(topic, "先修电梯", name="王女士", phone=PHONE, consent=True)
    url = f"/desk/topics/{topic.code}/opinions/{done.opinions[0].code}/contact/"
    return topic, done, url


def test_contact_is_shown_once_for_a_reason_and_told_to_the_writer(county, spoken):
    topic, done, url = spoken
    keeper = sign_in(county, "station_keeper")
    listed = keeper.get(f"/desk/topics/{topic.code}/opinions/").content.decode()
    before = keeper.get(url).content.decode()

    shown = keeper.post(url, {"reason": "问清是哪个单元"}).content.decode()

    assert url in listed
    assert PHONE not in listed + before
    assert PHONE in shown
    assert "王女士" in shown
    assert PHONE not in keeper.get(url).content.decode()
    reveal = SpeakerReveal.objects.get()
    assert (reveal.user, reveal.reason) == (county.users["station_keeper"], "问清是哪个单元")
    entry = Entry.objects.get(action="topics.contact.revealed")
    assert entry.object_code == done.opinions[0].code
    assert "问清" not in str(entry.data)
    receipt = Client().post("/receipt/", {"receipt": display(done.receipt)}).content.decode()
    assert "问清是哪个单元" in receipt
    assert reveal.label in receipt


@pytest.mark.parametrize("reason", ["", "看看"])
def test_no_reason_no_contact(county, spoken, reason):
    _, _, url = spoken

    answer = sign_in(county, "station_keeper").post(url, {"reason": reason}, follow=True)

    assert PHONE not in answer.content.decode()
    assert "至少写4个字" in answer.content.decode()
    assert not SpeakerReveal.objects.exists()


@pytest.mark.parametrize("role", ["deputy", "moderator", "unit_handler"])
def test_others_at_work_see_no_contact(county, spoken, role):
    topic, _, url = spoken
    client = sign_in(county, role)

    assert client.get(url).status_code in (403, 404)
    assert client.post(url, {"reason": "就是想看看"}).status_code in (403, 404)
    assert url not in client.get(f"/desk/topics/{topic.code}/opinions/").content.decode()
    assert not SpeakerReveal.objects.exists()


def test_a_neighbour_does_not_find_it(neighbour, spoken):
    _, _, url = spoken

    answer = sign_in(neighbour, "station_keeper").post(url, {"reason": "就是想看看"})

    assert (answer.status_code, SpeakerReveal.objects.count()) == (404, 0)


def test_a_contact_left_for_text_messages_only_stays_closed(county, spoken):
    topic, done, url = spoken
    SpeakerContact.objects.update(consent_version="2026-11")
    keeper = sign_in(county, "station_keeper")

    assert keeper.post(url, {"reason": "问清是哪个单元"}).status_code == 404
    assert url not in keeper.get(f"/desk/topics/{topic.code}/opinions/").content.decode()
    assert not SpeakerReveal.objects.exists()
    receipt = Client().post("/receipt/", {"receipt": display(done.receipt)}).content.decode()
    assert "没有人能看" in receipt
