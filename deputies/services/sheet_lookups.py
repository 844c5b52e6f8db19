"""What a sheet of deputies refers to, read in a dozen queries whatever its length."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Q

from congress.models import Congress, Region, Term
from congress.states import chinese_number
from core.sheets import Row
from core.visibility import prefix_q
from deputies.models import Delegation, Deputy, Group, GroupMembership, Seat, Studio

Wrong = tuple[str, str]
"""What is wrong, and what would be right."""

NOTHING: Wrong = ("", "")


class Lookups:
    """Everything the rows name: places, congresses, terms, persons, seats, groups.

    `scope` are the region prefixes the caller may work in; what lies outside is not looked at,
    so that a report tells nobody what is registered elsewhere.
    """

    def __init__(self, rows: Sequence[Row], scope: Sequence[str] | None) -> None:
        self.scope = None if scope is None else tuple(scope)
        cells = [row for _, row in rows]
        self._read_regions(_values(cells, "region"))
        self._read_congresses(_values(cells, "congress"))
        self._read_people(cells)
        self._read_groups({word for row in cells for word in row["groups"] or ()})

    def covers(self, region_code: str) -> bool:
        return self.scope is None or region_code.startswith(self.scope)

    # --- places ----------------------------------------------------------------------------

    def _read_regions(self, words: set[str]) -> None:
        self._regions: dict[str, list[str]] = defaultdict(list)
        self._outside: set[str] = set()
        rows = Region.objects.in_use().filter(
            Q(code__in=words) | Q(name__in=words) | Q(full_name__in=words)
        )
        for code, name, full_name in rows.values_list("code", "name", "full_name"):
            for word in {code, name, full_name} & words:
                if self.covers(code):
                    self._regions[word].append(code)
                else:
                    self._outside.add(word)

    def regions(self, word: str) -> list[str]:
        """Codes of the places the word names, inside the scope."""
        return self._regions.get(word, [])

    def why_no_region(self, word: str) -> Wrong:
        if word in self._outside:
            return "不在您的管理范围内", "写本地区的区划代码"
        if word.isdigit():
            return "没有这个区划代码", "写6位县、9位乡镇街道或12位村社区的代码"
        return "没有叫这个名字的地方", "写区划代码，或者全称，如“密州街道”"

    # --- congresses and terms ----------------------------------------------------------------

    def _read_congresses(self, words: set[str]) -> None:
        self._congresses: dict[str, list[Congress]] = defaultdict(list)
        rows = Congress.objects.filter(
            Q(code__in=words) | Q(name__in=words) | Q(region__code__in=words)
            | Q(region__name__in=words) | Q(name__in=[f"{w}人民代表大会" for w in words])
        ).select_related("region")  # fmt: skip
        for row in rows:
            names = {row.code, row.name, row.name.removesuffix("人民代表大会")}
            if row.region:
                names |= {row.region.code, row.region.name}
            for word in names & words:
                self._congresses[word].append(row)
        self._terms: dict[int, dict[int, Term]] = defaultdict(dict)
        found = {row.pk for rows in self._congresses.values() for row in rows}
        for term in Term.objects.filter(congress__in=found).select_related("congress"):
            self._terms[term.congress_id][term.number] = term

    def congress(self, word: str, region_code: str) -> tuple[Congress | None, Wrong]:
        """The congress of this name that the place belongs to."""
        named = self._congresses.get(word, [])
        above = [c for c in named if region_code.startswith(c.region_code)]
        if len(above) == 1:
            return above[0], NOTHING
        if not named:
            return None, ("没有这个人大", "写已登记的人大的名称或区划代码，如“诸城市”")
        if not above:
            return None, (f"联系地区{region_code}不在它的范围内", "核对人大和联系地区代码")
        return None, ("有几个人大叫这个名字", f"写区划代码，如 {above[0].region_code}")

    def term(self, congress: Congress, number: int | None) -> tuple[Term | None, Wrong]:
        """The term of this number, the current one for None."""
        terms = self._terms.get(congress.pk, {})
        if not terms:
            return None, (f"{congress.name}还没有登记届次", "先在“届”里登记")
        if number is None:
            return terms[max(terms)], NOTHING
        if number not in terms:
            has = "、".join(f"第{chinese_number(n)}届" for n in sorted(terms))
            return None, (f"{congress.name}没有第{chinese_number(number)}届", f"已登记的有：{has}")
        return terms[number], NOTHING

    # --- persons, seats ------------------------------------------------------------------------

    def _read_people(self, cells: Sequence[dict[str, Any]]) -> None:
        codes = _values(cells, "code")
        self.deputies = {d.code: d for d in Deputy.objects.filter(code__in=codes)}
        strangers = {row["name"] for row in cells if row["name"] and not row["code"]}
        self._namesakes: dict[str, list[tuple[str, str]]] = defaultdict(list)
        same = Deputy.objects.filter(name__in=strangers)
        if self.scope is not None:
            same = same.filter(prefix_q("region_code", self.scope))
        for name, code, region in same.values_list("name", "code", "region_code"):
            self._namesakes[name].append((code, region))
        held = [d.pk for d in self.deputies.values()]
        self.seats = {
            (seat.deputy_id, seat.term_id): seat
            for seat in Seat.objects.filter(deputy__in=held).select_related("term")
        }
        terms = {t.pk: t for rows in self._terms.values() for t in rows.values()}
        taken = Seat.objects.filter(term__in=terms, certificate__in=_values(cells, "certificate"))
        self.certificates = {
            (term, certificate): deputy
            for term, certificate, deputy in taken.values_list("term", "certificate", "deputy")
        }
        rows = Delegation.objects.filter(term__in=terms).values_list("term", "name", "pk")
        self.delegations = {(term, name): pk for term, name, pk in rows}
        studios = Studio.objects.filter(
            owner_kind="deputy", owner_code__in=codes, closed_on__isnull=True
        )
        self.studios = dict(studios.values_list("owner_code", "name"))

    def namesake(self, name: str, word: str) -> str | None:
        """The code of a registered person of this name in this place, above or below it."""
        places = self.regions(word)
        for code, region in self._namesakes.get(name, ()):
            if any(region.startswith(p) or p.startswith(region) for p in places):
                return code
        return None

    # --- groups ----------------------------------------------------------------------------

    def _read_groups(self, words: set[str]) -> None:
        self._groups: dict[str, list[Group]] = defaultdict(list)
        rows = Group.objects.filter(Q(code__in=words) | Q(name__in=words), ended_on__isnull=True)
        for group in rows if words else ():
            for word in {group.code, group.name} & words:
                self._groups[word].append(group)
        ids = {group.pk for rows in self._groups.values() for group in rows}
        members = GroupMembership.objects.filter(group__in=ids, ends_on__isnull=True)
        self.members: set[tuple[int, int]] = set(members.values_list("group", "deputy"))

    def group(self, word: str, region_code: str) -> tuple[int | None, Wrong]:
        """The open group of this code or name whose place the deputy's place belongs to."""
        near = [
            g for g in self._groups.get(word, ())
            if region_code.startswith(g.region_code) and self.covers_group(g)
        ]  # fmt: skip
        if len(near) == 1:
            return near[0].pk, NOTHING
        if near:
            return None, ("有几个小组叫这个名字", f"写小组编号，如 {near[0].code}")
        return None, ("没有这个小组", "先在“代表小组”里登记，或者核对名称")

    def covers_group(self, group: Group) -> bool:
        """A group of the county is joined by the towns' deputies too: above or inside the scope."""
        if self.scope is None or self.covers(group.region_code):
            return True
        return any(prefix.startswith(group.region_code) for prefix in self.scope)


def _values(cells: Iterable[dict[str, Any]], name: str) -> set[str]:
    return {row[name] for row in cells if row[name]}
