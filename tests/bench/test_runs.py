"""Benchmarks are run by hand; here only how a figure is judged and kept."""

import json

from bench.figures import Figure, Report


def test_verdicts(tmp_path):
    assert Figure("a", 2.5, "ms", target=2.5).verdict == "pass"
    assert Figure("a", 2.6, "ms", target=2.5).line == "a 2.60 ms ≤2.50 short"
    assert Figure("a", 0.8, "×", target=0.8, at_least=True).verdict == "pass"
    assert Figure("a", 0.79, "×", target=0.8, at_least=True).verdict == "short"
    assert Figure("a", 1, "ms").line == "a 1 ms - -"
    report = Report("x")
    report.add("y", 1.0, "s", target=2)
    kept = json.loads(report.write(tmp_path).read_text())
    assert kept["figures"][0]["name"] == "x.y"
    assert kept["machine"]["cores"] >= 1
