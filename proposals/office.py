"""What waits in the office: to review, to hand over, to decide on in public; its meetings."""

from typing import Any

from django.db.models import Q, QuerySet

from core.visibility import prefix_q
from proposals import states
from proposals.models import Batch, Proposal

REVIEW_TABS = {
    "submitted": ("待审核", (states.SUBMITTED,)), "returned": ("退回修改中", (states.RETURNED,)),
    "accepted": ("已立案待交办", (states.ACCEPTED,)), "diverted": ("转来信", (states.DIVERTED,)),
    "withdrawn": ("撤回", (states.WITHDRAWN,)),
}  # fmt: skip
ASSIGN = "proposals.assign_proposal"


def to_review(user: Any, key: str = "submitted") -> QuerySet[Proposal]:
    """One step of 审核, with what committees said."""
    rows = Proposal.objects.visible_to(user).filter(state__in=REVIEW_TABS[key][1])
    return rows.select_related("lead", "term", "session", "merged_into__main").prefetch_related(
        "reviews__organ"
    )


def to_assign(user: Any) -> QuerySet[Proposal]:
    """Accepted suggestions this person may hand over."""
    rows = Proposal.objects.visible_to(user).filter(state=states.ACCEPTED)
    return rows.filter(prefix_q("region_code", user.region_prefixes(ASSIGN)))


def to_publish(user: Any, key: str = "waiting") -> QuerySet[Proposal]:
    """Answered ones this person sees; what is to be kept confidential is decided already."""
    rows = Proposal.objects.visible_to(user).filter(
        state__in=states.ANSWERED, replied_at__isnull=False
    )
    if key == "waiting":
        undecided = Q(publication__isnull=True) | Q(publication__decision="")
        return rows.filter(undecided, confidential=False)
    return rows.filter(publication__decision=key)


def batches_of(user: Any) -> QuerySet[Batch]:
    """The hand-over meetings of this person's place."""
    return Batch.objects.filter(prefix_q("region_code", user.region_prefixes(ASSIGN)))
