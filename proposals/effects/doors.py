"""提建议: a deputy makes a suggestion of a resident's message; the link is kept for ever."""

from proposals.services.writing import Source, Text, draft
from workflows.registry import Change


def promote_message(change: Change) -> None:
    """A draft of the deputy's own. The message goes on: whoever wrote it still gets an answer."""
    message, data = change.obj, change.data
    made = draft(
        Text(data["title"], data["facts"], data["advice"]), actor=change.actor,
        deputy=message.deputy, now=change.now, source=Source("message", message.code),
    )  # fmt: skip
    change.log |= {"proposal": made.code, "signed": f"{message.deputy.name}代表"}
