"""What people write about, and what was said and done: invented matters of everyday life.

`{village}`, `{town}`, `{county}`, `{spot}` and `{unit}` are filled in by the place.
"""

from dataclasses import dataclass
from typing import Any

from liaison.demo.matters_more import FURTHER


@dataclass(frozen=True)
class Matter:
    """One concern with its whole thread. `unit` and `co` are fields of work (`units.KNOWN`)."""

    kind: str
    title: str
    text: str
    spot: str
    unit: str
    opinion: str
    reply: str
    answer: str
    outcome: str = "solved"
    promise: str = ""
    co: str = ""
    picture: str = ""

    def fill(self, words: dict[str, str]) -> "Matter":
        """The same matter in a place."""
        spot = self.spot.format_map(words)
        with_spot = {**words, "spot": spot}
        fields: dict[str, Any] = vars(self)
        named = ("title", "text", "opinion", "reply", "answer", "promise")
        return Matter(
            **{**fields, "spot": spot, **{n: fields[n].format_map(with_spot) for n in named}}
        )


_FIRST = (
    Matter(
        "problem", "{village}北门路灯不亮",
        "{spot}这一段路灯从月初就不亮了，晚上接孩子放学黑得看不清脚下，前天有位大爷在这里绊了一跤。"
        "麻烦帮着问一问，什么时候能修好。",
        "{village}北门到小学的路口", "municipal",
        "昨晚到现场看了，连着四盏不亮，像是一路线断了。学生多，建议尽快修。",
        "经现场检查，因线路接头进水造成四盏路灯断电。已更换接头和两只灯头，当晚恢复照明，"
        "并把这一段列入每周巡查。",
        "您反映的路灯已经修好，四盏都亮了。市政部门说是接头进水，换了新的，今后每周巡查一次。"
        "再有不亮的，扫码告诉我们。",
        picture="lamp",
    ),
    Matter(
        "problem", "{village}村口路面坑洼",
        "{spot}的水泥路坏了有半年，坑里一下雨全是水，骑电动车的只能绕到对面车道上走，早晚上班时候很危险。",
        "{village}村口到县道的连接路", "traffic",
        "这段路我天天走，坑有七八处，最深的能到脚踝，属实。",
        "该路段长约260米，破损面积84平方米。已采用沥青冷补料对坑槽进行应急修补，车辆可正常通行；"
        "整段罩面已报入明年农村公路养护计划。",
        "坑已经先补平了，能正常走。整段重新铺要等明年的养护计划，时间我们盯着，到时再告诉您。",
        outcome="planned", promise="明年6月底前完成该路段罩面", picture="road",
    ),
    Matter(
        "problem", "{village}垃圾桶满了没人收",
        "{spot}的四个桶天天满，剩菜剩饭淌一地，天热的时候味道很大，旁边就是老人晒太阳的地方。",
        "{village}活动广场西侧", "green",
        "我和网格员早晚各看了一次，上午十点就满了，是桶少、收得也晚。",
        "已将该点位垃圾桶由四个增至七个，清运由每日一次改为早晚两次，并对地面进行了冲洗消杀。",
        "现在加到了七个桶，早晚各收一次，地面也冲过了。我们一周后再去看一次。",
        picture="bins",
    ),
    Matter(
        "problem", "{town}卫生室周边下水井盖破损",
        "{spot}有一块井盖裂了一半，一压就响，旁边没有围挡。天黑得早，怕有人踩空。",
        "{town}卫生院门口东侧", "municipal",
        "情况急，我先让网格员放了两个锥筒围起来了，请站里转市政尽快换。",
        "接件后一小时内到场设置围挡，当日更换为防沉降球墨铸铁井盖，并排查周边二十三处井盖，"
        "另更换两块。",
        "井盖当天就换了，周边又查了一遍，另外两块有裂纹的也一起换掉了。谢谢您提醒。",
        picture="manhole",
    ),
    Matter(
        "advice", "{village}小学门口加一段人行护栏",
        "{spot}放学的时候家长、摊贩、电动车挤在一起，孩子常常被挤到机动车道上。建议在门口两侧加一段护栏，"
        "划一块等候区。",
        "{village}小学门口", "school",
        "放学时段我去站了三天，最挤是下午四点半前后，建议学校和交警一起出个办法。",
        "已会同交警、学校现场勘查，划定家长等候区六十平方米，安装隔离护栏四十二米，"
        "学校实行分年级错峰放学。",
        "护栏装好了，等候区也划出来了，学校从下周起分三拨放学。请您走走看合不合用。",
        co="city", picture="school",
    ),
    Matter(
        "problem", "{village}早市占道经营",
        "{spot}的早市越摆越长，七点半还不散，公交车进不来，上班的、送孩子的都堵在那里。",
        "{village}菜市场外的路", "city",
        "摊主大多是周边种菜的老人，不能一撵了之，建议给个固定的地方和时间。",
        "已与街道、市场方协商，将早市迁至市场南侧空地，设摊位六十八个，免收管理费，"
        "经营时间为五点至七点半，原路段安排专人值守。",
        "早市挪到了市场南边的空地，有六十八个摊位，不收钱，七点半准时收。路通了，摊主也有地方卖菜。",
        picture="market",
    ),
    Matter(
        "problem", "{village}自来水早晚水压小",
        "{spot}三楼以上早上六点到八点、晚上六点到九点几乎没有水，洗衣机都转不起来，反映过两回没有下文。",
        "{village}三号楼到六号楼", "water",
        "我到两户家里开过龙头，确实只有一股细流，白天正常，像是加压泵的问题。",
        "经检测，该区域加压泵一台故障，已更换；同时调整夜间供水压力。实测三楼龙头压力为0.21兆帕，"
        "满足规范要求。",
        "坏了的加压泵换好了，我们和水利部门一起到三楼试了水，早晚都正常。之前拖了，向您道个歉。",
        picture="tap",
    ),
    Matter(
        "question", "{town}敬老院能不能短住",
        "母亲七十九岁，我要出去做手术，想问问{spot}能不能只住一个月，要什么手续，一天多少钱。",
        "{town}敬老院", "civil",
        "已经问过院里，有喘息服务床位，可以直接答复。",
        "敬老院开设短期托养床位，凭老人身份证、健康体检表即可申请，按日计费，收费标准公示在大厅。",
        "可以的。{spot}有短期床位，带老人的身份证和体检表去就能办，按天收费，标准贴在大厅里。"
        "手术顺利，需要帮忙就说。",
        outcome="explained",
    ),
)  # fmt: skip


def _made(row: tuple[Any, ...]) -> Matter:
    return Matter(*row[:8], **row[8])


MATTERS: tuple[Matter, ...] = _FIRST + tuple(_made(row) for row in FURTHER)
