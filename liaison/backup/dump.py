"""Writing a backup: every table from one snapshot, then the uploaded files."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from liaison.backup.records import RecordWriter
from liaison.backup.sealed import SealedWriter

MANIFEST, TABLE, SEQUENCES, MEDIA = "manifest", "table:", "sequences", "media:"
# Sessions are not worth keeping: after a restore everybody signs in again.
WITHOUT_ROWS = frozenset({"django_session"})
Say = Callable[[str], None]


def write_backup(path: Path, *, now: datetime, say: Say) -> dict[str, Any]:
    """Write the whole system to `path`, whole or not at all; returns the manifest."""
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    try:
        with part.open("wb") as file:
            sealed = SealedWriter(file, settings.FIELD_KEYS)
            manifest = _write_database(sealed, now, say)
            manifest["files"] = _write_media(sealed, Path(settings.MEDIA_ROOT))
            sealed.close()
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return manifest


def _write_database(sealed: SealedWriter, now: datetime, say: Say) -> dict[str, Any]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        tables = columns_by_table(cursor)
        manifest = {
            "version": 1,
            "created_at": now.isoformat(),
            "migrations": applied_migrations(cursor),
            "tables": tables,
        }
        _json_record(sealed, MANIFEST, manifest)
        for table, columns in tables.items():
            if table in WITHOUT_ROWS:
                continue
            record = RecordWriter(sealed, TABLE + table)
            names = ", ".join(f'"{column}"' for column in columns)
            cursor.copy_expert(f'COPY "{table}" ({names}) TO STDOUT', record)
            record.close()
            say(f"{table}：{cursor.rowcount} 行")
        _json_record(sealed, SEQUENCES, sequences(cursor))
    return manifest


def _write_media(sealed: SealedWriter, root: Path) -> int:
    count = 0
    for path in sorted(root.rglob("*")) if root.is_dir() else ():
        name = path.relative_to(root)
        if not path.is_file() or path.is_symlink() or name.parts[0].startswith("."):
            continue
        record = RecordWriter(sealed, MEDIA + name.as_posix())
        with path.open("rb") as file:
            while block := file.read(1024 * 1024):
                record.write(block)
        record.close()
        count += 1
    return count


def _json_record(sealed: SealedWriter, name: str, value: Any) -> None:
    record = RecordWriter(sealed, name)
    record.write(json.dumps(value, ensure_ascii=False).encode())
    record.close()


# --- what the database looks like -----------------------------------------------------------------


def columns_by_table(cursor: Any) -> dict[str, list[str]]:
    """Every table of ours with the columns that can be written (generated ones compute)."""
    cursor.execute("""
        SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum)
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
          AND c.relnamespace = 'public'::regnamespace
          AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
        GROUP BY c.relname ORDER BY c.relname""")
    return dict(cursor.fetchall())


def applied_migrations(cursor: Any) -> list[list[str]]:
    """`[app, name]` of everything applied, in alphabetical order."""
    cursor.execute("SELECT app, name FROM django_migrations ORDER BY app, name")
    return [list(row) for row in cursor.fetchall()]


def sequences(cursor: Any) -> dict[str, int]:
    """The number each sequence gives out next."""
    cursor.execute("SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' ORDER BY 1")
    found = {}
    for (name,) in cursor.fetchall():
        cursor.execute(f'SELECT last_value + is_called::int FROM "{name}"')  # noqa: S608
        found[name] = int(cursor.fetchone()[0])
    return found
