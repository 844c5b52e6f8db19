"""The yearly report as a Word document, in the fonts every office has."""

from collections.abc import Iterable
from io import BytesIO
from typing import Any

from handling.states import OUTCOMES
from proposals.yearly import Yearly, mean, rate

OUTCOME = dict(OUTCOMES)
FULFILLED = ("solved", "in_progress", "planned")
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def report_word(found: Yearly) -> bytes:
    """关于××年（××次会议以来）代表建议办理情况的报告, from the figures alone."""
    paper = _Paper(f"关于{found.period.label}代表建议、批评和意见办理情况的报告")
    paper.text(f"——{found.place}")
    paper.text(f"统计范围：{found.period.scope}；截至{found.on:%Y年%-m月%-d日}。")
    _received(paper, found)
    _handled(paper, found)
    _rated(paper, found)
    _after(paper, found)
    return paper.data()


def _received(paper: "_Paper", found: Yearly) -> None:
    seen = found.reviewed
    paper.heading("一、提出和审核情况")
    paper.text(
        f"{found.period.during}审核建议{seen['audited']}件，修改{seen['modified']}件，撤回{seen['withdrawn']}件，"
        f"并案{seen['merged']}件，转作来信处理{seen['diverted']}件；立案{found.total}件"
        f"（撤回和转来信的不在内）。" + _list("其中", found.series)
    )
    paper.text(_list("按内容分", found.categories))
    paper.text(_list("按来源分", found.sources))


def _handled(paper: "_Paper", found: Yearly) -> None:
    paper.heading("二、交办和办理情况")
    paper.text(
        f"交办{found.assigned}件，交办率{rate(found.assigned, found.total)}；答复{found.answered}件，"
        f"办复率{rate(found.answered, found.total)}，其中第一轮按期答复{found.on_time}件，"
        f"按期答复率{rate(found.on_time, found.due)}（分母是已答复的和已到期的）；面复{found.face}件，"
        f"面复率{rate(found.face, found.answered)}；办结{found.closed}件，"
        f"办结率{rate(found.closed, found.total)}。"
    )
    outcomes = dict(found.outcomes)
    solved = outcomes.get(OUTCOME["solved"], 0)
    fulfilled = sum(outcomes.get(OUTCOME[key], 0) for key in FULFILLED)
    paper.text(
        _list("按办理结果分", found.outcomes)
        + f"解决率{rate(solved, found.answered)}；落实率（已解决、正在解决和列入计划的）"
        f"{rate(fulfilled, found.answered)}。答复了不等于解决了，分开算。"
    )
    if found.units:
        paper.table(["承办单位", "主办、独办、分办", "会办"], found.units)


def _rated(paper: "_Paper", found: Yearly) -> None:
    results = dict(found.results)
    good, basic = results.get("满意", 0), results.get("基本满意", 0)
    paper.heading("三、代表评价情况")
    paper.text(
        f"收到评价的{found.rated}件，反馈率{rate(found.rated, found.answered)}。"
        f"对办理结果满意率{rate(good, found.rated)}，"
        f"满意和基本满意合计{rate(good + basic, found.rated)}；分母是收到评价的，"
        f"几位代表评的取最低的一档，重新办理的取最近一轮。"
        f"对办理态度满意率{rate(dict(found.attitudes).get('满意', 0), found.rated)}。"
        f"重新办理{found.again}件。代表给落实情况打分，平均{mean(found.points, found.scored)}；"
        f"量化测评，平均{mean(found.tenths, found.sheets, per=10)}。"
    )
    paper.text(_list("对办理态度", found.attitudes) + _list("对办理结果", found.results))


def _after(paper: "_Paper", found: Yearly) -> None:
    paper.heading("四、承诺、督办和衔接")
    kept = dict(found.promises)
    due = sum(n for label, n in found.promises if label in ("已兑现", "未兑现"))
    paper.text(
        _list("承诺事项", found.promises) + f"兑现率{rate(kept.get('已兑现', 0), due)}。"
        f"移送检察机关{found.referrals}件。"
    )
    if found.key_items:
        paper.text("主任会议确定的重点督办建议：")
        paper.table(["建议号", "标题", "督办领导", "主任会议决定"], found.key_items)
    paper.heading("五、逾期未答复的")
    if found.late:
        rows = [(n, title, f"{on:%Y-%m-%d}") for n, title, on in found.late]
        paper.table(["建议号", "标题", "期限"], rows)
    else:
        paper.text("没有。")


def _list(lead: str, pairs: Iterable[tuple[str, int]]) -> str:
    words = "，".join(f"{label}{n}件" for label, n in pairs)
    return f"{lead}：{words}。" if words else ""


class _Paper:
    """A Word document; the only place here that knows python-docx."""

    def __init__(self, title: str) -> None:
        # A tenth of a second and 10 MB that a web process needs only for this (decision 0601).
        from docx import Document
        from docx.oxml.ns import qn
        from docx.shared import Pt

        self._doc = Document()
        plain = self._doc.styles["Normal"]
        plain.font.name, plain.font.size = "仿宋", Pt(16)
        plain.element.rPr.rFonts.set(qn("w:eastAsia"), "仿宋")
        for name in ("Title", "Heading 1"):
            self._doc.styles[name].element.rPr.rFonts.set(qn("w:eastAsia"), "黑体")
        self._doc.add_heading(title, level=0)

    def heading(self, words: str) -> None:
        self._doc.add_heading(words, level=1)

    def text(self, words: str) -> None:
        if words:
            self._doc.add_paragraph(words)

    def table(self, head: list[str], rows: Iterable[Iterable[Any]]) -> None:
        found = [head, *([str(cell) for cell in row] for row in rows)]
        grid = self._doc.add_table(rows=len(found), cols=len(head), style="Table Grid")
        for row, line in zip(grid.rows, found, strict=True):
            for cell, words in zip(row.cells, line, strict=True):
                cell.text = words

    def data(self) -> bytes:
        out = BytesIO()
        self._doc.save(out)
        return out.getvalue()
