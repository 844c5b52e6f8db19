"""The look as template tags: `{% load look %}`. What each takes is listed in docs/look.md.

Small parts are plain strings made here, because a public page has a budget of 1.5 ms;
larger ones are templates under templates/partials/.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django import template
from django.forms import BoundField
from django.template.base import Parser, Token
from django.template.context import Context, RequestContext
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from core import markup
from core.charts import bars
from core.formlook import choice_options, field_context
from core.wording import WEEKDAYS, day_words, exact_words, moment_words

register = template.Library()
Items = Iterable[Mapping[str, Any]]


# --- addresses that keep the display mode -------------------------------------------------


def _with_mode(context: RequestContext, url: str) -> str:
    query = context.get("mode_query", "")
    if not query or url.startswith(("tel:", "mailto:", "#")):
        return url
    path, hash_mark, fragment = url.partition("#")
    joined = f"{path}&{query[1:]}" if "?" in path else path + query
    return joined + hash_mark + fragment


@register.simple_tag(takes_context=True)
def rurl(context: RequestContext, name: str, *args: Any, **kwargs: Any) -> str:
    """`{% url %}` that keeps `?elder=1` and `?theme=` of the current request."""
    return _with_mode(context, reverse(name, args=args, kwargs=kwargs))


@register.simple_tag(takes_context=True)
def keep_mode(context: RequestContext, url: str) -> str:
    """The same for an address that is already made (`object.url`)."""
    return _with_mode(context, url)


@register.simple_tag(takes_context=True)
def query_url(context: RequestContext, **changes: Any) -> str:
    """The current address with some query values changed; an empty value takes one away."""
    query = context["request"].GET.copy()
    for key, value in changes.items():
        if value in (None, ""):
            query.pop(key, None)
        else:
            query[key] = str(value)
    return f"?{query.urlencode()}" if query else "."


@register.simple_tag(takes_context=True)
def mode_fields(context: RequestContext) -> SafeString:
    """Hidden inputs for a GET form, so that a search keeps the display mode."""
    kept = [(key, context[key]) for key in ("theme",) if context.get(key)]
    if context.get("elder"):
        kept.append(("elder", "1"))
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', kept)


@register.inclusion_tag("partials/elder_switch.html", takes_context=True)
def elder_switch(context: RequestContext, icon: bool = False, css: str = "link") -> dict[str, Any]:
    """The link 「长辈版」/「普通版」 to this page in the other mode.

    A page that answered a POST sets `switch_fields` (name, value pairs) in its context: the
    switch is then a button that posts the same again, so a receipt is not lost by it.
    """
    elder = bool(context.get("elder"))
    return {
        "url": query_url(context, elder="" if elder else "1"),
        "words": "普通版" if elder else "长辈版",
        "icon": icon,
        "css": css,
        "fields": context.get("switch_fields"),
        "csrf_token": context.get("csrf_token") if context.get("switch_fields") else "",
    }


# --- what is the same for everybody ------------------------------------------------------


class _Fixed(template.Node):
    """Keeps what it made by page and mode; a page without `site_key` is made anew each time."""

    def __init__(self, nodelist: template.NodeList) -> None:
        self.nodelist = nodelist
        self._kept: dict[tuple[Any, ...], SafeString] = {}

    def render(self, context: Context) -> SafeString:
        site = context.get("site_key")
        if site is None:
            return self.nodelist.render(context)
        key = (context.template.name, site)
        found = self._kept.get(key)
        if found is None:
            found = self._kept[key] = self.nodelist.render(context)
        return found


@register.tag
def fixed(parser: Parser, token: Token) -> _Fixed:
    """`{% fixed %}…{% endfixed %}`: the same on every showing of this page in this display mode.

    Made once per process. Inside may stand only what the site's settings, the page's template and
    the mode decide (`{% static %}`, `{% icon %}`, `{% keep_mode '/path/' %}`): nothing of the
    visitor, of the object shown, or of the rest of the query.
    """
    nodelist = parser.parse(("endfixed",))
    parser.delete_first_token()
    return _Fixed(nodelist)


# --- small parts ------------------------------------------------------------------------------

register.simple_tag(markup.icon)
register.simple_tag(markup.logo)
register.simple_tag(markup.drawing)
register.simple_tag(markup.face)
register.simple_tag(markup.check_phrase)
register.simple_tag(markup.meter)
register.simple_tag(markup.due_plain)


@register.simple_tag
def label_tag(words: str, tone: str = "", icon: str = "") -> SafeString:
    """A tag, perhaps with an icon; see `core.markup.label_tag`."""
    return markup.label_tag(words, tone, icon)


@register.simple_tag(takes_context=True)
def row_item(context: RequestContext, row: Any) -> SafeString:
    """One line of a list; see `core.markup.row_item`."""
    return markup.row_item(row, _with_mode(context, markup.value_of(row, "url") or ""))


@register.simple_tag
def when(value: date | datetime | None, now: datetime | None = None) -> SafeString | str:
    """「昨天 14:05」 with the exact moment in `title`. A date has no time of day."""
    if value is None:
        return ""
    now = timezone.localtime(now)
    if isinstance(value, datetime):
        value = timezone.localtime(value)
        words = moment_words(value, now=now)
    else:
        words = day_words(value, today=now.date())
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', value.isoformat(), exact_words(value), words
    )


@register.simple_tag
def day(value: date | datetime | None, now: datetime | None = None) -> SafeString | str:
    """Like `when`, to the day only: what residents read."""
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    return when(value, now)


@register.filter
def weekday(value: date) -> str:
    """「周三」."""
    return f"周{WEEKDAYS[value.weekday()]}"


@register.filter
def thousands(value: int | None) -> str:
    """3,126; an unknown number is a dash."""
    return "—" if value is None else f"{value:,}"


# --- components with a template -----------------------------------------------------------


@register.inclusion_tag("partials/due.html")
def due(badge: Any, css: str = "") -> dict[str, Any]:
    """Due badge; `badge` has words, tone, on, basis. With a basis it opens to show it."""
    return {"badge": badge, "css": css}


@register.inclusion_tag("partials/timeline.html")
def timeline(steps: Items, small: bool = False, label: str = "办理进度") -> dict[str, Any]:
    """一条线: what happened, what is now, what comes."""
    return {"steps": steps, "small": small, "label": label}


@register.inclusion_tag("partials/ribbon.html")
def ribbon(steps: Items, label: str = "") -> dict[str, Any]:
    """征集·留言·议事·公开 and where it stands."""
    steps = list(steps)
    here = next((n for n, step in enumerate(steps, 1) if step.get("state") == "now"), 0)
    name = steps[here - 1]["words"] if here else ""
    return {
        "steps": steps,
        "label": label or (f"进行到第{here}步：{name}" if here else "已走完各步"),
    }


@register.inclusion_tag("partials/rate_card.html", takes_context=True)
def rate_card(context: RequestContext, rate: Mapping[str, Any]) -> dict[str, Any]:
    """A rate never goes without its fraction and its reckoning."""
    whole = rate.get("denominator") or 0
    percent = round(100 * rate["numerator"] / whole, 1) if whole else None
    return {"rate": rate, "percent": percent, "mode_query": context.get("mode_query", "")}


@register.inclusion_tag("partials/bar_chart.html")
def bar_chart(chart: Mapping[str, Any]) -> dict[str, Any]:
    """A mini bar chart drawn by the server, with its table."""
    return {"chart": chart, **bars(chart["rows"], hot=chart.get("hot"))}


@register.inclusion_tag("partials/empty.html", takes_context=True)
def empty(
    context: RequestContext,
    title: str,
    text: str = "",
    url: str = "",
    label: str = "",
    picture: str = "bubble",
) -> dict[str, Any]:
    """Nothing here: what that means, and one next step."""
    url = _with_mode(context, url) if url else ""
    return {"title": title, "text": text, "url": url, "label": label, "picture": picture}


@register.inclusion_tag("partials/result.html")
def result(
    title: str, text: str = "", tone: str = "ok", url: str = "", label: str = ""
) -> dict[str, Any]:
    """A sentence at the top of the page that stays."""
    icons = {"ok": "check", "soon": "warning", "late": "warning", "info": "info"}
    return {
        "title": title, "text": text, "tone": tone, "url": url, "label": label,
        "icon": icons.get(tone, "info"),
    }  # fmt: skip


@register.inclusion_tag("partials/field.html")
def field(
    bound: BoundField, icon: str = "", rows: int = 0, optional: str = "可不填", **more: Any
) -> dict[str, Any]:
    """One form field with label, hint, error; `counter`, `draft` and attributes in `more`."""
    return field_context(bound, icon=icon, rows=rows, optional=optional, more=more)


@register.inclusion_tag("partials/choice.html")
def choice(
    bound: BoundField, icons: str = "", legend: str = "", hint: str = "", segment: bool = False
) -> dict[str, Any]:
    """A handful of radio buttons as large words; `icons` in the order of the choices."""
    return {
        "bound": bound,
        "options": choice_options(bound, icons.split()),
        "legend": legend or bound.label,
        "hint": hint or bound.help_text,
        "segment": segment,
    }


@register.inclusion_tag("partials/form_errors.html")
def form_errors(form: Any) -> dict[str, Any]:
    """The bar above a form that was sent back: how many things, and a link to each."""
    bad = [bound for bound in form if bound.errors] if form.is_bound else []
    return {"form": form, "bad": bad, "general": form.non_field_errors() if form.is_bound else []}


@register.inclusion_tag("partials/actions.html", takes_context=True)
def actions(
    context: RequestContext, actions: Items, title: str = "下一步", badge: Any = None
) -> dict[str, Any]:
    """The doors of a thing, from the transition table: one red, the rest plain."""
    rows = [dict(row) for row in actions]
    able = [row for row in rows if not row.get("reason_disabled")]
    primary = next((row for row in able if row.get("primary")), None)
    return {
        "primary": primary, "others": [row for row in rows if row is not primary],
        "title": title, "badge": badge, "csrf_token": context.get("csrf_token"),
        "mode_query": context.get("mode_query", ""),
    }  # fmt: skip


@register.inclusion_tag("partials/pager.html", takes_context=True)
def pager(context: RequestContext, page: Any, words: str = "") -> dict[str, Any]:
    """Earlier and later of a keyset page (next_cursor, prev_cursor)."""
    after, before = getattr(page, "next_cursor", None), getattr(page, "prev_cursor", None)
    return {
        "after": query_url(context, cursor=after) if after else "",
        "before": query_url(context, cursor=before) if before else "",
        "words": words,
    }
