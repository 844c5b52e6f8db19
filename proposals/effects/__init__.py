"""What each transition of a suggestion writes beside the state. Called by the engine only."""

from proposals.effects.course import (
    assign,
    close,
    evaluate,
    lapse_due,
    rehandle,
    request_rating,
)
from proposals.effects.doors import promote_message
from proposals.effects.orders import order_moved
from proposals.effects.public import decide_publication
from proposals.effects.review import accept, divert, link, return_for_revision, withdraw
from proposals.effects.writing import confirm_cosign, decline_cosign, invite_cosigner, submit

__all__ = [
    "accept",
    "assign",
    "close",
    "confirm_cosign",
    "decide_publication",
    "decline_cosign",
    "divert",
    "evaluate",
    "invite_cosigner",
    "lapse_due",
    "link",
    "order_moved",
    "promote_message",
    "rehandle",
    "request_rating",
    "return_for_revision",
    "submit",
    "withdraw",
]
