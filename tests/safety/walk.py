"""Where the leak tests go: every GET route with the codes of real things of both counties."""

from __future__ import annotations

import io
import itertools
import json
import re
from typing import Any

from django.apps import apps
from django.core.management import call_command

from tests.safety.conftest import Planted

COUNTIES = ("370782", "370785")
SKIPPED = re.compile(r"^/(healthz|readyz|metrics|api/schema|api/docs|logout|admin/logout|login)")
PER_COUNTY = 2
AT_MOST = 8  # addresses of one route


def get_routes() -> list[dict[str, Any]]:
    """Every route that answers GET."""
    out = io.StringIO()
    call_command("list_endpoints", "--json", stdout=out)
    found = json.loads(out.getvalue())
    rows = found if isinstance(found, list) else found["endpoints"]
    return [r for r in rows if "GET" in r["methods"] and not SKIPPED.match(r["pattern"])]


def post_routes() -> list[dict[str, Any]]:
    """Every route at work that names a thing and takes a POST; Django's redirects left out."""
    out = io.StringIO()
    call_command("list_endpoints", "--json", stdout=out)
    found = json.loads(out.getvalue())
    rows = found if isinstance(found, list) else found["endpoints"]
    places = re.compile(r"/(desk|admin|api/v1)/(?!r/)")
    bare = re.compile(r"/<path:object_id>/$")
    return [
        r for r in rows
        if "POST" in r["methods"] and "<" in r["pattern"]
        and places.match(r["pattern"]) and not bare.search(r["pattern"])
    ]  # fmt: skip


