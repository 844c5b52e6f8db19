"""Codes from a sequence; numbers of a series without a gap."""

from django.db import connection

from handling.services import next_code
from proposals.models import Proposal
from proposals.selectors import series_key

_TAKE = """
INSERT INTO proposals_numberseries (key, last) VALUES (%s, 1)
ON CONFLICT (key) DO UPDATE SET last = proposals_numberseries.last + 1 RETURNING last
"""
_RAISE = """
INSERT INTO proposals_numberseries (key, last) VALUES (%s, %s)
ON CONFLICT (key) DO UPDATE SET last = greatest(proposals_numberseries.last, excluded.last)
RETURNING last
"""


def new_code() -> str:
    return next_code("J", "proposals_proposal_number")


def take_number(proposal: Proposal) -> None:
    """Give the next number of its series.

    The series' row stays locked until the transaction ends, so a refused 立案 gives its number back
    and two at once get neighbouring ones: no gap, none twice.
    """
    proposal.series_key = series_key(proposal)
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [proposal.series_key])
        (proposal.number,) = cursor.fetchone()


def number_was_given(key: str, number: int) -> int:
    """A number given by the office itself (an import): the series goes on behind it.

    Returns the last number of the series now; its row stays locked until the transaction ends.
    """
    with connection.cursor() as cursor:
        cursor.execute(_RAISE, [key, number])
        (last,) = cursor.fetchone()
    return int(last)
