#!/usr/bin/env python3
"""Join and shrink the style sheets: one file per surface, so a page asks for css once.

    python tools/build_css.py           writes static/css/*.bundle.css
    python tools/build_css.py --check   exit 1 when a committed bundle is stale

Only comments and blanks go; nothing is rewritten, so a bundle reads like its sources.
"""

import re
import sys
from pathlib import Path

CSS = Path(__file__).resolve().parent.parent / "static" / "css"
BUNDLES = {
    "resident": ("tokens", "components", "resident", "paper"),
    "desk": ("tokens", "components", "resident", "desk", "paper"),
    "admin": ("tokens", "components", "admin", "admin_pages", "paper"),
}
TOKEN = re.compile(r"""/\*.*?\*/|"[^"]*"|'[^']*'|\s+|[^\s"'/]+|/""", re.DOTALL)
BLANKS_AROUND = re.compile(r"\s*([{};,])\s*")


def shrink(css: str) -> str:
    """Take comments and blanks out; strings stay as they are."""
    strings: list[str] = []

    def token(found: re.Match[str]) -> str:
        text = found.group()
        if text.startswith("/*"):
            return ""
        if text[0] in "\"'":
            strings.append(text)
            return f"\0{len(strings) - 1}\0"
        return " " if text.isspace() else text

    flat = BLANKS_AROUND.sub(r"\1", TOKEN.sub(token, css)).replace(";}", "}")
    return re.sub("\0(\\d+)\0", lambda hit: strings[int(hit.group(1))], flat).strip() + "\n"


def bundle(name: str) -> str:
    """The text of one bundle, made from its sources."""
    sources = "\n".join((CSS / f"{part}.css").read_text("utf-8") for part in BUNDLES[name])
    return shrink(sources)


def stale() -> list[str]:
    """Names of the bundles whose file differs from its sources."""
    return [
        name
        for name in BUNDLES
        if not (file := CSS / f"{name}.bundle.css").exists()
        or file.read_text("utf-8") != bundle(name)
    ]


def main(arguments: list[str]) -> int:
    if "--check" in arguments:
        for name in (names := stale()):
            print(f"static/css/{name}.bundle.css is stale: run tools/build_css.py", file=sys.stderr)
        return 1 if names else 0
    for name in BUNDLES:
        (CSS / f"{name}.bundle.css").write_text(bundle(name), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
