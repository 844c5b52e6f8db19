from django.apps import AppConfig
from django.conf import settings


class LiaisonConfig(AppConfig):
    """Ties the kernel's open ends to the outside: broker and error reports."""

    name = "liaison"
    verbose_name = "码上联"

    def ready(self) -> None:
        if settings.REDIS_URL:
            from jobs.services import on_nudge  # both need the app registry
            from liaison.celery import nudge

            on_nudge(nudge)
        if settings.SENTRY_DSN:
            from liaison.reporting import start  # heavy, and seldom wanted

            start(settings.SENTRY_DSN)
