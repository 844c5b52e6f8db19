"""The replies of a suggestion round by round: a later one stands beside the first (trap 9)."""

import re

from handling.models import Order
from handling.states import CO, REASSIGNED, STOPPED
from proposals.models import Proposal

_HEAD = re.compile(r"^【第(\d)轮答复】$", re.MULTILINE)


def joined_replies(proposal: Proposal) -> str:
    """The latest reply of every answering unit, by round; with headings from the second one on."""
    orders = Order.objects.of(proposal).exclude(role=CO).exclude(state__in=(REASSIGNED, STOPPED))
    found: dict[int, list[str]] = {}
    rows = orders.select_related("unit").prefetch_related("replies").order_by("round", "id")
    for order in rows:
        for reply in list(order.replies.all())[-1:]:
            found.setdefault(order.round, []).append(f"{order.named}：\n{reply.text}")
    if len(found) < 2:
        return "\n\n".join(text for texts in found.values() for text in texts)
    return "\n\n".join(
        f"【第{round}轮答复】\n" + "\n\n".join(texts) for round, texts in found.items()
    )


def joined_feedback(proposal: Proposal) -> str:
    """What the deputies rated, round by round: the first stays beside the later ones (trap 9)."""
    rated = proposal.evaluations.filter(at__isnull=False).order_by("round", "id")
    return "\n".join(
        (f"第{e.round}轮，" if proposal.round > 1 else "")
        + f"{e.deputy.name}代表：办理态度{e.get_attitude_display()}，"
        + f"办理结果{e.get_result_display()}"
        + (f"。{e.reason}" if e.reason else "")
        for e in rated.select_related("deputy")
    )


def split_replies(text: str) -> dict[int, str]:
    """A published reply by round; one without headings answers its latest round: {0: …}."""
    parts = _HEAD.split(text)
    if len(parts) < 3:
        return {0: text.strip()} if text.strip() else {}
    found = {int(n): words.strip() for n, words in zip(parts[1::2], parts[2::2], strict=True)}
    return ({0: parts[0].strip()} if parts[0].strip() else {}) | found
