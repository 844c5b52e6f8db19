"""What each transition writes beside the state. Called by the engine only."""

from topics.effects.course import (
    adopt_plan,
    close_collection,
    extend_collection,
    hand_over,
    hold_meeting,
    open_collection,
    publish,
    record_research,
)
from topics.effects.door import deliberate
from topics.effects.opinions import approve_opinion, edit_opinion, note_opinion
from topics.effects.review import apply_for, approve, note_review, withdraw

__all__ = [
    "adopt_plan", "apply_for", "approve", "approve_opinion", "close_collection", "deliberate",
    "edit_opinion", "extend_collection", "hand_over", "hold_meeting", "note_opinion",
    "note_review", "open_collection", "publish", "record_research", "withdraw",
]  # fmt: skip
