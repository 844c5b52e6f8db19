"""The API: the public part for everybody, the register for staff in scope, nothing across."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.actors import SYSTEM
from congress.memory import forget_all
from deputies.services import join_group, open_seat
from tests.deputies.places import name_of, village
from tests.world import NOW

pytestmark = pytest.mark.django_db
PUBLIC = {"code", "name", "gender", "region_code", "place", "levels", "seats", "occupation",
          "photo", "url"}  # fmt: skip
PUBLIC_DETAIL = PUBLIC | {"introduction", "office_phone", "groups", "station", "code_path"}


def codes(client, query=""):
    answer = client.get(f"/api/v1/deputies/{query}")
    assert answer.status_code == 200, answer.content
    return {row["code"] for row in answer.json()["results"]}


def test_anonymous_reads_serving_deputies_with_public_fields_only(client, here):
    serving, idle = here.deputy("在任某"), here.deputy("未任某", seat=False)

    assert serving.code in codes(client)
    assert idle.code not in codes(client)
    assert client.get(f"/api/v1/deputies/{idle.code}/").status_code == 404
    assert set(client.get("/api/v1/deputies/").json()["results"][0]) == PUBLIC
    body = client.get(f"/api/v1/deputies/{serving.code}/").json()
    assert set(body) == PUBLIC_DETAIL
    assert [s["words"] for s in body["seats"]] == ["诸城市第十九届人大代表"]
    assert set(body["seats"][0]) == {
        "words", "congress", "level", "term", "district", "starts_on",
    }  # fmt: skip


def test_staff_reads_the_whole_register_of_their_region_and_no_more(client, here, there):
    mine = here.deputy("未任某", seat=False)
    theirs = there.deputy("邻县某", seat=False)
    public = there.deputy("邻县在任")
    client.force_login(there.staff)
    assert theirs.code in codes(client)  # it could leak

    client.force_login(here.staff)

    assert mine.code in codes(client)
    assert theirs.code not in codes(client)
    assert client.get(f"/api/v1/deputies/{theirs.code}/").status_code == 404
    body = client.get(f"/api/v1/deputies/{public.code}/").json()
    assert set(body) == PUBLIC_DETAIL
    own = client.get(f"/api/v1/deputies/{mine.code}/").json()
    assert set(own) == PUBLIC_DETAIL | {"serving", "username", "all_seats"}


@pytest.mark.parametrize("role", ["moderator", "unit_handler", "auditor", "security_admin"])
def test_other_roles_read_what_everybody_reads(client, here, role):
    idle = here.deputy("未任某", seat=False)
    client.force_login(here.county.users[role])

    assert idle.code not in codes(client)
    assert set(client.get("/api/v1/deputies/").json()["results"][0]) == PUBLIC


def test_filters_are_the_listed_ones(client, here, there, city_term):
    mine, theirs = here.deputy("王小明"), there.deputy("王大明")
    city = here.deputy("李市代", seat=False)
    open_seat(actor=SYSTEM, deputy=city, term=city_term, now=NOW)
    group = here.group()
    join_group(actor=SYSTEM, group=group, deputy=mine, starts_on=NOW.date(), now=NOW)

    assert codes(client, "?region=370783&search=王") == {theirs.code}
    assert codes(client, "?level=3") == {city.code}
    assert codes(client, f"?group={group.code}") == {mine.code}
    assert codes(client, "?group=G999") == codes(client, "?region=x'") == set()
    assert codes(client, "?search=wxm") == {mine.code}
    assert codes(client, "?office_phone=1&user=1&serving=false") == codes(client)
    assert client.get("/api/v1/deputies/?level=9").status_code == 400


def test_nothing_is_written_through_it(client, here):
    deputy = here.deputy()
    client.force_login(here.staff)
    for method in ("post", "put", "patch", "delete"):
        for url in ("/api/v1/deputies/", f"/api/v1/deputies/{deputy.code}/"):
            assert getattr(client, method)(url).status_code == 405


def test_list_costs_the_same_for_1_and_30_rows(client, here):
    client.force_login(here.staff)

    def queries():
        forget_all()
        with CaptureQueriesContext(connection) as found:
            assert client.get("/api/v1/deputies/?page_size=50&search=王").status_code == 200
        return len(found)

    here.deputy("王一一")
    queries()
    one = queries()
    for n in range(29):
        here.deputy(name_of(n), region_code=village(here, n))
    assert queries() == one <= 10
