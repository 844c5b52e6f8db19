"""The seeded suggestions: every state, from every source, beside a neighbour; the log holds."""

from datetime import date

import pytest

from audit.services import verify
from liaison.demo.manifest import manifest
from liaison.demo.seed import seed
from proposals import states
from proposals.models import Proposal

pytestmark = pytest.mark.django_db


def test_the_county_has_suggestions_in_every_state_and_the_log_holds():
    world = seed(scale="small", seed=7, as_of=date(2026, 11, 20), canary=True)

    rows = Proposal.objects.all()
    here, there = (
        set(rows.filter(region_code=region).values_list("state", flat=True))
        for region in ("370782", "370785")
    )
    assert here == set(states.STATES)
    assert there == {"draft", "submitted", "accepted", "assigned", "replied", "closed"}
    town = rows.filter(region_code="370782108")  # 相州镇人大 has suggestions of its own
    assert sorted(town.values_list("state", flat=True)) == ["closed", "replied", "submitted"]
    assert set(town.values_list("term__congress__level", flat=True)) == {5}
    assert town.get(state="closed").published_at
    assert set(rows.values_list("source_kind", flat=True)) >= {
        "own", "message", "topic", "reception", "research", "inspection", "group", "deliberation",
        "bill", "outside",
    }  # fmt: skip
    found = manifest(world)
    assert len(found["proposals"]) == rows.count()
    assert rows.filter(confidential=True).count() == 2
    marks = [c for c in found["canaries"] if c["object"].startswith("proposals.proposal")]
    codes = dict(rows.values_list("code", "state"))
    drafts = [c for c in marks if codes[c["object"].split()[1]] == "draft"]
    assert drafts
    assert all(len(c["readable_by"]) in (1, 2) for c in drafts)
    assert verify().holds


def test_the_county_has_a_sessions_six_hundred():
    seed(scale="county", seed=7, as_of=date(2026, 11, 20), canary=False)

    rows = Proposal.objects.all()
    assert 590 <= rows.count() <= 620
    assert set(rows.values_list("state", flat=True)) == set(states.STATES)
    numbers = sorted(
        rows.filter(series="session", number__isnull=False).values_list("number", flat=True)
    )
    assert numbers == list(range(1, len(numbers) + 1))
    assert verify().holds
