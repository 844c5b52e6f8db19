"""Files to take away: opinions as Excel and Word, the report, and the digest of a year."""

from collections.abc import Callable
from datetime import datetime

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_safe

from accounts.desk import desk_view
from core.dates import local_date
from core.yearly import figures_file, figures_table, year_frame
from topics.models import Topic
from topics.papers import WORD, Paper
from topics.selectors.digest import FIRST_YEAR, HEADER, Digest, digest_of
from topics.services.exports import export_groups, export_opinions, export_report
from topics.views.desk.frame import find_topic
from voices.views.results import public_page


@desk_view("topics.view_opinion")
@require_GET
def opinions_sheet(request: HttpRequest, code: str) -> HttpResponseBase:
    """Every opinion of a topic as .xlsx."""
    topic, now = find_topic(request, code), timezone.now()
    file = export_opinions(topic, actor=request.user, now=now)
    name = f"{topic.code}-意见-{local_date(now):%Y%m%d}.xlsx"
    response = FileResponse(file, as_attachment=True, filename=name)
    response["Cache-Control"] = "no-store"
    return response


@desk_view("topics.view_opinion")
@require_GET
def opinions_paper(request: HttpRequest, code: str) -> HttpResponse:
    """The published opinions by group as .docx."""
    return _word(request, code, "意见汇总", export_groups)


@desk_view("topics.view_topic")
@require_GET
def report_paper(request: HttpRequest, code: str) -> HttpResponse:
    """The result report as .docx."""
    return _word(request, code, "结果报告", export_report)


def _word(request: HttpRequest, code: str, what: str, make: Callable[..., bytes]) -> HttpResponse:
    topic: Topic = find_topic(request, code)
    now: datetime = timezone.now()
    data = make(topic, actor=request.user, now=now)
    return _attached(data, f"{topic.code}-{what}-{local_date(now):%Y%m%d}.docx", WORD)


def _attached(data: bytes, name: str, kind: str) -> HttpResponse:
    response = HttpResponse(data, content_type=kind)
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["Cache-Control"] = "no-store"
    return response


@require_safe
def digest(request: HttpRequest, year: int) -> HttpResponse:
    """年度汇总 for everybody: counted apart, by source and by place."""
    frame, found = year_frame(year, FIRST_YEAR), digest_of(year)
    tables = (("来源", found.by_source), ("地方", found.by_place))
    context = {
        "digest": found, **frame,
        "tables": [
            figures_table(name, HEADER[1:], ((n, f.row) for n, f in rows), found.total.row)
            for name, rows in tables
        ],
    }  # fmt: skip
    return public_page(render(request, "topics/digest.html", context))


@require_safe
def digest_csv(request: HttpRequest, year: int) -> HttpResponse:
    """The same figures as CSV."""
    year_frame(year, FIRST_YEAR)
    lines = digest_of(year).table()
    return public_page(figures_file(f"topics-{year}", ("分类", *HEADER[1:]), lines))


@require_safe
def digest_word(request: HttpRequest, year: int) -> HttpResponse:
    """The same figures as .docx."""
    year_frame(year, FIRST_YEAR)
    found = digest_of(year)
    paper = Paper(f"{year}年民意码上聚年度汇总")
    paper.text(_words(found))
    for title, rows in (("按来源", found.by_source), ("按地方", found.by_place)):
        paper.heading(title)
        paper.table([HEADER, *((name, *f.row) for name, f in [*rows, ("合计", found.total)])])
    response = HttpResponse(paper.data(), content_type=WORD)
    response["Content-Disposition"] = f'attachment; filename="topics-{year}.docx"'
    return public_page(response)


def _words(found: Digest) -> str:
    total = found.total
    return (
        f"全年通过议题{total.topics:,}个，收到意见{total.opinions:,}条（{total.people:,}人次），"
        f"召开议事会{total.meetings:,}次，形成方案{total.plans:,}个、措施{total.parts:,}项，"
        f"公开结果{total.results:,}个。"
    )
