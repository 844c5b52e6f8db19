"""What the desk pages of a suggestion have in common: finding it, its head, its panel."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from congress.selectors import describe_due
from core.dates import local_date
from proposals import records, states
from proposals.models import Proposal
from proposals.registry import source
from workflows.registry import workflow_of
from workflows.views import Outcome, panel

ICONS = {
    "invite_cosigner": "people", "confirm_cosign": "check", "decline_cosign": "close",
    "submit": "send", "return_for_revision": "undo", "accept": "check", "divert": "swap",
    "withdraw": "undo", "link": "link", "assign": "stamp", "request_rating": "star",
    "evaluate": "star", "rehandle": "refresh", "close": "check", "reopen": "refresh",
    "decide_publication": "eye",
}  # fmt: skip
# Reading comes before doing: these have a page of their own, with the text beside the form.
PAGES = ("confirm_cosign", "submit", "return_for_revision", "accept", "divert", "withdraw",
         "assign", "evaluate", "rehandle", "reopen", "decide_publication")  # fmt: skip
QUIET = ("decline_cosign", "withdraw", "divert")


def find_proposal(request: HttpRequest, code: str) -> Proposal:
    """The suggestion in this person's scope, or 404."""
    rows = Proposal.objects.select_related("term__congress", "session", "lead", "seat",
                                           "delegation", "through")  # fmt: skip
    return rows.get_visible_or_404(request.user, code=code)


def address(proposal: Proposal) -> str:
    return reverse("proposals_desk:proposal", args=[proposal.code])


def badge_of(proposal: Proposal, now: datetime) -> Any:
    """The day it is due with its basis, while somebody's time runs."""
    if proposal.due_on is None or proposal.state not in states.OPEN:
        return None
    return describe_due(
        local_date(now), proposal.due_on, basis=proposal.basis, provisional=proposal.provisional
    )


def panel_of(
    proposal: Proposal, user: Any, now: datetime, outcome: Outcome | None = None
) -> list[dict[str, Any]]:
    """The doors of a suggestion for this person: transitions first, then side records."""
    url = address(proposal) + "{}/"
    rows = panel(
        proposal, user, now=now, url=url, outcome=outcome, icons=ICONS, pages=PAGES, quiet=QUIET
    )
    for row in rows:
        step = workflow_of(proposal).transition(row["name"])
        if row["name"] == "invite_cosigner" and not row["reason_disabled"]:
            row |= {"url": reverse("proposals_desk:invite", args=[proposal.code]), "page": True}
        elif step and step.confirm and row["form"] is None:
            row["page"] = True
    able = [one for one in records.able(proposal, user, now=now) if not one.blocked]
    return rows + [_record_row(proposal, one) for one in able]


def _record_row(proposal: Proposal, able: records.Able) -> dict[str, Any]:
    url = reverse("proposals_desk:record", args=[proposal.code, able.kind.name])
    return {
        "name": f"record-{able.kind.name}", "label": able.kind.label, "url": url,
        "primary": False, "form": None, "page": able.kind.form != "EmptyForm",
        "reason_disabled": "", "icon": "edit", "hint": "", "quiet": False,
    }  # fmt: skip


def sources_of(proposal: Proposal) -> list[dict[str, str]]:
    """What it came from, kept for ever, with the page to read it on."""
    rows = [
        {"label": source(s.kind).label, "code": s.code, "url": source(s.kind).url(s.code)}
        for s in proposal.sources.all()
    ]
    if not rows and proposal.source_kind != "own":
        rows = [{"label": proposal.get_source_kind_display(), "code": "", "url": ""}]
    return rows
