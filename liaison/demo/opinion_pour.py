"""Ten thousand opinions into one topic at once, for benches, tests and large demos.

As if each had come in by itself and been let through: a contribution, an opinion, its two entries
in the log. By COPY, because a hundred thousand rows through the ORM take minutes.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from audit.actors import SYSTEM
from audit.services import record_many
from core.crypto import blind_index
from liaison.demo.opinions import sayings
from topics import rules, states
from topics.models import Opinion, Topic

CHUNK = 20_000
_CONTRIBUTION = (
    "id", "topic_id", "receipt_hash", "person_key", "channel", "proxy_name", "household", "at",
)  # fmt: skip
_OPINION = (
    "id", "code", "state", "round", "state_at", "region_code", "created_at", "topic_id",
    "question_id",
    "contribution_id", "text", "public_text", "fingerprint", "agreed", "reason", "reviewed_by",
    "reviewed_at",
)  # fmt: skip


@dataclass(frozen=True)
class Said:
    """One text and whose mark it carries; the same mark is the same person."""

    text: str
    person: str


def varied(count: int, *, seed: int = 1, catalogue: str = "living") -> Iterator[Said]:
    """So many different texts, each by somebody else."""
    for number, one in enumerate(sayings(count, seed=seed, catalogue=catalogue)):
        yield Said(one.text, f"{seed}:{number}")


@transaction.atomic
def pour(
    topic: Topic, said: Iterable[Said], *, now: datetime, state: str = states.OPINION_APPROVED,
    log: bool = True, question: int | None = None,
) -> int:  # fmt: skip
    """Store what was said, dealt out to the topic's questions in turn, or all to the one of this
    number; returns how many."""
    asked = topic.questions.all() if question is None else topic.questions.filter(number=question)
    questions = list(asked.values_list("id", flat=True))
    chunk: list[Said] = []
    total = 0
    for one in said:
        chunk.append(one)
        if len(chunk) == CHUNK:
            total += _store(topic, questions, chunk, now, state, log)
            chunk = []
    return total + (_store(topic, questions, chunk, now, state, log) if chunk else 0)


def _store(
    topic: Topic, questions: Sequence[int], said: Sequence[Said], now: datetime, state: str,
    log: bool,
) -> int:  # fmt: skip
    first = _numbers("topics_contribution_id_seq", len(said))
    ids = _numbers("topics_opinion_id_seq", len(said))
    numbers = _numbers("topics_opinion_number", len(said))
    approved = state == states.OPINION_APPROVED
    contributions, opinions, codes = [], [], []
    for place, one in enumerate(said):
        at = (now - timedelta(seconds=len(said) - place)).isoformat()
        code = f"O{numbers[place]:08d}"
        key = blind_index(one.person, purpose="speaker device")
        receipt = blind_index(f"{topic.code}:{code}", purpose="receipt")
        contributions.append((first[place], topic.pk, _hex(receipt), _hex(key), "scan", "", "", at))
        opinions.append((
            ids[place], code, state, 1, at, topic.region_code, at, topic.pk,
            questions[place % len(questions)], first[place], one.text,
            one.text if approved else "", _hex(rules.fingerprint(one.text)), 0, "",
            "审核员" if approved else "", at if approved else None,
        ))  # fmt: skip
        codes.append(Opinion(code=code, region_code=topic.region_code))
    _copy("topics_contribution", _CONTRIBUTION, contributions)
    _copy("topics_opinion", _OPINION, opinions)
    if log:
        _log(codes, now, approved)
    return len(said)


def _log(opinions: Sequence[Opinion], now: datetime, approved: bool) -> None:
    record_many(
        actor=SYSTEM, action="topics.opinion.received", objects=opinions, now=now,
        to_state=states.OPINION_PENDING,
    )  # fmt: skip
    if approved:
        record_many(
            actor=SYSTEM, action="topics.opinion.approved", objects=opinions, now=now,
            to_state=states.OPINION_APPROVED,
        )  # fmt: skip


def _numbers(sequence: str, count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s) FROM generate_series(1, %s)", [sequence, count])
        return [number for (number,) in cursor.fetchall()]


def _copy(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    buffer = io.StringIO()
    csv.writer(buffer).writerows(["\\N" if v is None else v for v in row] for row in rows)
    buffer.seek(0)
    statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN WITH (FORMAT csv, NULL '\\N')"
    with connection.cursor() as cursor:
        cursor.cursor.copy_expert(statement, buffer)


def _hex(value: bytes) -> str:
    return f"\\x{value.hex()}"
