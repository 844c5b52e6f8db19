"""Suggestions on the wall: their numbers, and what was solved by its reviewed title."""

from datetime import timedelta

from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from proposals.models import Proposal
from tests.proposals.place import accepted, make_place, replied
from tests.proposals.test_admin_pages import text
from workflows.engine import apply

NOW = timezone.now()
OPEN = {"decision": "public", "title": "电梯修好了", "text": "建议", "reply": "答复"}


def wall(code: str = "370782") -> str:
    cache.clear()
    answer = Client().get(f"/screen/{code}/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_suggestions_stand_on_the_wall_beside_messages(db):
    place, _ = make_place(), make_place("370783", "寿光市")
    assert "代表建议立案" not in wall()
    made = replied(place, now=NOW, days=0, text=text("关于王某家电梯的建议"))
    accepted(place, now=NOW, text=text("关于大桥的建议"))
    assert "代表建议立案<b>2</b>件，答复<b>1</b>件，真正解决<b>1</b>件" in wall()
    assert "电梯" not in wall()  # not before it is let through
    apply(made, "decide_publication", actor=place.staff, now=NOW + timedelta(hours=1), data=OPEN)
    assert "<b>电梯修好了</b><span>诸城市 · " in wall()
    assert "王某" not in wall()
    assert place.lead.name not in wall()
    assert "电梯" not in wall("370783")
    Proposal.objects.filter(pk=made.pk).update(state="rehandling")
    assert "电梯" not in wall()  # what is handled again is not done
