"""What the residents' pages show of a topic, put together from its stages."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.core import signing
from django.urls import reverse
from django.utils import timezone

from codes.models import Code
from codes.selectors import active_code, code_path
from core.dates import local_date
from core.wording import day_words
from topics import rules, states
from topics.coursepages import meetings, notes, parts, result, supports
from topics.models import Opinion, OpinionGroup, Picture, Question, Topic
from topics.pictures import SALT
from topics.selectors.public import (
    groups_of,
    newest_opinions,
    numbered_groups,
    opinions_by_code,
    orders_of,
    ratings_of,
    scope_words,
)
from topics.selectors.timeline import public_timeline

THEMES_OPEN, NEWEST = 3, 5
_SOURCES = dict(states.SOURCES)
_NEXT = {
    states.APPROVED: "到了日子自动开始征集，人人都能说，不用注册。",
    states.COLLECTING: "截止后，代表到现场调研，再开议事会；大家说的话会归成几类带到会上。",
    states.RESEARCHING: "代表调研之后召集议事会，会议记录和商定的事都写在这一页。",
    states.MEETING: "会上商定的事写成方案，交给部门办理，办到哪一步都写在这一页。",
    states.PLANNED: "方案马上转给部门办理，办到哪一步都写在这一页。",
    states.HANDLING: "办完后公开结果：大家说了什么，采纳了什么，没采纳的为什么。",
}


def topic_page(topic: Topic, *, now: datetime) -> dict[str, Any]:
    """Context of the page of one topic: as many queries for one opinion as for 100,000."""
    today = local_date(now)
    questions = list(topic.questions.all())
    after = topic.state not in (states.APPROVED, states.COLLECTING)
    orders = orders_of(topic) if topic.handed_over_at else []
    closed = rules.why_not(topic, "speak", today)
    context = {
        "topic": topic, "questions": questions, "byline": byline(topic),
        "ribbon": ribbon_steps(topic, today=today), "open": not closed,
        "closed": closed and _closed_words(topic, closed),
        "left": days_left(topic, today), "voices": themes(topic, questions),
        "can_agree": rules.may(topic, "agree"), "next": _NEXT.get(topic.state, ""),
        "leave": "" if not closed else leave_url(topic),
        "steps": steps(topic, now=now),
        "supports": supports(topic),
    }  # fmt: skip
    if topic.state != states.APPROVED:
        context["notes"] = notes(topic, picture_rows)
    if after:
        context["meetings"] = meetings(topic, now=now)
    if topic.planned_at:
        context["parts"] = parts(topic, orders, today=today)
    if topic.published_at:
        context["outcome"] = result(topic, questions, orders, picture_rows)
        context["ratings"] = rating_words(topic)
    return context


def steps(topic: Topic, *, now: datetime) -> list[dict[str, Any]]:
    """The topic's way so far for `{% timeline %}`."""
    rows = public_timeline(topic, now=now)
    return [{"words": step.words, "when": step.when, "state": "done"} for step in rows]


def byline(topic: Topic) -> str:
    """「群众出题 · 密州街道 · 宋玉梅代表领题」."""
    deputy = f"{topic.deputy.name}代表领题" if topic.deputy else ""
    host = str(topic.host.name) if topic.host else ""
    return " · ".join(filter(None, [_SOURCES[topic.source], scope_words(topic), deputy or host]))


def _closed_words(topic: Topic, why: str) -> str:
    """Why there is no box, for who only reads."""
    if topic.state in (states.APPROVED, states.COLLECTING):
        return why
    counted = f"，一共{topic.opinion_count:,}条意见" if topic.opinion_count else ""
    return f"征集{_short(topic.closes_on)}截止{counted}。"


def days_left(topic: Topic, today: date) -> str:
    """「还剩5天」「今天截止」 while people can speak."""
    if topic.state != states.COLLECTING or topic.closes_on is None:
        return ""
    left = (topic.closes_on - today).days
    return f"还剩{left}天" if left > 0 else "今天截止" if left == 0 else ""


# --- 征集·留言·议事·公开 --------------------------------------------------------------------------


def ribbon_steps(topic: Topic, *, today: date) -> list[dict[str, str]]:
    """The four steps with a fact under each; all done once the result is public."""
    keys = [key for key, _ in states.STAGES]
    here = keys.index(topic.stage)
    done = bool(topic.published_at)
    facts = _facts(topic, today)
    return [
        {
            "words": words, "fact": facts[key],
            "state": "done" if n < here or done else "now" if n == here else "next",
        }
        for n, (key, words) in enumerate(states.STAGES)
    ]  # fmt: skip


def _facts(topic: Topic, today: date) -> dict[str, str]:
    called = local_date(topic.approved_at) if topic.approved_at else None
    opens = _short(topic.opens_on) + "开始" if topic.opens_on else "待定"
    spoke = f"{topic.people_count:,}人说" if topic.people_count else ""
    speak = days_left(topic, today) or spoke or "征集完"
    meets = _short(topic.meets_on) if topic.meets_on else "待定"
    discuss = {states.HANDLING: "正在办", states.PUBLISHED: "议定办完", states.ARCHIVED: "议定办完"}
    fallback = "正在议" if topic.stage == "discuss" else meets
    return {
        "call": _short(called) if called else "审议中",
        "speak": opens if topic.state == states.APPROVED else speak,
        "discuss": discuss.get(topic.state, fallback),
        "publish": _short(local_date(topic.published_at)) if topic.published_at else "待定",
    }  # fmt: skip


