"""What a benchmark found: one line each on the screen, one JSON file per section."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Figure:
    """One number with its target. `at_least` tells which side of the target is good."""

    name: str
    value: float
    unit: str
    target: float | None = None
    at_least: bool = False
    beside: str = ""

    @property
    def verdict(self) -> str:
        if self.target is None:
            return "-"
        holds = self.value >= self.target if self.at_least else self.value <= self.target
        return "pass" if holds else "short"

    @property
    def line(self) -> str:
        sign = "≥" if self.at_least else "≤"
        target = "-" if self.target is None else f"{sign}{_short(self.target)}"
        words = f"{self.name} {_short(self.value)} {self.unit} {target} {self.verdict}"
        return f"{words}  ({self.beside})" if self.beside else words


def _short(value: float) -> str:
    if value == int(value) and abs(value) < 1e9:
        return str(int(value))
    return f"{value:.2f}" if abs(value) < 100 else f"{value:.0f}"


@dataclass
class Report:
    """The figures of one section."""

    section: str
    figures: list[Figure] = field(default_factory=list)

    def add(self, name: str, value: float, unit: str, **more: Any) -> None:
        """Print a figure at once: a long run shows how far it is."""
        figure = Figure(f"{self.section}.{name}", round(value, 4), unit, **more)
        self.figures.append(figure)
        print(figure.line, flush=True)

    def write(self, folder: Path) -> Path:
        """The section as JSON, with the machine it ran on."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self.section}.json"
        content = {
            "section": self.section,
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "machine": machine(),
            "figures": [asdict(f) | {"verdict": f.verdict} for f in self.figures],
        }
        path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n")
        return path


def machine() -> dict[str, Any]:
    """Cores, how busy it was, system and Python: what a figure cannot be read without."""
    return {
        "cores": os.cpu_count(),
        "load": [round(one, 1) for one in os.getloadavg()],
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }
