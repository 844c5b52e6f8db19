"""What suggestions put on the staff's menu and dashboard."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from core.admin import MenuLink, register_menu_link, register_panel
from core.dates import local_date
from proposals import oversight, states
from proposals.models import Proposal
from proposals.office import to_assign, to_publish, to_review

ASSIGN, REVIEW = "proposals.assign_proposal", "proposals.review_proposal"
PUBLISH, SUPERVISE = "proposals.publish_proposal", "proposals.supervise_proposal"
SHOWN = 8
COUNTED_TO = 1_000  # of what waits; whoever has more has enough to do


def _assigning(request: HttpRequest) -> Any:
    return to_assign(request.user).order_by()


def _reviewing(request: HttpRequest) -> Any:
    return to_review(request.user).order_by()


register_menu_link(MenuLink("办理", 20, "建议审核", "proposals_admin:review", REVIEW, _reviewing))
register_menu_link(MenuLink("办理", 21, "建议交办", "proposals_admin:assign", ASSIGN, _assigning))
register_menu_link(MenuLink("办理", 22, "建议督办", "proposals_admin:oversight", SUPERVISE))
# no number behind it: counting what is undecided among all that was answered is for the dashboard
register_menu_link(MenuLink("公开", 21, "建议公开", "proposals_admin:publication", PUBLISH))
register_menu_link(
    MenuLink("登记", 90, "导入建议", "proposals_admin:import", "proposals.import_proposal")
)


def action(request: HttpRequest, counts: dict[str, int]) -> dict[str, Any] | None:
    """去交办（18件）: the day's bottleneck, when there is one."""
    count = counts.get("proposals.assign", 0)
    return {"count": count, "url": reverse("proposals_admin:assign")} if count else None


def _numbers(request: HttpRequest) -> dict[str, Any]:
    user: Any = request.user
    if not user.has_perm(SUPERVISE):
        return {}
    rows, today = Proposal.objects.visible_to(user), local_date(timezone.now())
    made = rows.counted().filter(accepted_at__year=today.year)
    levels = {level: oversight.due_rows(user, level, today) for level in oversight.LEVELS}
    return {
        "proposals.made": made,
        "proposals.closed": made.filter(state=states.CLOSED),
        "proposals.working": rows.filter(state__in=states.WORKING),
        "proposals.replied": rows.filter(state=states.REPLIED),
        **{f"proposals.{level}": due for level, due in levels.items()},
    }


def numbers(request: HttpRequest, counts: dict[str, int]) -> dict[str, Any] | None:
    """建议: how many this year, being handled, answered, closed."""
    if not request.user.has_perm(SUPERVISE) or "proposals.made" not in counts:
        return None
    base = reverse("admin:proposals_proposal_changelist")
    shown = (
        ("made", "今年立案的建议", "?figure=made"), ("working", "正在办的建议", "?figure=working"),
        ("replied", "等代表评价的建议", f"?stage={states.REPLIED}"),
        ("closed", "今年办结的建议", "?figure=closed"),
    )  # fmt: skip
    return {"figures": [
        {"value": counts[f"proposals.{name}"], "label": label, "url": f"{base}{query}"}
        for name, label, query in shown
    ]}  # fmt: skip


def due_list(request: HttpRequest, counts: dict[str, int]) -> dict[str, Any] | None:
    """到期清单 of suggestions, the most urgent first."""
    user: Any = request.user
    if not user.has_perm(SUPERVISE) or "proposals.made" not in counts:
        return None
    today = local_date(timezone.now())
    rows = list(oversight.due_rows(user, "", today).order_by("due_on", "id")[:SHOWN])
    if not rows:
        return None
    base = reverse("proposals_admin:oversight")
    tones = {"late": "late", "soon": "soon", "fine": ""}
    levels = [
        {"tone": tones[level], "label": label, "url": f"{base}?tab=due&show={level}",
         "value": counts[f"proposals.{level}"]}
        for level, label in oversight.LEVELS.items()
    ]  # fmt: skip
    return {"title": "建议到期清单", "due_counts": levels, "due_rows": [
        _due_row(oversight.due_line(p, today), p) for p in rows
    ]}  # fmt: skip


def _due_row(line: oversight.Line, proposal: Proposal) -> dict[str, Any]:
    return {
        "due": line.due, "url": line.url, "title": line.title,
        "kind": f"建议 {line.number}", "holder": proposal.get_state_display(),
        "action": {"label": "看进度", "url": line.url},
    }  # fmt: skip


def _waiting(request: HttpRequest) -> dict[str, Any]:
    """To review, to publish, returns, extensions, disputes, ratings to urge."""
    user: Any = request.user
    asked: dict[str, tuple[str, Any]] = {
        "assign": (ASSIGN, to_assign), "review": (REVIEW, to_review),
        "publish": (PUBLISH, to_publish), "returns": (SUPERVISE, oversight.return_rows),
        "extensions": (SUPERVISE, oversight.extension_rows),
        "disputes": (SUPERVISE, oversight.dispute_rows),
        "unrated": (SUPERVISE, oversight.unrated_rows),
    }  # fmt: skip
    return {
        f"proposals.{name}": rows(user).order_by()[:COUNTED_TO]
        for name, (permission, rows) in asked.items() if user.has_perm(permission)
    }  # fmt: skip


def waiting(request: HttpRequest, counts: dict[str, int]) -> dict[str, Any] | None:
    """等我处理: what is asked of this person, with how much of it."""
    base = reverse("proposals_admin:oversight")
    shown = (
        ("review", "建议审核", reverse("proposals_admin:review")),
        ("publish", "建议公开审核", reverse("proposals_admin:publication")),
        ("returns", "退回申请", f"{base}?tab=returns"),
        ("extensions", "延期申请", f"{base}?tab=extensions"),
        ("disputes", "承办争议", f"{base}?tab=disputes"),
        ("unrated", "待催评", f"{base}?tab=unrated"),
    )
    items = [{"label": label, "count": counts[f"proposals.{name}"], "url": url}
             for name, label, url in shown if f"proposals.{name}" in counts]  # fmt: skip
    return {"waiting": items, "title": "代表建议"} if items else None


register_panel(1, "admin/proposals/panel_action.html", action, area="action", waiting=_waiting)
register_panel(15, "admin/proposals/panel_numbers.html", numbers, area="numbers", numbers=_numbers)
register_panel(12, "admin/proposals/panel_due.html", due_list, numbers=_numbers)
register_panel(12, "admin/proposals/panel_wait.html", waiting, area="side", waiting=_waiting)
