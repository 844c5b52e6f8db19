"""Reading a backup back: everything is verified before anything is touched, then all or nothing."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction

from liaison.backup import BackupRefused
from liaison.backup.dump import (
    MANIFEST,
    MEDIA,
    SEQUENCES,
    TABLE,
    applied_migrations,
    columns_by_table,
)
from liaison.backup.records import Record, records
from liaison.backup.sealed import DAMAGED, SealedReader

STAGED, REPLACED = ".restoring", ".before-restore"
KEPT_TABLE = "django_migrations"  # equal on both sides, or the restore is refused
LOCK_SECONDS = 30
Say = Callable[[str], None]


def restore_backup(path: Path, *, say: Say) -> dict[str, Any]:
    """Put the system back to the state of `path`. Raises BackupRefused and changes nothing.

    All rows change in one transaction: other processes wait and see the old state or the new one.
    """
    with path.open("rb") as file:
        say("正在核对备份 …")
        manifest = verify(file)
        _compare(manifest)
        file.seek(0)
        root = Path(settings.MEDIA_ROOT)
        with _staging(root) as staged:
            say("正在恢复 …")
            undo: Callable[[], None] = lambda: None  # noqa: E731
            try:
                with transaction.atomic():
                    _load(file, manifest, staged, say)
                    undo = _swap(root, staged)
            except BaseException:  # also when the commit itself fails
                undo()
                raise
    shutil.rmtree(root / REPLACED, ignore_errors=True)
    cache.clear()
    return manifest


def verify(file: BinaryIO) -> dict[str, Any]:
    """Read all of it: every frame opens, every record is known, nothing is missing."""
    manifest: dict[str, Any] = {}
    seen: set[str] = set()
    for record in records(SealedReader(file, settings.FIELD_KEYS)):
        if record.name == MANIFEST:
            manifest = _json(record)
        elif record.name.startswith(MEDIA):
            _safe_name(record.name.removeprefix(MEDIA))
        seen.add(record.name)
        record.skip()
    if manifest.get("version") != 1 or SEQUENCES not in seen:
        raise BackupRefused(DAMAGED)
    return manifest


def _compare(manifest: dict[str, Any]) -> None:
    """The tables must be those of the backup, to the column."""
    with connection.cursor() as cursor:
        here, there = applied_migrations(cursor), manifest["migrations"]
        same_tables = columns_by_table(cursor) == manifest["tables"]
    if here == there and same_tables:
        return
    newer = [".".join(row) for row in there if row not in here]
    older = [".".join(row) for row in here if row not in there]
    raise BackupRefused(
        "备份与当前程序的版本不同，什么也没有改动。请先换成备份时的版本（再 migrate），恢复后升级。"
        f"备份多出：{'、'.join(newer) or '无'}；当前多出：{'、'.join(older) or '无'}"
    )


def _load(file: BinaryIO, manifest: dict[str, Any], staged: Path, say: Say) -> None:
    tables = [table for table in manifest["tables"] if table != KEPT_TABLE]
    quoted = ", ".join(f'"{table}"' for table in tables)
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'")
        for table in tables:  # the audit log refuses TRUNCATE, except by its owner's express wish
            cursor.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER USER')
        cursor.execute(f"TRUNCATE {quoted}")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for record in records(SealedReader(file, settings.FIELD_KEYS)):
            _load_record(cursor, record, manifest, staged, say)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # foreign keys are checked here
        for table in tables:
            cursor.execute(f'ALTER TABLE "{table}" ENABLE TRIGGER USER')


def _load_record(
    cursor: Any, record: Record, manifest: dict[str, Any], staged: Path, say: Say
) -> None:
    if record.name.startswith(TABLE):
        table = record.name.removeprefix(TABLE)
        if table != KEPT_TABLE:
            names = ", ".join(f'"{column}"' for column in manifest["tables"][table])
            cursor.copy_expert(f'COPY "{table}" ({names}) FROM STDIN', record)
            say(f"{table}：{cursor.rowcount} 行")
    elif record.name == SEQUENCES:
        for name, value in _json(record).items():
            # RESTART is undone with the transaction; setval() would not be
            cursor.execute(f'ALTER SEQUENCE "{name}" RESTART WITH {int(value)}')
    elif record.name.startswith(MEDIA):
        target = staged / _safe_name(record.name.removeprefix(MEDIA))
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as out:
            shutil.copyfileobj(record, out)


# --- files ----------------------------------------------------------------------------------------


@contextmanager
def _staging(root: Path) -> Iterator[Path]:
    """A folder beside the files of today; gone again whatever happens."""
    staged = root / STAGED
    shutil.rmtree(staged, ignore_errors=True)
    staged.mkdir(parents=True)
    try:
        yield staged
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def _swap(root: Path, staged: Path) -> Callable[[], None]:
    """Exchange the files by renaming (the folder itself may be a mount). Returns the way back."""
    replaced = root / REPLACED
    shutil.rmtree(replaced, ignore_errors=True)
    replaced.mkdir()
    ours = [p for p in root.iterdir() if p.name not in (STAGED, REPLACED)]
    theirs = list(staged.iterdir())
    moves = [(p, replaced / p.name) for p in ours] + [(p, root / p.name) for p in theirs]
    done: list[tuple[Path, Path]] = []

    def undo() -> None:
        for source, target in reversed(done):
            target.rename(source)

    try:
        for source, target in moves:
            source.rename(target)
            done.append((source, target))
    except OSError:
        undo()
        raise
    return undo


def _safe_name(name: str) -> PurePosixPath:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise BackupRefused(DAMAGED)
    return path


def _json(record: Record) -> dict[str, Any]:
    try:
        value = json.loads(record.read())
    except ValueError as error:
        raise BackupRefused(DAMAGED) from error
    if not isinstance(value, dict):
        raise BackupRefused(DAMAGED)
    return value
