"""Writing topics and what people say to them. Everything outside imports from here."""

from topics.services.clustering import ask_grouping, group_topic
from topics.services.contacts import may_be_read, phone_of, reveal_speaker
from topics.services.course import (
    Invitees,
    call_meeting,
    count_support,
    invite,
    mark_present,
    sign_in,
)
from topics.services.drafting import (
    TopicDraft,
    dispatch_topic,
    draft_topic,
    edit_topic,
    from_messages,
    set_dates,
)
from topics.services.group_counts import recount_groups
from topics.services.groups import merge_groups, move_opinions, rename_group, split_group
from topics.services.moderating import Moderated, moderate
from topics.services.planning import add_part, edit_part, remove_part
from topics.services.promises import settle_promise
from topics.services.proposing import Proposed, enter_topic, propose_topic
from topics.services.results import rate_topic, tell_outcome, write_result
from topics.services.speaking import (
    RESIDENT,
    Spoken,
    agree,
    by_receipt,
    count_opinion,
    speak,
)

__all__ = [
    "RESIDENT",
    "Invitees",
    "Moderated",
    "Proposed",
    "Spoken",
    "TopicDraft",
    "add_part",
    "agree",
    "ask_grouping",
    "by_receipt",
    "call_meeting",
    "count_opinion",
    "count_support",
    "dispatch_topic",
    "draft_topic",
    "edit_part",
    "edit_topic",
    "enter_topic",
    "from_messages",
    "group_topic",
    "invite",
    "mark_present",
    "may_be_read",
    "merge_groups",
    "moderate",
    "move_opinions",
    "phone_of",
    "propose_topic",
    "rate_topic",
    "recount_groups",
    "remove_part",
    "rename_group",
    "reveal_speaker",
    "set_dates",
    "settle_promise",
    "sign_in",
    "speak",
    "split_group",
    "tell_outcome",
    "write_result",
]
