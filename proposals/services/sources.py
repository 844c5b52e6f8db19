"""提建议 from what people said: the first message opens the draft, the others are linked to it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from audit.services import record
from core.errors import StateMoved
from proposals.models import Proposal, SourceLink
from proposals.rules import may_promote
from proposals.services.writing import Text
from workflows.engine import apply


@transaction.atomic
def from_messages(messages: Sequence[Any], text: Text, *, actor: Any, now: datetime) -> Proposal:
    """One draft of several messages that say the same, all or none.

    Raises Forbidden or StateMoved when one of them cannot be made a suggestion by this deputy.
    """
    first, *others = messages
    data = {"title": text.title, "facts": text.facts, "advice": text.advice}
    apply(first, "promote", actor=actor, now=now, data=data)
    link = SourceLink.objects.filter(kind="message", code=first.code).select_related("proposal")
    made: Proposal = link.latest("id").proposal
    for message in others:
        if reason := may_promote(message, actor, now):
            raise StateMoved("not_now", f"{message.code}：{reason}")
        SourceLink.objects.create(proposal=made, kind="message", code=message.code, at=now)
    if others:
        record(
            actor=actor, action="proposals.proposal.sources_added", obj=made, now=now,
            data={"messages": [m.code for m in others]},
        )  # fmt: skip
    return made
