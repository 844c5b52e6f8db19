"""A seat's life as data: suspended and resumed (DBF 61), terminated (DBF 62), expired."""

from deputies.states import ACTIVE, EXPIRED, SEAT_STATES, SUSPENDED, TERMINATED
from workflows.registry import Transition, Workflow

_CHANGE = "deputies.change_seat"
_EFFECTS = "deputies.services.seats"

SEAT = Workflow(
    model="deputies.seat",
    label="代表席位",
    states=dict(SEAT_STATES),
    initial=(ACTIVE,),
    final=(TERMINATED, EXPIRED),
    transitions=(
        Transition(
            "suspend", "暂停执行代表职务", (ACTIVE,), SUSPENDED, _CHANGE,
            "deputies.seat_suspended",
            form="deputies.forms.SuspendForm", effect=f"{_EFFECTS}.write_suspension",
            hint="代表法第六十一条：暂停期间不公开、不接收新的留言，代表码保留。",
        ),
        Transition(
            "resume", "恢复执行代表职务", (SUSPENDED,), ACTIVE, _CHANGE,
            "deputies.seat_resumed",
            form="deputies.forms.ResumeForm", effect=f"{_EFFECTS}.write_resumption", primary=True,
            hint="暂停的情形消失，且没有终止资格的，恢复执行代表职务。",
        ),
        Transition(
            "terminate", "终止代表资格", (ACTIVE, SUSPENDED), TERMINATED, _CHANGE,
            "deputies.seat_terminated",
            form="deputies.forms.TerminateForm", effect=f"{_EFFECTS}.write_termination",
            confirm="终止后不能恢复。没有其他席位的，代表码停用，网格和小组里的任职同时结束。",
            hint="代表法第六十二条。",
        ),
        Transition(
            "expire", "届满", (ACTIVE, SUSPENDED), EXPIRED, _CHANGE,
            "deputies.seat_expired",
            form="deputies.forms.ExpireForm", effect=f"{_EFFECTS}.write_expiry",
            confirm="届满后不能恢复。",
            hint="换届时请在“届”里一并办理，不必逐个点。",
        ),
    ),
)  # fmt: skip
