"""Writes of codes: issuing and ending them, printing many."""

from codes.services.batches import forget_batches, make_part, start_batch
from codes.services.issuing import (
    NewCode,
    issue_code,
    issue_codes,
    mark_printed,
    reissue_code,
    retire_code,
    revoke_code,
)

__all__ = [
    "NewCode",
    "forget_batches",
    "issue_code",
    "issue_codes",
    "make_part",
    "mark_printed",
    "reissue_code",
    "retire_code",
    "revoke_code",
    "start_batch",
]
