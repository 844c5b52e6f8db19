"""PERFORMANCE §3: ten thousand rows in from Excel, thousands of posters out."""

from __future__ import annotations

from itertools import cycle, islice
from typing import Any

from bench.figures import Report
from bench.place import World, manage, temporary
from bench.sizes import Sizes

FAMILY, GIVEN = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许",
    "安宁和平文华志远春生秋实国庆建设海洋山川",
)


def imports(world: World, sizes: Sizes, report: Report) -> None:
    """Deputies and grids from xlsx with every check, each by its command in its own process."""
    from core.sheets import write_xlsx

    boot = min(
        (manage("sealed_head", "--json", env=world.env)[1] for _ in range(2)), key=lambda s: s.cpu
    )
    for name, header, rows in (_deputies(world, sizes.imported), _grids(world, sizes.imported)):
        path = temporary(f"{name}.xlsx")
        with path.open("wb") as file:
            write_xlsx(file, header, rows)
        _, spent = manage(f"import_{name}", str(path), env=world.env)
        report.add(f"{name}_seconds", spent.cpu - boot.cpu + spent.database, "s", target=3,
                   beside=f"CPU, database {spent.database:.1f} of it, without {boot.cpu:.1f} s of "
                   f"Django's start; {sizes.imported} rows; by the clock "
                   f"{spent.wall - boot.wall:.1f} s")  # fmt: skip
        report.add(f"{name}_memory", spent.memory, "MB", target=150,
                   beside=f"the whole process; Django alone {boot.memory:.0f}")  # fmt: skip


def _name(number: int) -> str:
    """Ten thousand different invented names, none of them a real list."""
    first, second = GIVEN[number % 20], GIVEN[number // 20 % 20]
    return FAMILY[number // 400 % 20] + first + second


def _deputies(world: World, count: int) -> tuple[str, list[str], list[list[Any]]]:
    from deputies.services.sheet_columns import COLUMNS, HEADER

    places = world.sql(
        "SELECT r.code, c.code FROM congress_region r JOIN congress_congress c"
        " ON c.region_code = left(r.code, 6) WHERE length(r.code) = 12 ORDER BY r.code LIMIT 200"
    )
    rows = []
    for number, (place, congress) in enumerate(islice(cycle(places), count)):
        cells = {
            "code": f"B{number:06d}", "name": _name(number), "gender": "女" if number % 3 else "男",
            "region": place, "congress": congress, "occupation": "工人",
        }  # fmt: skip
        rows.append([cells.get(column.name, "") for column in COLUMNS])
    return "deputies", list(HEADER), rows


def _grids(world: World, count: int) -> tuple[str, list[str], list[list[Any]]]:
    from grids.services.sheets import COLUMNS, HEADER

    places = world.sql(
        "SELECT code FROM congress_region WHERE length(code) = 12 AND left(code, 6) ="
        " (SELECT left(max(region_code), 6) FROM deputies_deputy) ORDER BY code"
    )
    deputies = world.sql(
        "SELECT code FROM deputies_deputy WHERE serving AND left(region_code, 6) ="
        " (SELECT left(max(region_code), 6) FROM deputies_deputy) ORDER BY code LIMIT 500"
    )
    rows = []
    for number, ((place,), (deputy,)) in enumerate(
        islice(zip(cycle(places), cycle(deputies), strict=False), count)
    ):
        cells = {
            "code": f"{place}{900 - number // len(places):03d}", "name": f"第{number}网格",
            "households": number % 900, "deputies": deputy, "starts_on": "2026-03-01",
        }  # fmt: skip
        rows.append([cells.get(column.name, "") for column in COLUMNS])
    return "grids", list(HEADER), rows


def posters(world: World, sizes: Sizes, report: Report) -> None:
    """PDF sheets in this process, then every code of them read again from the drawn page."""
    import resource
    import time

    from django.utils import timezone

    from codes.models import Code
    from codes.posters import make_posters
    from core.dates import local_date

    have = list(Code.objects.filter(state="active").order_by("kind", "id"))
    have.sort(key=lambda code: code.kind != "deputy")
    today = local_date(timezone.now())
    make_posters(have[:3], today=today)  # fonts are read once
    for count in sizes.posters:
        codes = list(islice(cycle(have), count))
        before, cpu = time.monotonic(), time.process_time()
        sheet = make_posters(codes, today=today)
        seconds, cpu = time.monotonic() - before, time.process_time() - cpu
        path = temporary(f"posters-{count}.pdf")
        path.write_bytes(sheet.data)
        target = 2 if count < 2000 else 9
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        report.add(f"{count}_seconds", cpu, "s", target=target,
                   beside=f"CPU; by the clock {seconds:.1f} s; {len(sheet.data) / 1e6:.1f} MB; "
                   f"process {memory:.0f} MB at most")  # fmt: skip
    # the smallest file is read whole: every page of it, by another library than drew it
    first = sizes.posters[0]
    read, wrong = decoded(temporary(f"posters-{first}.pdf").read_bytes(), set(_urls(have)))
    report.add("decoded", 100 * (read - wrong) / max(1, read), "%", target=100, at_least=True,
               beside=f"{read} codes of {first} posters")  # fmt: skip


def _urls(codes: list[Any]) -> list[str]:
    from codes.selectors import code_url

    return [code_url(code) for code in codes]


def decoded(data: bytes, expected: set[str]) -> tuple[int, int]:
    """How many codes the pages of a PDF hold, and how many do not lead where they should."""
    import pypdfium2
    import zxingcpp

    found = wrong = 0
    document = pypdfium2.PdfDocument(data)
    for number in range(len(document)):
        picture = document[number].render(scale=1.5, grayscale=True).to_pil()
        codes = [c.text for c in zxingcpp.read_barcodes(picture)]
        found += max(1, len(codes))
        wrong += sum(text not in expected for text in codes) if codes else 1
    return found, wrong
