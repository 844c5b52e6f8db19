"""Settings of the test run: the same module, with a fixed and quick environment."""

import os

# Whatever .env or a running demo left behind must not reach a test: these win over the files.
os.environ.update(
    {
        "DEBUG": "0",
        "EMBEDDED": "0",
        "SECRET_KEY": "t3st-run-only-0a1b2c3d4e5f60718293a4b5c6d7e8f9",
        "FIELD_KEYS": "t1:q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=",
        "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
        "BASE_URL": "http://testserver",
        "LOG_LEVEL": "WARNING",
    }
)
for name in ("LOG_DIR", "NOTIFY_SINK_DIR", "TRUSTED_PROXIES", "REDIS_URL", "SENTRY_DSN"):
    os.environ[name] = ""

from liaison.settings import *  # noqa: E402,F403

TESTING = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {  # noqa: F405
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
MEDIA_ROOT = "/nonexistent"  # conftest gives every test its own
PAGE_CACHE_SECONDS = 0
CELERY_TASK_ALWAYS_EAGER = False
CELERY_BROKER_URL = "memory://"
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
DATABASES["default"]["CONN_MAX_AGE"] = 0  # noqa: F405
