"""民意码上聚: topics, what people said, how it was discussed, what came of it."""

from topics.models.course import Attendee, Meeting, PlanPart, ResearchNote, Support
from topics.models.opinions import (
    Agreement,
    Contribution,
    Opinion,
    OpinionGroup,
    SpeakerContact,
    SpeakerReveal,
)
from topics.models.results import Picture, QuestionAnswer, Result, TopicRating
from topics.models.topic import Question, Topic, TopicMessage

__all__ = [
    "Agreement", "Attendee", "Contribution", "Meeting", "Opinion", "OpinionGroup", "Picture",
    "PlanPart", "Question", "QuestionAnswer", "ResearchNote", "Result", "SpeakerContact",
    "SpeakerReveal", "Support", "Topic", "TopicMessage", "TopicRating",
]  # fmt: skip
