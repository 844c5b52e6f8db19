"""审核: returned, accepted with a number, diverted, taken back, linked."""

from audit.actors import SYSTEM
from core.dates import local_date
from deputies.services import record_duty
from proposals import states
from proposals.models import Proposal, ProposalLink, Review
from proposals.rules import open_orders
from proposals.services.deadlines import end
from proposals.services.numbers import take_number
from proposals.services.telling import tell_sources
from workflows.engine import apply
from workflows.registry import Change


def _reviewed(change: Change, kind: str) -> None:
    data = change.data
    Review.objects.create(
        proposal=change.obj, by=change.actor.actor_label, at=change.now, kind=kind,
        version=change.obj.version, organ=data.get("organ"),
        exclusions=data.get("exclusions") or [], note=data.get("note") or data.get("reason") or "",
    )  # fmt: skip


def return_for_revision(change: Change) -> None:
    """The text that was judged stays; the next one is a version of its own."""
    _reviewed(change, "returned")
    end(change.obj, change.now)
    change.log["exclusions"] = change.data["exclusions"]


def accept(change: Change) -> None:
    """立案: a number in the series of its term and session, without a gap."""
    proposal = change.obj
    proposal.category = change.data["category"] or proposal.category
    take_number(proposal)
    proposal.save(update_fields=["category", "number", "series_key"])
    _reviewed(change, "accepted")
    change.log |= {"number": proposal.number_words, "series": proposal.series_key}
    enter_duties(proposal, change)
    tell_sources(proposal, "accepted", "代表就您反映的事提出的建议已经立案。", now=change.now)


def enter_duties(proposal: Proposal, change: Change) -> None:
    """Into the duty file of everybody who signed, once; only what was accepted counts."""
    for row in proposal.signatures.filter(state=states.CONFIRMED).select_related("deputy", "seat"):
        part = "领衔" if row.lead else "联名"
        record_duty(
            deputy=row.deputy, kind="suggestion", on=local_date(change.now), seat=row.seat,
            title=f"{part}提出代表建议{proposal.number_words}", source_type="proposals.proposal",
            source_code=proposal.code, actor=change.actor, now=change.now,
        )  # fmt: skip


def divert(change: Change) -> None:
    """Not a suggestion: handled as a letter, told to the deputy with the reason."""
    _reviewed(change, "diverted")
    end(change.obj, change.now)
    change.log["exclusions"] = change.data["exclusions"]


def withdraw(change: Change) -> None:
    """Handling ends at once (QD 12, SD 9); what was done stays on record and is counted."""
    proposal = change.obj
    for order in open_orders(proposal):
        apply(order, "stop", actor=SYSTEM, now=change.now)
    end(proposal, change.now)
    _reviewed(change, "withdrawn")


def link(change: Change) -> None:
    """并案: this one joins `main`; both keep their number and their own answer."""
    main = change.data["main"]
    ProposalLink.objects.create(
        main=main, other=change.obj, reason=change.data["reason"], by=change.actor.actor_label,
        at=change.now,
    )  # fmt: skip
    _reviewed(change, "merged")
    change.log["main"] = main.code
