"""码上留言: stored once or not at all, counted by people, refused in sentences."""

import io
from datetime import timedelta

import pytest
from PIL import Image

from audit.models import Entry
from core.errors import DomainError, Forbidden, InputInvalid, StateMoved, TooMany
from core.images import read_image
from jobs.services import drain
from notifications.models import Notification
from notifications.registry import resident_phone
from tests.safety.written import rows
from tests.topics.course import days, let_through, make_topic, say
from tests.world import NOW
from topics.models import Agreement, Contribution, Opinion, Picture, SpeakerContact
from topics.services import agree, by_receipt, count_opinion, speak
from voices.receipts import display


def refused(call) -> tuple[type, str]:
    """What a call is refused with; nothing is written by it."""
    before = rows()
    with pytest.raises(DomainError) as caught:
        call()
    assert rows() == before
    return type(caught.value), caught.value.message


@pytest.fixture
def topic(county):
    return make_topic(county, "collecting")


def test_one_submission_is_one_opinion_for_each_answer(topic):
    done = say(topic, answers={1: "先修电梯", 2: "周末"}, device_key="a")
    assert done.new
    stored = Opinion.objects.order_by("id").values_list(
        "question__number", "text", "state", "public_text", "region_code"
    )
    assert list(stored) == [
        (1, "先修电梯", "pending", "", "370782001001"), (2, "周末", "pending", "", "370782001001")
    ]  # fmt: skip
    assert by_receipt(display(done.receipt).lower()) == done.contribution
    assert Entry.objects.filter(action="topics.opinion.received").count() == 2


def test_the_same_key_twice_is_one_submission_with_one_receipt(topic):
    first = say(topic, idempotency_key="once", device_key="a")
    again = say(topic, idempotency_key="once", device_key="a")
    other = say(topic, "另一句话", idempotency_key="once", device_key="a")
    assert (again.receipt, again.new) == (first.receipt, False)
    assert [o.code for o in again.opinions] == [o.code for o in first.opinions]
    assert other.new
    assert Opinion.objects.count() == 2


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("draft", "这个议题还在审议，没有开始征集。"),
        ("applied", "这个议题还在审议，没有开始征集。"),
        ("researching", "征集已于11月20日截止，现在是「议前调研」，没有收下新的意见。"),
        ("meeting", "征集已于11月20日截止，现在是「会议讨论」，没有收下新的意见。"),
        ("published", "征集已于11月20日截止，现在是「码上公开」，没有收下新的意见。"),
    ],
)
def test_outside_the_time_nothing_is_stored_and_the_sentence_says_what_is(county, state, words):
    topic = make_topic(county, state)
    kind, said = refused(lambda: say(topic))
    assert (kind, said.split("您可以")[0]) == (StateMoved, words)


def test_before_the_first_day_the_sentence_names_it(county):
    topic = make_topic(county, "approved", opens_on=days(3).date())
    assert refused(lambda: say(topic))[1] == (
        "还没有开始征集，11月23日开始。到时候再来说，我们等您。"
    )


def test_after_the_last_day_nothing_is_taken_though_nobody_has_closed(topic):
    """A night without the job loop changes nothing for whoever is late."""
    assert say(topic, now=days(7, 23)).new
    kind, words = refused(lambda: say(topic, now=days(8, 0)))
    assert (kind, words) == (
        StateMoved,
        "征集已于11月27日截止，没有收下新的意见。您可以看看大家的意见，也可以给联络站或代表留言。",
    )


def test_closed_while_somebody_types_with_an_old_page(county, topic):
    """What the page knew is asked again in the statement that draws the numbers."""
    old = type(topic).objects.get(pk=topic.pk)
    type(topic).objects.filter(pk=topic.pk).update(state="researching")
    kind, words = refused(lambda: say(old))
    assert kind is StateMoved
    assert words.startswith("征集已于11月27日截止，现在是「议前调研」")


def test_a_foreign_question_an_empty_answer_and_a_foreign_place(topic, neighbour, county):
    assert refused(lambda: say(topic, answers={1: "好", 3: "不好"})) == (
        InputInvalid, "有的问题不是这个议题的，请刷新页面再填。"
    )  # fmt: skip
    assert refused(lambda: say(topic, answers={1: "", 2: ""}))[0] is InputInvalid
    kind, words = refused(lambda: say(topic, code=neighbour.codes["deputy"]))
    assert (kind, words[:17]) == (InputInvalid, "您扫的码不在这个议题的征集范围里。")
    assert say(topic, code=county.codes["grid"]).new