def codes(planted: Planted) -> dict[str, list[str]]:
    """Codes of things by kind, some of each county; messages and orders that hold canaries."""
    found: dict[str, list[str]] = {}
    for kind in ("deputies", "stations", "grids", "units"):
        rows = planted.manifest[kind]
        found[kind] = _some(rows, PER_COUNTY)
    rich = {c["object"].split(" ")[1] for c in planted.canaries}
    for kind in ("messages", "orders"):
        rows = [r for r in planted.manifest[kind] if r["code"] in rich]
        found[kind] = _varied(rows)
    found["topics"] = _topics(planted, rich)
    found["opinions"] = [
        c["object"].split(" ")[1] for c in planted.canaries if c["object"].startswith("topics.opin")
    ]
    found["receptions"] = [
        c["object"].split(" ")[1] for c in planted.canaries if "reception" in c["object"]
    ][::20]
    found["regions"] = [*COUNTIES, *(f"{c}001" for c in COUNTIES)]
    tokens = [r for r in planted.manifest["tokens"] if r["state"] == "active"]
    found["tokens"] = [r["token"] for r in tokens[:: max(1, len(tokens) // 6)]]
    found["tokens"] += [r["token"] for r in planted.manifest["tokens"] if r["state"] != "active"]
    return found


def _some(rows: list[dict[str, Any]], count: int) -> list[str]:
    return [
        row["code"]
        for county in COUNTIES
        for row in [r for r in rows if r["region"].startswith(county)][:count]
    ]


def _topics(planted: Planted, rich: set[str]) -> list[str]:
    """Of each county those that are not public yet, one where opinions wait, one that ended."""
    wanted = ("draft", "returned", "collecting", "published")
    rows = [r for r in planted.manifest["topics"] if r["code"] in rich]
    found = {(r["region"][:6], r["state"]): r["code"] for r in reversed(rows)}
    places = [(county, state) for state in wanted for county in COUNTIES]
    return [found[place] for place in places if place in found]


def _varied(rows: list[dict[str, Any]]) -> list[str]:
    """The last of every state in each county: the latest ones hold most."""
    last = {(r["region"][:6], r["state"]): r["code"] for r in rows}
    sides = [[code for (county, _), code in last.items() if county == c][:4] for c in COUNTIES]
    return [code for pair in itertools.zip_longest(*sides) for code in pair if code]


def addresses(planted: Planted) -> list[str]:
    """Every GET route filled in with own and foreign codes, and the ways lists can be asked."""
    known = codes(planted)
    found = [url for route in get_routes() for url in _filled(route["pattern"], known)]
    return sorted(set(found + _questions(planted)))


def _filled(pattern: str, known: dict[str, list[str]]) -> list[str]:
    names = re.findall(r"<(?:[a-z]+:)?([a-z_]+)>", pattern)
    choices = [_choices(pattern, name, known) for name in names]
    found = []
    # the last argument varies slowest, so that every code comes with at least one action
    for turned in itertools.product(*reversed(choices)):
        values = turned[::-1]
        url = pattern
        for value in values:
            url = re.sub(r"<[^>]+>", value, url, count=1)
        found.append(url)
    return found[:AT_MOST]


# What an argument stands for, by the beginning of the address; first match counts.
ARGUMENTS = [
    (r"/api/v1/(?P<kind>\w+)/<", "code", None),
    (r"/admin/moderation/opinions/", "code", "opinions"),
    (r"/desk/topics/|/topics/|/admin/topics/publication/", "code", "topics"),
    (r"/desk/messages/|/results/|/admin/moderation/", "code", "messages"),
    (r"/desk/orders/", "code", "orders"),
    (r"/desk/station/|/stations/", "code", "stations"),
    (r"/deputies/", "code", "deputies"),
    (r"/desk/grids/", "code", "grids"),
    (r"", "token", "tokens"),
    (r"/desk/station/.*receptions", "number", "receptions"),
]
NAMES = {"name": ["reply", "transfer", "answer", "open"], "number": ["1"], "form": ["svg", "png"]}


def _choices(pattern: str, name: str, known: dict[str, list[str]]) -> list[str]:
    model = re.match(r"/admin/(\w+)/(\w+)/", pattern)
    if model and name in ("pk", "object_id"):
        return _keys(model[1], model[2])
    for start, argument, kind in ARGUMENTS:
        hit = re.match(start, pattern)
        if hit and argument == name:
            return known.get(kind or hit["kind"], []) or ["1"]
    return NAMES.get(name, ["1"])


def _keys(app: str, name: str) -> list[str]:
    """Primary keys of rows of both counties, the latest first."""
    try:
        model = apps.get_model(app, name)
    except LookupError:
        return ["1"]
    rows = model._default_manager.order_by("-pk")
    if not any(f.name == "region_code" for f in model._meta.get_fields()):
        return [str(pk) for pk in rows.values_list("pk", flat=True)[:2]] or ["1"]
    return [
        str(pk)
        for county in COUNTIES
        for pk in rows.filter(region_code__startswith=county).values_list("pk", flat=True)[:1]
    ] or ["1"]


def _questions(planted: Planted) -> list[str]:
    """Lists asked in every way that may be asked: tabs, filters, order, search, depth."""
    message = next(c["text"] for c in planted.canaries if c["object"].endswith(" text"))
    half = message[:6]  # the whole would be on the page as what was asked
    desk = [f"/desk/{area}/?tab={tab}" for area, tabs in {
        "messages": ("todo", "waiting", "answered", "done", "nonsense"),
        "orders": ("todo", "sign", "late", "returned", "replied", "done"),
    }.items() for tab in tabs]  # fmt: skip
    desk += [f"/desk/messages/?tab={t}&words={half}" for t in ("todo", "answered", "done")]
    api = [
        f"/api/v1/{kind}/?{query}"
        for kind in (
            "messages", "orders", "topics", "opinions", "promises", "deputies", "stations",
            "grids", "units",
        )
        for query in (
            "page_size=100", "page=2", f"search={half}", "ordering=-id", "region=370785",
            "region=3707", "ordering=text", f"text__contains={half}",
        )
    ]  # fmt: skip
    admin = [
        f"/admin/{model}/?{query}"
        for model in ("voices/message", "handling/order", "deputies/deputy", "deputies/link")
        for query in (f"q={half}", "all=1", "o=1", "region_code__startswith=37", "e=1", "p=2")
    ]
    complete = [
        f"/admin/autocomplete/?term={term}&app_label={app}&model_name={name}&field_name={field}"
        for term in ("", "3", half)
        for app, name, field in (
            ("deputies", "seat", "deputy"), ("deputies", "link", "deputy"),
            ("stations", "stationrole", "deputy"), ("grids", "gridservice", "deputy"),
            ("voices", "message", "deputy"),
        )
    ]  # fmt: skip
    public = [f"/results/?words={half}", "/results/?region=37", f"/deputies/?words={half}"]
    return desk + api + admin + complete + public
