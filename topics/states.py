"""States and controlled lists of topics (议题) and opinions (码上留言)."""

DRAFT, APPLIED, RETURNED, REJECTED = "draft", "applied", "returned", "rejected"
APPROVED, COLLECTING, RESEARCHING = "approved", "collecting", "researching"
MEETING, PLANNED, HANDLING = "meeting", "planned", "handling"
PUBLISHED, ARCHIVED, WITHDRAWN = "published", "archived", "withdrawn"

STATES = {
    DRAFT: "草稿",
    APPLIED: "待审议",
    RETURNED: "退回修改",
    REJECTED: "未通过",
    APPROVED: "已通过，待征集",
    COLLECTING: "码上留言中",
    RESEARCHING: "议前调研",
    MEETING: "会议讨论",
    PLANNED: "方案已定",
    HANDLING: "转入办理",
    PUBLISHED: "码上公开",
    ARCHIVED: "已归档",
    WITHDRAWN: "已撤回",
}
FINAL = (REJECTED, ARCHIVED, WITHDRAWN)
# What everybody may read from: approved topics and whatever came of them.
PUBLIC = (APPROVED, COLLECTING, RESEARCHING, MEETING, PLANNED, HANDLING, PUBLISHED, ARCHIVED)
RUNNING = (APPROVED, COLLECTING, RESEARCHING, MEETING, PLANNED, HANDLING)

# The ribbon of every topic page (DOMAIN §1.1): 征集 · 留言 · 议事 · 公开.
STAGES = [("call", "征集"), ("speak", "留言"), ("discuss", "议事"), ("publish", "公开")]
STAGE_OF = {
    DRAFT: "call", APPLIED: "call", RETURNED: "call", REJECTED: "call", WITHDRAWN: "call",
    APPROVED: "call", COLLECTING: "speak", RESEARCHING: "discuss", MEETING: "discuss",
    PLANNED: "discuss", HANDLING: "discuss", PUBLISHED: "publish", ARCHIVED: "publish",
}  # fmt: skip

# What may be done in a state beside its transitions: one table, asked by `rules.may(topic, what)`.
STAGE_FEATURES: dict[str, frozenset[str]] = {
    DRAFT: frozenset({"edit"}),
    RETURNED: frozenset({"edit"}),
    APPLIED: frozenset(),
    REJECTED: frozenset(),
    WITHDRAWN: frozenset(),
    APPROVED: frozenset({"dates", "invite"}),
    COLLECTING: frozenset({"speak", "agree", "enter", "group", "support"}),
    RESEARCHING: frozenset(
        {"agree", "enter", "group", "support", "research", "convene", "sign_in"}
    ),
    MEETING: frozenset({"agree", "group", "support", "convene", "sign_in", "plan"}),
    PLANNED: frozenset({"agree", "group", "support"}),
    HANDLING: frozenset({"outcome", "result", "support"}),
    PUBLISHED: frozenset({"rate"}),
    ARCHIVED: frozenset({"rate"}),
}

SOURCES = [
    ("party", "党委点题"), ("congress", "人大派题"), ("deputy", "代表荐题"), ("resident", "群众出题"),
]  # fmt: skip

OPINION_PENDING, OPINION_APPROVED = "pending", "approved"
OPINION_REJECTED, OPINION_HIDDEN = "rejected", "hidden"
OPINION_STATES = {
    OPINION_PENDING: "待审核",
    OPINION_APPROVED: "已公开",
    OPINION_REJECTED: "未通过",
    OPINION_HIDDEN: "已下架",
}

CHANNELS = [
    ("scan", "扫码"), ("paper", "书面代录"), ("oral", "当面代录"), ("phone", "电话代录"),
    ("reception", "接待记录"), ("import", "导入"),
]  # fmt: skip
ATTENDEES = [
    ("deputy", "人大代表"), ("resident", "群众"), ("expert", "专家"), ("unit", "部门"),
    ("staff", "工作人员"),
]  # fmt: skip
SUPPORT_UNITS = [("household", "户"), ("person", "人")]
PART_OUTCOMES = [
    ("done", "已办成"), ("in_progress", "正在办"), ("promised", "已承诺"), ("not_done", "没有办"),
]  # fmt: skip
SCORES = [("satisfied", "满意"), ("basic", "基本满意"), ("unsatisfied", "不满意")]
PICTURES = [
    ("opinion", "留言照片"), ("research", "调研照片"), ("before", "办理前"), ("after", "办理后"),
]  # fmt: skip

MOST_QUESTIONS = 5
