from django.apps import AppConfig

ACTIONS = {
    "deputies.deputy_registered": "登记代表",
    "deputies.deputy_updated": "修改代表资料",
    "deputies.deputies_imported": "批量导入代表",
    "deputies.account_linked": "关联账号",
    "deputies.seat_opened": "登记席位",
    "deputies.seat_changed": "修改席位",
    "deputies.seat_suspended": "暂停执行代表职务",
    "deputies.seat_resumed": "恢复执行代表职务",
    "deputies.seat_terminated": "终止代表资格",
    "deputies.seat_expired": "席位届满",
    "deputies.term_closed": "办理届满",
    "deputies.delegation_created": "设立代表团",
    "deputies.group_created": "成立代表小组",
    "deputies.group_updated": "修改代表小组",
    "deputies.group_ended": "代表小组结束",
    "deputies.group_joined": "编入代表小组",
    "deputies.group_left": "退出代表小组",
    "deputies.studio_opened": "开通云工作室",
    "deputies.studio_updated": "修改云工作室",
    "deputies.studio_closed": "关闭云工作室",
    "deputies.link_tied": "建立联系关系",
    "deputies.link_ended": "结束联系关系",
    "deputies.contact_recorded": "登记联系记录",
    "deputies.duty_reversed": "冲销履职记录",
    "deputies.register_exported": "导出代表名册",
}


class DeputiesConfig(AppConfig):
    name = "deputies"
    verbose_name = "人大代表"

    def ready(self) -> None:
        from accounts.desk import register_menu
        from accounts.selectors import register_rows
        from audit.registry import register_action
        from codes.registry import register_target
        from deputies.models import Deputy
        from deputies.selectors import code_target
        from deputies.workflow import SEAT
        from workflows.registry import register

        for name, label in ACTIONS.items():
            register_action(name, label)
        register(SEAT)
        register_rows("deputy", Deputy.objects.all)
        register_target("deputy", code_target)
        register_menu(
            60, "履职", "user", "deputies_desk:me",
            lambda user: bool(user.scope_codes("deputy", "deputies.view_deputy")), phone=True,
        )  # fmt: skip
