from django.apps import AppConfig

ACTIONS = {
    "stations.opened": "启用站点",
    "stations.changed": "修改站点资料",
    "stations.closed": "停用站点",
    "stations.imported": "批量导入站点",
    "stations.exported": "导出站点名册",
    "stations.role_began": "安排站点人员",
    "stations.role_ended": "结束站点人员任职",
    "stations.reception_planned": "安排接待",
    "stations.reception_moved": "改期接待",
    "stations.reception_cancelled": "取消接待",
    "stations.reception_held": "登记接待",
    "stations.appointment_requested": "提出约见",
    "stations.appointment_confirmed": "确认约见",
    "stations.appointment_declined": "未能安排约见",
    "stations.appointment_held": "登记约见",
    "stations.appointment_missed": "约见未到",
    "stations.checked_in": "到站签到",
    "stations.evidence_noted": "登记佐证",
}


class StationsConfig(AppConfig):
    name = "stations"
    verbose_name = "家站点室"

    def ready(self) -> None:
        from accounts.selectors import register_rows
        from audit.registry import register_action
        from codes import registry as codes
        from deputies import registry as deputies
        from stations import selectors, services, shell
        from stations.models import Station
        from stations.views.check_in import check_in_page

        for name, label in ACTIONS.items():
            register_action(name, label)
        register_rows("station", Station.objects.all)
        codes.register_target("station", selectors.code_target)
        for kind, many in selectors.MANY_TARGETS.items():
            codes.register_many_targets(kind, many)
        codes.register_panel(
            30, "stations/panel_reception.html", selectors.reception_panel, elder=True
        )
        codes.register_refuge(selectors.refuge)
        codes.register_signed_in(check_in_page)
        deputies.register_place_finder(selectors.place_of_deputy)
        deputies.on_left_office(services.leave_office)
        deputies.register_area_finder(selectors.areas_of)
        shell.fill()
