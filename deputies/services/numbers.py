"""Register numbers: from sequences, so that nobody waits; taken ones are passed over."""

from django.db import connection, models

from deputies.models import Delegation, Deputy, Group, Seat, Studio

# The letter in front, the model, and how many digits at least.
SERIES: dict[type[models.Model], tuple[str, int]] = {
    Deputy: ("D", 6), Seat: ("S", 7), Delegation: ("T", 4), Group: ("G", 4), Studio: ("Y", 6),
}  # fmt: skip


def new_codes(model: type[models.Model], count: int) -> list[str]:
    """So many codes nobody has. Numbers given by hand (an import) are never handed out again."""
    found: list[str] = []
    while len(found) < count:
        drawn = _drawn(model, count - len(found))
        rows = model._default_manager.filter(code__in=drawn).values_list("code", flat=True)
        taken = set(rows)
        found += [code for code in drawn if code not in taken]
    return found


def new_code(model: type[models.Model]) -> str:
    """One code nobody has."""
    return new_codes(model, 1)[0]


def _drawn(model: type[models.Model], count: int) -> list[str]:
    letter, digits = SERIES[model]
    sequence = f"deputies_{model._meta.model_name}_number"
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s) FROM generate_series(1, %s)", [sequence, count])
        return [f"{letter}{number:0{digits}d}" for (number,) in cursor.fetchall()]
