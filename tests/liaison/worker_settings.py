"""The test settings as a worker process in a test needs them: this database, a real broker."""

import os

from liaison.test_settings import *  # noqa: F403

REDIS_URL = os.environ["TEST_REDIS_URL"]
CELERY_BROKER_URL = REDIS_URL
DATABASES["default"]["NAME"] = os.environ["TEST_DATABASE"]  # noqa: F405
