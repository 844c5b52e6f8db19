"""`{% fixed %}` keeps what is the same for everybody, by page, mode and settings."""

import pytest
from django.template import Context, Template, engines
from django.test import RequestFactory

from core.context import site

SOURCE = (
    "{% load look %}{% fixed %}{{ product_name }}{% if elder %}大{% endif %}{{ n }}{% endfixed %}"
)


@pytest.fixture
def page():
    made = Template(SOURCE, name="a.html", engine=engines["django"].engine)
    calls = iter(range(100))

    def show(query=""):
        context = Context({"n": calls.__next__} | site(RequestFactory().get(f"/{query}")))
        return made.render(context)

    return show


def test_made_once_in_each_mode(page):
    assert [page(), page(), page("?elder=1"), page("?x=1"), page("?elder=1&theme=dark")] == [
        "码上联0", "码上联0", "码上联大1", "码上联0", "码上联大2",
    ]  # fmt: skip


def test_settings_tell_it_apart(page, settings):
    assert page() == "码上联0"
    settings.SITE_NAME = "另一个"
    assert page() == "另一个1"


def test_without_the_sites_context_nothing_is_kept():
    made = Template(SOURCE, name="a.html", engine=engines["django"].engine)
    assert [made.render(Context({"n": n})) for n in (1, 2)] == ["1", "2"]
