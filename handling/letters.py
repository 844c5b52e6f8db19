"""答复函: the letter a reply goes out as, on paper, in Word and as PDF. Never who the resident is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

from codes.posters import FONTS, SANS, SERIF, UNKNOWN
from core.dates import local_date
from handling import states
from handling.models import Order, Reply
from handling.points import composed, promise_words
from handling.registry import source
from stations.models import Station

CLOSING = "感谢您对我们工作的关心和支持。"
BLANK = "〔待填〕"
FORM_TITLE = "征询意见表"
_STAND_INS: dict[int, int | str] = {
    ord("〔"): 0xFF3B,
    ord("〕"): 0xFF3D,
    ord("　"): " ",
}  # full-width brackets
_OUTCOMES = dict(states.OUTCOMES)
_TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}


@dataclass(frozen=True)
class Letter:
    """The parts of a letter in the order they stand on the paper.

    `mark` is the class letter at the top right; `form` the 征询意见表 on a sheet of its own, as
    (label, what is filled in or left to fill in).
    """

    issuer: str
    number: str
    reply_class: str
    title: str
    addressee: str
    paragraphs: list[str]
    signer: str
    on: date
    contact: str
    promises: list[str] = field(default_factory=list)
    closing: str = CLOSING
    mark: str = ""
    copies: str = ""
    form: list[tuple[str, str]] = field(default_factory=list)

    @property
    def body(self) -> list[str]:
        return [*self.paragraphs, *self.promises, self.closing]

    @property
    def day(self) -> str:
        return f"{self.on.year}年{self.on.month}月{self.on.day}日"

    @property
    def head(self) -> str:
        return "　　".join(part for part in (self.number, self.reply_class) if part)


def draft_letter(order: Order, cleaned: dict[str, Any], on: date) -> Letter:
    """The letter a form would become; what is not filled in yet is marked."""
    promise, until = cleaned.get("promise"), cleaned.get("promise_on")
    points = [replace(one, answer=one.answer or BLANK) for one in cleaned.get("points") or []]
    return _letter(
        order, issuer=order.unit.name, number=cleaned.get("letter_number", ""),
        outcome=cleaned.get("outcome", ""),
        text=composed(cleaned.get("text", ""), points) or BLANK,
        signer=cleaned.get("signer") or BLANK, on=on, contact=cleaned.get("contact", ""),
        promises=[(promise, until)] if promise else [],
        copies=[one.name for one in cleaned.get("copied") or []],
    )  # fmt: skip


def letter_of(order: Order, reply: Reply) -> Letter:
    """The letter of a reply that was given. Promises stand on the latest one, with the day that
    was promised then; those made on a point stand beside its answer.
    """
    latest = not order.replies.filter(version__gt=reply.version).exists()
    return _letter(
        order, issuer=reply.unit_name or order.named, number=reply.letter_number,
        outcome=reply.outcome, text=reply.text,
        signer=reply.signer, on=local_date(reply.at), contact=reply.contact,
        promises=[(p.text, p.original_due_on) for p in order.promises.filter(point=None)]
        if latest else [],
        copies=[copy.name for copy in reply.copies.all()],
    )  # fmt: skip


def _letter(
    order: Order, *, issuer: str, number: str, outcome: str, text: str, signer: str, on: date,
    contact: str,
    promises: Iterable[tuple[str, date | None]], copies: list[str],
) -> Letter:  # fmt: skip
    plain = Letter(
        issuer=issuer, number=number, reply_class=_OUTCOMES.get(outcome, ""),
        title=f"关于“{order.title}”的答复", addressee=_addressee(order),
        paragraphs=[line.strip() for line in text.splitlines() if line.strip()],
        signer=signer, on=on, contact=contact, copies="、".join(copies),
        promises=[promise_words(words, until) for words, until in promises],
    )  # fmt: skip
    origin = source(order.source_type)
    return origin.dress(plain, order, outcome) if origin and origin.dress else plain


def _addressee(order: Order) -> str:
    """Whoever gave the order; the station passes the answer on."""
    names = Station.objects.filter(code=order.station_code).values_list("name", flat=True)
    return str(names.first() or order.assigned_by)


def letter_file(letter: Letter, form: str) -> tuple[bytes, str] | None:
    """The letter as a file and its content type; None for a form there is not."""
    make = {"docx": as_word, "pdf": as_pdf}.get(form)
    return (make(letter), _TYPES[form]) if make else None


def _lines(letter: Letter) -> list[tuple[str, str, int, int]]:
    """Every line as (text, where it stands, size in points, space above in mm)."""
    rows = [
        (letter.mark, "R", 15, 0), (letter.issuer, "C", 22, 0), (letter.head, "C", 15, 0),
        (letter.title, "C", 18, 4), (f"{letter.addressee}：", "L", 15, 4),
        *((line, "I", 15, 0) for line in letter.body), (letter.issuer, "R", 15, 8),
        (letter.day, "R", 15, 0), *((line, "L", 12, 0) for line in _tail(letter)),
    ]  # fmt: skip
    return [row for row in rows if row[0]]


def as_word(letter: Letter) -> bytes:
    """An editable .docx in the fonts every office has."""
    # A tenth of a second and 10 MB that a web process needs only for this (decision 0601).
    from docx import Document
    from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt

    paper = Document()
    plain = paper.styles["Normal"]
    plain.font.name, plain.font.size = "仿宋", Pt(16)
    plain.element.rPr.rFonts.set(qn("w:eastAsia"), "仿宋")
    places = {"C": ALIGN.CENTER, "R": ALIGN.RIGHT}

    def add(text: str, place: str, size: int) -> None:
        row = paper.add_paragraph()
        run = row.add_run(text)
        run.font.size, run.bold = Pt(max(size, 16)), size > 16
        if place in places:
            row.alignment = places[place]
        if place == "I":
            row.paragraph_format.first_line_indent = Cm(1.13)

    for text, place, size, _ in _lines(letter):
        add(text, place, size)
    if letter.form:
        paper.add_page_break()  # type: ignore[no-untyped-call]
        add(FORM_TITLE, "C", 18)
        _fill_table(paper.add_table(rows=0, cols=2, style="Table Grid"), letter.form)
    out = BytesIO()
    paper.save(out)
    return out.getvalue()


def _fill_table(table: Any, rows: list[tuple[str, str]]) -> None:
    for label, words in rows:
        cells = table.add_row().cells
        cells[0].text, cells[1].text = label, words


def as_pdf(letter: Letter) -> bytes:
    """An A4 letter with the posters' fonts inside: the same on every machine."""
    # Half a second and 30 MB that a web process needs only when it prints (decision 0202).
    from fpdf import FPDF
    from fpdf.enums import WrapMode

    paper = FPDF(unit="mm", format="A4")
    paper.set_margins(28, 32, 26)
    paper.set_auto_page_break(True, 32)
    paper.set_title(letter.title)
    for name in (SANS, SERIF):
        paper.add_font(name, fname=Path(FONTS) / f"{name}.woff")
    paper.add_page()

    def add(text: str, place: str, size: int) -> None:
        font = SERIF if size > 16 else SANS
        paper.set_font(font, size=size)
        known = _settable(f"　　{text}" if place == "I" else text, paper.fonts[font])
        align = "L" if place == "I" else place
        paper.multi_cell(0, size * 0.62, known, align=align, wrapmode=WrapMode.CHAR,
                         new_x="LMARGIN", new_y="NEXT")  # fmt: skip

    for text, place, size, above in _lines(letter):
        paper.ln(above)
        add(text, place, size)
    if letter.form:
        paper.add_page()
        add(FORM_TITLE, "C", 18)
    for label, words in letter.form:
        paper.ln(3)
        add(f"{label}：{words}", "L", 13)
    return bytes(paper.output())


def _settable(text: str, font: Any) -> str:
    """The text in characters the font has; its blanks are narrow, nine of them are two wide."""
    text = text.replace("　　", " " * 9).translate(_STAND_INS)
    return "".join(c if ord(c) in font.cmap else UNKNOWN for c in text)


def _tail(letter: Letter) -> list[str]:
    said = [
        ("签发人", letter.signer), ("联系人及电话", letter.contact), ("抄送", letter.copies),
    ]  # fmt: skip
    return [f"{label}：{words}" for label, words in said if words]
