"""States and controlled lists of deputies' suggestions."""

DRAFT, SUBMITTED, RETURNED = "draft", "submitted", "returned"
DIVERTED, WITHDRAWN, ACCEPTED = "diverted", "withdrawn", "accepted"
ASSIGNED, REPLIED, EVALUATED = "assigned", "replied", "evaluated"
REHANDLING, CLOSED = "rehandling", "closed"

STATES = {
    DRAFT: "草稿",
    SUBMITTED: "待审核",
    RETURNED: "退回修改",
    DIVERTED: "转来信",
    WITHDRAWN: "已撤回",
    ACCEPTED: "已立案",
    ASSIGNED: "已交办办理中",
    REPLIED: "已答复待评价",
    EVALUATED: "已评价",
    REHANDLING: "重新办理",
    CLOSED: "办结",
}
WRITING = (DRAFT, RETURNED)
WORKING = (ASSIGNED, REHANDLING)
OPEN = (SUBMITTED, RETURNED, ACCEPTED, ASSIGNED, REPLIED, EVALUATED, REHANDLING)
ANSWERED = (REPLIED, EVALUATED, REHANDLING, CLOSED)
FINAL = (DIVERTED, WITHDRAWN)

# 大会期间 and 闭会期间 have number series of their own, per term and session.
SESSION, BETWEEN = "session", "between"
SERIES = [(SESSION, "大会期间"), (BETWEEN, "闭会期间")]

CATEGORIES = [
    ("construction", "城乡建设"),
    ("traffic", "交通运输"),
    ("environment", "生态环境"),
    ("agriculture", "农业农村"),
    ("economy", "工业商贸"),
    ("finance", "财政金融"),
    ("education", "教育科技"),
    ("health", "医疗卫生"),
    ("culture", "文化体育旅游"),
    ("livelihood", "民政社保就业"),
    ("justice", "监察司法"),
    ("governance", "社会治理"),
    ("other", "其他"),
]

SOURCES = {
    "own": "代表自提",
    "message": "群众留言",
    "topic": "码上议事",
    "reception": "接待群众",
    "research": "调研",
    "inspection": "视察",
    "group": "专业代表小组",
    "deliberation": "会议审议",
    "bill": "议案转来",
    "outside": "外部平台",
}
PROXY_WAYS = [("paper", "书面"), ("oral", "口述"), ("phone", "电话"), ("import", "表格导入")]

# What a suggestion may not be (QD 11, ZJ 6, SH 8, BJ 12, CQ 9); the deputy confirms that it is not.
EXCLUSIONS = {
    "private": "涉及代表本人及其亲属个人事务的",
    "relayed": "代转人民群众来信、代人申诉控告的",
    "case": "涉及监察、审判、检察机关正在办理的具体案件的",
    "promotion": "属于学术探讨、产品推介的",
    "empty": "没有实际内容、没有具体建议的",
    "competence": "不属于本级行政区域、本级国家机关职权范围的",
    "tender": "涉及招投标和具体经济活动、谋取个人利益的",
    "several": "一件建议写了几件不相关的事的",
}

INVITED, CONFIRMED, DECLINED = "invited", "confirmed", "declined"
SIGNATURES = [(INVITED, "待确认"), (CONFIRMED, "已确认"), (DECLINED, "未同意")]

# 满意率 never swallows 基本满意 silently (trap 4): three values, two questions (trap 6).
SATISFIED, BASIC, UNSATISFIED = "satisfied", "basic", "unsatisfied"
SCORES = [(SATISFIED, "满意"), (BASIC, "基本满意"), (UNSATISFIED, "不满意")]

REVIEWS = [
    ("opinion", "审阅意见"),
    ("accepted", "立案"),
    ("returned", "退回修改"),
    ("diverted", "转来信"),
    ("withdrawn", "撤回"),
    ("merged", "并案"),
]
KINDS = [("sole", "独办"), ("lead", "主办会办"), ("part", "分办")]

# 大督办, five kinds (DOMAIN §1.2); several at once are usual.
KEY = "key"
SUPERVISIONS = [
    (KEY, "重点督办"),
    ("leader", "领导督办"),
    ("committee", "归口督办"),
    ("tracking", "跟踪督办"),
    ("deputies", "代表参与督办"),
]

REFERRAL_FIELDS = [
    ("environment", "生态环境和资源保护"),
    ("food", "食品药品安全"),
    ("property", "国有财产保护"),
    ("land", "国有土地使用权出让"),
    ("heroes", "英雄烈士权益保护"),
    ("minors", "未成年人保护"),
    ("soldiers", "军人地位和权益保障"),
    ("safety", "安全生产"),
    ("privacy", "个人信息保护"),
    ("monopoly", "反垄断"),
    ("fraud", "反电信网络诈骗"),
    ("farm_produce", "农产品质量安全"),
    ("women", "妇女权益保障"),
    ("access", "无障碍环境建设"),
    ("relics", "文物和文化遗产保护"),
]

OPEN_TO_ALL, IN_PART, NOT_PUBLIC = "public", "partial", "not_public"
PUBLICATIONS = [(OPEN_TO_ALL, "公开"), (IN_PART, "部分公开"), (NOT_PUBLIC, "不予公开")]
WHY_NOT = [
    ("secret", "国家秘密"),
    ("business", "商业秘密"),
    ("privacy", "个人隐私"),
    ("confidential", "代表要求保密"),
    ("other", "其他不宜公开的"),
]

# What each is called locally stands in the registers (trap 29): `selectors.arbiter_names`.
ARBITERS = [("government", "政府督查机构"), ("congress", "人大代表工作机构")]
ANSWER_WAYS = [("face", "面复"), ("letter", "书面答复"), ("relay", "由领衔代表转复")]

# 量化测评: part, words, points when the rulebook says nothing else (青岛 2015).
SCORE_PARTS = {
    "communication": ("沟通联系", 10),
    "face_reply": ("面复", 30),
    "result": ("落实效果", 50),
    "follow_up": ("跟踪反馈与续办续复", 10),
}
ROUNDS_MAX = 9
