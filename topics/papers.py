"""What leaves the house on paper: opinions as rows for Excel, opinions by group and the report in
Word. Pure drawing: who may have it and that it was taken is `services.exports`' business.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import Any

from core.dates import local_date
from handling import states as order_states
from topics import states
from topics.models import Opinion, OpinionGroup, Picture, Topic
from topics.selectors.public import orders_of, scope_words

HEADER = (
    "编号", "问题", "分组", "状态", "原文", "公开文本", "来源", "代录人", "赞同", "收到时间", "审核说明",
)  # fmt: skip
PER_GROUP = 100  # distinct texts of a group on paper; the sheet has them all
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_PICTURE_CM = 7.0
_OUTCOMES = dict(states.PART_OUTCOMES)


def opinion_rows(topic: Topic) -> Iterator[tuple[Any, ...]]:
    """Every opinion of a topic, the oldest first. No contact data: that has a door of its own."""
    channels, sources = dict(states.CHANNELS), states.OPINION_STATES
    asked = {q.pk: f"{q.number}. {q.text}" for q in topic.questions.all()}
    groups = dict(topic.groups.values_list("id", "name"))
    rows = topic.opinions.order_by("id").values_list(
        "code", "question_id", "group_id", "state", "text", "public_text",
        "contribution__channel", "contribution__proxy_name", "agreed", "created_at", "reason",
    )  # fmt: skip
    for code, question, group, state, text, public, channel, proxy, agreed, at, reason in (
        rows.iterator(chunk_size=2_000)
    ):  # fmt: skip
        yield (
            code, asked.get(question, ""), groups.get(group, ""), sources[state], text, public,
            channels[channel], proxy, agreed, at, reason,
        )  # fmt: skip


def opinions_word(topic: Topic) -> bytes:
    """The published opinions by question and group, for the table of a meeting."""
    paper = Paper(f"群众意见汇总：{topic.title}")
    paper.small(
        f"{topic.code}　{scope_words(topic)}　共{topic.opinion_count:,}条意见，"
        f"{topic.people_count:,}人参与。人数按人、按说法去重：同一句话只算一次，同一个人只算一次。"
    )
    groups: dict[int | None, list[OpinionGroup]] = defaultdict(list)
    for group in topic.groups.filter(people__gt=0).order_by("rank", "id"):
        groups[group.question_id].append(group)
    for question in topic.questions.all():
        paper.heading(f"{question.number}. {question.text}")
        for place, group in enumerate(groups[question.pk], 1):
            paper.heading(
                f"（{place}）{group.name}（{group.people:,}人，{group.opinions_count:,}条）",
                level=2,
            )
            _sayings(paper, group)
        if not groups[question.pk]:
            _sayings(paper, question)
    return paper.data()


def _sayings(paper: Paper, holder: Any) -> None:
    """Distinct published texts of a group, or of a question nobody has grouped; oftenest first."""
    rows = Opinion.objects.published()
    rows = rows.filter(**{"group" if isinstance(holder, OpinionGroup) else "question": holder})
    said: dict[bytes, list[Any]] = {}
    columns = rows.order_by("id").values_list("fingerprint", "public_text", "agreed")
    for fingerprint, text, agreed in columns:
        one = said.setdefault(bytes(fingerprint), [text, 0, 0])
        one[1] += 1
        one[2] += agreed
    ordered = sorted(said.values(), key=lambda one: (-one[2], -one[1]))
    for text, times, agreed in ordered[:PER_GROUP]:
        marks = [f"同样的话{times}条"] * (times > 1) + [f"{agreed}人赞同"] * (agreed > 0)
        paper.bullet(" ".join(text.split()) + (f"（{'，'.join(marks)}）" if marks else ""))
    if len(ordered) > PER_GROUP:
        paper.small(f"另有{len(ordered) - PER_GROUP:,}种说法，见Excel表。")


def report_word(topic: Topic) -> bytes:
    """结果报告: what was asked and said, what was adopted and not and why, done, promised, seen."""
    paper = Paper(f"议题结果报告：{topic.title}")
    published = topic.published_at
    when = f"{_day(published)}公开" if published else "未公开，仅供工作使用"
    paper.small(
        f"{topic.code}　{topic.get_source_display()}　{scope_words(topic)}　"
        f"{topic.proposed_by}提出　{when}"
    )
    paper.text(topic.summary)
    paper.text(f"共收到{topic.opinion_count:,}条意见，{topic.people_count:,}人参与。")
    result = getattr(topic, "result", None)
    if result is not None:
        paper.heading("结果")
        paper.text(result.text)
    _answers(paper, topic)
    _course(paper, topic)
    _plan(paper, topic)
    _orders(paper, topic)
    _pictures(paper, topic)
    return paper.data()


def _answers(paper: Paper, topic: Topic) -> None:
    for question in topic.questions.select_related("answer"):
        paper.heading(f"{question.number}. {question.text}")
        groups = topic.groups.filter(question=question, people__gt=0).order_by("rank", "id")[:5]
        for group in groups:
            paper.bullet(f"{group.name}：{group.people:,}人")
        answer = getattr(question, "answer", None)
        if answer is None:
            paper.small("还没有回应。")
            continue
        for label, words in (
            ("大家说了什么", answer.said), ("采纳了什么", answer.adopted),
            ("没采纳的为什么", answer.not_adopted),
        ):  # fmt: skip
            if words:
                paper.text(f"{label}：{words}")


def _course(paper: Paper, topic: Topic) -> None:
    """Research, meetings, counted support."""
    lines = [f"{n.on}　{n.place}　{n.people}：{n.text}" for n in topic.research_notes.all()]
    for meeting in topic.meetings.filter(held_at__isnull=False):
        here = meeting.attendees.filter(signed_in_at__isnull=False).count()
        agreed = f"：{meeting.agreed}" if meeting.agreed else ""
        lines.append(f"{_day(meeting.starts_at)}　议事会　{meeting.place}　{here}人{agreed}")
    for one in topic.supports.all():
        share = round(100 * one.supporters / one.total)
        unit = one.get_unit_display()
        lines.append(f"{one.matter}：{one.supporters}{unit}，占{one.total}{unit}的{share}%")
    if lines:
        paper.heading("调研和议事")
    for line in lines:
        paper.bullet(line)


def _plan(paper: Paper, topic: Topic) -> None:
    parts = list(topic.parts.prefetch_related("lead_units", "co_units"))
    if parts:
        paper.heading("方案和办理结果")
    for part in parts:
        units = [u.name for u in (*part.lead_units.all(), *part.co_units.all())]
        who = "、".join(units) or part.without_unit
        paper.text(f"措施{part.number}：{part.text}" + (f"（{who}）" if who else ""))
        told = (
            f"{_OUTCOMES[part.outcome]}：{part.outcome_words}" if part.outcome else "结果还没有写。"
        )
        paper.bullet(told)


def _orders(paper: Paper, topic: Topic) -> None:
    orders = orders_of(topic)
    if orders:
        paper.heading("交办和承诺")
    for order in orders:
        paper.bullet(f"{order.named}　{order.code}　{order_states.STATES[order.state]}")
        for promise in order.promises.all():
            paper.bullet(f"承诺：{promise.text}（{promise.due_on}前）", level=2)


def _pictures(paper: Paper, topic: Topic) -> None:
    shown = topic.pictures.filter(kind__in=("before", "after"), public=True)
    pictures = list(shown.order_by("-kind", "id"))
    if pictures:
        paper.heading("办理前后")
    for picture in pictures:
        paper.picture(picture)


def _day(moment: Any) -> str:
    return local_date(moment).isoformat()


class Paper:
    """A Word document in the fonts every office has; the only place that knows python-docx."""

    def __init__(self, title: str) -> None:
        # A tenth of a second and 10 MB that a web process needs only for this (decision 0601).
        from docx import Document
        from docx.oxml.ns import qn
        from docx.shared import Pt

        self._doc = Document()
        plain = self._doc.styles["Normal"]
        plain.font.name, plain.font.size = "仿宋", Pt(14)
        plain.element.rPr.rFonts.set(qn("w:eastAsia"), "仿宋")
        for name in ("Title", "Heading 1", "Heading 2"):
            self._doc.styles[name].element.rPr.rFonts.set(qn("w:eastAsia"), "黑体")
        self._doc.add_heading(title, level=0)

    def heading(self, words: str, *, level: int = 1) -> None:
        self._doc.add_heading(words, level=level)

    def text(self, words: str) -> None:
        for line in filter(None, (part.strip() for part in words.splitlines())):
            self._doc.add_paragraph(line)

    def small(self, words: str) -> None:
        from docx.shared import Pt

        self._doc.add_paragraph().add_run(words).font.size = Pt(11)

    def bullet(self, words: str, *, level: int = 1) -> None:
        style = "List Bullet" if level == 1 else "List Bullet 2"
        self._doc.add_paragraph(words, style=style)

    def table(self, rows: Iterable[Iterable[Any]]) -> None:
        found = [[str(cell) for cell in row] for row in rows]
        grid = self._doc.add_table(rows=len(found), cols=len(found[0]), style="Table Grid")
        for row, line in zip(grid.rows, found, strict=True):
            for cell, words in zip(row.cells, line, strict=True):
                cell.text = words

    def picture(self, picture: Picture) -> None:
        from docx.shared import Cm

        words = f"{picture.get_kind_display()} {picture.alt}".strip()
        try:
            with picture.thumb.open("rb") as file:
                self._doc.add_picture(BytesIO(file.read()), width=Cm(_PICTURE_CM))
        except OSError:
            words = f"{words}（照片文件不在了）"
        self.small(words)

    def data(self) -> bytes:
        out = BytesIO()
        self._doc.save(out)
        return out.getvalue()
