"""Every rate of the house, one row each. The law of `stats`: pages, API, command and data read it.

The formulas follow DOMAIN §2.9 (青岛 2021, 四川 2016, 诸城 2022 and others). Two figures of one
name never stand under one code: 满意率 counts 满意 only, and the one with 基本满意 has a row of its
own; 办结 has 解决 beside it.
"""

from stats.rules import Kind, Rate

_GONE = "群众撤回的、分流到别处的不算在内，另列件数。"
_STOPPED = "改派后原来的交办单、终止的交办单不算在内。"
_CO = f"{_STOPPED}会办单位不单独答复，也不算在内。"

MESSAGES = (
    Rate(
        "message.accepted", "M1", "受理率", "message", "accepted", "received",
        "代表或联络站受理了的，除以收到的。", _GONE, "代表联系群众留言闭环：代表受理意见",
    ),
    Rate(
        "message.answered", "M2", "答复率", "message", "answered", "received",
        "至少答复过一次的，除以收到的。答复不等于解决。", _GONE, "代表联系群众留言闭环：答复反馈",
    ),
    Rate(
        "message.closed", "M3", "办结率", "message", "closed", "received",
        "办结：已答复，并且群众评价过，或者评价期限内没有提出不同意见。办结不等于解决。",
        _GONE, "诸城2022年：5298÷5375得98.6%（收到的意见办结多少）", beside="message.solved",
    ),
    Rate(
        "message.solved", "M4", "问题解决率", "message", "solved", "closed",
        "答复写明已解决、已经办结、群众没有评「不满意」，三样都有才算解决；除以办结的。",
        _GONE, "解决与办结分开计数", beside="message.closed",
    ),
    Rate(
        "message.solved_of_received", "M5", "问题解决率（占收到）", "message", "solved", "received",
        "同样的「已解决」，除以收到的全部。", _GONE, "青岛2023年：347÷1200（收到的意见解决多少）",
        beside="message.closed",
    ),
    Rate(
        "message.rated", "M6", "评价率", "message", "rated", "answered",
        "群众评价了的，除以答复过的。", _GONE, "反馈率：收到的有效反馈÷已答复",
    ),
    Rate(
        "message.satisfied", "M7", "满意率（只算「满意」）", "message", "satisfied", "rated",
        "评「满意」的，除以评价了的。没有评价的不算满意，也不算不满意；评过几次的以最后一次为准。",
        _GONE, "四川2016年：690÷755得91.4%（分母是收到的反馈）", beside="message.content",
    ),
    Rate(
        "message.content", "M8", "满意率（含「基本满意」）", "message", "content", "rated",
        "评「满意」和「基本满意」的，除以评价了的。与只算「满意」的满意率是两个数。",
        _GONE, "部分地方通报的口径，单列，不与满意率混用", beside="message.satisfied",
    ),
    Rate(
        "message.satisfied_again", "M9", "二次办理满意率", "message", "satisfied_again",
        "rated_again", "重新办理后再次评价的，其中评「满意」的。", _GONE,
        "二次办理满意率：重办后满意÷重办后评价",
    ),
)  # fmt: skip
_S = "立案后撤回的、转来信的不算在内；并案的各自答复，各算一件。"
_SCORED = f"{_S}没有评分的不算在内。"
PROPOSALS = (
    Rate(
        "proposal.assigned", "P1", "交办率", "proposal", "assigned", "counted",
        "交给承办单位办理了的，除以立案的。", _S, "交办率：已交办÷立案",
    ),
    Rate(
        "proposal.replied", "P2", "答复率（办复率）", "proposal", "replied", "counted",
        "答复过代表的，除以立案的。答复不等于解决，也不等于办结。", _S,
        "来宾：办复率245÷245", beside="proposal.solved",
    ),
    Rate(
        "proposal.on_time", "P3", "按期答复率", "proposal", "on_time", "due",
        "第一次答复不晚于答复期限的，除以已到期的和已答复的。经同意延期的按延后的日期算。", _S,
        "按期答复率：有效期限内答复÷（已到期加已答复）", beside="proposal.on_time_original",
    ),
    Rate(
        "proposal.on_time_original", "P4", "按期答复率（按原期限）", "proposal",
        "on_time_original", "due_original", "不管后来是否同意延期，一律按交办时定的日期算。", _S,
        "原期限与延后的期限都留，两个率并列", beside="proposal.on_time",
    ),
    Rate(
        "proposal.face", "P5", "面复率", "proposal", "face", "replied",
        "有当面答复记录的，除以已答复的。", _S, "青岛条例第二十八条：以面复为主",
    ),
    Rate(
        "proposal.closed", "P6", "办结率", "proposal", "closed", "counted",
        "办结：已答复，并且代表评价过，或者反馈期限已过。办结不等于解决，承诺继续跟踪。", _S,
        "办结率：答复并取得反馈（或反馈期满）÷立案", beside="proposal.solved",
    ),
    Rate(
        "proposal.solved", "P7", "解决率（A类率）", "proposal", "solved", "replied",
        "答复为已解决的，除以已答复的。", _S, "四川2016年：363÷1034得35.1%", beside="proposal.closed",
    ),
    Rate(
        "proposal.fulfilled", "P8", "落实率（按答复类别）", "proposal", "fulfilled", "replied",
        "答复为已解决、正在解决、列入计划的，除以已答复的。各地字母不同，按内容归类，不按字母。",
        _S, "四川2016年：（363加403）÷1034得74.1%", beside="proposal.points",
    ),
    Rate(
        "proposal.points", "P9", "落实率（代表评分）", "proposal", "points", "scored",
        "代表给落实情况打的分（0到100），取平均；重新办理的取最近一轮。", _SCORED,
        "青岛：平均落实率91.57（由代表测评得出）", mean=True, beside="proposal.fulfilled",
    ),
    Rate(
        "proposal.rated", "P10", "反馈率", "proposal", "rated", "replied",
        "收到代表反馈的，除以已答复的。", _S, "四川2016年：755÷1034得73.0%",
    ),
    Rate(
        "proposal.satisfied", "P11", "满意率（只算「满意」）", "proposal", "satisfied", "rated",
        "对办理结果评「满意」的，除以收到反馈的。几位代表都评的，以评得最低的为准；"
        "重新办理的取最近一轮。", _S, "四川2016年：690÷755得91.4%", beside="proposal.content",
    ),
    Rate(
        "proposal.content", "P12", "满意率（含「基本满意」）", "proposal", "content", "rated",
        "评「满意」和「基本满意」的，除以收到反馈的。与只算「满意」的满意率是两个数。", _S,
        "部分地方通报的口径，单列，不与满意率混用", beside="proposal.satisfied",
    ),
    Rate(
        "proposal.attitude", "P13", "办理态度满意率", "proposal", "attitude", "rated",
        "对办理态度评「满意」的，除以收到反馈的。态度和结果分开评。", _S,
        "山东规定第二十三条：办理态度、办理结果分别评价",
    ),
    Rate(
        "proposal.satisfied_again", "P14", "二次办理满意率", "proposal", "satisfied_again",
        "rated_again", "重新办理后又收到反馈的，其中评「满意」的。", _S,
        "二次办理满意率：重办后满意÷重办后反馈",
    ),
    Rate(
        "proposal.sheets", "P15", "量化测评平均分", "proposal", "tenths", "sheets",
        "代表按沟通、面复、落实效果、跟踪反馈打的总分（满分100），取平均。", _SCORED,
        "青岛2015年量化测评：沟通10、面复30、落实50、跟踪反馈10", mean=True, per=10,
    ),
)  # fmt: skip
TOPICS = (
    Rate(
        "topic.approved", "T1", "议题通过率", "topic", "approved", "asked",
        "审议通过的议题，除以申请的。", "撤回的、还在起草的不算在内。", "码上议事：审议通过方可征集",
    ),
    Rate(
        "topic.planned", "T2", "方案形成率", "topic", "planned", "approved",
        "形成方案的，除以审议通过的。意见有几万条，方案有几十个，不混在一起数。",
        "撤回的不算在内。", "诸城2023年：意见38000余条、方案30余个，分开计数",
    ),
    Rate(
        "topic.published", "T3", "结果公开率", "topic", "published", "planned",
        "公开了办理结果的，除以形成方案的。", "撤回的不算在内。", "码上公开：方案转入办理后公开结果",
    ),
)  # fmt: skip
ORDERS = (
    Rate(
        "order.signed", "O1", "签收率", "order", "signed", "given",
        "承办单位签收了的，除以交办的。", _STOPPED, "交办与签收",
    ),
    Rate(
        "order.replied", "O2", "答复率", "order", "replied", "asked",
        "已经答复（送交办方审核或已通过）的，除以应当答复的。答复不等于解决。", _CO,
        "办复率：已答复÷应答复", beside="order.solved",
    ),
    Rate(
        "order.on_time", "O3", "按期答复率", "order", "on_time", "due",
        "期限当天或之前答复的，除以已到期的和已答复的。经同意延期的按延后的日期算。", _CO,
        "按期答复率：有效期限内答复÷（已到期加已答复）", beside="order.on_time_original",
    ),
    Rate(
        "order.on_time_original", "O4", "按期答复率（按原期限）", "order", "on_time_original",
        "due_original", "不管后来是否同意延期，一律按交办时定的日期算。", _CO,
        "原期限与延后的期限都留，两个率并列", beside="order.on_time",
    ),
    Rate(
        "order.contacted", "O5", "办理沟通率", "order", "contacted", "replied",
        "答复前记有走访、座谈、现场查看或电话沟通的，除以已答复的。", _CO,
        "代表法第五十一条：承办单位应当与代表联系沟通",
    ),
    Rate(
        "order.solved", "O6", "答复中已解决占比", "order", "solved", "replied",
        "单位答复写明已解决的，除以已答复的。这是单位的说法，群众或代表认不认，看满意率。", _CO,
        "A类率：已解决÷已答复（四川2016年：363÷1034）", beside="order.replied",
    ),
)  # fmt: skip
PROMISES = (
    Rate(
        "promise.kept", "C1", "承诺兑现率", "promise", "kept", "due",
        "核实已兑现的，除以到期的（含提前核实的）。经说明理由调整了日期的，按调整后的日期算到期。",
        "没有到期、也没有核实的不算在内。", "洋山：承诺兑现率即按期兑现÷到期承诺",
    ),
)  # fmt: skip

RATES: dict[str, Rate] = {
    rate.code: rate for rate in (*MESSAGES, *PROPOSALS, *TOPICS, *ORDERS, *PROMISES)
}


def rates_of(kind: str) -> list[Rate]:
    """The rates of one kind of item, in the order they are shown."""
    return [rate for rate in RATES.values() if rate.kind == kind]


def used_measures(kind: Kind) -> list[str]:
    """The measures that enter a rate and the log holds: what a recount must agree on."""
    found = {m for rate in rates_of(kind.name) for m in (rate.numerator, rate.denominator)}
    return sorted(found - kind.unlogged)
