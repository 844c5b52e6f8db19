"""Writes of the proposals app. Everything after the draft is a transition (`effects`)."""

from proposals.services.handing import (
    Plan,
    assign_batch,
    dispatch,
    hand_over,
    open_batch,
    settle_dispute,
)
from proposals.services.promises import rate_promise, update_promise
from proposals.services.sheets_in import import_proposals
from proposals.services.sheets_out import export_proposals
from proposals.services.writing import Text, draft, enter, revise

__all__ = [
    "Plan",
    "Text",
    "assign_batch",
    "dispatch",
    "draft",
    "enter",
    "export_proposals",
    "hand_over",
    "import_proposals",
    "open_batch",
    "rate_promise",
    "revise",
    "settle_dispute",
    "update_promise",
]
