from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate

ACTIONS = {
    "congress.set_up": "设立",
    "congress.term_started": "新一届开始",
    "congress.session_added": "登记会议",
    "congress.unit_added": "登记承办单位",
    "congress.unit_changed": "修改承办单位",
    "congress.unit_merged": "并入其他单位",
    "congress.unit_retired": "停用承办单位",
    "congress.regions_imported": "导入行政区划",
    "congress.rulebook_created": "新建规则版本",
    "congress.rulebook_changed": "修改规则版本",
    "congress.rule_set": "修改规则",
    "congress.rule_removed": "删除规则",
    "congress.calendar_loaded": "载入年度日历",
}


class CongressConfig(AppConfig):
    name = "congress"
    verbose_name = "人大与区划"

    def ready(self) -> None:
        from audit.registry import register_action

        for name, label in ACTIONS.items():
            register_action(name, label)
        post_migrate.connect(load_reference_data, sender=self)


def load_reference_data(apps: Any = None, **kwargs: Any) -> None:
    """Bring presets and the calendar up to what this release ships, after every migration.

    Not a data migration: a corrected preset must reach databases that were made before it.
    """
    from django.utils import timezone

    from congress.services import load_calendar, load_presets

    if apps is not None and _is_behind(apps):
        return
    load_presets()
    load_calendar(now=timezone.now())


def _is_behind(apps: Any) -> bool:
    """Tell whether the migration stopped before our tables or the audit log existed."""
    try:
        apps.get_model("congress", "RuleValue")
        apps.get_model("audit", "Entry")
    except LookupError:
        return True
    return False
