"""Every address × every role: who gets in, who is sent to sign in, who is refused.

The walk takes every route from the resolver; a route whose view does not say who may enter, or
whose arguments are not known here, fails the test. What a role may do comes from one table,
`accounts.roles`.
"""

import re

import pytest
from django.core.management import call_command
from django.test import Client

from accounts.roles import ROLES
from proposals.services import Text, draft
from proposals.states import EXCLUSIONS
from tests.topics.course import make_topic, say
from tests.voices.conftest import promised
from tests.world import NOW, make_county
from voices.selectors import route_of
from voices.services import Words, submit
from workflows.engine import apply

# Sample values for the arguments of routes; `{…}` are filled from the world made below.
SAMPLES = {
    "opinion": "{opinion}",
    "token": "{token}", "code": "{message}", "signed": "nothing", "number": "1", "name": "accept",
    "transition": "accept", "object_id": "999999", "pk": "999999", "member": "1", "service": "1",
    "item": "place", "record": "urge", "form": "svg", "app_label": "congress", "url": "nowhere",
    "content_type_id": "1", "slug": "x", "year": "2026", "promise": "{promise}", "attendee": "1",
    "secret": "nothing", "order": "nothing",
}  # fmt: skip
OPEN_TO_ALL = {"public", "operator"}
# What somebody without the right may be told. 404 hides what is there, 302 leads to the door.
REFUSED = {302, 401, 403, 404, 405}


def endpoints() -> list[dict]:
    import io
    import json

    out = io.StringIO()
    call_command("list_endpoints", "--json", stdout=out)
    found = json.loads(out.getvalue())
    return found if isinstance(found, list) else found["endpoints"]


# What `<code>` stands for below these; elsewhere it is a message's.
CODES = {
    "/topics/": "{topic}", "/publication/": "{topic}", "/moderation/opinions/": "{opinion}",
    "/api/v1/opinions/": "{opinion}", "/proposals/": "{proposal}",
}  # fmt: skip


def address(pattern: str, values: dict[str, str]) -> str:
    def fill(match: re.Match[str]) -> str:
        name = match[1].split(":")[-1]
        if name == "code":
            coded = [sample for part, sample in CODES.items() if part in pattern]
            return (coded[-1] if coded else SAMPLES["code"]).format(**values)
        assert name in SAMPLES, f"{pattern}: no sample value for <{name}>"
        return SAMPLES[name].format(**values)

    return re.sub(r"<([^>]+)>", fill, pattern)


@pytest.fixture
def world(db):
    county = make_county()
    code = county.codes["deputy"]
    message = _say(code)
    topic = make_topic(county, "collecting")
    opinion = say(topic).opinions[0]
    return county, {
        "token": code.token, "message": message.code, "topic": topic.code, "opinion": opinion.code,
        "proposal": _proposal(county), "promise": promised(county, _say(code)).code,
    }  # fmt: skip


def _say(code):
    return submit(
        Words("problem", "路灯坏了"), code=code, route=route_of(code), idempotency_key="",
        now=NOW,
    ).message  # fmt: skip


def _proposal(county) -> str:
    """A suggestion that waits to be read: seen by its deputy and the office."""
    deputy = county.users["deputy"]
    text = Text("关于修路灯的建议", "路灯坏了。", "修好路灯。")
    made = draft(text, actor=deputy, deputy=county.deputy, now=NOW)
    confirmed = {"confirmed": list(EXCLUSIONS)}
    return apply(made, "submit", actor=deputy, now=NOW, data=confirmed).code


def sign_in(user) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)  # the second factor comes with it, tests/conftest.py
    return client


def may(role: str, permission: str) -> bool:
    """What the roles table says about a route's declared permission."""
    found = ROLES[role]
    if permission in ("public", "operator", "signed in", "signed-in"):
        return True
    return {"desk": found.desk, "staff": found.admin}.get(
        permission, permission in found.permissions
    )


def test_every_route_says_who_may_enter():
    known = {p for role in ROLES.values() for p in role.permissions}
    words = {"public", "operator", "desk", "staff", "signed in", "signed-in"}
    for route in endpoints():
        permission = route["permission"]
        stock = route["pattern"].startswith("/admin/")  # Django's own add/delete pages
        assert permission in known | words or stock, route
        assert permission, route


def test_strangers_get_in_only_where_it_is_public(world):
    _, values = world
    client, wrong = Client(raise_request_exception=False), []
    for route in endpoints():
        url = address(route["pattern"], values)
        for method in {"GET", "POST"} & set(route["methods"]):
            answer = getattr(client, method.lower())(url)
            public = route["permission"] in OPEN_TO_ALL
            broken = answer.status_code >= 500 and url != "/readyz"  # there is no job loop here
            shut = public or url.startswith("/api/") or answer.status_code in REFUSED
            if broken or not shut:
                wrong.append((method, url, answer.status_code))
    assert not wrong, "\n".join(map(str, wrong))


@pytest.mark.parametrize("role", list(ROLES))
def test_every_route_by_role(world, role):
    county, values = world
    client, wrong = sign_in(county.users[role]), []
    for route in endpoints():
        url = address(route["pattern"], values)
        if "logout" in url or url == "/api/schema/":
            continue
        for method in {"GET", "POST"} & set(route["methods"]):
            status = getattr(client, method.lower())(url).status_code
            allowed = may(role, route["permission"])
            if (status >= 500 and url != "/readyz") or (not allowed and status not in REFUSED):
                wrong.append((method, url, route["permission"], status))
            # the admin is stricter than the roles where nothing may be added or deleted by hand
            stock = re.search(r"^/admin/(.*/(add|delete)/|autocomplete/|login/)$", url)
            if allowed and not stock and method == "GET" and status == 403:
                wrong.append((method, url, route["permission"], "refused though granted"))
    assert not wrong, "\n".join(map(str, wrong))
