"""A server with the style guide only; it needs no database."""

from collections.abc import Iterator

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.test import override_settings
from django.test.testcases import LiveServerThread


@pytest.fixture(scope="module")
def guide() -> Iterator[str]:
    """Address of the style guide, served on a port of its own."""
    with override_settings(ROOT_URLCONF="tests.look.urls", ALLOWED_HOSTS=["localhost"]):
        server = LiveServerThread("localhost", StaticFilesHandler, connections_override={})
        server.daemon = True
        server.start()
        server.is_ready.wait()
        if server.error:
            raise server.error
        yield f"http://localhost:{server.port}/styleguide/"
        server.terminate()
