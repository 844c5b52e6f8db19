from datetime import timedelta

from django.apps import AppConfig
from django.urls import reverse


class VoicesConfig(AppConfig):
    name = "voices"
    verbose_name = "群众留言"

    def ready(self) -> None:
        from audit.registry import register_action
        from codes.registry import register_panel
        from congress.registry import on_calendar_loaded
        from core.sealed import register_sealed
        from handling.registry import OrderSource, register_source
        from jobs.registry import register as register_job
        from jobs.registry import register_recurring
        from notifications.registry import Subject, register_resident_phone, register_subject
        from voices import effects, notices, panels, retention, selectors, services, shell, upkeep
        from voices.workflow import WORKFLOW
        from workflows.registry import register

        shell.fill()
        register_panel(20, "voices/panel_results.html", panels.results_panel)
        for name, label in notices.ACTIONS.items():
            register_action(f"voices.{name}", label)
        notices.register()
        register(WORKFLOW)
        register_sealed(services.SEALED)
        on_calendar_loaded(upkeep.recount)
        register_job(effects.LAPSE, effects.lapse_due)
        register_recurring("voices.purge", retention.purge_due, every=timedelta(days=1))

        def url(code: str) -> str:
            return reverse("voices_desk:message", args=[code])

        register_resident_phone("voices.message", services.phone_of)
        register_subject(Subject("voices.message", selectors.recipients, selectors.titles, url))
        register_source(
            OrderSource(
                "voices.message", "群众留言", url, effects.order_moved,
                settled=notices.promise_settled,
            )
        )  # fmt: skip
