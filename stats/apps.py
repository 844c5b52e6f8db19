from datetime import timedelta

from django.apps import AppConfig


class StatsConfig(AppConfig):
    name = "stats"
    verbose_name = "统计"

    def ready(self) -> None:
        from jobs.registry import register_recurring
        from stats import services

        register_recurring(
            "stats.refresh", services.refresh, every=timedelta(minutes=10), lease=120
        )
