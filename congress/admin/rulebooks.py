"""Rulebooks in the admin: versions with their rules, presets to look at, comparisons."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from congress.admin.base import RegisterAdmin
from congress.forms import RulebookForm, RuleForm, VersionForm
from congress.models import Rulebook, RuleValue
from congress.rules import KEYS, Rule
from congress.selectors import rulebook_differences, rulebook_for, version_before
from congress.services import (
    RuleInput,
    change_rulebook,
    copy_rulebook,
    create_rulebook,
    remove_rule,
    set_rule,
)
from congress.services.rulebooks import is_fixed
from congress.states import Measure
from core.errors import Forbidden, InputInvalid


class _RuleInline(admin.TabularInline):
    model = RuleValue
    verbose_name_plural = "规则（没有写的从预设和上级取）"

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("congress.view_rulevalue"))


class RuleInline(_RuleInline):
    """The rules of a version that can still be changed."""

    form = RuleForm
    extra = 1


class FixedRuleInline(_RuleInline):
    """The rules of a preset or of a version in force: to be read."""

    fields = ("rule", "content", "basis", "note")
    readonly_fields = fields
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is added to a fixed version."""
        return False

    has_change_permission = has_add_permission

    @admin.display(description="规则")
    def rule(self, value: RuleValue) -> str:
        """Return its name."""
        return KEYS[value.key].label if value.key in KEYS else value.key

    @admin.display(description="内容")
    def content(self, value: RuleValue) -> str:
        """Return what it says."""
        unit = Measure(value.unit)
        return str(Rule(value.key, value.amount, unit, value.value, value.basis))


@admin.register(Rulebook)
class RulebookAdmin(RegisterAdmin):
    """Rulebooks. A version in force is looked at and copied, never edited."""

    menu_group = "设置"
    menu_order = 10
    form = RulebookForm
    list_display = ("name", "congress", "effective_from", "base_words", "rules", "standing")
    list_select_related = ("congress",)
    search_fields = ("name", "congress__name")
    change_form_template = "admin/congress/rulebook/change_form.html"

    class Media:
        css = {"all": ("css/registers.css",)}

    ordering = ("preset", "congress__region_code", "-effective_from")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """One's own places' versions, and all presets to look at."""
        own = Rulebook.objects.managed_by(request.user).values("pk")
        rows = Rulebook.objects.filter(Q(congress=None) | Q(pk__in=own))
        base = Rulebook.objects.filter(preset=OuterRef("base")).exclude(preset="")
        rows = rows.annotate(count=Count("values"), base_title=Subquery(base.values("name")[:1]))
        return rows.order_by(*self.ordering)

    @admin.display(description="沿用的预设")
    def base_name(self, book: Rulebook) -> str:
        """Return the base's name, or that this is a preset itself."""
        if book.preset:
            return "（预设）"
        return (
            Rulebook.objects.filter(preset=book.base).values_list("name", flat=True).first() or "—"
        )

    @admin.display(description="沿用的预设", ordering="base")
    def base_words(self, book: Any) -> str:
        """Return the same in a list, without a query a row."""
        return "（预设）" if book.preset else book.base_title or "—"

    @admin.display(description="规则数")
    def rules(self, book: Any) -> int:
        """Return how many rules it writes itself."""
        return int(book.count)

    @admin.display(description="状态")
    def standing(self, book: Rulebook) -> str:
        """Say whether it can still be changed."""
        if book.preset:
            return "随产品提供"
        return "已施行" if is_fixed(book, timezone.now()) else "未施行，可以改"

    # --- rights: presets and versions in force are read-only --------------------------------
    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Presets are for everybody who may see rulebooks."""
        if obj is not None and obj.congress_id is None:
            obj = None
        return super().has_view_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only a version of one's own place that is not in force yet."""
        may = super().has_change_permission(request, obj)
        return may and (obj is None or not is_fixed(obj, timezone.now()))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """A fixed version shows its base by name."""
        if obj is None or self.has_change_permission(request, obj):
            return ("congress", "effective_from", "base", "name")
        return ("name", "effective_from", "base_name")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """A version stays with its congress."""
        return ["congress", "base_name"] if obj else []

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        """Rules come after the version; fixed ones only to read."""
        if obj is None:
            return ()
        return (RuleInline if self.has_change_permission(request, obj) else FixedRuleInline,)

    # --- writing through the services -------------------------------------------------------
    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Create or change a version."""
        given = {name: form.cleaned_data[name] for name in ("name", "base", "effective_from")}
        if change:
            change_rulebook(actor=request.user, book=obj, now=timezone.now(), **given)
            return
        congress = form.cleaned_data["congress"]
        made = create_rulebook(actor=request.user, congress=congress, now=timezone.now(), **given)
        obj.pk = made.pk
        obj.refresh_from_db()

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Write each touched rule."""
        now, book = timezone.now(), form.instance
        for value in formset.save(commit=False):
            rule = RuleInput(
                value.key, value.unit, value.basis, value.amount, value.value, value.note
            )
            set_rule(actor=request.user, book=book, rule=rule, now=now)
        for value in formset.deleted_objects:
            remove_rule(actor=request.user, book=book, key=value.key, now=now)

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> Any:
        """Go on to the rules."""
        self.message_user(request, "版本已建好，现在可以写规则。", messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:congress_rulebook_change", args=[obj.pk]))

    # --- further pages ----------------------------------------------------------------------
    def get_urls(self) -> list[Any]:
        """Add what holds, the comparison and the next version."""
        return [
            self.page("<int:pk>/all/", self.all_view, "view", "all"),
            self.page("<int:pk>/compare/", self.compare_view, "view", "compare"),
            self.page("<int:pk>/next/", self.next_view, "add", "next"),
            *super().get_urls(),
        ]

    def all_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show every rule of the place on the version's first day, and where it comes from."""
        book = self._seen(request, pk)
        rules = rulebook_for(book.congress, book.effective_from).rules
        groups: dict[str, list[dict[str, Any]]] = {}
        for key, known in KEYS.items():
            row = {"label": known.label, "rule": rules[key], "own": rules[key].source == book.name}
            groups.setdefault(known.group, []).append(row)
        return self.render(
            request, "rulebook/all.html", f"全部规则：{book}", groups=groups, book=book
        )

    def compare_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show what differs from the version before, or from the base."""
        book = self._seen(request, pk)
        before = version_before(book)
        return self.render(
            request, "rulebook/compare.html", f"版本比较：{book}", book=book, before=before,
            differences=rulebook_differences(before, book) if before else [],
        )  # fmt: skip

    def next_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask from when, then copy."""
        book = self._seen(request, pk)
        if book.congress is None or not request.user.has_perm("congress.add_rulebook", book):
            raise Forbidden()
        form = VersionForm(request.POST or None)
        if form.is_valid():
            try:
                made = copy_rulebook(
                    actor=request.user, book=book, now=timezone.now(), **form.cleaned_data
                )
                return self.response_add(request, made)
            except InputInvalid as wrong:
                form.add_error("effective_from", wrong.message)
        return self.render(request, "rulebook/next.html", f"下一版本：{book}", form=form, book=book)

    def _seen(self, request: HttpRequest, pk: int) -> Rulebook:
        book = self.get_object(request, str(pk))
        if book is None:
            self._get_obj_does_not_exist_redirect(request, self.opts, str(pk))
        return book
