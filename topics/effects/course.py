"""Effects of 码上留言, 码上议事, 转入办理 and 码上公开."""

from core.dates import local_date
from core.photos import photo_fields
from handling.services import Brief, assign
from topics.effects.door import let_go
from topics.models import Picture, PlanPart, ResearchNote, Topic
from topics.services.schedule import plan_closing, queue_recount
from workflows.registry import Change


def open_collection(change: Change) -> None:
    """Opened before its day by a person, it was opened that day."""
    topic, today = change.obj, local_date(change.now)
    if topic.opens_on is None or topic.opens_on > today:
        topic.opens_on = today
        topic.save(update_fields=["opens_on"])
    plan_closing(topic)
    change.log["closes_on"] = topic.closes_on.isoformat()


def extend_collection(change: Change) -> None:
    topic = change.obj
    topic.closes_on = change.data["closes_on"]
    topic.save(update_fields=["closes_on"])
    plan_closing(topic)
    change.log["closes_on"] = topic.closes_on.isoformat()


def close_collection(change: Change) -> None:
    """Closed before its day by a person, it was closed that day."""
    topic, today = change.obj, local_date(change.now)
    if topic.closes_on > today:
        topic.closes_on = today
        topic.save(update_fields=["closes_on"])
    queue_recount(topic, change.now)
    change.log["opinions"] = topic.opinions.count()


def record_research(change: Change) -> None:
    topic, data = change.obj, change.data
    note = ResearchNote.objects.create(
        topic=topic, on=data["on"], place=data["place"], people=data["people"], text=data["text"],
        by=change.actor.actor_label, at=change.now,
    )  # fmt: skip
    for picture in data["photos"]:
        Picture.objects.create(
            topic=topic, kind="research", note=note, public=True, created_at=change.now,
            **photo_fields(picture),
        )  # fmt: skip
    change.log["on"] = data["on"].isoformat()


def hold_meeting(change: Change) -> None:
    meeting, data = change.data["meeting"], change.data
    meeting.minutes, meeting.agreed = data["minutes"], data["agreed"]
    meeting.held_at, meeting.by = change.now, change.actor.actor_label
    meeting.save(update_fields=["minutes", "agreed", "held_at", "by"])
    came = meeting.attendees.filter(signed_in_at__isnull=False).count()
    change.log |= {"number": meeting.number, "people": came}


def adopt_plan(change: Change) -> None:
    topic = change.obj
    topic.plan = change.data["text"]
    topic.save(update_fields=["plan"])
    change.log["parts"] = topic.parts.count()


def hand_over(change: Change) -> None:
    """One set of orders for each part that units do; their progress comes back by the source."""
    topic = change.obj
    orders = []
    for part in topic.parts.all():
        leads = list(part.lead_units.all())
        if not leads:
            continue
        given = assign(
            _brief(topic, part, change), leads=leads, co=list(part.co_units.all()),
            actor=change.actor, now=change.now,
        )  # fmt: skip
        part.orders.add(*given)
        orders += given
    change.log["orders"] = [order.code for order in orders]
    change.log["units"] = sorted({order.unit.code for order in orders})


def _brief(topic: Topic, part: PlanPart, change: Change) -> Brief:
    title = f"{topic.title}：第{part.number}项措施"
    return Brief(
        source=topic, region_code=topic.region_code, title=title, text=part.text,
        due_rule=change.data["track"], station_code=topic.host_id or "",
        instruction=change.data["instruction"],
    )  # fmt: skip


def publish(change: Change) -> None:
    """The messages it grew from are answered by who handles them, with the result in hand."""
    let_go(change.obj, change.now)
