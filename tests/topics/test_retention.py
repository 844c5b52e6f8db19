"""Erasure by receipt and by age: the words go, the counts and the log stay."""

import io
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from PIL import Image

from audit.services import verify
from core.images import read_image
from jobs.services import drain
from tests.topics.course import draft, let_through, make_topic, say
from tests.world import NOW
from topics.models import Opinion, Picture, SpeakerContact, Topic, TopicRating
from topics.retention import ERASED, purge
from topics.services import propose_topic, rate_topic
from voices.receipts import display


def photo():
    raw = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(raw, "JPEG")
    raw.seek(0)
    return read_image(raw)


def test_one_persons_words_go_and_nobody_elses(county, django_capture_on_commit_callbacks):
    topic = make_topic(county, "collecting")
    mine = say(topic, answers={1: "我家住三楼", 2: "周末"}, phone="13805360001", consent=True,
               household="3-301", device_key="me", photos=[photo()])  # fmt: skip
    other = say(topic, "先修电梯", phone="13805360002", consent=True)
    let_through(mine.opinions[0], county)
    files = [Picture.objects.get().image, Picture.objects.get().thumb]
    Topic.objects.filter(pk=topic.pk).update(state="published", published_at=NOW)
    rate_topic(
        Topic.objects.get(), contribution=mine.contribution, score="unsatisfied",
        reason="没修到我家", actor=county.users["deputy"], now=NOW,
    )  # fmt: skip
    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            call_command("erase_resident", display(mine.receipt))
    shown = Opinion.objects.order_by("id").values_list("text", "public_text", "state")
    assert list(shown) == [
        (ERASED, ERASED, "approved"), (ERASED, "", "pending"), ("先修电梯", "", "pending")
    ]  # fmt: skip
    mine.contribution.refresh_from_db()
    assert (mine.contribution.household, TopicRating.objects.get().reason) == ("", ERASED)
    assert [c.contribution for c in SpeakerContact.objects.all()] == [other.contribution]
    assert Picture.objects.count() == 0
    assert not any(file.storage.exists(file.name) for file in files)
    Topic.objects.filter(pk=topic.pk).update(state="collecting", published_at=None)
    assert verify().problems == []


def test_a_proposal_only_its_reviewers_have_read_loses_its_words(county):
    done = propose_topic(draft(county), code=county.codes["deputy"], idempotency_key="p", now=NOW)
    call_command("erase_resident", done.receipt)
    topic = Topic.objects.get()
    assert (topic.title, topic.summary, topic.state) == (ERASED, ERASED, "applied")
    assert {q.text for q in topic.questions.all()} == {ERASED}
    with pytest.raises(CommandError, match="没有查到这个回执码"):
        call_command("erase_resident", "AAAA-BBBB-CCCCC")


def test_contacts_are_forgotten_two_years_after_the_end(county):
    topic = make_topic(county, "collecting")
    say(topic, phone="13805360001", consent=True)
    running = make_topic(county, "collecting", title="还在办")
    say(running, phone="13805360002", consent=True)
    Topic.objects.filter(pk=topic.pk).update(state="archived", state_at=NOW)
    assert purge(NOW + timedelta(days=729)) == 0
    drain(now=NOW + timedelta(days=731))
    assert [c.contribution.topic for c in SpeakerContact.objects.all()] == [running]
    assert purge(NOW + timedelta(days=731)) == 0
