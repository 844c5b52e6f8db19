"""The settings of a process that a test kills: this test's database, its sink, a dead broker."""

import os

from tests.liaison.worker_settings import *  # noqa: F403

NOTIFY_SINK_DIR = os.environ["TEST_SINK"]
