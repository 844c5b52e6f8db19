"""签到码: what the wall of the room shows is good for minutes (DOMAIN trap 16).

A photograph of it that is sent around signs nobody in who is not there; whoever cannot scan is put
down by the staff of the meeting.
"""

import hmac
from datetime import datetime

from django.utils.crypto import salted_hmac

from core.errors import Forbidden, StateMoved
from topics.models import Meeting

SALT = "topics.room_code"
SLOT_SECONDS = 300
SLOTS = 3  # the present one and two before: time enough to sign in at the door of the account


def room_code(meeting: Meeting, now: datetime) -> str:
    """What the code on the wall holds at this moment."""
    return f"{meeting.sign_in}.{_mark(meeting, _slot(now))}"


def secret_of(code: str) -> str:
    """The part of a room code that names the meeting."""
    return code.partition(".")[0][:40]


def check_room_code(meeting: Meeting, code: str, now: datetime) -> None:
    """Raises Forbidden for another room's code, StateMoved for one that is some minutes old."""
    if not hmac.compare_digest(secret_of(code).encode(), meeting.sign_in.encode()):
        raise Forbidden("wrong_code", "签到码不对，请扫会场里的码。")
    if not is_fresh(meeting, code, now):
        raise StateMoved(
            "code_expired",
            "这个签到码已经过期，请扫会场屏幕上现在的码；扫不了的，请工作人员登记到会。",
        )


def is_fresh(meeting: Meeting, code: str, now: datetime) -> bool:
    """Whether a room code was shown within the last minutes."""
    mark, slot = code.partition(".")[2].encode(), _slot(now)
    marks = [_mark(meeting, slot - back).encode() for back in range(SLOTS)]
    return any(hmac.compare_digest(mark, one) for one in marks)


def _slot(now: datetime) -> int:
    return int(now.timestamp()) // SLOT_SECONDS


def _mark(meeting: Meeting, slot: int) -> str:
    return salted_hmac(SALT, f"{meeting.sign_in}:{slot}", algorithm="sha256").hexdigest()[:16]
