"""Check phrases (核对语): four characters on the poster and on the screen, easy to say aloud.

Made of two words about seasons, plants, weather and fields: nothing that names a person, a
slogan, an illness or a number, so that no pair can be read amiss. Every character is among
the most common ones, and is in the font of the posters.
"""

import random
import secrets

_FIRST = """
春风 春雨 春山 春水 春光 春耕 春林 春江 夏荷 夏木 夏风 夏夜 秋月 秋水 秋山
秋风 秋收 秋实 冬雪 冬阳 青山 青松 青竹 青草 青石 青苗 绿水 绿树 绿野 白云
白鹭 白杨 碧海 碧波 蓝天 金桂 金秋 银杏 红梅 红枫 清泉 清风 清溪 明月 朝霞
晨光 晴空 晴川 暖阳 细雨 新雨 新叶 新竹 远山 远帆 长河 长桥 高山 流水 流云
溪水 湖光 海风 山花 山泉 松风 竹影 荷塘 麦田 稻香 果园 桃花 杏花 梨花 槐花
菊花 兰草 芳草 古树 老井
"""
_SECOND = """
花开 花香 鸟语 鸟鸣 鱼跃 蝉鸣 燕归 雁来 鹤舞 莺歌 蝶舞 蜂忙 牛羊 马蹄 松涛
竹林 柳岸 柳絮 桃李 梅香 兰香 荷香 桂香 麦香 茶香 稻浪 麦浪 麦穗 谷穗 果香
石榴 葡萄 芦花 芦苇 杨柳 梧桐 银杏 苹果 枣树 桑叶 炊烟 灯火 渔歌 渔舟 帆影
书声 笛声 水声 雨声 风筝 风车 石桥 小桥 小路 小院 山村 田园 田野 原野 月光
星光 朝阳 云海 云霞 彩虹 雨露 露珠 细沙 浪花 潮声 溪流 泉水 湖水 江水 河湾
海湾 山谷 山坡 平川
"""

_SYSTEM = secrets.SystemRandom()
PHRASES = tuple(
    first + second
    for first in _FIRST.split()
    for second in _SECOND.split()
    if not set(first) & set(second)
)


def check_phrase(rng: random.Random | None = None) -> str:
    """One of some six thousand phrases. `rng` is for demo data only."""
    return (rng or _SYSTEM).choice(PHRASES)
