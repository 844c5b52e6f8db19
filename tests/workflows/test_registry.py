"""Extending a table from an app above, and refusing tables that cannot be right."""

from dataclasses import replace

import pytest

from audit.registry import register_action, replays
from workflows import registry
from workflows.checks import check_workflows, problems
from workflows.registry import Transition, Workflow, extend, register, workflows

MODEL = "tests.matter"
register_action("tests.moved", "挪动")


def step(name: str, sources: str, target: str, **more) -> Transition:
    kept = {"permission": "voices.accept_message", "log_action": "tests.moved", **more}
    return Transition(name=name, label=name, sources=tuple(sources.split()), target=target, **kept)


TABLE = Workflow(
    model=MODEL, label="试", states={"a": "甲", "b": "乙", "z": "完"}, initial=("a",), final=("z",),
    transitions=(step("go", "a", "b"), step("end", "b", "z")),
)  # fmt: skip


@pytest.fixture(autouse=True)
def own_table(monkeypatch):
    from audit import registry as log

    monkeypatch.setattr(registry, "_workflows", dict(registry._workflows))
    monkeypatch.setattr(log, "_replays", dict(log._replays))
    monkeypatch.setattr(log, "_states", dict(log._states))
    register(TABLE)


def test_registered_workflow_is_replayed_by_verify():
    assert MODEL in {replay.model for replay in replays()}


def test_extended_table_is_the_law_from_then_on():
    made = extend(
        MODEL, states={"promoted": "转建议"}, final=("promoted",),
        transitions=[step("promote", "b", "promoted")], sources={"end": ["promoted"]},
    )  # fmt: skip
    assert workflows()[MODEL] is made
    assert made.states == {"a": "甲", "b": "乙", "z": "完", "promoted": "转建议"}
    assert [t.name for t in made.transitions] == ["go", "end", "promote"]
    assert made.transition("end").sources == ("b", "promoted")
    assert [t.name for t in made.from_state("promoted")] == ["end"]
    assert problems(made) == []
    # the table it came from is untouched
    assert TABLE.states == {"a": "甲", "b": "乙", "z": "完"}


@pytest.mark.parametrize(
    "more",
    [{"states": {"b": "又"}}, {"transitions": [step("go", "b", "z")]}],
)
def test_taken_name_is_refused_and_changes_nothing(more):
    with pytest.raises(ValueError, match="already"):
        extend(MODEL, **more)
    assert workflows()[MODEL] == TABLE


def test_unknown_table_or_transition_is_refused():
    with pytest.raises(LookupError):
        extend("tests.nothing", states={"x": "x"})
    with pytest.raises(LookupError, match="fly"):
        extend(MODEL, sources={"fly": ["a"]})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"transitions": (*TABLE.transitions, step("x", "a", "nowhere"))}, "unknown state nowhere"),
        ({"transitions": (*TABLE.transitions, step("x", "", "b"))}, "no sources"),
        ({"transitions": (*TABLE.transitions, step("go", "b", "z"))}, "go declared twice"),
        ({"transitions": (step("go", "a", "b"), step("end", "b", "z", permission="a.b"))},
         "unknown permission a.b"),
        ({"transitions": (step("go", "a", "b"), step("end", "b", "z", log_action="no.such"))},
         "unknown log action no.such"),
        ({"transitions": (step("go", "a", "b"), step("end", "b", "z", notify=("no.kind",)))},
         "unknown message kind no.kind"),
        ({"transitions": (step("go", "a", "b"), step("end", "b", "z", form="no.module.Form"))},
         "No module named 'no'"),
        ({"transitions": (step("go", "a", "b"),)}, "state z is unreachable"),
        ({"states": {**TABLE.states, "c": "丙"}}, "state c is unreachable"),
        ({"final": ()}, "state z is a dead end"),
    ],
)  # fmt: skip
def test_faulty_table_is_named(change, words):
    assert any(words in problem for problem in problems(replace(TABLE, **change)))


def test_system_check_reports_the_table(monkeypatch):
    register(replace(TABLE, final=()))
    found = [error for error in check_workflows(None) if error.msg.startswith(MODEL)]
    assert [error.id for error in found] == ["workflows.E001"]


def test_tables_of_the_house_have_no_fault():
    assert [e.msg for e in check_workflows(None) if not e.msg.startswith(MODEL)] == []
