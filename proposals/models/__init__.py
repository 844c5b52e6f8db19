"""Models of the proposals app: the suggestion, who signs it, what is done with it."""

from proposals.models.after import (
    Evaluation,
    ExpertReview,
    FaceReply,
    PromiseRating,
    PromiseUpdate,
    ScoreSheet,
)
from proposals.models.course import (
    Assignment,
    Batch,
    Dispute,
    ProposalLink,
    Referral,
    Review,
    Supervision,
)
from proposals.models.proposal import NumberSeries, Proposal, Publication
from proposals.models.writing import Signature, SourceLink, Version

__all__ = [
    "Assignment",
    "Batch",
    "Dispute",
    "Evaluation",
    "ExpertReview",
    "FaceReply",
    "NumberSeries",
    "PromiseRating",
    "PromiseUpdate",
    "Proposal",
    "ProposalLink",
    "Publication",
    "Referral",
    "Review",
    "ScoreSheet",
    "Signature",
    "SourceLink",
    "Supervision",
    "Version",
]
