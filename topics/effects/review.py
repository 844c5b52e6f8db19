"""Effects of 议题征集: applying, and what the 代表之家 decides."""

from topics import states
from topics.effects.door import let_go
from topics.services.schedule import plan_opening
from workflows.registry import Change


def apply_for(change: Change) -> None:
    topic = change.obj
    change.log["signed"] = f"{topic.deputy.name}代表" if topic.deputy else change.actor.actor_label


def withdraw(change: Change) -> None:
    """The messages it grew from go back to who handles them."""
    let_go(change.obj, change.now)


def note_review(change: Change) -> None:
    """退回 and 不予通过, with the reason."""
    topic = change.obj
    topic.review_note = change.data["reason"]
    topic.save(update_fields=["review_note"])
    if change.to_state == states.REJECTED:
        let_go(topic, change.now)


def approve(change: Change) -> None:
    """The dates are fixed, and opening and closing become due work."""
    topic, data = change.obj, change.data
    topic.opens_on, topic.closes_on = data["opens_on"], data["closes_on"]
    topic.meets_on = data["meets_on"]
    topic.review_note = data["note"]
    topic.save(update_fields=["opens_on", "closes_on", "meets_on", "review_note"])
    plan_opening(topic)
    change.log |= {
        "opens_on": topic.opens_on.isoformat(), "closes_on": topic.closes_on.isoformat()
    }  # fmt: skip
