"""A topic gets its printed code when it is approved: `posters --kind topic` prints it."""

from codes.services import NewCode, issue_codes
from topics.models import Topic
from workflows.registry import Change


def print_on_approval(change: Change) -> None:
    """Listener of the engine, in the transaction of the approval. A code in use stays."""
    topic = change.obj
    if not isinstance(topic, Topic) or change.transition.name != "approve":
        return
    wanted = NewCode("topic", topic.code, topic.region_code, topic.title)
    issue_codes([wanted], actor=change.actor, now=change.now)
