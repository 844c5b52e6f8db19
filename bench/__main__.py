"""`python -m bench [section …] [--tiny] [--out FOLDER]`."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

from bench import jobs, lists, page, rates, registers, sheets, start, submit, topics
from bench.figures import Report
from bench.place import FOLDER, World, database
from bench.sizes import EARNEST, TINY, Sizes

Section = Callable[[World, Sizes, Report], None]
SECTIONS: dict[str, Section] = {
    "seed": start.seed,
    "submit": submit.submit,
    "together": submit.together,
    "page": page.page,
    "wire": page.wire,
    "imports": registers.imports,
    "posters": registers.posters,
    "jobs": jobs.jobs,
    "rates": rates.rates,
    "sheets": sheets.sheets,
    "lists": lists.lists,
    "topics": topics.topics,
    "start": start.start,
}


def main() -> int:
    """Run the sections asked for (all by default); 1 when one could not run."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("sections", nargs="*", metavar="section", help=", ".join(SECTIONS))
    parser.add_argument("--tiny", action="store_true", help="only see that everything runs")
    parser.add_argument("--out", type=Path, default=FOLDER, help="where the JSON files go")
    asked = parser.parse_args()
    unknown = set(asked.sections) - SECTIONS.keys()
    if unknown:
        parser.error(
            f"no such section: {', '.join(sorted(unknown))}; there are {', '.join(SECTIONS)}"
        )
    sizes = TINY if asked.tiny else EARNEST
    failed = 0
    with database() as url:
        world = World(url, scale=sizes.scale)
        world.prepare()
        for name in asked.sections or SECTIONS:
            failed += not _run(name, world, sizes, asked.out)
    return 1 if failed else 0


def _run(name: str, world: World, sizes: Sizes, out: Path) -> bool:
    report, started = Report(name), time.monotonic()
    try:
        SECTIONS[name](world, sizes, report)
    except Exception as error:  # the other sections are still worth having
        print(f"{name} FAILED {type(error).__name__}: {error}", file=sys.stderr, flush=True)
        return False
    finally:
        report.write(out)
        print(f"# {name} took {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
    return True


if __name__ == "__main__":
    sys.exit(main())
