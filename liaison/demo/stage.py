"""Plays many stories at once in the order of time, with the mornings between them.

A story is a generator: it yields the moment of its next step and goes on when that moment has
come. So the log is written in the order in which things happened, reminders go out in between,
and what nobody rates lapses on its day.
"""

import heapq
from collections.abc import Callable, Generator
from datetime import date, datetime, timedelta

from django.db.models import F

from jobs.models import DueWork
from liaison.demo.world import World, moment
from notifications.delivery import inside_channel
from notifications.models import Delivery, Notification
from notifications.reminders import remind
from notifications.services import DELIVER
from proposals.effects import lapse_due as proposal_lapse_due
from proposals.services.deadlines import LAPSE as PROPOSAL_LAPSE
from topics import upkeep
from topics.services import clustering, promises, schedule, telling
from voices.effects import LAPSE, lapse_due

# Played each morning; counting is done once at the end (`topic_stories.settle`).
DUE: dict[str, Callable[[DueWork, datetime], object]] = {
    LAPSE: lapse_due, schedule.OPEN: upkeep.open_due, schedule.CLOSE: upkeep.close_due,
    schedule.TELL: telling.tell_due, promises.PROMISE_DUE: promises.promise_due,
    PROPOSAL_LAPSE: proposal_lapse_due,
}  # fmt: skip
COUNTED = (schedule.RECOUNT, clustering.KIND)
Story = Generator[datetime, datetime, None]
READ_AFTER = timedelta(hours=20)


class Stage:
    """The clock of the demo."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._waiting: list[tuple[datetime, int, Story]] = []

    def add(self, story: Story) -> None:
        """Begin a story; its first moment decides when it comes on."""
        self._put(story, next(story), len(self._waiting))

    def run(self) -> None:
        """Play everything up to the end of the last day; what lies later is never told."""
        end = self.world.days.end
        today = self._waiting[0][0].date() if self._waiting else end.date()
        while self._waiting:
            at, number, story = heapq.heappop(self._waiting)
            self._mornings(today, at.date())
            today = max(today, at.date())
            try:
                following = story.send(at)
            except StopIteration:
                continue
            if following < at:
                raise ValueError(f"a story goes back from {at} to {following}")
            if following < end:
                self._put(story, following, number)
        self._mornings(today, end.date())

    def _put(self, story: Story, at: datetime, number: int) -> None:
        heapq.heappush(self._waiting, (at, number, story))

    def _mornings(self, after: date, upto: date) -> None:
        """What the job loop would have done on each day after `after` up to `upto`."""
        day = after
        while day < upto:
            day += timedelta(days=1)
            now = moment(day, 0, 20)
            self._due(now)
            remind(now=now)

    def _due(self, now: datetime) -> None:
        """What lapses, opens, closes or is told on this day, in the order of its hour."""
        waiting = DueWork.objects.filter(kind__in=DUE, done_at=None, run_at__lte=now)
        for work in waiting.order_by("run_at", "id"):
            DUE[work.kind](work, now)
            DueWork.objects.filter(pk=work.pk).update(done_at=now)


def settle_deliveries(upto: datetime) -> None:
    """Put down as delivered what was told in the story: nobody is to be told again today."""
    waiting = DueWork.objects.filter(kind=DELIVER, done_at=None, run_at__lte=upto)
    notices = Notification.objects.filter(key__in=waiting.values("key")).order_by("id")
    Delivery.objects.bulk_create(
        (
            Delivery(
                notification=notice, channel=inside_channel(notice),
                key=f"{notice.key}:{inside_channel(notice)}", started_at=notice.created_at,
                sent_at=notice.created_at, note="演示数据",
            )
            for notice in notices
        ),
        batch_size=1000,
    )  # fmt: skip
    waiting.update(done_at=upto)
    DueWork.objects.filter(kind__in=COUNTED, done_at=None).update(done_at=upto)
    old = Notification.objects.filter(read_at=None, created_at__lt=upto - timedelta(days=4))
    old.update(read_at=F("created_at") + READ_AFTER)
