"""A page that is the same for thousands of people but for a word or two.

A receipt's page took a fifth of what a whole message costs. Here it is rendered once, with marks
where the words stand that differ, and from then on the words are put in.
"""

import re
import secrets
from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.html import conditional_escape

from core.context import site

_MOST = 500  # pages of some 5 KB
_MODES = {"elder", "theme"}
_MARK = f"hole{secrets.token_hex(12)}"  # nobody can guess it, so nobody's words contain it
_HOLE = re.compile(_MARK + r"(\w+);")
_pages: dict[object, list[str]] = {}


def filled(
    request: HttpRequest, template: str, context: Mapping[str, object], *,
    holes: Mapping[str, object], status: int = 200,
) -> HttpResponse:  # fmt: skip
    """Render `template` with `context` and the words of `holes`, which are escaped.

    `context` holds hashable values only and decides which page it is; a hole's word may stand in
    text and in quoted attributes, but no tag or filter of the template may look at it.
    """
    names = tuple(holes)
    key = (template, tuple(context.items()), names, site(request)["site_key"])
    parts = _pages.get(key)
    if parts is None:
        marks = {name: f"{_MARK}{name};" for name in names}
        text = render_to_string(template, {**context, **marks}, request)
        parts = _HOLE.split(text)
        if request.GET.keys() <= _MODES:  # a page may lead on with what else was asked for
            if len(_pages) >= _MOST:
                _pages.clear()
            _pages[key] = parts
    words = {name: conditional_escape(str(word)) for name, word in holes.items()}
    parts = [words[part] if n % 2 else part for n, part in enumerate(parts)]
    return HttpResponse("".join(parts), status=status)
