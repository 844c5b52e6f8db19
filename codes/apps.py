from datetime import datetime, timedelta

from django.apps import AppConfig

ACTIONS = {
    "codes.issued": "发码",
    "codes.printed": "打印码",
    "codes.revoked": "作废码",
    "codes.retired": "停用码",
    "codes.batch_started": "批量打印码",
}


class CodesConfig(AppConfig):
    name = "codes"
    verbose_name = "二维码"

    def ready(self) -> None:
        from audit.registry import register_action
        from codes.services import batches
        from jobs.registry import register, register_recurring

        register(batches.KIND, batches.make_part, lease=120, attempts=5)
        register_recurring(
            "codes.forget_batches", lambda _work, now: _forget(now), every=timedelta(days=1)
        )
        for name, label in ACTIONS.items():
            register_action(name, label)


def _forget(now: datetime) -> None:
    from codes.services import forget_batches

    forget_batches(now=now)
