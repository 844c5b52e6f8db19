"""What a person sees when the system is up: where, who, and a code to scan."""

from __future__ import annotations

import base64
import hmac
import json
import struct
import sys
import time
import unicodedata
from io import StringIO
from pathlib import Path
from typing import Any

import qrcode

ROLE_NAMES = {
    "deputy": "人大代表",
    "station_keeper": "联络站站长",
    "town_staff": "镇街人大",
    "congress_staff": "人大机关",
    "moderator": "审核员",
    "unit_handler": "承办单位经办",
    "unit_head": "承办单位负责人",
    "auditor": "审计员",
    "security_admin": "安全管理员",
    "system_admin": "系统管理员",
}


def show(base_url: str, manifest_file: Path) -> None:
    """Print the address, one demo account per role and a code that a phone can scan."""
    manifest = _read(manifest_file)
    path = _deputy_path(manifest)
    print(f"\n  码上联已启动   {base_url}/\n")
    _print_accounts(base_url, manifest)
    print("  扫码给代表留言" if path != "/" else "  扫码打开首页")
    print(f"  {base_url}{path}")
    print_code(base_url + path)
    print("  按 Ctrl-C 停止\n", flush=True)


def codes(manifest_file: Path) -> int:
    """Print the one-time code of every demo account, as an authenticator would show it now."""
    users = [user for user in _read(manifest_file).get("users", []) if user.get("totp")]
    if not users:
        print("  没有演示账号；先运行 make run（空库时会装入演示数据）")
        return 1
    for user in users:
        name = _pad(ROLE_NAMES.get(user["role"], user["role"]), 16)
        print(f"    {name}{_pad(user['username'], 18)}{one_time_code(user['totp'], time.time())}")
    print(f"  {30 - int(time.time()) % 30} 秒后换新的一组")
    return 0


def one_time_code(secret: str, at: float) -> str:
    """Six digits by RFC 6238 (SHA-1, 30 seconds) for a base32 secret."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.digest(key, struct.pack(">Q", int(at) // 30), "sha1")
    offset = digest[-1] & 15
    number = int.from_bytes(digest[offset : offset + 4]) & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


def print_code(text: str) -> None:
    """A QR code in half blocks; plain address only where the terminal cannot draw them."""
    code = qrcode.QRCode(border=2, error_correction=qrcode.constants.ERROR_CORRECT_L)
    code.add_data(text)
    drawing = StringIO()
    code.print_ascii(out=drawing, invert=True)
    try:
        drawing.getvalue().encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return
    print("\n".join("  " + line for line in drawing.getvalue().splitlines()))


def _read(path: Path) -> dict[str, Any]:
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return manifest if isinstance(manifest, dict) else {}


def _deputy_path(manifest: dict[str, Any]) -> str:
    for token in manifest.get("tokens", []):
        if token.get("kind") == "deputy" and token.get("state") == "active":
            return str(token.get("path") or f"/q/{token['token']}/")
    return "/"


def _print_accounts(base_url: str, manifest: dict[str, Any]) -> None:
    shown: dict[str, dict[str, Any]] = {}
    for user in manifest.get("users", []):
        shown.setdefault(user["role"], user)
    if not shown:
        return
    print(f"  工作台 {base_url}/desk/     管理 {base_url}/admin/     演示账号：")
    for role in sorted(shown, key=list(ROLE_NAMES).index if set(shown) <= set(ROLE_NAMES) else str):
        user = shown[role]
        name = _pad(ROLE_NAMES.get(role, role), 16)
        star = " *" if user.get("totp") else ""
        print(f"    {name}{_pad(user['username'], 18)}{user['password']}{star}")
    print("    带 * 的还要动态码：另开一个终端运行 make code\n")


def _pad(text: str, width: int) -> str:
    """Pad by columns on the screen: a Chinese character takes two."""
    taken = sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
    return text + " " * max(1, width - taken)
