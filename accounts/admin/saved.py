"""常用筛选 above a register: chips, and a page to keep, rename, share and forget them."""

from collections.abc import Sequence
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ORDER_VAR, SEARCH_VAR, ChangeList
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.http import urlencode

from accounts.models import SavedFilter
from accounts.services import filters
from core.errors import Forbidden, InputInvalid, NotVisible

# What the list's address may hold besides its filters; it is left out when one is kept.
PASSING = {"p", "e", "all", "_facets", "_changelist_filters"}


class SavedFiltersMixin:
    """Put before the register's base: `class OrderAdmin(SavedFiltersMixin, ScopedModelAdmin)`.

    `presets` are chips for everybody: words and query. A kept filter holds parameters the list
    itself offers (its filters, search and order) and no others.
    """

    change_list_template = "admin/tools_list.html"
    presets: Sequence[tuple[str, str]] = ()

    def get_urls(self: Any) -> list[Any]:
        permission = f"{self.opts.app_label}.view_{self.opts.model_name}"

        @wraps(self.filters_view)
        def guarded(request: HttpRequest) -> HttpResponse:
            if not request.user.has_perm(permission):
                raise Forbidden()
            return self.filters_view(request)  # type: ignore[no-any-return]

        mounted = self.admin_site.admin_view(guarded)
        mounted.required_permission = permission
        return [path("filters/", mounted, name=self._filters_name), *super().get_urls()]  # type: ignore[misc]

    def changelist_view(self: Any, request: HttpRequest, extra_context: Any = None) -> Any:
        """The list with its chips; the one that is looked at now is marked."""
        answer = super().changelist_view(request, extra_context)  # type: ignore[misc]
        changes = (getattr(answer, "context_data", None) or {}).get("cl")
        if changes is not None:
            kept = kept_query(changes, request.GET)
            answer.context_data |= {
                "saved_chips": self._chips(request, kept), "filters_url": self._filters_url(kept),
                "filter_is_new": bool(kept),
            }  # fmt: skip
        return answer

    def filters_view(self: Any, request: HttpRequest) -> HttpResponse:
        """GET: what one has kept, and the present filter to be named. POST: one change of it."""
        register, error = self.opts.label_lower, None
        try:
            changes = self.get_changelist_instance(request)
            kept = kept_query(changes, request.GET, strict=True)
        except (IncorrectLookupParameters, SuspiciousOperation) as refused:
            raise NotVisible() from refused
        if request.method == "POST":
            try:
                words = _change(request, register, kept)
            except InputInvalid as refused:
                error = refused
            else:
                messages.success(request, words)
                done = request.POST.get("do") == "save"
                return redirect(f"{self._list_url}?{kept}" if done else self._filters_url(""))
        title = f"常用筛选 · {self.menu_label or self.opts.verbose_name_plural}"
        context = self.admin_site.each_context(request) | {
            "title": title, "opts": self.opts, "list_url": self._list_url, "kept": kept,
            "words": words_of(changes),
            "rows": list(SavedFilter.objects.filter(owner=request.user, register=register)),
            "error": error, "typed": request.POST if error else {},
            "may_share": bool(request.user.home_region_code),  # type: ignore[union-attr]
            "searched": filters.SEARCH in QueryDict(kept),
        }  # fmt: skip
        return TemplateResponse(
            request, "admin/saved_filters.html", context, status=400 if error else 200
        )

    @property
    def _list_url(self: Any) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")

    @property
    def _filters_name(self: Any) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_filters"

    def _filters_url(self, kept: str) -> str:
        url = reverse(f"admin:{self._filters_name}")
        return f"{url}?{kept}" if kept else url

    def _chips(self: Any, request: HttpRequest, kept: str) -> list[dict[str, Any]]:
        """全部, what everybody has, one's own, what the office shares."""
        rows = SavedFilter.objects.visible_to(request.user).filter(register=self.opts.label_lower)
        mine = request.user.pk
        found = [("全部", ""), *self.presets]
        found += [(row.name, row.query) for row in rows if row.owner_id == mine]
        found += [
            (f"{row.name}（{row.owner.name}）", row.query)
            for row in rows.exclude(owner=mine).select_related("owner")
        ]
        return [
            {"label": label, "url": f"?{query}" if query else "?", "current": query == kept}
            for label, query in found
        ]


def kept_query(changes: ChangeList, given: QueryDict, *, strict: bool = False) -> str:
    """The part of an address that a list of this kind offers, in one fixed order.

    With `strict` anything else in it is NotVisible: it was not made by pressing on the list.
    """
    known = {SEARCH_VAR, ORDER_VAR}
    for spec in changes.filter_specs:
        known.update(name for name in spec.expected_parameters() if name)
    if strict and (set(given) - known - PASSING):
        raise NotVisible()
    pairs = [(name, value) for name in sorted(known & set(given)) for value in given.getlist(name)]
    return urlencode([(name, value) for name, value in pairs if value])


def words_of(changes: ChangeList) -> str:
    """已逾期 · 城乡建设 · 搜索「大桥」: what the present filter says."""
    said = [
        str(choice["display"])
        for spec in changes.filter_specs
        if any(changes.params.get(name) for name in spec.expected_parameters() if name)
        for choice in spec.choices(changes)
        if choice["selected"]
    ]
    return " · ".join([*said, f"搜索「{changes.query}」"] if changes.query else said)


def _change(request: HttpRequest, register: str, kept: str) -> str:
    """Carry out one button of the page; returns what was done in words."""
    user: Any = request.user
    given, do = request.POST, request.POST.get("do")
    if do == "save":
        row = filters.save_filter(
            actor=user, register=register, name=given.get("name", ""), query=kept,
            shared=bool(given.get("shared")),
        )  # fmt: skip
        return f"存好了，列表上面多了「{row.name}」。"
    pk = given.get("pk", "")
    if not pk.isascii() or not pk.isdecimal() or len(pk) > 18:
        raise NotVisible()
    chosen: dict[str, Any] = {"actor": user, "register": register, "pk": int(pk)}
    if do == "rename":
        return f"改名为「{filters.rename_filter(**chosen, name=given.get('name', '')).name}」了。"
    if do in ("share", "keep"):
        row = filters.share_filter(**chosen, shared=do == "share")
        return (
            f"「{row.name}」同事也看得到了。" if row.office else f"「{row.name}」只有您看得到了。"
        )
    if do == "delete":
        return f"「{filters.delete_filter(**chosen)}」删掉了。"
    raise NotVisible()
