"""Invented people: common surnames with made-up given names; nobody in particular is meant."""

import random

SURNAMES = (
    "王李张刘陈杨赵孙周徐马朱胡林郭何高罗郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余叶蒋杜苏魏程吕丁"
    "沈任姚卢傅钟姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷黎史龙陶贺顾毛郝龚邵万"
)
_FIRST = "守立庆兆传孝延学德怀希玉秀淑春桂永世维长广克景茂承若清书以向"
_MEN = "松田柏岩峪泉禾耕川原峻恒铭屹楷煦桥圃安和岭舟野林垚坤朴远"
_WOMEN = "兰梅荷苇禾岚月莲霞燕芹蕙芷桐棠茵苗云晴穗萱莉蓉瑶菊青芳宁"
# Combinations that somebody known bears, or that read amiss.
_AVOIDED = {"守宁", "德安", "长安", "永远", "向前", "春梅", "金莲", "玉月"}

OCCUPATIONS = (
    "{village}党支部书记", "{village}村医", "{village}小学教师", "{town}农机合作社理事长",
    "{town}敬老院院长", "{town}卫生院医生", "{county}实验中学教师", "{county}纺织厂挡车工",
    "{town}果蔬合作社社员", "{county}公交公司驾驶员", "{town}兽医站技术员", "{county}律师事务所律师",
    "{county}机械厂钳工", "{town}幼儿园园长", "{village}种粮大户", "{county}供水公司抄表员",
    "{town}电商服务站负责人", "{county}人民医院护士", "{village}网格员", "{county}环卫所班长",
)  # fmt: skip
COMPANIES = ("和顺", "丰禾", "泰盛", "新麦", "润田", "恒安", "立泉", "广源")


def person(rng: random.Random) -> tuple[str, str]:
    """A name and its gender, `m` or `f`."""
    gender = "f" if rng.random() < 0.38 else "m"
    last = rng.choice(SURNAMES)
    given = rng.choice(_FIRST) + rng.choice(_WOMEN if gender == "f" else _MEN)
    if given in _AVOIDED or given[0] == given[1]:
        return person(rng)
    return last + given, gender


def distinct_person(rng: random.Random, taken: set[str]) -> tuple[str, str]:
    """A name nobody in `taken` has; added to it. Long lists end in namesakes, as in life."""
    for _ in range(50):
        name, gender = person(rng)
        if name not in taken:
            break
    taken.add(name)
    return name, gender


def occupation(rng: random.Random, *, county: str, town: str, village: str) -> str:
    """A plain job in the place."""
    return rng.choice(OCCUPATIONS).format(county=county, town=town, village=village)


def office_phone(rng: random.Random, area: str) -> str:
    """A number that looks right and rings nowhere: no subscriber's number begins with 1."""
    return f"{area}-1{rng.randrange(10**6):06d}"


def mobile(rng: random.Random) -> str:
    """A mobile number of a range nobody was ever given (154)."""
    return f"154{rng.randrange(10**8):08d}"
