"""Invented opinions by the ten thousand: varied, repeatable, each with the subject it is about.

The subjects are what tests hold grouping against; nothing here was said by anybody.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from liaison.demo.opinion_words import CHAIN, EXTRAS, LIVING, ODD, OPENERS, PLACES, Subject

CATALOGUES: dict[str, tuple[Subject, ...]] = {"living": LIVING, "chain": CHAIN}
_STRAY = 0.04  # share of texts that are about nothing in particular


@dataclass(frozen=True)
class Saying:
    """A text and its subject, "" for one that stands alone."""

    subject: str
    text: str


def sayings(count: int, *, seed: int = 1, catalogue: str = "living") -> Iterator[Saying]:
    """So many different texts; the same ones for the same seed. Some subjects are said oftener."""
    rng, seen = Random(seed), set[str]()  # noqa: S311  repeatable on purpose
    subjects = CATALOGUES[catalogue]
    weights = [1 / (place + 1.5) for place in range(len(subjects))]
    while len(seen) < count:
        stray = rng.random() < _STRAY
        subject = rng.choices(subjects, weights)[0]
        text = _odd(rng) if stray else _said(rng, subject)
        if text in seen:
            text = f"{text[:-1]}，{rng.choice(EXTRAS)}。"
        if text in seen:
            continue
        seen.add(text)
        yield Saying("" if stray else subject.name, text)


def _said(rng: Random, subject: Subject) -> str:
    parts = [rng.choice(OPENERS) + rng.choice(PLACES) + rng.choice(subject.facts)]
    if rng.random() < 0.7:
        parts.append(rng.choice(subject.details))
    if rng.random() < 0.3:
        parts.append(rng.choice(EXTRAS))
    if rng.random() < 0.85:
        parts.append(rng.choice(subject.wishes))
    return "，".join(parts) + "。"


def _odd(rng: Random) -> str:
    return f"{rng.choice(OPENERS)}{rng.choice(PLACES)}{rng.choice(ODD)}，{rng.choice(EXTRAS)}。"
