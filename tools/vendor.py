"""Other people's assets in `static/vendor/`: taken by lock, committed, checked without a network.

`--check` hashes what is committed. `--fetch` takes each package's tarball with the ordinary npm
client, refuses it unless its sha512 is the locked one, extracts the listed files and writes their
hashes into the lock. To move to another version, edit `version` and `sha512` (it is what
`npm view NAME@VERSION dist.integrity` prints) and fetch.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "tools" / "vendor.lock.json"
TARGET = ROOT / "static" / "vendor"
Lock = dict[str, dict[str, Any]]


def read_lock() -> Lock:
    lock: Lock = json.loads(LOCK.read_text(encoding="utf-8"))
    return lock


def check(lock: Lock) -> list[str]:
    """What differs between the lock and the folder, in words; empty when all is well."""
    problems = []
    expected = {}
    for name, package in lock.items():
        for path, entry in package["files"].items():
            expected[f"{name}/{path}"] = entry["sha256"]
    for path, digest in expected.items():
        file = TARGET / path
        if not file.is_file():
            problems.append(f"missing: static/vendor/{path}")
        elif hashlib.sha256(file.read_bytes()).hexdigest() != digest:
            problems.append(f"changed: static/vendor/{path}")
    present = {str(p.relative_to(TARGET)) for p in TARGET.rglob("*") if p.is_file()}
    problems += [
        f"not in the lock: static/vendor/{path}" for path in sorted(present - set(expected))
    ]
    return problems


def fetch(lock: Lock) -> None:
    """Take every package anew and write the hashes of its files into the lock."""
    for name, package in lock.items():
        with tempfile.TemporaryDirectory() as folder:
            tarball = _pack(f"{name}@{package['version']}", Path(folder))
            _verify(tarball, package["sha512"])
            _extract(name, package, tarball)
        print(f"{name} {package['version']} ({package['licence']})")
    LOCK.write_text(json.dumps(lock, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _pack(wanted: str, folder: Path) -> Path:
    command = ["npm", "pack", "--silent", "--pack-destination", str(folder), wanted]
    subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL)
    return next(folder.glob("*.tgz"))


def _verify(tarball: Path, integrity: str) -> None:
    digest = base64.b64encode(hashlib.sha512(tarball.read_bytes()).digest()).decode()
    if f"sha512-{digest}" != integrity:
        sys.exit(f"{tarball.name}: sha512 is not the locked one")


def _extract(name: str, package: dict[str, Any], tarball: Path) -> None:
    with tarfile.open(tarball) as archive:
        for path, entry in package["files"].items():
            source = archive.extractfile(f"package/{entry['from']}")
            if source is None:
                sys.exit(f"{name}: no {entry['from']} in the package")
            data = source.read()
            target = TARGET / name / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
            entry["sha256"] = hashlib.sha256(data).hexdigest()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    action = parser.add_mutually_exclusive_group(required=True)
    action.add_argument("--check", action="store_true", help="hash what is committed")
    action.add_argument("--fetch", action="store_true", help="take the packages with npm")
    chosen = parser.parse_args()
    lock = read_lock()
    if chosen.fetch:
        fetch(lock)
    problems = check(lock)
    print("\n".join(problems) or f"static/vendor: {len(lock)} packages as locked")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
