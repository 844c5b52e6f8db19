"""Controlled lists of the deputies app: states of a seat, reasons, kinds."""

from django.db import models

ACTIVE, SUSPENDED, TERMINATED, EXPIRED = "active", "suspended", "terminated", "expired"
SEAT_STATES = {
    ACTIVE: "在任",
    SUSPENDED: "暂停执行职务",
    TERMINATED: "资格终止",
    EXPIRED: "届满",
}


class SuspendReason(models.TextChoices):
    """代表法第六十一条: when a deputy does not act for the time being."""

    CUSTODY = "custody", "因刑事案件被羁押，正在受侦查、起诉、审判"
    SENTENCE = "sentence", "被判处管制、拘役或者有期徒刑而没有附加剥夺政治权利，正在服刑"


class EndReason(models.TextChoices):
    """代表法第六十二条: what ends a deputy's seat, with death, which ends it by itself."""

    MOVED = "moved", "迁出或者调离本行政区域"
    RESIGNED = "resigned", "辞职被接受"
    ABSENT = "absent", "未经批准两次不出席本级人大会议"
    RECALLED = "recalled", "被罢免"
    NATIONALITY = "nationality", "丧失中华人民共和国国籍"
    RIGHTS = "rights", "依照法律被剥夺政治权利"
    CAPACITY = "capacity", "丧失行为能力"
    DEATH = "death", "去世"


REASONS = {**dict(SuspendReason.choices), **dict(EndReason.choices)}


class GroupKind(models.TextChoices):
    """代表小组 by place, or by profession across the levels."""

    AREA = "area", "地域小组"
    PROFESSION = "profession", "专业代表小组"


class OwnerKind(models.TextChoices):
    """Whose page a studio is (1332 studios for 1309 deputies)."""

    DEPUTY = "deputy", "代表"
    STATION = "station", "站点"
    GROUP = "group", "小组"


class LinkKind(models.TextChoices):
    """三联: which two ends a link ties together."""

    MEMBER_DEPUTY = "member_deputy", "常委会组成人员联系代表"
    DEPUTY_VOTER = "deputy_voter", "代表联系选民群众"
    COMMITTEE_GROUP = "committee_group", "专委会对口联系小组"
