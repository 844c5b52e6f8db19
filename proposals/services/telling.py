"""Who spoke first is told when the result moves: residents behind a suggestion (DESIGN §1)."""

from datetime import datetime

from notifications.services import notify
from proposals.models import Proposal
from voices.models import Message

KIND = "proposals.source_moved"


def tell_sources(proposal: Proposal, step: str, words: str, *, now: datetime) -> int:
    """Tell the writers of the messages it came from, once for each step and round.

    Nothing of a confidential one. Returns how many notices are new.
    """
    if proposal.confidential:
        return 0
    links = proposal.sources.filter(kind="message").values("code")
    return sum(
        notify(
            user_ids=[], kind=KIND, obj=message, text=words, now=now, to_resident=True,
            key=f"source:{proposal.code}:{message.code}:{step}:{proposal.round}",
        )
        for message in Message.objects.filter(code__in=links)
    )  # fmt: skip
