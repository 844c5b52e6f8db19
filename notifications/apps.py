from datetime import timedelta

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = "消息通知"

    def ready(self) -> None:
        from accounts import desk
        from audit.registry import register_action
        from congress.registry import on_calendar_loaded
        from core.sealed import register_sealed
        from jobs import registry as jobs
        from notifications import clocks, delivery, outside, registry, reminders, services
        from workflows import checks
        from workflows.registry import on_applied

        for name, label in services.ACTIONS.items():
            register_action(name, label)
        registry.register_label(reminders.KIND, "有事情快到期或已逾期")
        jobs.register_many(services.DELIVER, delivery.deliver)
        jobs.register(delivery.PUSH, delivery.push, lease=60, attempts=6, outside=True)
        jobs.register_recurring(
            "notifications.remind",
            lambda _work, now: reminders.remind(now=now),
            every=timedelta(minutes=10),
            lease=600,
            outside=True,  # commits chunk by chunk, each safe to meet twice
        )
        jobs.register_recurring(
            "notifications.alert", delivery.alert_operators, every=delivery.ALERT_EVERY,
            outside=True,
        )  # fmt: skip
        checks.message_kind_known.append(registry.kind_known)
        register_sealed(outside.SEALED)
        on_applied(services.tell)
        on_calendar_loaded(clocks.recount)
        desk.register_menu(
            80, "消息", "bell", services.INBOX, lambda user: user.has_desk,
            count_fn=services.unread, phone=False,
        )  # fmt: skip
        desk.register_bell(services.unread, services.INBOX)
        desk.register_account_link(
            10, "通知方式", "企业微信、钉钉、飞书或邮箱，收到新消息时提醒我", "bell",
            "notifications:channels",
        )  # fmt: skip
