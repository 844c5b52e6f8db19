"""Reads of stations."""

from stations.selectors.checklist import Checked, Checklist, checklist, checklist_items
from stations.selectors.lists import (
    areas_of,
    codes_of,
    contact_gaps_of,
    kinds_with_stations,
    public_stations,
    roster_deputies,
    search,
    stations_of,
    towns_with_stations,
    uncovered_grids,
)
from stations.selectors.many import MANY_TARGETS
from stations.selectors.pages import StationPage, navigation_links, station_page
from stations.selectors.places import (
    code_target,
    nearest_station,
    next_reception,
    place_of_deputy,
    reception_panel,
    refuge,
)

__all__ = [
    "MANY_TARGETS",
    "Checked",
    "Checklist",
    "StationPage",
    "areas_of",
    "checklist",
    "checklist_items",
    "code_target",
    "codes_of",
    "contact_gaps_of",
    "kinds_with_stations",
    "navigation_links",
    "nearest_station",
    "next_reception",
    "place_of_deputy",
    "public_stations",
    "reception_panel",
    "refuge",
    "roster_deputies",
    "search",
    "station_page",
    "stations_of",
    "towns_with_stations",
    "uncovered_grids",
]
