"""提出前: inviting and confirming co-signers, submitting."""

from core.dates import local_date
from proposals import states
from proposals.models import Proposal
from proposals.rules import deputy_codes, seat_now
from proposals.selectors import session_on
from proposals.services.deadlines import run
from proposals.services.writing import invite
from workflows.registry import Change


def invite_cosigner(change: Change) -> None:
    row = invite(change.obj, change.data["deputy"], now=change.now)
    change.log["deputy"] = row.deputy.code


def confirm_cosign(change: Change) -> None:
    """The signer's own confirmation of the very text that was read (QD 9, trap 12)."""
    _answer(change, states.CONFIRMED, change.obj.version)


def decline_cosign(change: Change) -> None:
    _answer(change, states.DECLINED, 0)


def _answer(change: Change, state: str, version: int) -> None:
    mine = change.obj.signatures.get(deputy__code__in=deputy_codes(change.actor), lead=False)
    mine.state, mine.version, mine.answered_at = state, version, change.now
    mine.note = change.data.get("note", "")
    mine.save(update_fields=["state", "version", "answered_at", "note"])
    change.log |= {"deputy": mine.deputy.code, "version": version}


def _under_present_seats(proposal: Proposal) -> None:
    """A draft may be older than the seats: who is out of office signs no more, who was elected
    again signs under the new seat, and the suggestion belongs to the present term (trap 14).
    """
    for row in proposal.signatures.exclude(state=states.DECLINED).select_related("deputy", "seat"):
        seat = seat_now(proposal, row.deputy)
        if seat is None:
            row.state, row.note = states.DECLINED, "提交时已不在任"
        elif row.seat != seat:
            row.seat = seat
        else:
            continue
        row.save(update_fields=["state", "note", "seat"])
    seat = seat_now(proposal, proposal.lead)
    if seat.term != proposal.term:
        proposal.term, proposal.seat, proposal.delegation = seat.term, seat, None


def submit(change: Change) -> None:
    """大会 while a session sits, else 闭会, whose time for 交办 runs from now."""
    proposal, today = change.obj, local_date(change.now)
    _under_present_seats(proposal)
    proposal.session, found = session_on(proposal.term.congress, proposal.term, today)
    proposal.series = change.data["series"] or found
    if change.data["session"] is not None:
        proposal.session = change.data["session"]
    if not deputy_codes(change.actor):
        proposal.proxy_name = change.actor.actor_label
        proposal.proxy_way = proposal.proxy_way or "paper"
    proposal.save(
        update_fields=["term", "seat", "delegation", "session", "series", "proxy_name", "proxy_way"]
    )
    change.log |= {"series": proposal.series, "version": proposal.version}
    if proposal.proxy_name:
        change.log["proxy"] = True
    if proposal.series == states.BETWEEN:
        run(proposal, "assign_within", change.now, round=proposal.round)
