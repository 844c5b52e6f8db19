"""Setting up congresses, their organs, terms and sessions."""

from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction

from audit.actors import Actor
from audit.services import record
from congress.models import Congress, Organ, Region, Session, Term
from congress.states import CongressLevel, RegionLevel
from core.errors import InputInvalid

LEVELS = {
    RegionLevel.PROVINCE: CongressLevel.PROVINCE,
    RegionLevel.CITY: CongressLevel.CITY,
    RegionLevel.COUNTY: CongressLevel.COUNTY,
    RegionLevel.TOWN: CongressLevel.TOWN,
}


def checked(obj: models.Model) -> None:
    """Run the model's own checks; InputInvalid with a Chinese sentence per field."""
    try:
        obj.full_clean()
    except ValidationError as error:
        fields = {
            name: " ".join(messages)
            for name, messages in error.message_dict.items()
            if name != "__all__"
        }
        raise InputInvalid("input_invalid", " ".join(error.messages), fields) from error


def create_congress(
    *, actor: Actor, region: Region, now: datetime, name: str = "", code: str = ""
) -> Congress:
    """Set up the congress of a region; its level follows from the region's.

    InputInvalid for a street, a zone or a village: they elect none (地方组织法; DOMAIN trap 13).
    """
    if not region.has_congress:
        raise InputInvalid("region_without_congress", no_congress_words(region))
    congress = Congress(name=name, code=code)
    fill_congress(congress, region)
    checked(congress)
    with transaction.atomic():
        congress.save()
        record(actor=actor, action="congress.set_up", obj=congress, now=now)
    return congress


def no_congress_words(region: Region) -> str:
    """Say why a street, a zone or a village has no congress."""
    return f"{region.name}不设人民代表大会：街道、开发区和村社区只有派出机构或联络站。"


def fill_congress(congress: Congress, region: Region) -> None:
    """Give a new congress what follows from its region: place, level, code and name if empty."""
    congress.region, congress.region_code = region, region.code
    congress.level = LEVELS[RegionLevel(region.level)]
    congress.code = congress.code or region.code
    congress.name = congress.name or f"{region.name}人民代表大会"


def create_organ(
    *, actor: Actor, congress: Congress, kind: str, name: str, now: datetime, **fields: Any
) -> Organ:
    """Add an organ under the name it has locally (`code`, `region_code` by keyword)."""
    fields.setdefault("region_code", congress.region_code)
    fields.setdefault("code", f"{congress.code}-{congress.organs.count() + 1:02d}")
    organ = Organ(congress=congress, kind=kind, name=name, **fields)
    checked(organ)
    with transaction.atomic():
        organ.save()
        record(actor=actor, action="congress.set_up", obj=organ, now=now)
    return organ


def start_term(
    *, actor: Actor, congress: Congress, number: int, starts_on: date, now: datetime
) -> Term:
    """Open a term; the one before ends the day before (a term runs to the next first session)."""
    term = Term(congress=congress, number=number, starts_on=starts_on)
    checked(term)
    with transaction.atomic():
        congress.terms.filter(ends_on=None, starts_on__lt=starts_on).update(
            ends_on=starts_on - timedelta(days=1)
        )
        term.save()
        record(actor=actor, action="congress.term_started", obj=term, now=now)
    return term


def start_session(
    *,
    actor: Actor,
    term: Term,
    number: int,
    opens_on: date,
    now: datetime,
    closes_on: date | None = None,
) -> Session:
    """Add a numbered session to a term."""
    session = Session(term=term, number=number, opens_on=opens_on, closes_on=closes_on)
    checked(session)
    with transaction.atomic():
        session.save()
        record(actor=actor, action="congress.session_added", obj=session, now=now)
    return session
