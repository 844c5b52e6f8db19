"""建议: the register. Found and read here, worked at the desk; states move by transitions only."""

from collections.abc import Iterable
from itertools import islice
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join

from accounts.admin.saved import SavedFiltersMixin
from congress.admin.base import DueColumns
from congress.models import Session
from congress.selectors import working_day_offset
from core.admin_export import Seen
from core.admin_models import FigureFilter, RoundFilter
from core.admin_pages import PagesAdmin, Tool
from core.dates import local_date
from handling.models import Order
from handling.states import REASSIGNED
from jobs.bulk_admin import bulk_page, chosen
from proposals import bulk, states
from proposals.models import Proposal
from proposals.rules import pairs_of
from proposals.services.sheets_out import export_proposals
from workflows.engine import available

NOT_DRAFT = {key: label for key, label in states.STATES.items() if key != states.DRAFT}


class _Filter(admin.SimpleListFilter):
    """A filter by a plain field, whose choices are declared and not read from the table."""

    field = ""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        known = {str(key) for key, _ in self.lookup_choices}
        return queryset.filter(**{self.field: value}) if value in known else queryset


class StageFilter(_Filter):
    """到哪一步."""

    title, parameter_name, field = "到哪一步", "stage", "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(NOT_DRAFT.items())


def _made(rows: Any) -> Any:
    """今年立案的, as the dashboard counts them."""
    return rows.counted().filter(accepted_at__year=local_date(timezone.now()).year)


class ShownFilter(FigureFilter):
    """今年立案 · 正在办 · 今年办结."""

    figures = {
        "made": ("今年立案的", _made),
        "working": ("正在办", lambda rows: rows.filter(state__in=states.WORKING)),
        "closed": ("今年立案、已办结", lambda rows: _made(rows).filter(state=states.CLOSED)),
    }


class SessionFilter(_Filter):
    """届次 of the places this person sees."""

    title, parameter_name, field = "届次", "session_of", "session"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        places = request.user.region_prefixes("proposals.view_proposal")
        rows = Session.objects.visible_to(request.user).select_related("term__congress")
        near = (s for s in rows.order_by("-opens_on", "-id") if _is_near(s, places))
        return [(str(s.pk), f"{s.term.congress.name}{s}") for s in islice(near, 20)]


def _is_near(session: Session, places: list[str]) -> bool:
    """Of a congress of these places, or of one above or below them."""
    code = session.term.congress.region_code
    return any(code.startswith(place) or place.startswith(code) for place in places)


class DueFilter(admin.SimpleListFilter):
    """Red, yellow, green."""

    title, parameter_name = "期限", "due"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("late", "已逾期"), ("soon", "5个工作日内到期"), ("fine", "其余在办")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        today = local_date(timezone.now())
        soon = working_day_offset(today, 5)
        running = queryset.filter(state__in=states.OPEN)
        narrowed = {
            "late": {"due_on__lt": today}, "soon": {"due_on__gte": today, "due_on__lte": soon},
            "fine": {"due_on__gt": soon},
        }.get(str(self.value()))  # fmt: skip
        return running.filter(**narrowed) if narrowed else queryset


