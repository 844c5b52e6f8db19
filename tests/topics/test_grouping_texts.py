"""The algorithm alone: what says alike comes together, always the same, and stays small."""

import subprocess
import sys
from collections import Counter

from liaison.demo.opinions import sayings
from topics.grouping import group_texts, join_groups

SAID = list(sayings(1_500, seed=3, catalogue="chain"))
TEXTS = [one.text for one in SAID]


def purity(groups, said) -> float:
    """The share of grouped texts that stand with their own subject."""
    right = sum(Counter(said[i].subject for i in g).most_common(1)[0][1] for g in groups)
    return right / sum(len(g) for g in groups)


def test_groups_hold_one_subject_each_and_everybody_has_a_place():
    found = group_texts(TEXTS)

    groups = [cluster.members for cluster in found.clusters]
    assert sorted(i for g in [*groups, found.rest] for i in g) == list(range(len(TEXTS)))
    assert 8 <= len(groups) <= 16
    assert purity(groups, SAID) >= 0.9
    assert [len(g) for g in groups] == sorted((len(g) for g in groups), reverse=True)
    subjects = {Counter(SAID[i].subject for i in g).most_common(1)[0][0] for g in groups[:8]}
    assert len(subjects) >= 7


def test_same_texts_give_same_groups():
    assert group_texts(TEXTS[:400]) == group_texts(TEXTS[:400])


def test_names_are_readable_and_different():
    names = [cluster.name for cluster in group_texts(TEXTS).clusters]

    assert len(set(names)) == len(names)
    assert all(2 <= len(name) <= 30 for name in names)
    assert all(any("\u4e00" <= c <= "\u9fff" for c in name) for name in names)


def test_typical_sentences_are_of_the_group_and_not_alike():
    found = group_texts(TEXTS)

    for cluster in found.clusters:
        assert set(cluster.typical) <= set(cluster.members)
        assert len(set(cluster.typical)) == min(3, len(cluster.members))


def test_few_texts_are_left_alone():
    found = group_texts(["路灯坏了", "没有公交", "看病难"])

    assert (found.clusters, found.rest) == ([], [0, 1, 2])


def test_odd_input_does_no_harm():
    odd = ["", "。。。", "!!!", "\U0001f600" * 5, "a" * 5, "\n", "同", "同意", "同意", "同意"]

    found = group_texts(odd)

    places = [i for cluster in found.clusters for i in cluster.members] + found.rest
    assert sorted(places) == list(range(len(odd)))


def test_new_texts_join_the_groups_there_are():
    found = group_texts(TEXTS[:1_200])
    home = {i: n for n, cluster in enumerate(found.clusters) for i in cluster.members}
    known = [home.get(i) for i in range(1_200)] + [None] * 300
    subject = {
        n: Counter(SAID[i].subject for i in cluster.members).most_common(1)[0][0]
        for n, cluster in enumerate(found.clusters)
    }

    joined = join_groups(TEXTS, known)

    assert [j for j, k in zip(joined, known, strict=True) if k is not None] == [
        k for k in known if k is not None
    ]
    new = [(i, joined[i]) for i in range(1_200, 1_500) if joined[i] is not None]
    assert len(new) >= 150
    right = sum(SAID[i].subject == subject[group] for i, group in new)
    assert right / len(new) >= 0.85


def test_the_question_itself_tells_nothing_apart():
    asked = "您觉得老城里停车难怎么解决"
    texts = [f"您觉得老城里停车难怎么解决，{one.text}" for one in sayings(300, seed=5)]

    names = [cluster.name for cluster in group_texts(texts, ask=asked).clusters]

    assert names
    assert not any("怎么解决" in name for name in names)


def test_another_encoder_may_give_the_vectors():
    said = list(sayings(200, seed=2))
    subjects = sorted({one.subject for one in said})

    def encode(texts):
        places = {one.text: subjects.index(one.subject) for one in said}
        return [[float(places[text] == n) for n in range(len(subjects))] for text in texts]

    found = group_texts([one.text for one in said], encode=encode)

    assert purity([cluster.members for cluster in found.clusters], said) >= 0.95


def test_web_processes_do_not_carry_numpy():
    code = (
        "import django, sys; django.setup(); import liaison.urls, topics.services;"
        " from django.urls import get_resolver; get_resolver().url_patterns;"
        " sys.exit('numpy' in sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", code], check=False)

    assert done.returncode == 0
