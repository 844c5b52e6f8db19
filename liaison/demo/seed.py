"""Seeding as a whole: an empty database in, a lived-in one out, in one transaction."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date

from django.db import connection, transaction

from accounts.models import User
from audit.services import seal
from codes.rules import drawn_from
from congress.models import Congress
from core.errors import DomainError
from deputies.models import Deputy
from liaison.demo.access import make_accounts
from liaison.demo.canaries import Canaries
from liaison.demo.cast import raise_curtain
from liaison.demo.changes import change_seats
from liaison.demo.duties import make_duties
from liaison.demo.gridmap import make_grids
from liaison.demo.groups import make_groups
from liaison.demo.history import write_history
from liaison.demo.people import make_deputies
from liaison.demo.places import make_places
from liaison.demo.printed import make_codes
from liaison.demo.proposal_stories import raise_proposals
from liaison.demo.scale import SCALES
from liaison.demo.stage import Stage, settle_deliveries
from liaison.demo.topic_stories import raise_topics, settle
from liaison.demo.units import make_units
from liaison.demo.venues import make_stations
from liaison.demo.world import Days, World
from voices.models import Message

SEQUENCES = (
    "deputies_deputy_number", "deputies_seat_number", "deputies_delegation_number",
    "deputies_group_number", "deputies_studio_number", "voices_message_number",
    "handling_order_number", "handling_promise_number", "topics_topic_number",
    "topics_opinion_number", "proposals_proposal_number", "proposals_batch_number",
)  # fmt: skip
Progress = Callable[[str], None]


class NotEmpty(DomainError):
    """There is something in the database already."""


@transaction.atomic
def seed(
    *, scale: str, seed: int, as_of: date, canary: bool, progress: Progress = lambda step: None
) -> World:
    """Fill an empty database; raises NotEmpty, and leaves everything alone, when it is not."""
    refuse_unless_empty()
    _restart_numbers()
    world = World(SCALES[scale], seed, Days(as_of), Canaries(canary, seed))
    with _without_savepoints(), drawn_from(world.rng("issued by a step")):
        _fill(world, progress)
    seal(now=world.days.end)
    return world


def _fill(world: World, progress: Progress) -> None:
    progress("区划、人大、规则")
    make_places(world)
    make_units(world)
    progress("代表、网格、站点、账号、二维码")
    for county in world.counties:
        if county.size:
            make_grids(world, county)
            make_deputies(world, county)
            make_stations(world, county)
            make_groups(world, county)
    make_accounts(world)
    progress("公开码、接待、履职")
    _take_stock()
    for county in world.counties:
        if county.size:
            make_codes(world, county)
            make_duties(world, county)
    progress("往年的留言")
    write_history(world)
    _take_stock()
    progress("近来的留言、议题")
    stage = Stage(world)
    raise_curtain(world, stage)
    topics = raise_topics(world, stage)
    raise_proposals(world, stage)
    change_seats(world, stage)
    stage.run()
    _take_stock()
    settle_deliveries(world.days.end)
    settle(world, topics)


@contextmanager
def _without_savepoints() -> Iterator[None]:
    """All or nothing needs no savepoints: a quarter of all statements would be nothing else.

    A service that is refused here spoils the whole transaction instead of its own part of it.
    """
    features = connection.features
    kept, features.uses_savepoints = features.uses_savepoints, False
    try:
        yield
    finally:
        features.uses_savepoints = kept


def _take_stock() -> None:
    """Tell the planner how full the tables are: it cannot find out by itself before we commit."""
    with connection.cursor() as cursor:
        # by name: a bare ANALYZE locks catalogues that all databases of the server share
        names = connection.introspection.table_names(cursor)
        cursor.execute("ANALYZE " + ", ".join(map(connection.ops.quote_name, names)))


def refuse_unless_empty() -> None:
    """Demo data never mixes with anything, and nothing is ever deleted for it."""
    for model in (User, Congress, Deputy, Message):
        if model._default_manager.exists():
            raise NotEmpty(
                "not_empty",
                "数据库里已经有数据，没有装入演示数据，也没有改动任何内容。请换一个空的数据库再试。",
            )


def _restart_numbers() -> None:
    """Numbers begin at 1, so that the same seed gives the same codes; nothing bears one yet."""
    with connection.cursor() as cursor:
        for name in SEQUENCES:
            cursor.execute(f"ALTER SEQUENCE {name} RESTART WITH 1")
