from datetime import timedelta

from django.apps import AppConfig
from django.urls import reverse


class TopicsConfig(AppConfig):
    name = "topics"
    verbose_name = "民意码上聚"

    def ready(self) -> None:
        from audit.registry import register_action
        from codes import registry as codes
        from core.sealed import register_sealed
        from handling.registry import OrderSource, register_source
        from jobs.registry import register as register_job
        from jobs.registry import register_recurring
        from notifications.registry import Subject, register_resident_phone, register_subject
        from topics import notices, panels, printing, retention, services, shell, upkeep
        from topics.selectors import people, timeline
        from topics.services import clustering, contacts, promises, schedule, telling
        from topics.views import receipt, results
        from topics.views import topic as topic_views
        from topics.workflow import MESSAGE_DOOR, OPINION, TOPIC
        from voices import registry as voices
        from voices.registry import register_door, register_steps
        from workflows.registry import extend, on_applied, register

        shell.fill()
        for name, label in notices.ACTIONS.items():
            register_action(f"topics.{name}", label)
        notices.register()
        register_sealed(contacts.SEALED)
        register(TOPIC)
        register(OPINION)
        extend("voices.message", **MESSAGE_DOOR)
        on_applied(notices.told)
        register_job(schedule.OPEN, upkeep.open_due)
        register_job(schedule.CLOSE, upkeep.close_due)
        register_job(schedule.RECOUNT, upkeep.recount_due, lease=60)
        register_job(clustering.KIND, clustering.group_due, lease=600, outside=True)
        register_job(schedule.TELL, telling.tell_due, lease=60)
        register_recurring("topics.purge", retention.purge_due, every=timedelta(days=1))
        voices.register_retention(retention.erase_by_hash, retention.purge)
        register_job(promises.PROMISE_DUE, promises.promise_due)
        register_steps(timeline.steps_of_message)
        register_door("deliberate", shell.from_message)

        def url(code: str) -> str:
            return reverse("topics_desk:topic", args=[code])

        register_resident_phone("topics.contribution", services.phone_of)
        register_subject(Subject("topics.topic", people.recipients, people.titles, url))
        register_source(
            OrderSource("topics.topic", "议题", url, notices.order_moved, promise_url=promises.page)
        )

        codes.register_target("topic", panels.code_target)
        codes.register_many_targets("topic", panels.code_targets)
        codes.register_page("topic", topic_views.topic_by_code)
        codes.register_panel(10, "topics/panel_open.html", panels.open_panel, elder=True)
        voices.register_route("topic", panels.route_of)
        voices.register_receipt(receipt.KIND)
        tab = voices.ResultsTab("topics", "议题", "topics/results.html", results.published_context)
        voices.register_results(tab, results.latest)
        on_applied(printing.print_on_approval)