@admin.register(Proposal)
class ProposalAdmin(DueColumns, SavedFiltersMixin, PagesAdmin):
    """The register of suggestions: every series, every step, with its days and units."""

    open_states = states.OPEN
    menu_group = "办理"
    menu_order = 24
    presets = (
        ("待审核", "stage=submitted"), ("待交办", "stage=accepted"), ("已逾期", "due=late"),
        ("不满意的", "satisfaction__exact=unsatisfied"), ("闭会期间", "series__exact=between"),
    )  # fmt: skip
    list_display = ("number_in_series", "title", "due_words", "state_words", "lead", "category",
                    "outcome", "satisfaction")  # fmt: skip
    list_display_links = ("number_in_series", "title")
    list_filter = (StageFilter, DueFilter, ShownFilter, SessionFilter, "series", "category",
                   "outcome",
                   "satisfaction", "source_kind", RoundFilter)  # fmt: skip
    search_fields = ("code",)
    search_help_text = "编号、建议号、标题里的字、领衔代表"
    ordering = ("-id",)
    list_select_related = ("lead", "session")
    export_fields = ("code",)
    actions = ("urge_many", "assign_planned", "publish_many", "export_xlsx", "export_csv")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """By code, number, lead deputy, or words of the title (narrowed by their pairs)."""
        words = search_term.strip()[:40]
        if not words:
            return queryset, False
        titled = Q(title__contains=words)
        if pairs := pairs_of(words):
            titled &= Q(title_pairs__contains=pairs)
        found = titled | Q(code=words.upper()) | Q(lead__name=words)
        if words.isdecimal() and len(words) < 8:
            found |= Q(number=int(words))
        return queryset.filter(found), False

    def tools(self, request: HttpRequest, obj: Any = None) -> Iterable[Tool]:
        """The office's screens on the list; the next steps on an entry."""
        if obj is not None:
            return self._steps(request, obj)
        screens = [
            ("交办", "proposals_admin:assign", "proposals.assign_proposal"),
            ("导入", "proposals_admin:import", "proposals.import_proposal"),
            ("年度报告", "proposals_admin:reports", "proposals.export_proposal"),
        ]
        may = request.user.has_perm
        return [(label, reverse(name)) for label, name, perm in screens if may(perm)]

    def _steps(self, request: HttpRequest, obj: Proposal) -> list[Tool]:
        """Transitions as actions, on the desk's own forms."""
        user: Any = request.user
        if not user.has_perm("proposals.assign_proposal", obj):
            return []
        able = [a for a in available(obj, user, now=timezone.now()) if not a.blocked]
        return [(a.label, reverse("proposals_desk:act", args=[obj.code, a.name])) for a in able]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["desk_link", "code", "number_in_series", "title", "facts", "advice", "lead",
                "signers", "term", "session", "series", "category", "source_kind", "source_code",
                "state_words", "round", "confidential", "short_track", "proxy_name", "units",
                "submitted_at", "accepted_at", "assigned_at", "replied_at", "evaluated_at",
                "closed_at", "due_on", "basis", "outcome", "satisfaction",
                "published_at"]  # fmt: skip

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return self.get_fields(request, obj)

    @admin.action(description="催评所选", permissions=["urge"])
    def urge_many(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse:
        return bulk_page(request, bulk.URGE, chosen(queryset))

    @admin.action(description="按拟办单位交办所选", permissions=["assign"])
    def assign_planned(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse:
        return bulk_page(request, bulk.PLANNED, chosen(queryset))

    @admin.action(description="决定所选的公开", permissions=["publish"])
    def publish_many(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse:
        return bulk_page(request, bulk.PUBLISH, chosen(queryset))

    def has_urge_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("proposals.urge_proposal"))

    def has_assign_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("proposals.assign_proposal"))

    def has_publish_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("proposals.publish_proposal"))

    def has_export_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("proposals.export_proposal"))

    def write_export(
        self, queryset: QuerySet[Any], file: Any, kind: str, *, actor: Any, seen: Seen = iter
    ) -> int:
        """The office's twenty columns (`services.sheets_out`), formula-like cells marked."""
        return export_proposals(
            queryset, file, actor=actor, now=timezone.now(), form=kind, seen=seen
        )

    @admin.display(description="建议号", ordering="number")
    def number_in_series(self, proposal: Proposal) -> str:
        return proposal.number_words or proposal.code

    @admin.display(description="到哪一步", ordering="state")
    def state_words(self, proposal: Proposal) -> str:
        return proposal.get_state_display()

    @admin.display(description="签名")
    def signers(self, proposal: Proposal) -> str:
        rows = proposal.signatures.select_related("deputy")
        return "、".join(f"{s.deputy.name}（{s.get_state_display()}）" for s in rows)

    @admin.display(description="承办单位")
    def units(self, proposal: Proposal) -> str:
        rows = Order.objects.of(proposal).exclude(state=REASSIGNED).select_related("unit")
        lines = [
            (reverse("handling_desk:order", args=[o.code]),
             f"第{o.round}轮 {o.unit.name}（{o.get_role_display()}，{o.get_state_display()}）")
            for o in rows.order_by("round", "id")
        ]  # fmt: skip
        return format_html_join("，", '<a class="link" href="{}">{}</a>', lines) or "—"

    @admin.display(description="办理")
    def desk_link(self, proposal: Proposal) -> str:
        url = reverse("proposals_desk:proposal", args=[proposal.code])
        return format_html('<a class="link" href="{}">到办理页处理</a>', url)
