from django.apps import AppConfig
from django.urls import reverse


class HandlingConfig(AppConfig):
    name = "handling"
    verbose_name = "交办办理"

    def ready(self) -> None:
        from audit.registry import register_action
        from congress.registry import on_calendar_loaded, on_unit_merged
        from handling import notices, promises, registry, selectors, shell, upkeep
        from handling.workflow import WORKFLOW
        from notifications.registry import Subject, register_subject
        from workflows.registry import on_applied, register

        shell.fill()
        for name, label in notices.ACTIONS.items():
            register_action(f"handling.order.{name}", label)
        for name, label in notices.PROMISE_ACTIONS.items():
            register_action(f"handling.promise.{name}", label)
        notices.register()
        register(WORKFLOW)
        on_calendar_loaded(upkeep.recount)
        on_unit_merged(upkeep.follow_merger)
        on_applied(registry.pass_upward)

        def url(code: str) -> str:
            return reverse("handling_desk:order", args=[code])

        def letter(code: str) -> str:
            return reverse("handling_desk:copied", args=[code])

        register_subject(Subject("handling.order", selectors.recipients, selectors.titles, url))
        register_subject(promises.SUBJECT)
        register_subject(
            Subject("handling.reply", selectors.nobody, selectors.letter_titles, letter)
        )
