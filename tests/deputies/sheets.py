"""Small sheets for the import tests."""

import io

from core.sheets import write_csv, write_xlsx
from deputies.services.sheet_columns import COLUMNS, HEADER

LABELS = {column.name: column.label for column in COLUMNS}


def row(**cells):
    """One line of a deputies' sheet by field name; sensible where nothing is said."""
    given = {"name": "王小明", "region": "370782001001", "congress": "诸城市", **cells}
    return [given.get(column.name, "") for column in COLUMNS]


def sheet(*rows, header=HEADER, kind="xlsx"):
    """The file as uploaded."""
    file = io.BytesIO()
    (write_xlsx if kind == "xlsx" else write_csv)(file, header, rows)
    file.seek(0)
    return file
