"""What units have on their hands: suggestions' orders first, and how that compares."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q

from congress.models import Unit
from handling.models import Order
from handling.states import OPEN


@dataclass(frozen=True)
class Load:
    """One unit's open orders, of any source."""

    unit: Unit
    open: int
    late: int
    mean: int
    most: int

    @property
    def words(self) -> str:
        """手上9件，比平均少4件."""
        more = self.open - self.mean
        beside = f"比平均多{more}件" if more > 0 else f"比平均少{-more}件" if more else "与平均相当"
        return f"手上{self.open}件，{beside}" + (f"，逾期{self.late}件" if self.late else "")

    @property
    def percent(self) -> int:
        return round(100 * self.open / self.most) if self.most else 0


def loads(units: Iterable[Unit], today: date) -> list[Load]:
    """The units in their order, each with its load against the mean of them all. One query."""
    units = list(units)
    counted = (
        Order.objects.filter(unit__in=units, state__in=OPEN).order_by().values_list("unit")
        .annotate(n=Count("id"), late=Count("id", filter=Q(due_on__lt=today)))
    )  # fmt: skip
    found = {pk: (n, late) for pk, n, late in counted}
    numbers = [found.get(u.pk, (0, 0)) for u in units]
    mean = round(sum(n for n, _ in numbers) / len(units)) if units else 0
    most = max((n for n, _ in numbers), default=0)
    return [Load(u, n, late, mean, most) for u, (n, late) in zip(units, numbers, strict=True)]
