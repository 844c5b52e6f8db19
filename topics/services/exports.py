"""Taking opinions and the report away: with the right to it, and recorded before it is handed over.

Ten thousand opinions take under a second, so the file is made in the request; a hundred thousand
take some seconds. Nothing here opens contact data.
"""

import tempfile
from datetime import datetime
from typing import Any, BinaryIO, cast

from audit.services import record
from core.sheets import write_xlsx
from topics.models import Topic
from topics.papers import HEADER, opinion_rows, opinions_word, report_word
from topics.services.checks import permit

READ_OPINIONS, READ_TOPIC = "topics.view_opinion", "topics.view_topic"


def export_opinions(topic: Topic, *, actor: Any, now: datetime) -> BinaryIO:
    """Every opinion as .xlsx, open at its beginning; formulas are harmless. Raises Forbidden."""
    permit(actor, READ_OPINIONS, topic, "您不能导出这个议题的意见。")
    # Spooled to a file first: a fault half-way is an error page, not half a table.
    file = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115  the response closes it
    rows = write_xlsx(file, HEADER, opinion_rows(topic))
    _record(topic, "opinions", "xlsx", actor, now, rows=rows)
    file.seek(0)
    return file


def export_groups(topic: Topic, *, actor: Any, now: datetime) -> bytes:
    """The published opinions by group as .docx. Raises Forbidden."""
    permit(actor, READ_OPINIONS, topic, "您不能导出这个议题的意见。")
    data = opinions_word(topic)
    _record(topic, "opinions", "docx", actor, now)
    return data


def export_report(topic: Topic, *, actor: Any, now: datetime) -> bytes:
    """The result report as .docx. Raises Forbidden."""
    permit(actor, READ_TOPIC, topic, "您不能导出这个议题的报告。")
    data = report_word(topic)
    _record(topic, "report", "docx", actor, now)
    return data


def _record(topic: Topic, what: str, kind: str, actor: Any, now: datetime, **data: Any) -> None:
    record(actor=actor, action=f"topics.{what}.exported", obj=topic, now=now,
           data={"kind": kind, **data})  # fmt: skip