def test_trap_21_the_same_text_five_hundred_times_counts_as_the_people_behind_it(topic):
    for n in range(500):
        say(topic, "装电梯", device_key="one" if n < 400 else f"device {n}")
    drain(now=NOW + timedelta(minutes=2))
    topic.refresh_from_db()
    assert (topic.opinion_count, topic.people_count) == (500, 101)
    assert len(set(map(bytes, Opinion.objects.values_list("fingerprint", flat=True)))) == 1


def test_without_device_and_phone_everybody_counts_and_a_phone_is_one_person(topic):
    for n in range(3):
        say(topic, f"第{n}句")
    for device in "ab":
        say(topic, f"{device}说", phone="13805360001", consent=True, device_key=device)
    drain(now=NOW + timedelta(minutes=2))
    topic.refresh_from_db()
    assert (topic.opinion_count, topic.people_count) == (5, 4)


def test_contact_only_by_consent_sealed_and_lent_to_the_sms_channel_only(topic):
    kept = say(topic, name="李女士", phone="13805360001", consent=True)
    say(topic, "不留电话", name="王先生", phone="13805360002", consent=False)
    contact = SpeakerContact.objects.get()
    assert contact.contribution == kept.contribution
    for sealed in (contact.phone_sealed, contact.name_sealed, contact.phone_index):
        assert b"13805360001" not in bytes(sealed)
        assert "李女士".encode() not in bytes(sealed)
    assert resident_phone("topics.contribution", str(kept.contribution.pk)) == "13805360001"
    assert resident_phone("topics.contribution", "999999999") is None


def test_photographs_hang_on_the_first_answer_and_wait_for_review(county, topic):
    raw = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(raw, "JPEG", exif=b"Exif\x00\x00secret place")
    raw.seek(0)
    done = say(topic, answers={2: "周末", 1: "电梯"}, photos=[read_image(raw)])
    picture = Picture.objects.get()
    assert (picture.opinion, picture.public, picture.kind) == (done.opinions[0], False, "opinion")
    assert b"secret place" not in picture.image.read()


def test_what_is_typed_in_names_who_typed_and_needs_the_right(county, topic):
    keeper, deputy = county.users["station_keeper"], county.users["deputy"]
    done = say(topic, channel="paper", actor=keeper, household="3号楼501")
    assert (done.contribution.channel, done.contribution.proxy_name) == (
        "paper", keeper.actor_label
    )  # fmt: skip
    assert refused(lambda: say(topic, channel="paper", actor=deputy))[0] is Forbidden
    later = make_topic(county, "researching")
    assert say(later, channel="reception", actor=keeper).new


def test_agreeing_once_per_device_with_what_is_public(county, topic):
    opinion = say(topic).opinions[0]
    assert refused(lambda: agree(opinion, device_key="a", now=NOW))[0] is StateMoved
    opinion = let_through(opinion, county)
    assert [agree(opinion, device_key=d, now=NOW) for d in ("a", "a", "b")] == [True, False, True]
    assert Agreement.objects.count() == 2
    drain(now=NOW + timedelta(minutes=2))
    opinion.refresh_from_db()
    assert opinion.agreed == 2


def test_trap_21_a_village_behind_one_address_is_not_shut_out(settings, db):
    settings.OPINIONS_PER_ADDRESS = 5
    for _ in range(5):
        count_opinion(address="10.1.2.3", now=NOW)
    with pytest.raises(TooMany):
        count_opinion(address="10.1.2.3", now=NOW)
    count_opinion(address="10.1.2.4", now=NOW)


def test_one_address_may_send_three_thousand_in_ten_minutes(settings):
    assert settings.OPINIONS_PER_ADDRESS == 3_000


def test_moderators_hear_once_a_day_that_opinions_wait(county, topic):
    for n in range(3):
        say(topic, f"第{n}句", now=days(1, 10 + n))
    drain(now=days(1, 14))
    waiting = Notification.objects.filter(kind="topics.to_moderate")
    assert [(n.user, n.text[:8]) for n in waiting] == [
        (county.users["moderator"], "有3条意见待审核")
    ]


def test_a_wrong_receipt_says_the_same_whatever_is_wrong(topic):
    words = {
        refused(lambda typed=typed: by_receipt(typed))
        for typed in ("", "AAAA-BBBB-CCCCC", "x" * 80)
    }
    assert len(words) == 1
    assert Contribution.objects.count() == 0


def test_speaking_is_two_statements_and_asks_nothing_twice(topic, django_assert_num_queries):
    say(topic, device_key="warm")
    topic = type(topic).objects.prefetch_related("questions").get(pk=topic.pk)
    with django_assert_num_queries(5):  # savepoint, numbers, insert, recount, release
        speak(topic, {1: "电梯", 2: "周末"}, idempotency_key="q", now=NOW, device_key="q")
