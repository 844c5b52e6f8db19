"""States and controlled lists of orders."""

ASSIGNED, SIGNED, RETURN_REQUESTED, REASSIGNED = (
    "assigned",
    "signed",
    "return_requested",
    "reassigned",
)
HANDLING, REPLIED, ACCEPTED, OPINED, STOPPED = (
    "handling",
    "replied",
    "accepted",
    "opined",
    "stopped",
)

STATES = {
    ASSIGNED: "待签收",
    SIGNED: "已签收",
    RETURN_REQUESTED: "申请退回",
    REASSIGNED: "已改派",
    HANDLING: "办理中",
    REPLIED: "已答复待审",
    ACCEPTED: "答复已通过",
    OPINED: "已提会办意见",
    STOPPED: "已终止",
}
OPEN = (ASSIGNED, SIGNED, RETURN_REQUESTED, HANDLING)
FINAL = (REASSIGNED, ACCEPTED, OPINED, STOPPED)

# What became of a promise (承诺台账); `PROMISED` is still to be kept.
PROMISE_OUTCOMES = [("kept", "已兑现"), ("moved", "已调整"), ("broken", "未兑现")]
PROMISED, PROMISE_FINAL = ("open", "moved"), ("kept", "broken")

SOLE, LEAD, CO, PART = "sole", "lead", "co", "part"
ROLES = [(SOLE, "独办"), (LEAD, "主办"), (CO, "会办"), (PART, "分办")]

# Neutral outcome codes; a place maps them to its own letters (DOMAIN §2.6, trap 5).
OUTCOMES = [
    ("solved", "已解决"),
    ("in_progress", "正在解决"),
    ("planned", "列入计划"),
    ("not_now", "条件暂不具备"),
    ("not_feasible", "不能解决，已说明"),
    ("reference", "留作参考"),
    ("upper_level", "属上级权限，已上报"),
]
