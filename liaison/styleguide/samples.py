"""Invented people and matters for the style guide, in the shapes docs/look.md lists."""

import re
from datetime import date
from typing import Any

from django import forms
from django.conf import settings

from core.wording import DueBadge, due_badge, met_badge

BASIS = "5个工作日，从11月11日算起，遇节假日顺延。依据：规则库「留言受理」第1项。"
ON = date(2026, 11, 18)


class MessageSample(forms.Form):
    """Four questions in people's words."""

    kind = forms.ChoiceField(
        label="这是一件什么事？",
        choices=[("problem", "反映问题"), ("advice", "提个建议"), ("question", "问个政策"),
                 ("meeting", "约见代表")],
        initial="problem",
        widget=forms.RadioSelect,
    )  # fmt: skip
    text = forms.CharField(
        label="说说是怎么回事",
        widget=forms.Textarea,
        max_length=1000,
        help_text="点键盘上的话筒，可以用嘴说",
        error_messages={"required": "还没写是什么事，写一两句就行。"},
    )
    place = forms.CharField(label="在什么地方？", help_text="地点由您扫的码填好，不对可以改。")
    name = forms.CharField(label="怎么称呼您", required=False)
    phone = forms.RegexField(
        r"^1\d{10}$", label="手机号", required=False,
        error_messages={"invalid": "手机号是1开头的11位数字，请看看是不是少写了一位。"},
    )  # fmt: skip
    consent = forms.BooleanField(label="我同意把上面的称呼和电话交给办这件事的人看", required=False)


class ReplySample(forms.Form):
    """A short form that folds out of an action."""

    text = forms.CharField(label="写给居民的话", widget=forms.Textarea(attrs={"rows": 3}))


class ClassSample(forms.Form):
    """A segment of short words."""

    reply_class = forms.ChoiceField(
        label="办理结果", widget=forms.RadioSelect, initial="B",
        choices=[("A", "A 已解决"), ("B", "B 正在办"), ("C", "C 列入计划"), ("D", "D 留作参考")],
    )  # fmt: skip
    answer = forms.CharField(
        label="一、充电口缺口", widget=forms.Textarea(attrs={"rows": 2}),
        initial="已在11个小区新装充电口380个，11月底前通电。",
    )  # fmt: skip
    promise = forms.CharField(label="承诺", initial="再建充电口600个")
    due_on = forms.CharField(label="什么时候前", initial="2027-06-30")


BADGES = [
    due_badge(date(2026, 12, 4), left=11),
    due_badge(date(2026, 11, 24), left=2),
    due_badge(date(2026, 11, 20), left=0),
    due_badge(ON, left=-2),
    met_badge(date(2026, 11, 21), done_on=date(2026, 11, 19)),
]
LATE = due_badge(ON, left=-2, basis=BASIS)

STEPS: list[dict[str, Any]] = [
    {"words": "您留言", "when": "11月9日", "state": "done"},
    {
        "words": "宋玉梅代表受理",
        "when": "11月10日",
        "who": "用了1个工作日（限5个）",
        "state": "done",
    },
    {
        "words": "联络站转市住房和城乡建设局办理",
        "when": "11月11日",
        "who": "东关社区代表联络站",
        "state": "done",
        "due": DueBadge("提前答复 · 限12月2日", "ok", date(2026, 12, 2), BASIS),
    },
    {
        "words": "住建局答复：已更换6盏路灯",
        "when": "11月19日",
        "who": "东关社区代表联络站转告",
        "state": "done",
        "answer": True,
        "quote": "11月17日夜间施工，换了6盏LED灯，线路一并检修，已亮灯。今后灯坏了，可打路灯热线，"
        "48小时内到场。",
        "attachments": [{"url": "#", "name": "答复函.pdf", "size": 83_000}],
    },
    {"words": "等您评价", "when": "还剩9个工作日，到12月3日", "state": "now"},
    {"words": "办结，结果公开", "who": "公开前遮去姓名、电话、门牌", "state": "next"},
]
RIBBON = [
    {"words": "征集", "state": "done", "fact": "9月8日"},
    {"words": "留言", "state": "done", "fact": "186人说"},
    {"words": "议事", "state": "now", "fact": "正在议"},
    {"words": "公开", "state": "next", "fact": ""},
]
RATE = {
    "name": "问题解决率", "numerator": 1847, "denominator": 2958, "numerator_name": "已解决",
    "denominator_name": "办结", "url": "/results/", "link": "看这1,847件",
    "how": "部门说解决、代表核过、群众没有说「不满意」，三样都有才算。",
}  # fmt: skip
RATE_NONE = RATE | {"name": "满意率（只算「满意」）", "numerator": 0, "denominator": 0}
CHART = {
    "title": "每月收到多少件",
    "sentence": "10月最多，341件；11月还没过完。",
    "label_unit": "月",
    "rows": [("1", 212), ("2", 168), ("3", 263), ("4", 287), ("5", 301), ("6", 322), ("7", 334),
             ("8", 318), ("9", 309), ("10", 341), ("11", 271)],
}  # fmt: skip
TABLE = {
    "caption": "各镇街收到与办结",
    "head": ["镇街", "收到", "办结", "解决"],
    "rows": [["密州街道", "684", "650", "401"], ["龙都街道", "473", "452", "290"]],
    "foot": ["合计", "1,157", "1,102", "691"],
}
PERSON = {
    "name": "宋玉梅", "photo": "", "lines": ["诸城市第十九届人大代表", "密州街道 · 东关社区联络站"],
}  # fmt: skip
ROWS = [
    {"title": "雨季来前，府前街的积水怎么治？", "url": "#", "fact": "已有 96 人说",
     "due": DueBadge("还剩3天", "soon", ON)},
    {"title": "社区老年食堂增加了送餐上门", "url": "#", "icon": "people",
     "second": "10月30日 · 市民政局"},
    {"title": "李守田", "url": "#", "face": "李守田", "second": "昌城镇 · 农业组", "tag": "代表"},
]  # fmt: skip


