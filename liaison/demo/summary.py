"""What the command says to people: how much there is now, and how to sign in."""

from accounts.roles import ROLES
from congress.models import Region
from handling.models import Order
from liaison.demo.world import World
from topics.models import Topic
from voices.models import Message


def summary(world: World, password: str) -> str:
    """A short Chinese text with the first account of every role."""
    counties = [county for county in world.counties if county.size]
    lines = [
        f"演示数据已装好（规模 {world.scale.name}，种子 {world.seed}）：",
        f"  区划 {Region.objects.count()}，代表 {sum(len(c.deputies) for c in counties)}，"
        f"网格 {sum(len(c.grids) for c in counties)}，站点 {sum(len(c.stations) for c in counties)}，"
        f"承办单位 {sum(len(c.units) for c in counties) + len(world.city_units)}",
        f"  留言 {Message.objects.count()}，议题 {Topic.objects.count()}，交办单 {Order.objects.count()}，"
        f"二维码 {len(world.codes)}，账号 {len(world.accounts)}",
        f"所有账号的密码都是 {password}，例如：",
    ]
    shown: set[str] = set()
    for account in world.accounts:
        if account.role not in shown:
            shown.add(account.role)
            factor = f"  动态码密钥 {account.totp}" if account.totp else ""
            lines.append(f"  {account.username:<16}{ROLES[account.role].label}{factor}")
    lines.append("用 make run 启动的，随时可用 make code 看现在的动态码。")
    return "\n".join(lines)
