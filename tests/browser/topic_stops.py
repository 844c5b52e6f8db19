"""The residents' pages of topics: every state the demo has, every answer to a form."""

from __future__ import annotations

from typing import Any

from tests.browser.stops import Site, Stop
from topics import states
from topics.models import Opinion, OpinionGroup, Topic


def _of(state: str) -> Topic | None:
    return Topic.objects.filter(state=state).order_by("-opinion_count", "id").first()


def _page(state: str, tail: str = "") -> Any:
    def where(site: Site) -> str | None:
        found = _of(state)
        return f"/topics/{found.code}/{tail}" if found else None

    return where


def _first_group(site: Site) -> str | None:
    found = OpinionGroup.objects.filter(topic__state__in=states.PUBLIC).order_by("id").first()
    return f"/topics/{found.topic.code}/groups/1/" if found else None


def _agree(site: Site) -> str | None:
    found = _agreeable()
    return f"/topics/{found.topic.code}/opinion/agree/" if found else None


def _agreeable() -> Opinion | None:
    rows = Opinion.objects.published().filter(topic__state=states.COLLECTING)
    return rows.select_related("topic").order_by("id").first()


def _spoken(site: Site, state: str) -> str:
    """The receipt of somebody who spoke to, or proposed, a topic in this state."""
    codes = Topic.objects.filter(state=state).order_by("id").values_list("code", flat=True)
    return next((site.world.receipts[c] for c in codes if c in site.world.receipts), "")


def _receipt(state: str) -> Stop:
    return Stop(
        f"topic receipt {state}", lambda site: "/receipt/" if _spoken(site, state) else None,
        post=lambda site: {"receipt": _spoken(site, state)},
    )  # fmt: skip


def _propose(site: Site) -> str:
    return f"/q/{site.token('deputy')}/topic/"


_PROPOSAL = {
    "title": "小学门口放学堵车怎么疏导", "summary": "每天下午四点半堵半小时。",
    "questions": "家长在哪里等最好？",
}  # fmt: skip
TOPICS = [
    *(Stop(f"topic {state}", _page(state)) for state in states.PUBLIC),
    *(
        Stop(f"topics {tab}", lambda s, t=tab: f"/topics/?tab={t}")
        for tab in ("discussing", "handling", "published", "handling&words=没有这个")
    ),
    Stop("topic opinions", _page(states.COLLECTING, "opinions/")),
    Stop("topic group", _first_group),
    Stop("topic digest", lambda s: "/topics/digest/2026/"),
    Stop("topic digest of a year with nothing", lambda s: "/topics/digest/2020/"),
    Stop("topic form", _page(states.COLLECTING, "opinion/")),
    Stop("topic form closed", _page(states.RESEARCHING, "opinion/")),
    Stop(
        "topic form refused", _page(states.COLLECTING, "opinion/"), status=400,
        post=lambda s: {"answer_1": "", "name": "吴先生", "phone": "12"},
    ),
    Stop(
        "topic form without a script", _page(states.COLLECTING, "opinion/"),
        post=lambda s: {"inline": "1", "answer_1": "先把路灯修好"},
    ),
    Stop(
        "topic too late", _page(states.RESEARCHING, "opinion/"), status=409,
        post=lambda s: {"answer_1": "写了半天的话"},
    ),
    Stop(
        "topic spoken", _page(states.COLLECTING, "opinion/"), status=201,
        post=lambda s: {"answer_1": "先把路灯修好", "idempotency_key": "k" * 22},
    ),
    Stop(
        "topic agreed", _agree,
        post=lambda s: {"opinion": getattr(_agreeable(), "code", "")},
    ),
    *(_receipt(state) for state in (states.APPLIED, states.REJECTED, *states.PUBLIC)),
    Stop("topic propose", _propose),
    Stop("topic propose refused", _propose, status=400, post=lambda s: {"title": "堵车"}),
    Stop("topic proposed", _propose, status=201, post=lambda s: dict(_PROPOSAL)),
    Stop("results topics", lambda s: "/results/?tab=topics"),
]  # fmt: skip
