"""Every one of the 32 traps of DOMAIN §7 has tests that name it: `test_trap_<n>_<what>`."""

import ast
import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
TRAPS = {
    1: "a resident's message taken for a suggestion",
    2: "one deadline for everything",
    3: "calendar arithmetic",
    4: "rates mixed up, 基本满意 folded in",
    5: "hard-coded letters",
    6: "one overall star",
    7: "everybody answered alike",
    8: "closing at the reply",
    9: "re-handling edits the first reply",
    10: "a unit forwards to another",
    11: "deputies instruct departments, see private data",
    12: "joint signing without the signer",
    13: "a street with a congress",
    14: "one person, one deputy",
    15: "a permanent public code",
    16: "a static sign-in code",
    17: "points by hand or for taking work",
    18: "replies published by themselves",
    19: "personal data in public",
    20: "one measure for 办结 and 解决",
    21: "raw counts, a village shut out",
    22: "withdrawn ones counted or hidden",
    23: "a co-handler answers the deputy",
    24: "bills taken for suggestions",
    25: "key supervision by any clerk",
    26: "extension without record",
    27: "petitions and accusations as messages",
    28: "no arbiter between units",
    29: "the office called the same everywhere",
    30: "deputies at a desk, nameless proxies",
    31: "session, calendar year, reporting year",
    32: "nothing divided by nothing is 100 %",
}


def named() -> dict[int, list[str]]:
    """Test functions by the trap their name begins with."""
    found: dict[int, list[str]] = {number: [] for number in TRAPS}
    for path in sorted(TESTS.rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_trap_"):
                number, _, what = node.name.removeprefix("test_trap_").partition("_")
                assert number.isdigit(), f"{path.name}: {node.name} names no trap"
                assert int(number) in TRAPS, f"{path.name}: {node.name} names no trap"
                assert what, f"{path.name}: {node.name} says not what it tests"
                found[int(number)].append(node.name)
    return found


NAMED = named()


@pytest.mark.parametrize("number", TRAPS)
def test_every_trap_is_named_by_a_test(number):
    assert NAMED[number], f"trap {number} ({TRAPS[number]}): no test_trap_{number}_…"


def test_the_name_stands_at_the_beginning_only():
    """One spelling, so that a search for `test_trap_9_` finds all there is."""
    astray = [
        f"{path.name}: {node.name}"
        for path in sorted(TESTS.rglob("test_*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
        and re.search(r"\w_trap_?\d", node.name.removeprefix("test"))
    ]  # fmt: skip
    assert astray == []
