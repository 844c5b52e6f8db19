"""Controlled lists of the congress app: levels, kinds, units of measure."""

from typing import Any

from django.db import models

NUMERALS = "零一二三四五六七八九"


def chinese_number(number: int) -> str:
    """Write 1 to 99 as terms and sessions are counted: 十九, 二十, 二十一."""
    tens, ones = divmod(number, 10)
    if not 0 < number < 100:
        return str(number)
    head = "" if tens == 0 else "十" if tens == 1 else f"{NUMERALS[tens]}十"
    return head + (NUMERALS[ones] if ones else "")


class RegionLevel(models.TextChoices):
    """Level of an administrative division; the value of its code's length."""

    PROVINCE = "province", "省级"
    CITY = "city", "市级"
    COUNTY = "county", "县级"
    TOWN = "town", "乡级"
    VILLAGE = "village", "村级"


CODE_LENGTHS: dict[int, RegionLevel] = {
    2: RegionLevel.PROVINCE,
    4: RegionLevel.CITY,
    6: RegionLevel.COUNTY,
    9: RegionLevel.TOWN,
    12: RegionLevel.VILLAGE,
}


class RegionKind(models.TextChoices):
    """What a division is called by law; a street (街道) has no congress of its own."""

    PROVINCE = "province", "省"
    AUTONOMOUS = "autonomous", "自治区"
    MUNICIPALITY = "municipality", "直辖市"
    CITY = "city", "市"
    PREFECTURE = "prefecture", "州、盟、地区"
    COUNTY = "county", "县"
    COUNTY_CITY = "county_city", "县级市"
    DISTRICT = "district", "区"
    STREET = "street", "街道"
    TOWN = "town", "镇"
    TOWNSHIP = "township", "乡"
    ZONE = "zone", "开发区等管理区"
    COMMUNITY = "community", "社区"
    VILLAGE = "village", "村"
    OTHER = "other", "其他"


class CongressLevel(models.IntegerChoices):
    """The five levels of people's congresses (五级人大)."""

    NATIONAL = 1, "全国"
    PROVINCE = 2, "省级"
    CITY = 3, "市级"
    COUNTY = 4, "县级"
    TOWN = 5, "乡镇"


class OrganKind(models.TextChoices):
    """Bodies of a congress; what each is called locally stands in Organ.name."""

    STANDING_COMMITTEE = "standing_committee", "常委会"
    CHAIRPERSONS = "chairpersons", "主任会议"
    SPECIAL_COMMITTEE = "special_committee", "专门委员会"
    WORK_COMMISSION = "work_commission", "工作委员会"
    DEPUTIES_COMMISSION = "deputies_commission", "代表工作委员会"
    STREET_COMMITTEE = "street_committee", "人大街道工委"
    PRESIDIUM = "presidium", "乡镇人大主席团"
    OFFICE = "office", "办公室"


class UnitKind(models.TextChoices):
    """Kinds of handling units (DOMAIN §3)."""

    DEPARTMENT = "department", "政府部门"
    GOVERNMENT = "government", "下级政府"
    COURT = "court", "法院"
    PROCURATORATE = "procuratorate", "检察院"
    SUPERVISION = "supervision", "监委"
    CONGRESS = "congress", "人大机构"
    PARTY = "party", "党群"
    OTHER = "other", "其他"


class Measure(models.TextChoices):
    """What a rule's amount counts, or how its value is to be read."""

    WORKING_DAYS = "working_days", "个工作日"
    DAYS = "days", "日"
    MONTHS = "months", "个月"
    COUNT = "count", "次"
    FLAG = "flag", "是否"
    TEXT = "text", "文字"
    JSON = "json", "表"

    @property
    def is_amount(self) -> bool:
        """Tell whether such a rule has a number (and not a value)."""
        return self not in (Measure.FLAG, Measure.TEXT, Measure.JSON)

    def say(self, amount: int | None, value: Any = None) -> str:
        """Write a rule's content for people: 5个工作日, 是, 主办代表."""
        if self.is_amount:
            return f"{amount}{self.label}"
        if self is Measure.FLAG:
            return "是" if value else "否"
        return str(value)