def _todo(title: str, tag: str, meta: str, due: Any, act: str, **more: Any) -> dict[str, Any]:
    action = {"label": act, "url": "#"}
    return {
        "title": title,
        "url": "#",
        "tag": tag,
        "meta": meta,
        "due": due,
        "action": action,
    } | more


TODAY = due_badge(date(2026, 11, 20), left=0)
GROUPS = [
    {"title": "过期了，先办这件", "rows": [
        _todo("华府小区二次供水的水压，三楼以上洗澡没水", "留言", "吴先生 · 11月11日", LATE, "受理",
              primary=True)]},
    {"title": "今天", "rows": [
        _todo("府前街人行道地砖松动，雨天溅一身", "留言", "匿名 · 昨天 19:42 · 2张照片", TODAY, "受理"),
        _todo("老小区的电动车，在哪儿充电？", "议题", "缺一份参会名单", TODAY, "补名单")]},
    {"title": "以后", "rows": [
        _todo("核对住建局答复：路灯已更换6盏", "答复", "承诺11月底前全线检修",
              due_badge(date(2026, 11, 26), left=4), "核对")]},
]  # fmt: skip
MENU = [
    {"label": label, "icon": icon, "url": "#", "count": count, "current": place == 0,
     "phone": place < 5}
    for place, (label, icon, count) in enumerate([
        ("今天", "home", 0), ("留言", "chat", 7), ("议题", "people", 2), ("建议", "book", 1),
        ("我的", "user", 0), ("我的网格", "grid", 0), ("接待日", "calendar", 0)])
]  # fmt: skip
LETTER = {
    "issuer": "诸城市住房和城乡建设局", "number": "诸建函〔2026〕58号", "reply_class": "B类",
    "title": "对市十九届人大五次会议第0132号建议的答复", "addressee": "宋玉梅代表",
    "paragraphs": ["您提出的《关于在老旧小区增设电动自行车充电设施的建议》收悉，现答复如下：",
                   "一、已在11个小区新装充电口380个，11月底前通电。"],
    "on": date(2026, 11, 20), "contact": "于海洋", "copies": "市人大常委会代表工作室",
}  # fmt: skip

QUAD = [
    {"value": "23", "label": "今天收到", "url": "#"}, {"value": "17", "label": "今天办结", "url": "#"},
    {"value": "168", "label": "正在办", "url": "#"},
    {"value": "97.1%", "label": "按期答复率 2,871÷2,958", "url": "#"},
]  # fmt: skip
DUE_ROWS = [
    {"due": due_badge(ON, left=-3), "title": "华府小区二次供水水压低", "kind": "留言",
     "holder": "市水利局", "url": "#", "action": {"label": "催办", "url": "#"}},
    {"due": TODAY, "title": "关于规范校园周边摊点的建议", "kind": "建议 0087",
     "holder": "市综合行政执法局", "url": "#", "action": {"label": "看进度", "url": "#"}},
    {"due": due_badge(ON, left=8), "title": "昌城镇灌溉渠清淤", "kind": "留言", "holder": "昌城镇",
     "url": "#", "action": {"label": "看进度", "url": "#"}},
]  # fmt: skip
DUE_COUNTS = [
    {"tone": "late", "label": "逾期", "value": 4, "url": "#"},
    {"tone": "soon", "label": "5日内", "value": 13, "url": "#"},
    {"tone": "", "label": "正常", "value": 151, "url": "#"},
]
WAITING = [
    {"label": "公开前审核", "count": 6, "url": "#"}, {"label": "退回申请", "count": 2, "url": "#"},
]  # fmt: skip
DOORS = [
    {"icon": "people", "label": "导入代表", "url": "#"}, {"icon": "print", "label": "打海报", "url": "#"},
    {"icon": "document", "label": "交办单", "url": "#"}, {"icon": "chart", "label": "月报", "url": "#"},
]  # fmt: skip


def icon_names() -> list[str]:
    """Names of all icons, read from the sprite itself."""
    sprite = (settings.BASE_DIR / "static" / "img" / "icons.svg").read_text("utf-8")
    return re.findall(r'<symbol id="([a-z]+)"', sprite)


def action_rows() -> list[dict[str, Any]]:
    """Five doors: one red, one folded form, one page, one blocked, one quiet."""
    return [
        {"name": "accept", "label": "受理这件事", "url": "#", "primary": True},
        {"name": "answer", "label": "直接答复", "url": "#", "form": ReplySample(), "icon": "chat"},
        {"name": "refer", "label": "报联络站", "url": "#", "icon": "send", "page": True},
        {"name": "topic", "label": "转议题", "url": "#", "icon": "people",
         "reason_disabled": "受理以后才能转"},
        {"name": "divert", "label": "不归我管，换个去处", "url": "#", "icon": "swap", "quiet": True},
    ]  # fmt: skip


def message_form(*, wrong: bool = False) -> MessageSample:
    """The form fresh, or sent back with two things to mend and the text kept."""
    if not wrong:
        return MessageSample(initial={"place": "密州街道东关社区府前街小区北门"})
    return MessageSample({"kind": "problem", "text": "", "place": "府前街", "phone": "138"})
