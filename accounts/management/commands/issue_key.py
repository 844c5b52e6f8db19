"""Issue a machine's key for an account; printed once, stored hashed."""

import json
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_date

from accounts.models import User, fold_username
from accounts.services.keys import issue_key
from audit.actors import SYSTEM
from core.errors import DomainError


class Command(BaseCommand):
    help = "给账号签发接口密钥，只显示这一次：Authorization: Key <密钥>。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--expires", metavar="DATE", help="有效期至，2027-12-31")
        parser.add_argument("--label", default="", help="给谁用、做什么")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=fold_username(options["username"])).first()
        if user is None:
            raise CommandError("没有这个账号", returncode=1)
        try:
            key, text = issue_key(
                user=user, label=options["label"], expires_on=_day(options["expires"]),
                actor=SYSTEM, now=timezone.now(),
            )  # fmt: skip
        except DomainError as error:
            raise CommandError(error.message, returncode=2) from error
        if options["json"]:
            until = key.expires_on.isoformat() if key.expires_on else None
            self.stdout.write(json.dumps({"key": text, "prefix": key.prefix, "expires_on": until}))
        else:
            self.stdout.write(text)


def _day(text: str | None) -> date | None:
    if not text:
        return None
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    if day is None:
        raise CommandError("--expires 要写成 2027-12-31 这样的日期", returncode=2)
    return day
