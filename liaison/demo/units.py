"""Handling units as a tree: the government with its departments, courts, towns, utilities."""

from audit.actors import SYSTEM
from audit.services import record_many
from congress.models import Congress, Unit
from congress.services.pinyin import sort_key
from congress.states import UnitKind
from liaison.demo.names import office_phone
from liaison.demo.world import County, World

# Field of work, full name, short name, kind, field of the unit above.
KNOWN = (
    ("municipal", "市政公用事业服务中心", "市政中心", "department", "building"),
    ("office", "人民政府办公室", "政府办", "department", ""),
    ("building", "住房和城乡建设局", "住建局", "department", "office"),
    ("traffic", "交通运输局", "交通局", "department", "office"),
    ("city", "综合行政执法局", "执法局", "department", "office"),
    ("green", "园林环卫服务中心", "园林环卫", "department", "city"),
    ("water", "水利局", "水利局", "department", "office"),
    ("school", "教育和体育局", "教体局", "department", "office"),
    ("civil", "民政局", "民政局", "department", "office"),
    ("health", "卫生健康局", "卫健局", "department", "office"),
    ("police", "公安局", "公安局", "department", "office"),
    ("farm", "农业农村局", "农业农村局", "department", "office"),
    ("heating", "供热服务中心", "供热中心", "department", "building"),
    ("patrol", "公安局交通警察大队", "交警大队", "department", "police"),
    ("land", "自然资源和规划局", "资源规划局", "department", "office"),
    ("environment", "生态环境分局", "生态环境分局", "department", "office"),
    ("work", "人力资源和社会保障局", "人社局", "department", "office"),
    ("insurance", "医疗保障局", "医保局", "department", "office"),
    ("market", "市场监督管理局", "市场监管局", "department", "office"),
    ("culture", "文化和旅游局", "文旅局", "department", "office"),
    ("emergency", "应急管理局", "应急局", "department", "office"),
    ("data", "行政审批服务局", "审批局", "department", "office"),
    ("reform", "发展和改革局", "发改局", "department", "office"),
    ("industry", "工业和信息化局", "工信局", "department", "office"),
    ("finance", "财政局", "财政局", "department", "office"),
    ("justice", "司法局", "司法局", "department", "office"),
    ("commerce", "商务局", "商务局", "department", "office"),
    ("science", "科学技术局", "科技局", "department", "office"),
    ("audit", "审计局", "审计局", "department", "office"),
    ("statistics", "统计局", "统计局", "department", "office"),
    ("veterans", "退役军人事务局", "退役军人局", "department", "office"),
    ("tax", "税务局", "税务局", "other", ""),
    ("petition", "信访局", "信访局", "department", "office"),
    ("fire", "消防救援大队", "消防大队", "other", ""),
    ("house", "住房公积金管理部", "公积金管理部", "other", ""),
    ("power", "供电公司", "供电公司", "other", ""),
    ("tap", "自来水公司", "自来水公司", "other", "water"),
    ("gas", "燃气公司", "燃气公司", "other", "building"),
    ("post", "邮政分公司", "邮政公司", "other", ""),
    ("road", "公路事业发展中心", "公路中心", "department", "traffic"),
    ("bus", "公共交通公司", "公交公司", "other", "traffic"),
    ("river", "河道管理中心", "河道中心", "department", "water"),
    ("forest", "林业发展中心", "林业中心", "department", "land"),
    ("court", "人民法院", "法院", "court", ""),
    ("procuratorate", "人民检察院", "检察院", "procuratorate", ""),
    ("supervision", "监察委员会", "监委", "supervision", ""),
    ("youth", "共青团委员会", "团委", "party", ""),
    ("women", "妇女联合会", "妇联", "party", ""),
    ("disabled", "残疾人联合会", "残联", "party", ""),
    ("union", "总工会", "总工会", "party", ""),
)


def make_units(world: World) -> None:
    """The units of every county, and of the city above them where the scale has one."""
    for county in world.counties:
        if county.size:
            rows = _rows(world, county)[: county.size.units]
            county.units = _store(world, county.congress, county.name, county.region.code, rows)
    if world.scale.city:
        term = world.higher_terms[world.scale.city]
        rows = [*KNOWN, *(_further(n) for n in range(world.scale.city_units - len(KNOWN)))]
        name = term.congress.name.removesuffix("人民代表大会")
        world.city_units = _store(world, term.congress, name, world.scale.city, rows)


def _rows(world: World, county: County) -> list[tuple[str, str, str, str, str]]:
    """The known ones as far as there is room, nine at least, and the towns' governments."""
    assert county.size is not None
    towns = [
        (f"town:{t.region.code}", f"{t.region.name}{_seat(t.region.name)}", t.region.name,
         "government", "office")
        for t in county.towns
    ]  # fmt: skip
    rest = max(county.size.units - len(towns), 9)
    return [*KNOWN[:rest], *towns]


def _seat(town: str) -> str:
    if town.endswith("街道"):
        return "办事处"
    return "" if town.endswith("会") else "人民政府"


def _further(number: int) -> tuple[str, str, str, str, str]:
    words = "一二三四五六七八九十"
    return (f"site{number}", f"重点项目第{words[number]}指挥部", f"第{words[number]}指挥部",
            "other", "office")  # fmt: skip


def _store(
    world: World, congress: Congress, place: str, region_code: str,
    rows: list[tuple[str, str, str, str, str]],
) -> dict[str, Unit]:  # fmt: skip
    rng = world.rng("units", region_code)
    made = {}
    for number, (field, name, short, kind, _) in enumerate(rows, 1):
        made[field] = Unit(
            code=f"U{region_code}{number:03d}", congress=congress, region_code=region_code,
            kind=UnitKind(kind), name=name if name.startswith(place) else f"{place}{name}",
            short_name=short, pinyin=sort_key(short), phone=office_phone(rng, "0536"),
        )  # fmt: skip
    Unit.objects.bulk_create(made.values(), batch_size=1000)
    children = []
    for field, _, _, _, above in rows:
        if above in made:
            made[field].parent = made[above]
            children.append(made[field])
    Unit.objects.bulk_update(children, ["parent"], batch_size=1000)
    record_many(
        actor=SYSTEM, action="congress.unit_added", objects=made.values(), now=world.days.began
    )
    return made
