"""Put the whole system back to the state of a backup."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from liaison.backup import BackupRefused
from liaison.backup.load import restore_backup


class Command(BaseCommand):
    help = "用备份恢复整个系统。先完整核对再动手；损坏或密钥不对的备份会被拒绝，什么也不改。"

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("file", type=Path, help="备份文件")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            manifest = restore_backup(path, say=self.stderr.write)
        except BackupRefused as refused:
            raise CommandError(str(refused)) from refused
        except OSError as error:
            raise CommandError(f"读写 {path} 时出错：{error.strerror}；什么也没有改动") from error
        except DatabaseError as error:
            reason = type(error.__cause__ or error).__name__
            raise CommandError(f"数据库拒绝（{reason}），什么也没有改动") from error
        self.stdout.write(f"已恢复到 {manifest['created_at']} 的状态。请重新启动网站与后台任务。")
