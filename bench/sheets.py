"""PERFORMANCE §5: ten thousand suggestions in from Excel, a hundred thousand out to it."""

from __future__ import annotations

from itertools import cycle, islice
from typing import Any

from bench.figures import Report
from bench.place import World, manage, temporary
from bench.rates import suggestions
from bench.sizes import Sizes

EXPORT = """
from django.utils import timezone
from audit.actors import SYSTEM
from proposals.models import Proposal
from proposals.services import export_proposals
rows = Proposal.objects.order_by("-id")[:{count}]
print(export_proposals(rows, "{path}", actor=SYSTEM, now=timezone.now(), form="xlsx"))
"""


def sheets(world: World, sizes: Sizes, report: Report) -> None:
    """Import with every check by its command, export by the service, each in its own process."""
    boot = min(
        (manage("shell", "-c", "pass", env=world.env)[1] for _ in range(2)), key=lambda s: s.cpu
    )
    path = _sheet(world, sizes.imported)
    _, spent = manage("import_proposals", str(path), env=world.env)
    report.add("import_seconds", spent.cpu - boot.cpu + spent.database, "s", target=5,
               beside=f"CPU, database {spent.database:.1f} of it, without {boot.cpu:.1f} s of "
               f"Django's start; {sizes.imported} rows; {spent.memory:.0f} MB")  # fmt: skip
    suggestions(world, sizes.exported)
    code = EXPORT.format(count=sizes.exported, path=temporary("suggestions-out.xlsx"))
    out, spent = manage("shell", "-c", code, env=world.env)
    report.add("export_seconds", spent.cpu - boot.cpu + spent.database, "s", target=4,
               beside=f"CPU, database {spent.database:.1f} of it, without {boot.cpu:.1f} s of "
               f"Django's start; {int(out.split()[-1])} rows of 20 columns")  # fmt: skip
    report.add("export_memory", spent.memory - boot.memory, "MB", target=80,
               beside=f"more than the {boot.memory:.0f} MB of Django alone")  # fmt: skip


def _sheet(world: World, count: int) -> Any:
    from core.sheets import write_xlsx
    from proposals.services.sheet_columns import COLUMNS, HEADER

    leads = world.sql(
        "SELECT d.code, t.number FROM deputies_seat s JOIN deputies_deputy d ON d.id = s.deputy_id"
        " JOIN congress_term t ON t.id = s.term_id WHERE s.state = 'active' AND s.term_id ="
        " (SELECT term_id FROM deputies_seat WHERE state = 'active' GROUP BY term_id"
        "  ORDER BY count(*) DESC LIMIT 1) ORDER BY d.code LIMIT 500"
    )
    rows = []
    for number, (lead, term) in enumerate(islice(cycle(leads), count)):
        cells = {
            "title": f"关于修好第{number}条路的建议", "facts": "路面坏了，下雨积水。" * 10,
            "advice": "重铺路面，装好路灯。" * 10, "lead": lead, "term": term,
            "series": "闭会期间", "category": "城乡建设",
        }  # fmt: skip
        rows.append([cells.get(column.name, "") for column in COLUMNS])
    path = temporary("suggestions.xlsx")
    with path.open("wb") as file:
        write_xlsx(file, list(HEADER), rows)
    return path
