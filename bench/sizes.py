"""How much of everything: in earnest, or so little that a test can see every benchmark run."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Sizes:
    """Counts a section reads; seconds are per turn."""

    scale: str = "county"
    hot_codes: int = 200
    turns: int = 4
    seconds: float = 6.0
    warm: float = 10.0
    messages: int = 200  # per turn
    people: int = 500
    each: int = 20  # messages a person of the crowd leaves
    readers: int = 200
    crowd_seconds: float = 120.0
    rows: int = 1_000_000
    imported: int = 10_000
    exported: int = 100_000
    posters: tuple[int, ...] = (1332, 6500)
    clocks: int = 100_000
    due: int = 10_000
    deliveries: int = 3_000
    opinions: int = 10_000
    grouped: int = 38_000


EARNEST = Sizes()
TINY = Sizes(
    scale="small", hot_codes=3, turns=1, seconds=1.0, warm=1.0, messages=6, people=3, each=2,
    readers=2, crowd_seconds=20.0, rows=400, imported=20, exported=40, posters=(6,), clocks=60,
    due=10, deliveries=10, opinions=60, grouped=90,
)  # fmt: skip
