"""The whole system, database and uploaded files, into one encrypted file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from liaison.backup.dump import write_backup


class Command(BaseCommand):
    help = "备份整个系统（数据库和上传文件）到一个加密文件；恢复时需要同一组 FIELD_KEYS。"

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("file", type=Path, help="备份文件")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        say = self.stderr.write if options["verbosity"] > 1 else lambda text: None
        try:
            manifest = write_backup(path, now=timezone.now(), say=say)
        except OSError as error:
            raise CommandError(f"写不了 {path}：{error.strerror}") from error
        size = path.stat().st_size / 1024 / 1024
        self.stdout.write(
            f"已备份 {len(manifest['tables'])} 张表、{manifest['files']} 个文件到 {path}"
            f"（{size:.1f} MB）。请另外保存 FIELD_KEYS，没有它打不开。"
        )
