"""Benchmarks of the house: `python -m bench [section …] [--tiny]`, or `make bench`.

Never part of the tests: machines are shared and noisy. A figure is CPU time (from /proc), a ratio
to a reference measured turn about in the same run, or a count of queries; wall-clock time stands
beside it. One line a figure on the screen, one JSON file a section under `var/bench/`.
"""
