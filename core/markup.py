"""Small parts of the look as strings; the tags of `look` hand them to templates.

They are made here and not in templates because a public page has a budget of 1.5 ms, and a
missing key in a template costs eight times a missing key here.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from core.charts import share

NOTHING = mark_safe("")


@lru_cache(maxsize=512)
def icon(name: str, css: str = "", label: str = "") -> SafeString:
    """One icon of the sprite, beside a word. `label` only where it stands alone."""
    named = (
        format_html('role="img" aria-label="{}"', label)
        if label
        else mark_safe('aria-hidden="true"')
    )
    return format_html(
        '<svg class="icon{}" {}><use href="{}#{}"/></svg>',
        f" {css}" if css else "", named, static("img/icons.svg"), name,
    )  # fmt: skip


@lru_cache(maxsize=16)
def logo(size: int = 24) -> SafeString:
    """The mark 「回」字泡. `size` in pixels, 16 and up."""
    return format_html(
        '<svg class="logo" width="{0}" height="{0}" aria-hidden="true">'
        '<use href="{1}#mark"/></svg>',
        size, static("img/icons.svg"),
    )  # fmt: skip


@lru_cache(maxsize=32)
def drawing(name: str = "bubble") -> SafeString:
    """A line drawing for an empty or an error page."""
    return format_html(
        '<svg class="drawing" width="96" height="72" aria-hidden="true"><use href="{}#{}"/></svg>',
        static("img/drawings.svg"), name,
    )  # fmt: skip


def label_tag(words: str, tone: str = "", picture: str = "") -> SafeString:
    """A tag: the kind of a thing. Tones `ok soon late info`; at most one coloured in a row."""
    drawn = icon(picture) if picture else ""
    return format_html('<span class="tag{}">{}{}</span>', f" {tone}" if tone else "", drawn, words)


def face(name: str, photo: str = "", size: str = "", me: bool = False) -> SafeString:
    """A person: the photograph, or the family name in Song on paper. `size`: `""` or `sm`."""
    css = f"face{' sm' if size else ''}{' me' if me else ''}"
    if photo:
        return format_html(
            '<img class="{}" src="{}" alt="{}" width="84" height="84">', css, photo, name
        )
    return format_html('<span class="{}" role="img" aria-label="{}">{}</span>', css, name, name[:1])


def check_phrase(phrase: str) -> SafeString:
    """The four squares, the same on the poster and on the screen."""
    squares = format_html_join("", "<i>{}</i>", ((letter,) for letter in phrase))
    return format_html('<b role="img" aria-label="核对语：{}">{}</b>', phrase, squares)


def meter(percent: float) -> SafeString:
    """A bar filled to `percent`; only beside the figure it repeats."""
    return format_html(
        '<svg class="meter" aria-hidden="true"><rect width="{}%" height="8"/></svg>', share(percent)
    )


def value_of(thing: Any, key: str) -> Any:
    """A key of a mapping or an attribute of an object; None where there is none."""
    return thing.get(key) if isinstance(thing, Mapping) else getattr(thing, key, None)


def due_plain(badge: Any, css: str = "") -> SafeString:
    """The due badge without its disclosure, for inside a link."""
    on = value_of(badge, "on")
    exact = format_html(' title="{}年{}月{}日"', on.year, on.month, on.day) if on else NOTHING
    tone = value_of(badge, "tone") or ""
    return format_html(
        '<span class="due {} {}"{}>{}</span>', tone, css, exact, value_of(badge, "words")
    )


def _picture(row: Any) -> SafeString:
    if thumb := value_of(row, "thumb"):
        return format_html(
            '<img class="thumb" src="{}" alt="{}" width="56" height="56" loading="lazy">',
            thumb, value_of(row, "alt") or "",
        )  # fmt: skip
    if name := value_of(row, "icon"):
        return format_html('<span class="thumb ico">{}</span>', icon(name))
    if name := value_of(row, "face"):
        return face(name, size="sm")
    return NOTHING


def row_item(row: Any, url: str) -> SafeString:
    """One line of a `list`: the whole line is the target. Keys: see docs/look.md."""
    second, fact = value_of(row, "second"), value_of(row, "fact")
    due, tag = value_of(row, "due"), value_of(row, "tag")
    meta = format_html_join(
        "", "{}",
        ((part,) for part in (
            label_tag(tag, value_of(row, "tag_tone") or "") if tag else NOTHING,
            due_plain(due) if due else NOTHING,
            format_html('<span class="small q num">{}</span>', fact) if fact else NOTHING,
        )),
    )  # fmt: skip
    picture = _picture(row)
    return format_html(
        '<li><a href="{}">{}<span class="grow"><b>{}</b>{}{}</span>{}</a></li>',
        url,
        picture,
        value_of(row, "title"),
        format_html('<span class="small q blk">{}</span>', second) if second else NOTHING,
        format_html('<span class="meta">{}</span>', meta) if meta else NOTHING,
        icon("next", "go"),
    )
