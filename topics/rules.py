"""Pure rules of topics: what may be done now, and in words why not."""

import hashlib
from datetime import date, datetime
from typing import Any

from topics import states
from topics.models import Result

_AFTER = "您可以看看大家的意见，也可以给联络站或代表留言。"


def may(topic: Any, feature: str) -> bool:
    """Whether the topic's state has this feature (`states.STAGE_FEATURES`); days are not asked."""
    return feature in states.STAGE_FEATURES[topic.state]


def day_words(on: date) -> str:
    return f"{on.month}月{on.day}日"


def why_not(topic: Any, feature: str, today: date) -> str:
    """Why `feature` cannot be done today, saying what can; empty when it can.

    Speaking also ends with the closing day itself, though nobody has closed the topic yet.
    """
    if feature == "speak":
        return _why_not_speak(topic, today)
    if may(topic, feature):
        return ""
    words = _WORDS.get(feature, "这件事现在不能做。")
    return f"{words}（议题现在是「{states.STATES[topic.state]}」）"


def _why_not_speak(topic: Any, today: date) -> str:
    if topic.state in (states.APPLIED, states.DRAFT, states.RETURNED):
        return "这个议题还在审议，没有开始征集。"
    if topic.state in (states.REJECTED, states.WITHDRAWN):
        return "这个议题没有开展征集。您可以给联络站或代表留言。"
    if topic.state == states.APPROVED:
        if topic.opens_on and topic.opens_on > today:
            return f"还没有开始征集，{day_words(topic.opens_on)}开始。到时候再来说，我们等您。"
        return "马上开始征集，请过几分钟再来。"
    if topic.state == states.COLLECTING and topic.closes_on and topic.closes_on < today:
        return f"征集已于{day_words(topic.closes_on)}截止，没有收下新的意见。{_AFTER}"
    if topic.state == states.COLLECTING:
        return ""
    ended = f"征集已于{day_words(topic.closes_on)}截止" if topic.closes_on else "征集已经截止"
    return f"{ended}，现在是「{states.STATES[topic.state]}」，没有收下新的意见。{_AFTER}"


_WORDS = {
    "edit": "申请交上去以后不能再改；要改请先让代表之家退回。",
    "dates": "只有通过以后、开始征集以前可以改日期；征集中可以延长。",
    "agree": "现在不能点赞同了。",
    "enter": "意见只能在征集期间和议前调研期间代录。",
    "group": "现在不能再整理意见。",
    "support": "现在不能再登记支持数。",
    "convene": "议题通过审议、征集结束以后才能召集议事会。",
    "sign_in": "现在不能签到。",
    "plan": "开过议事会以后才能写方案。",
    "outcome": "方案转入办理以后才能登记结果。",
    "result": "方案转入办理以后才能写结果。",
    "rate": "结果公开以后才能评价。",
}


def in_scope(topic: Any, region_code: str) -> bool:
    """Whether somebody at this place is asked: the topic's scope is the place or holds it."""
    return region_code.startswith(topic.region_code)


def spoken_end(topic: Any) -> str:
    return day_words(topic.closes_on) if topic.closes_on else ""


def fingerprint(text: str) -> bytes:
    """Equal for texts that differ in spaces, punctuation, width of letters or case only."""
    kept = "".join(c for c in text.casefold() if c.isalnum())
    return hashlib.blake2b((kept or text).encode(), digest_size=16).digest()


def has_questions(topic: Any, actor: Any, now: datetime) -> str | None:
    return None if topic.questions.exists() else "至少要有一个具体的问题。"


def ready_to_apply(topic: Any, actor: Any, now: datetime) -> str | None:
    """Everything the 代表之家 needs to decide."""
    if reason := has_questions(topic, actor, now):
        return reason
    if not (topic.opens_on and topic.closes_on):
        return "请先填好计划开始和截止征集的日期。"
    return None


def not_past(topic: Any, actor: Any, now: datetime) -> str | None:
    """Collection is not opened after its own last day; a person moves the dates first."""
    return None if topic.closes_on else "还没有定截止日期，请先改日期。"


def meeting_called(topic: Any, actor: Any, now: datetime) -> str | None:
    """No meeting without a call: a called one that has begun and is not written up."""
    waiting = topic.meetings.filter(held_at__isnull=True)
    if not waiting.exists():
        return "先召集议事会：写明时间、地点，通知参加的人。"
    if not waiting.filter(starts_at__lte=now).exists():
        return "议事会还没有开，开完再登记纪要。"
    return None


def minutes_and_parts(topic: Any, actor: Any, now: datetime) -> str | None:
    """No plan without minutes, and none without parts."""
    if not topic.meetings.filter(held_at__isnull=False).exclude(minutes="").exists():
        return "没有议事会纪要，不能形成方案。"
    return None if topic.parts.exists() else "方案至少要有一项措施。"


def every_part_has_a_doer(topic: Any, actor: Any, now: datetime) -> str | None:
    """Units, or in words who does what no department does."""
    lacking = [p.number for p in topic.parts.all() if not p.without_unit and not _led(p)]
    if lacking:
        return f"第{'、'.join(map(str, lacking))}项措施还没有写明由谁来做。"
    return None


def _led(part: Any) -> bool:
    return bool(part.lead_units.exists())


def every_outcome_told(topic: Any, actor: Any, now: datetime) -> str | None:
    """Every part ended in words, every question answered, read by a second pair of eyes."""
    untold = [str(p.number) for p in topic.parts.all() if not p.outcome]
    if untold:
        return f"第{'、'.join(untold)}项措施还没有写明结果（办成了，或者为什么没办）。"
    result = Result.objects.filter(topic=topic).first()
    if result is None:
        return "还没有写结果。"
    open_ones = topic.questions.filter(answer__isnull=True).values_list("number", flat=True)
    if open_ones:
        return f"第{'、'.join(map(str, open_ones))}个问题还没有回应。"
    if actor.actor_id == result.by_id:
        return "结果要由撰写人以外的人审核后公开。"
    return None