def _short(on: date | None) -> str:
    return f"{on.month}月{on.day}日" if on else ""


# --- what people said ----------------------------------------------------------------------------


def themes(topic: Topic, questions: list[Question]) -> dict[str, Any]:
    """Published opinions by question and theme; the newest ones until there are themes."""
    groups = groups_of(topic)
    if not groups:
        rows = newest_opinions(topic, NEWEST)
        return {"blocks": [], "newest": [opinion_row(topic, one) for one in rows], "kinds": 0}
    numbers = {one.pk: n for n, one in enumerate(numbered_groups(topic), 1)}
    codes = [code for group in groups for code in typical_codes(group)]
    typical = opinions_by_code(topic, codes)
    most = max(group.people for group in groups)
    rows_of = {
        group.pk: theme_row(topic, group, numbers.get(group.pk, 0), typical, most)
        for group in groups
    }
    blocks = [
        _block(question, [rows_of[g.pk] for g in groups if g.question_id == key])
        for question, key in [(None, None), *((q, q.pk) for q in questions)]
    ]
    return {"blocks": [b for b in blocks if b["rows"]], "newest": [], "kinds": len(groups)}


def _block(question: Question | None, rows: list[dict[str, Any]]) -> dict[str, Any]:
    rest = rows[THEMES_OPEN:]
    words = "、".join(f"{row['name']} {row['people']:,}人" for row in rest)
    return {
        "question": question, "rows": rows, "open": rows[:THEMES_OPEN], "rest": rest,
        "rest_words": f"还有{len(rest)}类：{words}" if rest else "",
    }  # fmt: skip


def theme_row(
    topic: Topic, group: OpinionGroup, number: int, typical: dict[str, Opinion], most: int
) -> dict[str, Any]:
    found = next((typical[c] for c in typical_codes(group) if c in typical), None)
    return {
        "name": group.name, "people": group.people, "count": group.opinions_count,
        "percent": 100 * group.people / most,
        "url": reverse("topics:group", args=[topic.code, number]) if number else "",
        "quote": opinion_row(topic, found) if found else None,
    }  # fmt: skip


def typical_codes(group: OpinionGroup) -> list[str]:
    """The codes of the opinions that say best what the group says."""
    found = [one.get("code", "") if isinstance(one, dict) else str(one) for one in group.typical]
    return [code for code in found if code]


def opinion_row(topic: Topic, opinion: Opinion) -> dict[str, Any]:
    """One published opinion: its reviewed words, how it came, how many agree."""
    way = opinion.contribution.channel
    told = [day_words(local_date(opinion.created_at), today=local_date(timezone.now()))]
    if way != "scan":
        told.append(dict(states.CHANNELS).get(way, ""))
    pictures = getattr(opinion, "shown", [])
    return {
        "code": opinion.code, "text": opinion.public_text, "agreed": opinion.agreed,
        "by": " · ".join(filter(None, told)), "photos": picture_rows(topic, pictures),
    }  # fmt: skip


def picture_rows(topic: Topic, pictures: Iterable[Picture]) -> list[dict[str, Any]]:
    """Public pictures under addresses of the topic's own; the names are random already."""
    rows = []
    for n, picture in enumerate(pictures, 1):
        url = reverse("topics:photo", args=[topic.code, picture.image.name.rpartition("/")[2]])
        alt = picture.alt or f"照片{n}"
        rows.append({"url": url, "thumb": f"{url}?small=1", "alt": alt, "caption": picture.alt})
    return rows


def own_photos(pictures: Iterable[Picture]) -> list[dict[str, Any]]:
    """Pictures for whoever sent them, public or not: addresses good for two hours."""
    return [
        {"url": _signed(one, "image"), "thumb": _signed(one, "thumb"), "alt": f"照片{n}"}
        for n, one in enumerate(pictures, 1)
    ]


def _signed(picture: Picture, size: str) -> str:
    return reverse("topics:own_photo", args=[signing.dumps([picture.pk, size], salt=SALT)])


def rating_words(topic: Topic) -> list[str]:
    """「群众评价：满意 12、基本满意 3」, residents and deputies apart."""
    labels, lines, found = dict(states.SCORES), [], ratings_of(topic)
    for who, words in (("residents", "群众评价"), ("deputies", "代表评价")):
        counted = found[who]
        said = [f"{label}{counted[key]:,}" for key, label in labels.items() if counted.get(key)]
        if said:
            lines.append(f"{words}：{'，'.join(said)}（共{sum(counted.values()):,}人）")
    return lines


# --- where else to go ----------------------------------------------------------------------------


def leave_code(topic: Topic) -> Code | None:
    """The printed code behind which somebody still listens: the deputy's, else the host's."""
    for kind, target in (("deputy", topic.deputy_id), ("station", topic.host_id)):
        code = active_code(kind, target) if target else None
        if code is not None:
            return code
    return None


def leave_url(topic: Topic) -> str:
    """Where a message can be left when the topic takes no opinions; empty when nowhere."""
    code = leave_code(topic)
    return f"{code_path(code)}message/" if code else ""
