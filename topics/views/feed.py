"""RSS of the published results."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.text import Truncator
from django.views.decorators.http import require_safe

from topics.models import Result, Topic
from topics.selectors.public import latest_published
from voices.views.results import public_page

ITEMS = 30


@method_decorator(require_safe, name="__call__")
class ResultsFeed(Feed[Topic, Any]):
    """The newest results; every address is the one that stays."""

    language = "zh-CN"

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return public_page(super().__call__(request, *args, **kwargs))

    def title(self) -> str:
        return f"{settings.SITE_NAME} · 议题结果"

    def link(self) -> str:
        return f"{settings.BASE_URL}{reverse('topics:list')}?tab=published"

    def feed_url(self) -> str:
        return f"{settings.BASE_URL}{reverse('topics:feed')}"

    def description(self) -> str:
        return "群众提的、代表议的、部门办的议题，办完公开的结果。"

    def items(self) -> list[tuple[Topic, str]]:
        found = latest_published("", ITEMS)
        texts = dict(Result.objects.filter(topic__in=found).values_list("topic_id", "text"))
        return [(topic, texts.get(topic.pk, "")) for topic in found]

    def item_title(self, item: Any) -> str:
        return str(item[0].title)

    def item_description(self, item: Any) -> str:
        return str(Truncator(item[1] or item[0].summary).chars(300))

    def item_link(self, item: Any) -> str:
        return f"{settings.BASE_URL}{reverse('topics:topic', args=[item[0].code])}"

    def item_guid(self, item: Any) -> str:
        return self.item_link(item)

    def item_pubdate(self, item: Any) -> datetime | None:
        when: datetime | None = item[0].published_at
        return when
