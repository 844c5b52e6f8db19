"""Keeping, renaming, sharing and forgetting a list's filter. A habit of one's own: not recorded."""

from django.db import IntegrityError, transaction
from django.http import QueryDict

from accounts.models import SavedFilter, User
from core.errors import InputInvalid, NotVisible

MOST = 20
SEARCH = "q"
NAME_LENGTH, QUERY_LENGTH = 20, 500


def save_filter(
    *, actor: User, register: str, name: str, query: str, shared: bool = False
) -> SavedFilter:
    """Keep a query under a name of the actor's own.

    `query` holds parameters of that list only: the caller has checked them. Raises InputInvalid
    without a name or a filter, for a name that is taken, beyond 20, and for a search that is to
    be shared.
    """
    if not query:
        raise InputInvalid("no_filter", "请先在列表上筛选或搜索，再来存。")
    if len(query) > QUERY_LENGTH:
        raise InputInvalid("filter_too_long", "筛选条件太多，存不下，请减少几项。")
    mine = SavedFilter.objects.filter(owner=actor, register=register)
    if mine.count() >= MOST:
        raise InputInvalid("too_many", f"一张列表最多存{MOST}个筛选，请先删掉不用的。")
    row = SavedFilter(owner=actor, register=register, query=query)
    row.office = _office(actor, row) if shared else ""
    return _named(row, name)


def rename_filter(*, actor: User, register: str, pk: int, name: str) -> SavedFilter:
    """Give one's own filter another name. NotVisible for anybody else's."""
    return _named(_mine(actor, register, pk), name)


def share_filter(*, actor: User, register: str, pk: int, shared: bool) -> SavedFilter:
    """Show one's own filter to the office, or to oneself only again."""
    row = _mine(actor, register, pk)
    row.office = _office(actor, row) if shared else ""
    row.save(update_fields=["office"])
    return row


def delete_filter(*, actor: User, register: str, pk: int) -> str:
    """Forget one's own filter; returns what it was called."""
    row = _mine(actor, register, pk)
    row.delete()
    return row.name


def _mine(actor: User, register: str, pk: int) -> SavedFilter:
    row = SavedFilter.objects.filter(owner=actor, register=register, pk=pk).first()
    if row is None:
        raise NotVisible()
    return row


def _office(actor: User, row: SavedFilter) -> str:
    if SEARCH in QueryDict(row.query):
        message = "带搜索词的筛选只能自己用：搜的可能是人名。要分享，请去掉搜索词再存。"
        raise InputInvalid("search_not_shared", message, {"shared": message})
    if not actor.home_region_code:
        raise InputInvalid("no_office", "您的账号没有登记所属区划，不能分享。")
    return actor.home_region_code


def _named(row: SavedFilter, name: str) -> SavedFilter:
    row.name = " ".join(name.replace("\0", "").split())
    if not 0 < len(row.name) <= NAME_LENGTH:
        message = f"请起一个{NAME_LENGTH}个字以内的名称。"
        raise InputInvalid("name_missing", message, {"name": message})
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        message = f"您已经有一个叫「{row.name}」的筛选，请换个名称。"
        raise InputInvalid("name_taken", message, {"name": message}) from error
    return row
