"""The code on the enrolment page, drawn into the page itself (no image file holds a secret)."""

import qrcode
from qrcode.constants import ERROR_CORRECT_M


def qr_path(text: str) -> dict[str, object]:
    """`{size, path}` of an SVG: one unit a module, with the quiet margin of four."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=4)
    code.add_data(text)
    rows = code.get_matrix()
    path = "".join(
        f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark
    )
    return {"size": len(rows), "path": path}
