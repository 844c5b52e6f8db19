from datetime import timedelta

from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "jobs"
    verbose_name = "待办队列"

    def ready(self) -> None:
        from audit.registry import register_action
        from audit.services import seal
        from core.admin_export import later
        from jobs import export_admin, registry, services

        register_action("jobs.revived", "重新执行放弃的工作")
        register_action("jobs.bulk_started", "批量操作")
        registry.register(services.BULK, services.do_part, lease=120, attempts=5)
        later[:] = [export_admin.start_export]
        # outside of a transaction, so that the page sees how far it is
        registry.register(
            export_admin.KIND, export_admin.write_export, lease=600, attempts=3, outside=True
        )
        registry.register_recurring(
            "jobs.forget_exports", lambda _work, now: export_admin.forget_exports(now=now),
            every=timedelta(hours=1),
        )  # fmt: skip
        registry.register_recurring(
            "jobs.forget_runs", lambda _work, now: services.forget_runs(now=now),
            every=timedelta(days=1),
        )  # fmt: skip
        registry.register_recurring(
            "audit.seal", lambda _work, now: seal(now=now), every=timedelta(minutes=1)
        )
        registry.register_recurring(
            "jobs.purge", lambda _work, now: services.purge(now=now), every=timedelta(days=1)
        )
