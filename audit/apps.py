from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "audit"
    verbose_name = "审计"

    def ready(self) -> None:
        from audit.registry import register_action
        from audit.services.changes import LABELS, record_change
        from audit.services.exports import EXPORTED, record_export
        from core.admin_export import on_export
        from core.admin_models import on_change

        register_action(EXPORTED, "导出名册")
        if record_export not in on_export:
            on_export.append(record_export)
        for name, label in LABELS.items():
            register_action(name, label)
        if record_change not in on_change:
            on_change.append(record_change)
        register_action("audit.verified", "核验日志")
