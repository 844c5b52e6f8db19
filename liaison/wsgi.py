"""The WSGI callable: Django, with finished public pages served from memory in front of it."""

import multiprocessing
import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from liaison.pagecache import WSGI, PageCache
from liaison.processes import end_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liaison.settings")
if multiprocessing.parent_process() is not None:
    end_with_parent()  # a killed web server must not leave workers on its port

application: WSGI = get_wsgi_application()

from codes.scans import counter as scans  # noqa: E402  needs the app registry

scans.start()
if settings.PAGE_CACHE_SECONDS > 0:
    from liaison.hits import counter, tell  # needs the app registry

    tell(scans.take_paths)
    application = PageCache(
        application,
        seconds=settings.PAGE_CACHE_SECONDS,
        max_bytes=settings.PAGE_CACHE_BYTES,
        prefixes=settings.PAGE_CACHE_PREFIXES,
        exact=settings.PAGE_CACHE_EXACT,
        on_hit=counter,
    )
