"""Many at once: one message from fifty copies, one winner of two, limits exact under threads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from audit.models import Entry
from core.errors import TooMany
from core.ratelimit import hit
from handling.models import Order
from notifications.models import Clock, Notification
from tests.voices.conftest import say
from tests.world import make_county
from voices.models import Message, Photo
from workflows.engine import apply

MACHINE = {"accept": "application/json"}
pytestmark = pytest.mark.django_db(transaction=True)


def together(count: int, work: Callable[[int], Any], threads: int = 10) -> list[Any]:
    """Run `work(n)` in threads that start at the same moment; each has its own connection."""
    start = Barrier(threads)

    def one(numbers: range) -> list[Any]:
        start.wait()
        try:
            return [work(n) for n in numbers]
        finally:
            connection.close()

    with ThreadPoolExecutor(threads) as pool:
        parts = list(pool.map(one, [range(n, count, threads) for n in range(threads)]))
    return [answer for part in parts for answer in part]


def test_fifty_copies_of_one_submission_are_one_message_and_one_receipt():
    county = make_county()
    path = f"/q/{county.codes['deputy'].token}/message/"

    def send(n: int) -> tuple[int, str]:
        answer = Client().post(
            path,
            {"kind": "problem", "text": "路灯坏了", "name": "吴某", "phone": "13812345678",
             "consent": "on"},
            headers=MACHINE | {"idempotency-key": "same-key-for-all"},
        )  # fmt: skip
        return answer.status_code, answer.json()["receipt"]

    answers = together(50, send)
    assert len(answers) == 50
    assert {status for status, _ in answers} == {201}
    assert len({receipt for _, receipt in answers}) == 1
    assert Message.objects.count() == 1
    assert Photo.objects.count() == 0
    counts = [
        Entry.objects.filter(action="voices.message.received").count(),
        Clock.objects.count(), Notification.objects.count(),
    ]  # fmt: skip
    assert counts == [1, 1, 1]
    opened = Client().post("/receipt/", {"receipt": answers[0][1]})
    assert opened.status_code == 200


def test_different_submissions_at_once_all_arrive():
    county = make_county()
    path = f"/q/{county.codes['deputy'].token}/message/"

    def send(n: int) -> str:
        words = {"kind": "problem", "text": f"第{n}件事", "idempotency_key": f"key-number-{n:03}"}
        return str(Client().post(path, words, headers=MACHINE).json()["receipt"])

    assert len(set(together(30, send))) == 30
    assert Message.objects.count() == 30
    assert len(set(Message.objects.values_list("code", flat=True))) == 30


def test_of_two_who_act_on_one_message_one_wins_and_the_other_keeps_the_words():
    county = make_county()
    message = say(county).message
    deputy, keeper = county.users["deputy"], county.users["station_keeper"]
    message = apply(message, "accept", actor=deputy, now=timezone.now())
    message = apply(message, "refer", actor=deputy, now=timezone.now(), data={"opinion": ""})
    clients = []
    for user in (keeper, county.users["town_staff"]):
        client = Client()
        client.force_login(user)
        clients.append(client)
    url = f"/desk/messages/{message.code}"
    forms = [
        (f"{url}/transfer/", {"units": [county.units[0].code], "title": "路灯",
                              "text": "第一个人写的转办内容"}),
        (f"{url}/reply/", {"outcome": "explained", "text": "第二个人写的答复内容"}),
    ]  # fmt: skip

    answers = together(2, lambda n: (n, clients[n].post(*forms[n])), threads=2)
    assert Counter(a.status_code for _, a in answers) == {302: 1, 409: 1}
    loser, page = next((n, a) for n, a in answers if a.status_code == 409)
    assert forms[loser][1]["text"] in page.content.decode()
    message.refresh_from_db()
    assert message.state == ("answered" if loser == 0 else "handling")
    assert Order.objects.count() == (0 if loser == 0 else 1)
    steps = Entry.objects.filter(object_type="voices.message", to_state=message.state)
    assert steps.count() == 1


def test_ten_who_press_the_same_button_are_one_step():
    county = make_county()
    message = say(county).message
    county.users["deputy"].refresh_from_db()
    clients = [Client() for _ in range(10)]
    for client in clients:
        client.force_login(county.users["deputy"])
    url = f"/desk/messages/{message.code}/accept/"
    answers = together(10, lambda n: clients[n].post(url).status_code)
    assert Counter(answers) == {302: 1, 409: 9}
    assert Entry.objects.filter(action="voices.message.accepted").count() == 1


def test_the_limit_is_exact_under_threads():
    now = timezone.now()

    def one(n: int) -> bool:
        try:
            hit("together", "203.0.113.9", limit=23, window=600, now=now)
        except TooMany:
            return False
        return True

    assert Counter(together(60, one)) == {True: 23, False: 37}
