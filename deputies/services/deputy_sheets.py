"""Importing the register of deputies: one row is one seat, rows of one code are one person."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from audit.actors import Actor
from core.errors import StateMoved
from core.sheet_reading import Source
from core.sheets import MAX_PROBLEMS, RowProblem, parse_rows
from deputies.models import Deputy, Seat
from deputies.services.sheet_columns import COLUMNS, RegisterReport, collector_paused
from deputies.services.sheet_lookups import Lookups
from deputies.services.sheet_plan import PersonRow, Plan, SeatRow
from deputies.services.sheet_store import store
from deputies.states import ACTIVE

PERSON_FIELDS = ("gender", "occupation", "office_phone", "introduction")
SEAT_FIELDS = ("district", "certificate", "starts_on")
LABELS = {column.name: column.label for column in COLUMNS}
Cells = Mapping[str, Any]


def import_deputies(
    *,
    file: Source,
    actor: Actor,
    now: datetime,
    scope: Sequence[str] | None = None,
    dry_run: bool = False,
) -> RegisterReport:
    """Add and update persons with their seats; all or nothing.

    `scope` are the region prefixes the caller may work in, None for the operator. An empty cell
    leaves what is registered; nobody is taken out of office, a group or a studio by an import.
    StateMoved when somebody changed the same rows in the same instant; nothing is written then.
    """
    with collector_paused():
        rows, problems = parse_rows(file, COLUMNS)
        if not rows:
            return RegisterReport(0, problems)
        sheet = _Sheet(Lookups(rows, scope), now)
        bad = {problem.row for problem in problems}
        for number, cells in rows:
            sheet.take(number, cells, sound=number not in bad)
        problems = sorted(problems + sheet.problems, key=lambda p: p.row)[:MAX_PROBLEMS]
        if not problems and not dry_run:
            _store(sheet.plan, actor, now)
    names = sorted({name for _, name in sheet.plan.delegations})
    notes = [f"新设代表团：{'、'.join(names)}"] if names else []
    return RegisterReport(len(rows), problems, sheet.plan.added, sheet.plan.changed, notes)


def _store(plan: Plan, actor: Actor, now: datetime) -> None:
    try:
        with transaction.atomic():
            store(plan, actor, now)
    except IntegrityError as error:
        message = "导入时有人同时修改了名册，一行也没有导入，请再导入一次。"
        raise StateMoved("register_moved", message) from error


class _Sheet:
    """The rows read so far, what is wrong with them, and what they ask for."""

    def __init__(self, known: Lookups, now: datetime) -> None:
        self.known = known
        self.now = now
        self.plan = Plan()
        self.problems: list[RowProblem] = []
        self.by_code: dict[str, PersonRow] = {}
        self.by_name: dict[tuple[str, str], int] = {}
        self.certificates: dict[tuple[int, str], int] = {}
        self.taken_seats: dict[tuple[int, int], int] = {}
        self.mark = ""  # what the row at hand does: "added", "changed" or nothing

    def take(self, number: int, cells: Cells, *, sound: bool) -> None:
        """Check one row; a row with a bad cell is checked too but asks for nothing."""
        self.mark = ""
        before = len(self.problems)
        person = self._person(number, cells)
        if person is None:
            return
        if self._has_seat(number, cells, person):
            self._seat(number, cells, person)
        self._groups(number, cells, person)
        if cells["studio"] and self.known.studios.get(person.deputy.code) != cells["studio"]:
            self.plan.studios.append((person, cells["studio"]))
            self.mark = self.mark or "changed"
        if sound and len(self.problems) == before:
            self.plan.added += self.mark == "added"
            self.plan.changed += self.mark == "changed"

    def _wrong(self, number: int, column: str, value: object, problem: str, remedy: str) -> None:
        label = LABELS[column]
        self.problems.append(RowProblem(number, label, str(value or ""), problem, remedy))

    # --- the person ------------------------------------------------------------------------

    def _person(self, number: int, cells: Cells) -> PersonRow | None:
        region = self._region(number, cells)
        if cells["name"] is None:
            return None
        code = cells["code"] or ""
        if code in self.by_code:
            person = self.by_code[code]
        else:
            found = self._known_person(number, cells) if code else self._stranger(number, cells)
            if found is None:
                return None
            person = PersonRow(number, found, is_new=found.pk is None)
            self.mark = "added" if person.is_new else ""
            self.plan.people.append(person)
            if code:
                self.by_code[code] = person
        self._say(number, person, cells, region)
        if person.is_new and not person.deputy.region_code:
            if not cells["region"]:
                self._wrong(number, "region", "", "没有填写", "填写代表联系群众的地区代码")
            return None
        return person

    def _region(self, number: int, cells: Cells) -> str:
        word = cells["region"]
        if not word:
            return ""
        codes = self.known.regions(word)
        if len(codes) == 1:
            return codes[0]
        if not codes:
            self._wrong(number, "region", word, *self.known.why_no_region(word))
        else:
            remedy = f"写区划代码，例如 {codes[0]}"
            self._wrong(number, "region", word, f"有{len(codes)}个地方叫这个名字", remedy)
        return ""

    def _known_person(self, number: int, cells: Cells) -> Deputy | None:
        code = cells["code"]
        deputy: Deputy | None = self.known.deputies.get(code)
        if deputy is None:
            return Deputy(code=code, name=cells["name"], region_code="", serving=False)
        if not self.known.covers(deputy.region_code):
            self._wrong(number, "code", code, "这个编号已经用了", "换一个编号，或者留空")
            return None
        if deputy.name != cells["name"]:
            remedy = "核对编号；改名请到这位代表的页面上改"
            self._wrong(number, "name", cells["name"], f"编号{code}登记的是{deputy.name}", remedy)
            return None
        return deputy

    def _stranger(self, number: int, cells: Cells) -> Deputy | None:
        """A row without a code is a new person, unless the name stands there already."""
        name, region = cells["name"], cells["region"] or ""
        first = self.by_name.setdefault((name, region), number)
        if first != number:
            remedy = "同一个人请在两行填同样的编号，两个人请各编一个编号"
            self._wrong(number, "name", name, f"与第{first}行同名同地区", remedy)
            return None
        twin = self.known.namesake(name, region)
        if twin is not None:
            remedy = f"同一个人请填编号{twin}，另一个人请自编一个编号"
            self._wrong(number, "code", "", f"已登记有同名的{name}（{twin}）", remedy)
            return None
        return Deputy(code="", name=name, region_code="", serving=False)

    def _say(self, number: int, person: PersonRow, cells: Cells, region: str) -> None:
        """Take over the filled cells; two rows of one person must not say different things."""
        said = {name: cells[name] for name in PERSON_FIELDS if cells[name]}
        if region:
            said["region_code"] = region
        said["name"] = cells["name"]
        for name, value in said.items():
            before = person.said.setdefault(name, value)
            if before != value:
                column = "region" if name == "region_code" else name
                self._wrong(
                    number, column, value, f"与第{person.number}行写的“{before}”不一致",
                    "同一编号的几行写成一样，或者后面的行留空",
                )  # fmt: skip
            elif getattr(person.deputy, name) != value:
                setattr(person.deputy, name, value)
                person.changed.add(name)
                self.mark = self.mark or "changed"

    # --- the seat --------------------------------------------------------------------------

    def _has_seat(self, number: int, cells: Cells, person: PersonRow) -> bool:
        if cells["congress"]:
            return True
        if person.is_new and person.number == number:
            self._wrong(number, "congress", "", "没有填写", "写人大的名称或区划代码，如“诸城市”")
        return False

    def _seat(self, number: int, cells: Cells, person: PersonRow) -> None:
        congress, wrong = self.known.congress(cells["congress"], person.deputy.region_code)
        if congress is None:
            self._wrong(number, "congress", cells["congress"], *wrong)
            return
        term, wrong = self.known.term(congress, cells["term"])
        if term is None:
            self._wrong(number, "term", cells["term"], *wrong)
            return
        first = self.taken_seats.setdefault((id(person), term.pk), number)
        if first != number:
            self._wrong(number, "term", cells["term"], f"与第{first}行是同一个席位", "删去一行")
            return
        seat = self.known.seats.get((person.deputy.pk, term.pk)) or Seat(
            term=term, state=ACTIVE, starts_on=term.starts_on
        )
        row = SeatRow(person, seat, is_new=seat.pk is None)
        if self._certificate(number, cells, term.pk, person) and self._state(number, cells, seat):
            self._say_seat(row, cells)
            self.plan.seats.append(row)
            self.mark = "added" if row.is_new else self.mark or ("changed" if row.changed else "")

    def _certificate(self, number: int, cells: Cells, term: int, person: PersonRow) -> bool:
        certificate = cells["certificate"]
        if not certificate:
            return True
        first = self.certificates.setdefault((term, certificate), number)
        holder = self.known.certificates.get((term, certificate))
        if first != number:
            problem = f"与第{first}行重复"
        elif holder is not None and holder != person.deputy.pk:
            problem = "这一届已登记给别的代表"
        else:
            return True
        self._wrong(number, "certificate", certificate, problem, "核对证号，每个席位一个")
        return False

    def _state(self, number: int, cells: Cells, seat: Seat) -> bool:
        wanted = cells["state"]
        if wanted is None or wanted == seat.state:
            return True
        remedy = "在“席位”里办理暂停、恢复或终止；新席位写“在任”或留空"
        self._wrong(number, "state", seat.get_state_display(), "导入不能改变资格", remedy)
        return False

    def _say_seat(self, row: SeatRow, cells: Cells) -> None:
        for name in SEAT_FIELDS:
            if cells[name] and getattr(row.seat, name) != cells[name]:
                setattr(row.seat, name, cells[name])
                row.changed.add(name)
        word = cells["delegation"]
        if not word:
            return
        found = self.known.delegations.get((row.seat.term_id, word))
        if found is None:
            row.delegation = word
            self.plan.delegations.setdefault((row.seat.term_id, word), len(self.plan.delegations))
            row.changed.add("delegation")
        elif row.seat.delegation_id != found:
            row.seat.delegation_id = found
            row.changed.add("delegation")

    def _groups(self, number: int, cells: Cells, person: PersonRow) -> None:
        for word in cells["groups"] or ():
            group, wrong = self.known.group(word, person.deputy.region_code)
            if group is None:
                self._wrong(number, "groups", word, *wrong)
            elif (group, person.deputy.pk) not in self.known.members:
                self.known.members.add((group, person.deputy.pk or -id(person)))
                self.plan.memberships.append((person, group))
                self.mark = self.mark or "changed"
