"""八有四公开: which items hold, and why. The public ones are read off the public page."""

from dataclasses import dataclass
from datetime import date

from congress.selectors import rulebook_for_region
from stations.models import ChecklistItem, Station
from stations.rules.checklist import Item, checklist_set
from stations.selectors.pages import StationPage, station_page

RULE = "station_checklist"


@dataclass(frozen=True)
class Checked:
    """One item with what was found."""

    item: Item
    met: bool
    row: ChecklistItem | None

    @property
    def computed(self) -> bool:
        return bool(self.item.shown)


@dataclass(frozen=True)
class Checklist:
    """A station's checklist as it stands."""

    title: str
    items: list[Checked]

    @property
    def met(self) -> int:
        return sum(1 for entry in self.items if entry.met)

    @property
    def complete(self) -> bool:
        return self.met == len(self.items)

    @property
    def missing(self) -> list[str]:
        return [entry.item.label for entry in self.items if not entry.met]


def checklist(station: Station, *, today: date, page: StationPage | None = None) -> Checklist:
    """Every item of the place's set; `page` saves making it again."""
    title, items = _set_of(station, today)
    rows = {row.item: row for row in ChecklistItem.objects.filter(station=station)}
    page = page or station_page(station, today=today)
    return Checklist(title, [_checked(item, rows.get(item.code), page) for item in items])


def checklist_items(station: Station, *, today: date) -> tuple[Item, ...]:
    """The items of the set that holds at the station's place."""
    return _set_of(station, today)[1]


def _set_of(station: Station, today: date) -> tuple[str, tuple[Item, ...]]:
    rules = rulebook_for_region(station.region_code, today)
    name = rules.value(RULE) if RULE in rules.rules else ""
    return checklist_set(name)


def _checked(item: Item, row: ChecklistItem | None, page: StationPage) -> Checked:
    if item.shown:
        open_ = page.station.closed_on is None
        return Checked(item, open_ and page.shows(item.shown), row)
    return Checked(item, row is not None and bool(row.evidence or row.photo), row)
