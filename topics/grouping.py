"""Which opinions say alike: character n-grams, TF-IDF and k-means in numpy. Pure; no Django.

Only the job imports this module: numpy is 20 MB that web processes never need (decision 0701).
The same texts in the same order give the same groups. Exact copies are the caller's to collapse:
every text given here counts once.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from topics.grouping_math import (
    Grams,
    assign,
    centroids,
    grams,
    grams_of,
    kmeans,
    projected,
    said_everywhere,
    sums_by_label,
    unit_rows,
)
from topics.grouping_names import name_groups

Array: TypeAlias = Any  # numpy's own types say nothing under strict checking with our pins
Encoder: TypeAlias = Callable[[Sequence[str]], Array]

FEWEST = 6  # distinct texts below which nothing is grouped
MOST_GROUPS = 16
SMALLEST_SHARE = 0.004
MERGE_AT = 0.3  # cosine of what two groups share from which they are one
STAY_AT = 0.30  # cosine of a text to its group's middle below which it goes to the rest
JOIN_AT = 0.42  # … from which a new text joins a group that is already there
TYPICAL = 3
SAMPLE = 2_500  # texts from which is learned what is said everywhere


@dataclass(frozen=True)
class Cluster:
    """One group found: places of its texts, nearest the middle first, and what to call it."""

    name: str
    members: list[int]
    typical: list[int]


@dataclass(frozen=True)
class Grouping:
    """The groups, largest first, and the places of what fits nowhere (其他)."""

    clusters: list[Cluster] = field(default_factory=list)
    rest: list[int] = field(default_factory=list)


def group_texts(texts: Sequence[str], *, ask: str = "", encode: Encoder | None = None) -> Grouping:
    """Group texts that say alike. `ask` is the question they answer: its words tell nothing apart.

    `encode` turns texts into one vector each; without it character n-grams do.
    """
    if len(texts) < FEWEST:
        return Grouping(rest=list(range(len(texts))))
    found, space = _space(texts, ask, encode)
    small = kmeans(space, _first_guess(len(texts)))
    labels = np.where(_strays(space, small), -1, _merged(found, small))
    labels = _without_small(labels)
    order = _by_size(labels)
    middles = {label: unit_rows(space[labels == label].mean(0)[None])[0] for label in order}
    near = {label: _nearest_first(space, labels, label, middles[label]) for label in order}
    names = name_groups([[texts[i] for i in near[label]] for label in order], ask=ask)
    clusters = [
        Cluster(name, near[label], _typical(space, texts, near[label]))
        for label, name in zip(order, names, strict=True)
    ]
    return Grouping(clusters, [int(i) for i in np.flatnonzero(labels < 0)])


def join_groups(
    texts: Sequence[str], known: Sequence[int | None], *, ask: str = "",
    encode: Encoder | None = None,
) -> list[int | None]:  # fmt: skip
    """For each text its group: as `known` says, else the nearest known group, else None."""
    groups = sorted({one for one in known if one is not None})
    if not groups or None not in known:
        return list(known)
    _grams, space = _space(texts, ask, encode)
    place = {group: n for n, group in enumerate(groups)}
    labels = np.array([-1 if one is None else place[one] for one in known])
    middles = centroids(space, labels, len(groups))
    nearest, closeness = assign(space, middles)
    return [
        one if one is not None else (groups[nearest[i]] if closeness[i] >= JOIN_AT else None)
        for i, one in enumerate(known)
    ]


def _space(texts: Sequence[str], ask: str, encode: Encoder | None) -> tuple[Grams, Array]:
    """The n-grams that tell texts apart, and a row of length one for each text."""
    found = grams(texts, leave_out=_idle(texts, ask))
    if encode is None:
        return found, projected(found)
    return found, unit_rows(np.asarray(encode(texts), dtype=np.float32))


def _idle(texts: Sequence[str], ask: str) -> Array:
    """The question's own words, and what people say whatever they speak of.

    The latter is learned from some of the texts, twice: the loudest hides the next.
    """
    some = texts[:: max(1, len(texts) // SAMPLE)]
    idle = grams_of(ask)
    for _ in range(2 if len(some) >= FEWEST * 4 else 0):
        found = grams(some, leave_out=idle)
        if not found.width:
            break
        labels = _merged(found, kmeans(projected(found), _first_guess(found.rows)))
        idle = np.concatenate([idle, said_everywhere(found, labels)])
    return idle


def _first_guess(count: int) -> int:
    """More than there will be: what is alike is put together afterwards."""
    return min(64, max(2, count // 6))


def _merged(found: Grams, labels: Array) -> Array:
    """Put together, nearest first, groups that share what tells them apart from everything else."""
    kept, labels = np.unique(labels, return_inverse=True)
    sums, counts = sums_by_label(found, labels, len(kept))
    common = sums.sum(0) / found.rows
    own = np.clip(sums / counts[:, None] - common, 0, None)
    into = np.arange(len(kept))
    rows = unit_rows(own)
    alike = rows @ rows.T
    left = set(range(len(kept)))
    np.fill_diagonal(alike, -1.0)
    while len(left) > 1:
        one, other = sorted(int(n) for n in np.unravel_index(int(alike.argmax()), alike.shape))
        closeness = alike[one, other]
        if closeness < MERGE_AT / 2 or (closeness < MERGE_AT and len(left) <= MOST_GROUPS):
            break
        share = counts[[one, other]] / counts[[one, other]].sum()
        own[one] = share @ own[[one, other]]
        counts[one] += counts[other]
        rows[one] = unit_rows(own[one][None])[0]
        into[into == other] = one
        left.discard(other)
        alike[one] = alike[:, one] = rows @ rows[one]
        alike[one, one] = -1.0
        gone = [n for n in range(len(kept)) if n not in left]
        alike[gone] = alike[:, gone] = -1.0
    return into[labels]


def _strays(space: Array, labels: Array) -> Array:
    """Which texts are far from the middle of the group they fell into."""
    middles = centroids(space, labels, int(labels.max()) + 1)
    return (space * middles[labels]).sum(1) < STAY_AT


def _without_small(labels: Array) -> Array:
    """-1 for the texts of tiny groups, and of groups beyond the most there may be."""
    fewest = max(2, math.ceil(len(labels) * SMALLEST_SHARE))
    for place, label in enumerate(_by_size(labels)):
        if place >= MOST_GROUPS or (labels == label).sum() < fewest:
            labels[labels == label] = -1
    return labels


def _by_size(labels: Array) -> list[int]:
    """Labels of real groups, the largest first; the first to appear where equal."""
    found, first, counts = np.unique(labels[labels >= 0], return_index=True, return_counts=True)
    return [int(found[n]) for n in np.lexsort((first, -counts))]


def _nearest_first(space: Array, labels: Array, label: int, middle: Array) -> list[int]:
    rows = np.flatnonzero(labels == label)
    return [int(i) for i in rows[np.argsort(-(space[rows] @ middle), kind="stable")]]


def _typical(space: Array, texts: Sequence[str], near: Sequence[int]) -> list[int]:
    """Close to the middle, of readable length, and not three times the same words."""
    readable = [i for i in near if 8 <= len(texts[i]) <= 120] or list(near)
    chosen: list[int] = []
    for alike in (0.90, 0.98, 2.0):
        for i in readable[:200]:
            if len(chosen) == TYPICAL:
                return chosen
            if i not in chosen and all(space[i] @ space[j] < alike for j in chosen):
                chosen.append(i)
    return chosen
