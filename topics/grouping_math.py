"""The arithmetic of grouping: n-grams of many texts at once, a few dimensions, k-means."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

# One thread is enough for matrices this narrow; more only wait for one another.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
import numpy as np

Array: TypeAlias = Any

# Characters that hold a sentence together and tell no subject: n-grams across them are left out.
FUNCTION = (
    "的了是在和也都就很把被让我你他她它们这那有没不要能会着过吗呢吧啊呀与及或而但还又再才只从对向为于以"
    "一二三四五六七八九十百千万几些个每各此其之请希望建议应该可以"
)
MOST_GRAMS = 20_000
DIMENSIONS = 64
BEYOND = 12  # how many more than needed are followed while looking for the dimensions
RARE = 4  # texts; what fewer say weighs less than half
EVERYWHERE = 0.4  # share of the groups a gram may be at home in
CHUNK = 150_000  # n-grams multiplied at a time: bounds the memory
SEED = 20_261_107
_BASE = np.int64(1 << 21)


@dataclass(frozen=True)
class Grams:
    """A sparse matrix: for text i the columns and weights between starts[i] and starts[i + 1]."""

    starts: Array
    columns: Array
    weights: Array
    names: Array

    @property
    def width(self) -> int:
        return len(self.names)

    @property
    def rows(self) -> int:
        return len(self.starts) - 1


def grams(texts: Sequence[str], *, leave_out: Array | None = None) -> Grams:
    """TF-IDF of the pairs and triples of characters of each text, rows of length one."""
    keys, owners = _pairs_and_triples(*_points(texts))
    if leave_out is not None and len(leave_out):
        keep = ~np.isin(keys, leave_out)
        keys, owners = keys[keep], owners[keep]
    names, places = np.unique(keys, return_inverse=True)
    cells = np.unique(owners * np.int64(len(names) or 1) + places)  # once a text is enough
    owners, places = np.divmod(cells, np.int64(len(names) or 1))
    spread = np.bincount(places, minlength=len(names))
    return _weighted(len(texts), owners, places, spread, names)


def grams_of(text: str) -> Array:
    """The pairs and triples of one text, as `Grams.names` spells them."""
    return np.unique(_pairs_and_triples(*_points([text]))[0])


def said_everywhere(found: Grams, labels: Array) -> Array:
    """Names of what is said in groups of every kind (说句实话, 早晚高峰): it tells nothing apart."""
    labels = np.unique(labels, return_inverse=True)[1]
    count = int(labels.max()) + 1
    owners = np.repeat(labels, np.diff(found.starts))
    cells = owners * np.int64(found.width) + found.columns
    by_group = np.bincount(cells, minlength=count * found.width).reshape(count, found.width)
    share = by_group / by_group.sum(0)
    entropy = -(share * np.log(np.where(share > 0, share, 1))).sum(0)
    return found.names[np.exp(entropy) > max(3.0, EVERYWHERE * count)]


def _points(texts: Sequence[str]) -> tuple[Array, Array]:
    """All characters in one row, 0 where words end, and which text each belongs to."""
    joined = "\n".join(" ".join(text.split()) for text in texts)
    points = np.frombuffer(joined.encode("utf-32-le", "replace"), dtype=np.uint32).astype(np.int64)
    owner = np.cumsum(points == 10)
    told = (
        ((points >= 0x4E00) & (points <= 0x9FFF)) | ((points >= 0x3400) & (points <= 0x4DBF))
        | ((points >= 97) & (points <= 122)) | ((points >= 65) & (points <= 90))
    )  # fmt: skip
    told &= ~np.isin(points, np.array([ord(c) for c in FUNCTION]))
    return np.where(told, points, 0), owner


def _pairs_and_triples(points: Array, owner: Array) -> tuple[Array, Array]:
    one, two, three = points[:-1], points[1:], np.append(points[2:], 0)
    pair = (one > 0) & (two > 0)
    triple = pair & (three > 0)
    keys = np.concatenate(
        [(one * _BASE + two)[pair], ((one * _BASE + two) * _BASE + three)[triple]]
    )
    return keys, np.concatenate([owner[:-1][pair], owner[:-1][triple]])


def _weighted(count: int, owners: Array, places: Array, spread: Array, names: Array) -> Grams:
    """Rare and everywhere are left out; the rest weighs by how few texts say it."""
    useful = (spread >= 2) & (spread <= max(3, count * 0.35))
    if useful.sum() > MOST_GRAMS:
        least = np.sort(spread[useful])[-MOST_GRAMS]
        useful &= spread >= least
    column = np.cumsum(useful) - 1
    keep = useful[places]
    owners, columns = owners[keep], column[places[keep]]
    # … but what only a handful says tells no group apart: its weight grows with use
    worth = (np.log((1 + count) / (1 + spread)) + 1) * spread / (spread + RARE)
    weights = worth[places[keep]].astype(np.float32)
    length = np.sqrt(np.bincount(owners, weights.astype(np.float64) ** 2, minlength=count))
    weights /= length[owners].astype(np.float32)
    starts = np.concatenate([[0], np.cumsum(np.bincount(owners, minlength=count))])
    return Grams(starts, columns, weights, names[useful])


def _times(matrix: Grams, dense: Array) -> Array:
    """matrix @ dense, some rows at a time."""
    out = np.zeros((matrix.rows, dense.shape[1]), dtype=np.float32)
    begin = 0
    while begin < matrix.rows:
        low = matrix.starts[begin]
        end = int(np.searchsorted(matrix.starts, low + CHUNK, side="right")) - 1
        end = min(max(end, begin + 1), matrix.rows)
        high = matrix.starts[end]
        filled = begin + np.flatnonzero(np.diff(matrix.starts[begin : end + 1]))
        if len(filled):
            part = dense[matrix.columns[low:high]] * matrix.weights[low:high, None]
            out[filled] = np.add.reduceat(part, matrix.starts[filled] - low, axis=0)
        begin = end
    return out


def _turned(matrix: Grams) -> Grams:
    """The transposed matrix."""
    owners = np.repeat(np.arange(matrix.rows), np.diff(matrix.starts))
    order = np.argsort(matrix.columns, kind="stable")
    counts = np.bincount(matrix.columns, minlength=matrix.width)
    starts = np.concatenate([[0], np.cumsum(counts)])
    return Grams(starts, owners[order], matrix.weights[order], np.arange(matrix.rows))


def projected(matrix: Grams) -> Array:
    """The texts in a few dimensions (truncated SVD by random projection), rows of length one.

    Words that occur in the same texts fall together, so two ways to say a thing come nearer.
    """
    if not matrix.width:
        return np.zeros((matrix.rows, 1), dtype=np.float32)
    turned = _turned(matrix)
    wanted = min(DIMENSIONS, matrix.rows, matrix.width)
    followed = min(wanted + BEYOND, matrix.rows, matrix.width)
    rng = np.random.default_rng(SEED)
    basis = rng.standard_normal((matrix.width, followed)).astype(np.float32)
    for _ in range(2):
        basis = _orthonormal(_times(turned, _orthonormal(_times(matrix, basis))))
    seen = _times(matrix, basis)
    _left, _sizes, right = np.linalg.svd(seen.T @ seen)
    return unit_rows(seen @ right[:wanted].T)


def _orthonormal(columns: Array) -> Array:
    """Columns that span the same, at right angles: by the small matrix of their products, which
    costs a fraction of a QR of so tall a one."""
    products = columns.T.astype(np.float64) @ columns
    sizes, turns = np.linalg.eigh(products)
    kept = sizes > max(float(sizes[-1]), 1e-30) * 1e-9
    if not kept.any():
        return columns
    return columns @ (turns[:, kept] / np.sqrt(sizes[kept])).astype(np.float32)


def unit_rows(rows: Array) -> Array:
    """Rows of length one; a row of nothing stays nothing."""
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return (rows / np.where(length > 1e-9, length, 1)).astype(np.float32)


def centroids(space: Array, labels: Array, count: int) -> Array:
    """The middle of each label's rows, of length one."""
    inside = labels >= 0
    columns = [np.bincount(labels[inside], column[inside], minlength=count) for column in space.T]
    return unit_rows(np.stack(columns, axis=1))


