"""The deputy's own file on the desk."""

import pytest

from audit.actors import SYSTEM
from deputies.services import open_seat, record_duty, tie_link
from tests.world import NOW

pytestmark = pytest.mark.django_db


def test_me_shows_my_seats_duties_and_code_and_nobody_elses(client, here):
    me, other = here.county.deputy, here.deputy("别的代表")
    open_seat(actor=SYSTEM, deputy=me, term=here.term, district="第三选区", now=NOW)
    for deputy, title in ((me, "我的接待"), (other, "别人的接待")):
        record_duty(deputy=deputy, kind="reception", on=NOW.date(), title=title, source_type="t",
                    source_code=deputy.code, actor=SYSTEM, now=NOW)  # fmt: skip
    for deputy, whom in ((me, "我的选民"), (other, "别人的选民")):
        tie_link(actor=SYSTEM, kind="deputy_voter", deputy=deputy, other=whom,
                 region_code=here.code, starts_on=NOW.date(), now=NOW)  # fmt: skip
    client.force_login(here.county.users["deputy"])

    page = client.get("/desk/me/").content.decode()

    for words in ("诸城市第十九届人大代表", "第三选区", "我的接待", "我的选民",
                  here.county.codes["deputy"].token, "/desk/me/code.svg"):  # fmt: skip
        assert words in page
    assert "别人的" not in page
    code = client.get("/desk/me/code.svg")
    assert (code.status_code, code["Content-Type"]) == (200, "image/svg+xml")


def test_me_of_who_is_no_deputy_is_not_there(client, here):
    client.force_login(here.county.users["station_keeper"])
    assert client.get("/desk/me/").status_code == 404
    assert client.get("/desk/me/code.svg").status_code == 404


def test_me_is_closed_to_strangers_and_other_roles(client, here):
    assert client.get("/desk/me/").status_code == 302
    client.force_login(here.county.users["unit_handler"])
    assert client.get("/desk/me/").status_code == 403


def test_menu_leads_a_deputy_to_file_and_grids(client, here):
    client.force_login(here.county.users["deputy"])
    page = client.get("/desk/").content.decode()

    assert 'href="/desk/me/"' in page
    assert 'href="/desk/grids/"' in page
