"""A text in pieces, those that look personal marked: what a reviewer compares."""

from core.personal import find_personal_spans


def marked(text: str) -> list[dict[str, object]]:
    """`[{text, personal}]`, in order, nothing lost."""
    pieces: list[dict[str, object]] = []
    at = 0
    for span in find_personal_spans(text):
        pieces.append({"text": text[at : span.start], "personal": False})
        pieces.append({"text": text[span.start : span.end], "personal": True})
        at = span.end
    pieces.append({"text": text[at:], "personal": False})
    return [piece for piece in pieces if piece["text"]]
