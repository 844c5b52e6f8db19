"""States and controlled lists of residents' messages."""

RECEIVED, ACCEPTED, UNDER_REVIEW = "received", "accepted", "under_review"
HANDLING, ANSWERED, CLOSED = "handling", "answered", "closed"
DIVERTED, WITHDRAWN = "diverted", "withdrawn"

STATES = {
    RECEIVED: "待受理",
    ACCEPTED: "代表已受理",
    UNDER_REVIEW: "联络站审核",
    HANDLING: "部门办理中",
    ANSWERED: "已答复",
    CLOSED: "已办结",
    DIVERTED: "已分流",
    WITHDRAWN: "已撤回",
}
OPEN = (RECEIVED, ACCEPTED, UNDER_REVIEW, HANDLING)
FINAL = (DIVERTED, WITHDRAWN)
# States that apps above add to the table (`workflows.registry.extend`); the column holds them too.
DELIBERATING = "deliberating"
ADDED = (DELIBERATING,)

KINDS = [
    ("problem", "反映问题"),
    ("advice", "提建议"),
    ("question", "问一问"),
    ("meeting", "想见代表"),
]

CHANNELS = [("scan", "扫码"), ("patrol", "代表巡查"), ("proxy", "代录入"), ("import", "导入")]
PROXY_WAYS = [("oral", "当面说"), ("paper", "书面"), ("phone", "电话")]

# 办结 is not 解决 (DOMAIN §2.9, trap 20): what came of it is told apart from being closed.
OUTCOMES = [
    ("solved", "已解决"),
    ("in_progress", "正在解决"),
    ("planned", "列入计划"),
    ("explained", "已说明"),
    ("not_feasible", "暂时办不了"),
]
PUBLICATIONS = [
    ("private", "未公开"), ("published", "已公开"), ("rejected", "不予公开"), ("hidden", "已下架"),
]  # fmt: skip
SCORES = [("satisfied", "满意"), ("basic", "基本满意"), ("unsatisfied", "不满意")]

# Where a matter goes that does not belong here (DOMAIN §4.2, trap 27), and what its writer reads.
DOORS = {
    "petition": ("信访", "您反映的事由信访部门受理。可以拨打信访电话，或登录国家信访局网上信访提出。"),
    "discipline": ("纪检监察", "反映公职人员问题，请拨打 12388 或到纪检监察机关提出，您的话不会转给被反映的单位。"),
    "court": ("诉讼仲裁", "这件事正在（或应当）通过诉讼、仲裁、复议解决，人大代表不直接处理具体案件。"),
    "emergency": ("紧急求助", "遇到危险请马上拨打 110、119 或 120。"),
    "elsewhere": ("不属本地", "这件事不归本地管，请向所属地方反映。"),
    "not_accepted": ("不予受理", "这件事不在代表联系群众的范围内，没有受理。"),
}  # fmt: skip

CONSENT_VERSION = "2026-11"  # of the words beside the tick; a change of purpose needs a new one
