"""码上公开: how each part ended, the result with every question answered, and ratings."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from audit.actors import Actor
from audit.services import record
from core.errors import InputInvalid, StateMoved
from core.images import CleanImage
from core.photos import photo_fields
from deputies.models import Deputy
from topics import states
from topics.models import (
    Contribution,
    Picture,
    PlanPart,
    Question,
    QuestionAnswer,
    Result,
    Topic,
    TopicRating,
)
from topics.services.checks import locked, permit, require

RIGHT = "topics.hand_over_topic"


@transaction.atomic
def tell_outcome(
    part: PlanPart, outcome: str, words: str, *, actor: Any, now: datetime
) -> PlanPart:
    """办成了，或者为什么没办: of one part, in words. Raises Forbidden, StateMoved, InputInvalid."""
    topic = locked(part.topic)
    permit(actor, RIGHT, topic, "您不能登记这项措施的结果。")
    require(topic, "outcome", now)
    faults = {}
    if outcome not in dict(states.PART_OUTCOMES):
        faults["outcome"] = "请选择结果。"
    if not words:
        faults["words"] = "请写明做了什么；没办的写明为什么。"
    if faults:
        raise InputInvalid("invalid", "有几处需要改一改。", faults)
    part.outcome, part.outcome_words = outcome, words
    part.save(update_fields=["outcome", "outcome_words"])
    record(
        actor=actor, action="topics.topic.outcome_told", obj=topic, now=now,
        data={"part": part.number, "outcome": outcome},
    )  # fmt: skip
    return part


@transaction.atomic
def write_result(
    topic: Topic, text: str, answers: Mapping[Question, tuple[str, str, str]], *, actor: Any,
    now: datetime, pictures_before: Sequence[CleanImage] = (),
    pictures_after: Sequence[CleanImage] = (),
) -> Result:  # fmt: skip
    """Write or rewrite the result; each question: (大家说了什么, 采纳了什么, 没采纳的为什么)."""
    topic = locked(topic)
    permit(actor, RIGHT, topic, "您不能写这个议题的结果。")
    require(topic, "result", now)
    _check_answers(topic, text, answers)
    result, _ = Result.objects.update_or_create(
        topic=topic,
        defaults={"text": text, "by": actor, "by_label": actor.actor_label, "at": now},
    )
    for question, (said, adopted, not_adopted) in answers.items():
        QuestionAnswer.objects.update_or_create(
            question=question,
            defaults={"said": said, "adopted": adopted, "not_adopted": not_adopted},
        )
    _keep(topic, "before", pictures_before, now)
    _keep(topic, "after", pictures_after, now)
    record(actor=actor, action="topics.topic.result_written", obj=topic, now=now)
    return result


def _check_answers(
    topic: Topic, text: str, answers: Mapping[Question, tuple[str, str, str]]
) -> None:
    faults = {} if text else {"text": "请写结果。"}
    for question, (said, adopted, not_adopted) in answers.items():
        if question.topic_id != topic.pk:
            raise InputInvalid("foreign_question", "有的问题不是这个议题的。")
        if not said:
            faults[f"said_{question.number}"] = "请写大家说了什么。"
        if not (adopted or not_adopted):
            faults[f"adopted_{question.number}"] = "请写采纳了什么，或者没采纳的为什么。"
    if faults:
        raise InputInvalid("invalid", "有几处需要改一改。", faults)


def _keep(topic: Topic, kind: str, pictures: Sequence[CleanImage], now: datetime) -> None:
    for picture in pictures:
        Picture.objects.create(
            topic=topic, kind=kind, public=True, created_at=now, **photo_fields(picture)
        )


def rate_topic(
    topic: Topic, *, score: str, reason: str, now: datetime, actor: Actor,
    contribution: Contribution | None = None, deputy: Deputy | None = None,
) -> TopicRating:  # fmt: skip
    """评价结果, once each: who spoke by their receipt, a deputy by their account."""
    require(topic, "rate", now)
    if (contribution is None) == (deputy is None):
        raise InputInvalid("who", "评价要么凭回执码，要么由代表本人作出。")
    if contribution is not None and contribution.topic_id != topic.pk:
        raise InputInvalid("foreign", "这个回执码不是这个议题的。")
    if deputy is not None:
        permit(actor, "topics.rate_topic", deputy, "只有代表本人可以评价。")
    _check_score(score, reason)
    try:
        with transaction.atomic():
            rating = TopicRating.objects.create(
                topic=topic, contribution=contribution, deputy=deputy, score=score, reason=reason,
                at=now,
            )  # fmt: skip
            record(
                actor=actor, action="topics.topic.rated", obj=topic, now=now, data={"score": score}
            )
    except IntegrityError as error:
        raise StateMoved("rated", "您已经评价过了，谢谢。") from error
    return rating


def _check_score(score: str, reason: str) -> None:
    if score not in dict(states.SCORES):
        raise InputInvalid("score", "请选一选满意不满意。", {"score": "请选一选满意不满意。"})
    if score == "unsatisfied" and not reason:
        raise InputInvalid(
            "reason", "不满意的话，请说说哪里不满意。", {"reason": "请说说哪里不满意。"}
        )
