"""The test settings as a separate worker process needs them: this test's database and sink."""

import os

from liaison.test_settings import *  # noqa: F403

DATABASES["default"]["NAME"] = os.environ["TEST_DATABASE"]  # noqa: F405
NOTIFY_SINK_DIR = os.environ["TEST_SINK"]
