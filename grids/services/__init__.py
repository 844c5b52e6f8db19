"""Writes of the grids app. Each records who did it."""

from grids.services.register import (
    end_service,
    end_services_of,
    record_patrol,
    register_grid,
    retire_grid,
    start_service,
    update_grid,
)
from grids.services.sheets import import_grids

__all__ = [
    "end_service",
    "end_services_of",
    "import_grids",
    "record_patrol",
    "register_grid",
    "retire_grid",
    "start_service",
    "update_grid",
]
