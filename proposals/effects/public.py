"""The reviewer's decision on publication."""

from core.personal import mask_personal
from notifications.clocks import stop_clock
from proposals import states
from proposals.models import Publication
from proposals.services.telling import tell_sources
from workflows.registry import Change

_TEXTS = ("title", "text", "reply", "feedback")


def decide_publication(change: Change) -> None:
    """公开, 部分公开 or 不予公开 with its reason; what is public has its numbers masked (trap 19)."""
    proposal, data = change.obj, change.data
    row, _ = Publication.objects.select_for_update().get_or_create(
        proposal=proposal, defaults={"code": proposal.code, "region_code": proposal.region_code}
    )
    shown = data["decision"] != states.NOT_PUBLIC
    row.decision, row.why_not, row.note = data["decision"], data["why_not"], data["note"]
    for name in _TEXTS:
        setattr(row, name, mask_personal(data[name]) if shown else "")
    row.decided_by, row.decided_at = change.actor.actor_label, change.now
    row.save()
    proposal.published_at = (proposal.published_at or change.now) if shown else None
    proposal.save(update_fields=["published_at"])
    stop_clock(row, now=change.now)
    if shown:
        words = "代表就您反映的事提出的建议和答复公开了。"
        tell_sources(proposal, "published", words, now=change.now)
    change.log |= {"decision": row.decision, "why_not": row.why_not}
