"""The OpenAPI document is valid, without warnings, and what it promises is kept under fire."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path

import pytest
import yaml
from django.core.management import call_command
from django.test import Client
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from tests.voices.conftest import say
from tests.world import County, make_county

pytestmark = pytest.mark.django_db


def test_the_schema_is_valid_and_without_warnings(tmp_path: Path):
    target = tmp_path / "schema.yaml"
    errors = StringIO()
    call_command(
        "spectacular", "--validate", "--fail-on-warn", "--file", str(target), stderr=errors
    )
    assert yaml.safe_load(target.read_text())["openapi"].startswith("3.")


# What programs written against the document call the lists of choices: a name is kept for good.
NAMES = {
    "RegionLevelEnum": "county", "CongressLevelEnum": 4, "RegionKindEnum": "street",
    "UnitKindEnum": "department", "GridKindEnum": "dedicated", "StationKindEnum": "station",
    "MessageKindEnum": "problem", "MessageOutcomeEnum": "explained",
    "ReplyOutcomeEnum": "upper_level",
    "PromiseOutcomeEnum": "broken", "PromiseStateEnum": "open", "SatisfactionEnum": "basic",
}  # fmt: skip


def test_lists_of_choices_keep_their_names():
    out = StringIO()
    call_command("spectacular", "--format", "openapi-json", stdout=out)
    schemas = yaml.safe_load(out.getvalue())["components"]["schemas"]
    named = {name: schemas.get(name, {}).get("enum", []) for name in NAMES}
    assert {name for name, one in NAMES.items() if one not in named[name]} == set()
    assert [name for name in schemas if re.search(r"(?=\w{0,2}\d)[0-9a-f]{3}Enum$", name)] == []


def operations() -> list[tuple[str, str, list[dict], dict]]:
    out = StringIO()
    call_command("spectacular", "--format", "openapi-json", stdout=out)
    schema = yaml.safe_load(out.getvalue())
    return [
        (path, method, rule.get("parameters", []), schema)
        for path, rules in schema["paths"].items()
        for method, rule in rules.items()
        if method in ("get", "post")
    ]


TEXT = st.text(max_size=40) | st.sampled_from(["-1", "0", "9" * 30, "370782", "\0", "%00", "M1"])
VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)


@pytest.fixture
def county() -> County:
    county = make_county()
    say(county)
    return county


@pytest.mark.parametrize("role", ["", "congress_staff"])
def test_no_request_the_schema_allows_is_a_server_error(county: County, role: str):
    """Every operation with drawn paths, queries and bodies: no 500, refusals in the one form."""
    client = Client(raise_request_exception=False)
    if role:
        client.force_login(county.users[role])
    every = operations()
    assert len(every) > 15

    @seed(20261121)
    @settings(max_examples=150, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def fire(data: st.DataObject) -> None:
        path, method, parameters, _ = data.draw(st.sampled_from(every))
        query = {}
        for one in parameters:
            value = data.draw(TEXT)
            if one["in"] == "path":
                known = {"transition": ["accept", "sign", "reply"], "code": ["M00000001"]}
                value = data.draw(st.sampled_from(known.get(one["name"], ["x"])) | TEXT)
                path = path.replace(f"{{{one['name']}}}", value.replace("/", "") or "x")
            elif data.draw(st.booleans()):
                query[one["name"]] = value
        if method == "post":
            body = data.draw(st.dictionaries(st.sampled_from(FIELDS) | TEXT, VALUE, max_size=5))
            answer = client.post(path, body, content_type="application/json")
        else:
            answer = client.get(path, {k: v.encode("utf-8", "replace") for k, v in query.items()})
        assert answer.status_code < 500, (method, path, query)
        if answer.status_code >= 400:
            assert set(answer.json()) == {"code", "message", "fields"}, (method, path)

    fire()


FIELDS = [
    "token", "kind", "text", "place", "name", "phone", "consent", "idempotency_key", "reason",
    "units", "outcome", "deputy", "station", "door", "score", "title", "on", "wanted_on",
]  # fmt: skip