def sums_by_label(matrix: Grams, labels: Array, count: int) -> tuple[Array, Array]:
    """The sum of the rows of each label, dense, and how many rows that were."""
    owners = np.repeat(labels, np.diff(matrix.starts))
    cells = owners * np.int64(matrix.width) + matrix.columns
    sums = np.bincount(cells, matrix.weights, minlength=count * matrix.width)
    return sums.reshape(count, matrix.width), np.bincount(labels, minlength=count).astype(float)


def assign(space: Array, middles: Array) -> tuple[Array, Array]:
    """The nearest middle of every row, and its cosine."""
    alike = space @ middles.T
    nearest = alike.argmax(1)
    return nearest, alike[np.arange(len(space)), nearest]


def kmeans(space: Array, count: int, *, rounds: int = 25) -> Array:
    """Spherical k-means from far-apart beginnings; always the same for the same rows."""
    middles = _far_apart(space, count)
    labels = np.full(len(space), -1)
    for _ in range(rounds):
        found, _closeness = assign(space, middles)
        if (found == labels).all():
            break
        labels = found
        middles = centroids(space, labels, len(middles))
    return labels


def _far_apart(space: Array, count: int) -> Array:
    """k-means++ with a fixed seed."""
    rng = np.random.default_rng(SEED)
    chosen = [int(rng.integers(len(space)))]
    distance = 1 - space @ space[chosen[0]]
    for _ in range(count - 1):
        weight = np.clip(distance, 0, None).astype(np.float64) ** 2
        if weight.sum() <= 1e-9:
            break
        place = int(np.searchsorted(np.cumsum(weight), rng.random() * weight.sum()))
        chosen.append(min(place, len(space) - 1))
        distance = np.minimum(distance, 1 - space @ space[chosen[-1]])
    return space[chosen].copy()
