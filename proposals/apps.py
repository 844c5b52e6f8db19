from django.apps import AppConfig
from django.urls import reverse


class ProposalsConfig(AppConfig):
    name = "proposals"
    verbose_name = "代表建议"

    def ready(self) -> None:
        from audit.registry import register_action
        from congress.registry import on_calendar_loaded, on_unit_merged
        from handling.registry import OrderSource
        from handling.registry import register_source as register_order_source
        from jobs.registry import register as register_job
        from notifications.registry import Subject, register_subject
        from proposals import (
            bulk,
            effects,
            letters,
            notices,
            publication_told,
            records,
            selectors,
            shell,
            upkeep,
        )
        from proposals.registry import register_source
        from proposals.services import promises
        from proposals.services.deadlines import LAPSE
        from proposals.views import public
        from proposals.workflow import PROMOTE, WORKFLOW
        from voices.registry import ResultsTab, register_door, register_results
        from workflows.registry import extend, register

        shell.fill()
        for name, label in notices.ACTIONS.items():
            register_action(f"proposals.{name}", label)
        for kind in records.KINDS.values():
            register_action(f"proposals.record.{kind.name}", kind.label)
        notices.register()
        bulk.register()
        register(WORKFLOW)
        extend("voices.message", transitions=[PROMOTE])
        on_calendar_loaded(upkeep.recount)
        on_unit_merged(upkeep.follow_merger)
        register_job(LAPSE, effects.lapse_due)
        tab = ResultsTab("proposals", "代表建议", "proposals/results.html", public.results_context)
        register_results(tab, public.latest)

        def url(code: str) -> str:
            return reverse("proposals_desk:proposal", args=[code])

        def message(code: str) -> str:
            return reverse("voices_desk:message", args=[code])

        def topic(code: str) -> str:
            return reverse("topics_desk:topic", args=[code])

        register_source("message", "群众留言", message)
        register_source("topic", "码上议事", topic)
        register_door("promote", shell.from_message)
        register_subject(Subject("proposals.proposal", selectors.recipients, selectors.titles, url))
        for told in publication_told.SUBJECTS:
            register_subject(told)
        register_order_source(
            OrderSource(
                "proposals.proposal",
                "代表建议",
                url,
                effects.order_moved,
                template="desk/proposals/order_card.html",
                css="css/proposals_desk.css",
                panel=letters.order_card,
                dress=letters.dress,
                points=letters.points,
                copies=letters.copies,
                promise_url=promises.page,
            )
        )
