"""Structured logs: one JSON object a line on stderr (and in LOG_DIR), personal data masked.

Masking is the last resort, not the rule: nothing personal may be logged in the first place.
"""

from __future__ import annotations

import logging.config
import logging.handlers
import re
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import structlog

SECRET_NAMES = re.compile(
    r"(?i)(password|passwd|secret|token|receipt|authorization|cookie|phone|mobile|id_number|totp)"
)
# The last one: groups of four as receipts are printed.
PATTERNS = (
    (re.compile(r"(?<![0-9A-Za-z])(?<!\d\.)\d{17}[0-9Xx](?![0-9A-Za-z])"), "[证件号]"),
    (re.compile(r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)"), "[手机号]"),
    (re.compile(r"(?<!\d)(?<!\d\.)\d{16,19}(?!\d)"), "[卡号]"),
    (re.compile(r"\b[0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{4}){2,4}\b"), "[查询码]"),
)
Event = MutableMapping[str, Any]


def mask_text(text: str) -> str:
    """Replace what looks like an identity number, a phone, a card or a receipt."""
    for pattern, instead in PATTERNS:
        text = pattern.sub(instead, text)
    return text


def _mask(name: str, value: Any) -> Any:
    if SECRET_NAMES.search(name) and value not in (None, "", True, False):
        return "[略]"
    if isinstance(value, str):
        return mask_text(value)
    if isinstance(value, dict):
        return {key: _mask(str(key), inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_mask("", inner) for inner in value]
    return value


def mask_event(logger: object, method: str, event: Event) -> Event:
    """structlog processor: nothing personal leaves the process in a log line."""
    for key in list(event):
        event[key] = _mask("" if key in ("event", "exception") else key, event[key])
    return event


SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.stdlib.PositionalArgumentsFormatter(),
]


class OnceFormatter(structlog.stdlib.ProcessorFormatter):
    """Makes the line of a record once, however many handlers write it."""

    def format(self, record: logging.LogRecord) -> str:
        line = getattr(record, "line", None)
        if line is None:
            line = record.line = super().format(record)
        return str(line)


def _formatter(pretty: bool) -> dict[str, Any]:
    renderer: Any = (
        structlog.dev.ConsoleRenderer(colors=False)
        if pretty
        else structlog.processors.JSONRenderer(ensure_ascii=False, default=str)
    )
    return {
        "()": "liaison.logs.OnceFormatter",
        "foreign_pre_chain": SHARED,
        "processors": [
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            mask_event,
            renderer,
        ],
    }


def logging_config(*, level: str, log_dir: str, pretty: bool) -> dict[str, Any]:
    """The dictConfig of the process. With LOG_DIR every process appends to its own file there."""
    handlers: dict[str, Any] = {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line"},
    }
    if log_dir:
        handlers["file"] = {
            "class": "liaison.logs.FolderHandler",
            "formatter": "line",
            "folder": log_dir,
        }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": _formatter(pretty)},
        "handlers": handlers,
        "root": {"handlers": list(handlers), "level": level},
        "loggers": {
            "django": {"handlers": [], "propagate": True, "level": level},
            # a 4xx is a line of the request log already
            "django.request": {"level": "ERROR", "handlers": [], "propagate": True},
            "django.server": {"level": "WARNING", "handlers": [], "propagate": True},
            "celery": {"level": "WARNING"},  # a line for every tick otherwise
            "fontTools": {"level": "WARNING"},
            "axes": {"level": "ERROR"},  # prints user names and addresses
            "PIL": {"level": "WARNING"},
        },
    }


class FolderHandler(logging.handlers.WatchedFileHandler):
    """Appends to LOG_DIR/liaison.log; one write a line, so processes may share the file.

    Rotation is logrotate's work (or `manage.py purge`): it may move the file at any time.
    """

    def __init__(self, folder: str) -> None:
        Path(folder).mkdir(parents=True, exist_ok=True, mode=0o750)
        super().__init__(Path(folder) / "liaison.log", encoding="utf-8", delay=True)


def configure(config: dict[str, Any]) -> None:
    """Called by Django with settings.LOGGING."""
    logging.config.dictConfig(config)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
