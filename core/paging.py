"""Pages by key instead of by offset: the thousandth page costs what the first one does."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.core.signing import BadSignature, Signer
from django.db.models import F, Model, Q, QuerySet
from django.http import HttpRequest

from core.errors import InputInvalid

M = TypeVar("M", bound=Model)

MAX_SIZE = 1_000
_SALT = "core.paging"


@dataclass(frozen=True)
class Page(Generic[M]):
    """One page of rows; a cursor is None where there is nothing further in that direction."""

    rows: list[M]
    next_cursor: str | None
    prev_cursor: str | None


@dataclass(frozen=True)
class _Key:
    """One column of the order."""

    name: str
    attribute: str
    descending: bool
    nullable: bool

    def ordering(self, backwards: bool) -> Any:
        """NULL sorts as the largest value, as PostgreSQL does by itself."""
        column = F(self.attribute)
        return column.desc() if self.descending is not backwards else column.asc()

    def beyond(self, value: Any, backwards: bool) -> Q:
        """Rows that come strictly after `value` in this column."""
        falling = self.descending is not backwards
        if value is None:
            return Q(**{f"{self.attribute}__isnull": False}) if falling else Q(pk__in=[])
        if falling:
            return Q(**{f"{self.attribute}__lt": value})
        larger = Q(**{f"{self.attribute}__gt": value})
        return larger | Q(**{f"{self.attribute}__isnull": True}) if self.nullable else larger

    def same(self, value: Any) -> Q:
        if value is None:
            return Q(**{f"{self.attribute}__isnull": True})
        return Q(**{self.attribute: value})


def keyset_page(
    queryset: QuerySet[M], *, order: tuple[str, ...], cursor: str | None, size: int
) -> Page[M]:
    """The page of `queryset` at `cursor` (the first one for None or ""), `size` rows at most.

    `order` holds field names, "-" in front for falling, relations with "__"; the primary key is
    added, so rows with equal values stay in one order. An index on the order makes any depth
    equally quick. One query a page, no count.

    A cursor is signed and holds the values of a row at the border: never order by personal data,
    since it stands in the address. A cursor that is broken, forged or of another order raises
    InputInvalid.
    """
    if not 1 <= size <= MAX_SIZE:
        raise ValueError(f"a page has 1 to {MAX_SIZE} rows")
    keys = _keys(queryset, order)
    related = {key.attribute: F(key.name) for key in keys if "__" in key.name}
    queryset = queryset.annotate(**related) if related else queryset
    backwards, values = _decoded(cursor, keys) if cursor else (False, None)
    try:
        rows = _fetched(queryset, keys, values, backwards, size + 1)
    except (ValidationError, ValueError, TypeError) as error:  # a value of another type
        raise _bad_cursor() from error
    if backwards:
        if len(rows) <= size:  # the beginning is reached: a full first page, not a rest
            return keyset_page(queryset, order=order, cursor=None, size=size)
        rows = rows[:size][::-1]
        return Page(rows, _encoded(keys, rows[-1], False), _encoded(keys, rows[0], True))
    more, rows = len(rows) > size, rows[:size]
    return Page(
        rows,
        _encoded(keys, rows[-1], False) if more else None,
        _encoded(keys, rows[0], True) if rows and values is not None else None,
    )


def pager_urls(
    request: HttpRequest, page: Page[Any], *, parameter: str = "cursor"
) -> dict[str, str]:
    """`{"before", "after"}` for partials/pager.html, keeping the rest of the query string."""

    def url(cursor: str | None) -> str:
        if cursor is None:
            return ""
        query = request.GET.copy()
        query[parameter] = cursor
        return f"?{query.urlencode()}"

    return {"before": url(page.prev_cursor), "after": url(page.next_cursor)}


def _fetched(
    queryset: QuerySet[M],
    keys: Sequence[_Key],
    values: Sequence[Any] | None,
    backwards: bool,
    count: int,
) -> list[M]:
    if values is not None:
        queryset = queryset.filter(_after(keys, values, backwards))
    return list(queryset.order_by(*(key.ordering(backwards) for key in keys))[:count])


def _after(keys: Sequence[_Key], values: Sequence[Any], backwards: bool) -> Q:
    """(a, b, c) > (x, y, z), spelled out, since directions may differ and values be NULL."""
    wanted, equal = Q(pk__in=[]), Q()
    for key, value in zip(keys, values, strict=True):
        wanted |= equal & key.beyond(value, backwards)
        equal &= key.same(value)
    first = keys[0]
    if first.nullable or values[0] is None:
        return wanted
    # Said once more as a plain bound: the planner can start reading the index right there.
    sign = "lte" if first.descending is not backwards else "gte"
    return Q(**{f"{first.attribute}__{sign}": values[0]}) & wanted


def _keys(queryset: QuerySet[Any], order: tuple[str, ...]) -> list[_Key]:
    pk = queryset.model._meta.pk.attname
    names = [name.removeprefix("-") for name in order]
    if not {"pk", pk} & set(names):
        order = (*order, "-pk" if order and order[-1].startswith("-") else "pk")
    return [_key(queryset, entry, place) for place, entry in enumerate(order)]


def _key(queryset: QuerySet[Any], entry: str, place: int) -> _Key:
    name, descending = entry.removeprefix("-"), entry.startswith("-")
    if "__" in name:
        return _Key(name, f"order_{place}", descending, nullable=True)
    meta = queryset.model._meta
    try:
        field = meta.pk if name == "pk" else meta.get_field(name)
    except FieldDoesNotExist:  # an annotation: may be empty
        return _Key(name, name, descending, nullable=True)
    return _Key(name, getattr(field, "attname", name), descending, nullable=field.null)


def _encoded(keys: Sequence[_Key], row: Model, backwards: bool) -> str:
    values = [_plain(getattr(row, key.attribute)) for key in keys]
    return Signer(salt=_SALT).sign_object([_fingerprint(keys), int(backwards), values])


def _decoded(cursor: str, keys: Sequence[_Key]) -> tuple[bool, list[Any]]:
    try:
        fingerprint, backwards, values = Signer(salt=_SALT).unsign_object(cursor)
    except (BadSignature, ValueError, TypeError) as error:
        raise _bad_cursor() from error
    if fingerprint != _fingerprint(keys) or len(values) != len(keys):
        raise _bad_cursor()
    return bool(backwards), values


def _plain(value: Any) -> Any:
    """A value as JSON holds it and as the field reads it again, to the microsecond."""
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal | UUID) else value


def _fingerprint(keys: Sequence[_Key]) -> str:
    spelled = ",".join(f"{'-' * key.descending}{key.name}" for key in keys)
    return hashlib.sha256(spelled.encode()).hexdigest()[:8]


def _bad_cursor() -> InputInvalid:
    message = "翻页的位置已经失效，请从第一页重新看起。"
    return InputInvalid("bad_cursor", message, {"cursor": message})
