"""What every page may say about the site itself. Nothing here depends on who is asking."""

from functools import lru_cache
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest

THEMES = ("light", "dark")
_ABOUT = (
    "SITE_NAME", "SITE_OWNER", "SITE_PHONE", "ICP_FILING", "POLICE_FILING", "MAP_APPROVAL_NUMBER",
    "BASE_URL",
)  # fmt: skip


def site(request: HttpRequest) -> dict[str, Any]:
    """Name, official address and filings of the site; the display mode asked for in the query.

    The mode lives in the address, not in a cookie: a public page stays the same for everybody
    who asks for the same address, so it can be cached and sets nothing.
    """
    elder = request.GET.get("elder") == "1"
    theme = request.GET.get("theme", "")
    about = tuple(getattr(settings, name) for name in _ABOUT)
    return _site(elder, theme if theme in THEMES else "", about)


@lru_cache(maxsize=64)
def _site(elder: bool, theme: str, about: tuple[str, ...]) -> dict[str, Any]:
    """Made once per mode; `site_key` tells `{% fixed %}` apart what is the same for everybody."""
    name, owner, phone, icp, police, maps, url = about
    kept = ({"elder": "1"} if elder else {}) | ({"theme": theme} if theme else {})
    return {
        "site_name": name,
        # Django's own sign-in views put their idea of a site into `site_name`
        "product_name": name,
        "site_owner": owner,
        "site_phone": phone,
        "icp_filing": icp,
        "police_filing": police,
        "map_approval_number": maps,
        "base_url": url,
        "official_domain": urlsplit(url).netloc,
        "elder": elder,
        "theme": theme,
        "mode_query": f"?{urlencode(kept)}" if kept else "",
        "site_key": (elder, theme, about),
    }
