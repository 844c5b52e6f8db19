from django.apps import AppConfig

ACTIONS = {
    "grids.grid_registered": "登记网格",
    "grids.grid_updated": "修改网格",
    "grids.grid_retired": "撤销网格",
    "grids.grids_imported": "批量导入网格",
    "grids.service_started": "代表进网格",
    "grids.service_ended": "代表退出网格",
    "grids.patrolled": "网格巡查",
    "grids.register_exported": "导出网格名册",
}


class GridsConfig(AppConfig):
    name = "grids"
    verbose_name = "网格"

    def ready(self) -> None:
        from accounts.desk import register_menu
        from audit.registry import register_action
        from codes.registry import register_target
        from deputies.registry import on_left_office
        from grids.selectors import code_target
        from grids.services import end_services_of

        for name, label in ACTIONS.items():
            register_action(name, label)
        register_target("grid", code_target)
        on_left_office(end_services_of)
        register_menu(50, "网格", "grid", "grids_desk:grids", "grids.view_grid", phone=True)
