"""Whose row of a file it is: who has the same name by its key, and what else is known of both, decides or is asked."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.features.roster.words import full_day
from bot.features.roster_files.asking import NEW, PERSON, SAME, Answers, Question, place, place_words
from bot.features.roster_files.reading.rows import RosterRow
from bot.kit.names import group_key, name_key
from bot.kit.words import Both

# What a mistake in writing a date amounts to, at most: a year, or a figure of one up to ten years.
_A_YEAR, _YEARS, _CERTAIN = timedelta(days=366), 10, 9


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody of the branch as a row may meet them: `group` is the present one, `listed`: on the roster now."""

    id: int
    name: str
    group: str = ""
    born_on: date | None = None
    gender: str | None = None
    joined_party_on: date | None = None
    phone: str | None = None
    listed: bool = True


@dataclass(frozen=True, slots=True)
class Likeness:
    """What speaks for one person, and what against, among the facts that a file and a roster both tell.

    dates: days that agree; group: the same one; contra: facts that no slip explains; slips: days that one explains;
    moved: another group.
    """

    dates: int
    group: bool
    contra: int
    slips: int = 0
    moved: bool = False

    @property
    def pro(self) -> bool:
        """Whether anything but the name speaks for it."""
        return self.dates > 0 or self.group

    @property
    def same(self) -> bool:
        """Nothing speaks against it, or one date that was put right while another still fits.

        A slip and a move at once are asked about, where nothing else is the same.
        """
        if self.slips and self.moved and not self.dates:
            return False
        return not self.contra or (self.contra == 1 and self.dates > 0)


def likeness(row: RosterRow, person: Known) -> Likeness:
    """Compare everything but the name. A number of one's own outweighs the rest; another group is a move, no more."""
    if row.phone and row.phone == person.phone:
        return Likeness(_CERTAIN, group=True, contra=0)
    days = ((row.born_on, person.born_on), (row.joined_party_on, person.joined_party_on))
    judged = [_nearness(one, other) for one, other in days if one is not None and other is not None]
    group = bool(row.group and person.group) and group_key(row.group) == group_key(person.group)
    gender = bool(row.gender and person.gender) and row.gender != person.gender
    # A man does not become a woman by one slip.
    moved = bool(row.group and person.group) and not group
    return Likeness(judged.count(1), group, judged.count(-1) + 2 * gender, judged.count(0), moved)


def _nearness(one: date, other: date) -> int:
    """1: the same day, or the same month (a day is filled in later); 0: what a slip makes of it; -1: another day."""
    if (one.year, one.month) == (other.year, other.month):
        return 1
    figures = (one.year == other.year, one.month == other.month, one.day == other.day)
    slip = sum(figures) == 2 and abs(one.year - other.year) <= _YEARS
    return 0 if slip or abs(one - other) <= _A_YEAR else -1


def people(
    rows: Sequence[RosterRow], known: Sequence[Known], answers: Answers
) -> tuple[list[int | None], list[Question]]:
    """The person of every row, None for somebody new; and what has to be asked before that is settled."""
    found = _answered(rows, known, answers)
    taken = {person_id for person_id in found.values() if person_id is not None}
    named: dict[str, list[Known]] = defaultdict(list)
    for person in known:
        named[name_key(person.name)].append(person)
    questions: list[Question] = []
    for key, mine in _by_name(rows).items():
        open_ = [at for at in mine if at not in found]
        left = [person for person in named[key] if person.id not in taken]
        # Somebody whose name others have, or who has an answer already, is not taken by the name alone.
        alone = len(mine) == 1 and len(named[key]) == 1
        questions += _of_one_name(rows, open_, left, alone, found)
    there = {person_id for person_id in found.values() if person_id is not None}
    asked = {question.about for question in questions}
    rest = [person for person in known if person.listed and person.id not in there]
    for at, row in enumerate(rows):
        if at not in found and place(row) not in asked:
            questions += _renamed(row, [one for one in rest if name_key(one.name) != name_key(row.name)])
    return [found.get(at) for at in range(len(rows))], sorted(questions, key=lambda one: one.order)


def _answered(rows: Sequence[RosterRow], known: Sequence[Known], answers: Answers) -> dict[int, int | None]:
    """What was answered: a person of the branch, each of them once, or somebody new."""
    found: dict[int, int | None] = {}
    free = {str(person.id) for person in known}
    for at, row in enumerate(rows):
        said = answers.of(SAME, place(row), lambda one: one == NEW or one in free)
        if said is not None:
            found[at] = None if said == NEW else int(said)
            free.discard(said)
    return found


def _by_name(rows: Sequence[RosterRow]) -> Mapping[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for at, row in enumerate(rows):
        found[name_key(row.name)].append(at)
    return found


def _of_one_name(
    rows: Sequence[RosterRow], open_: list[int], left: list[Known], alone: bool, found: dict[int, int | None]
) -> list[Question]:
    """Settle the rows of one name: by what fits one person only, then the last pair; what is left is asked."""
    while pair := _clear(rows, open_, left):
        at, person = pair
        found[at] = person.id
        open_.remove(at)
        left.remove(person)
    if len(open_) == len(left) == 1:
        like, person = likeness(rows[open_[0]], left[0]), left[0]
        if like.same and (like.pro or (alone and person.listed)):
            found[open_[0]] = person.id
            return []
    return [_question(rows[at], left) for at in open_] if left else []


def _clear(rows: Sequence[RosterRow], open_: Sequence[int], left: Sequence[Known]) -> tuple[int, Known] | None:
    """A row and a person for whom something speaks, and for neither of them anybody else.

    Who has left is nobody's row while somebody of the name is on the roster.
    """
    fits = [
        (at, person, like)
        for at in open_
        for person in left
        if (like := likeness(rows[at], person)).pro and like.contra <= 1
    ]
    for at, person, like in fits:
        others = [one for one in fits if (one[0] == at) != (one[1] is person)]
        gone = not person.listed and any(one.listed for one in left)
        if not others and like.same and not gone:
            return at, person
    return None


def _renamed(row: RosterRow, rest: Sequence[Known]) -> list[Question]:
    """Whether somebody new is a person of the roster whose name is put right: nothing else of them differs."""
    same = [person for person in rest if _all_but_the_name(row, person)]
    return [_question(row, same)] if same else []


def _all_but_the_name(row: RosterRow, person: Known) -> bool:
    if row.phone and row.phone == person.phone:
        return True
    like = likeness(row, person)
    born = row.born_on is not None and row.born_on == person.born_on and "born_on" not in row.by_month
    return born and not like.contra and (like.dates > 1 or like.group)


def _question(row: RosterRow, left: Sequence[Known]) -> Question:
    where = place(row)
    if len(left) == 1:
        ask = Both(
            f"Is {row.name} of row {where} ({_told(row, english=True)}) the person {left[0].id} of the roster "
            f"({_known(left[0], english=True)})?",
            f"名册上的{left[0].name}（{_known(left[0])}）与文件{place_words(row)}的{row.name}（{_told(row)}）是否同一人？",
        )
        choices = [(str(left[0].id), Both("the same", "是同一人")), (NEW, Both("somebody else", "不是同一人"))]
    else:
        english = "; ".join(f"{one.id}: {_known(one, english=True)}" for one in left)
        chinese = "\n".join(f"{number}. {one.name}（{_known(one)}）" for number, one in enumerate(left, 1))
        ask = Both(
            f"Which of the people of this name is {row.name} of row {where} ({_told(row, english=True)})? {english}",
            f"文件{place_words(row)}的{row.name}（{_told(row)}）是名册上的哪一位？\n{chinese}",
        )
        choices = [(str(one.id), Both(f"person {one.id}", f"是第{number}位")) for number, one in enumerate(left, 1)]
        choices.append((NEW, Both("somebody else", "都不是")))
    like, order = PERSON if len(left) == 1 else "", (row.sheet, row.line)
    all_like = "{}人都是同一人"
    return Question(SAME, where, ask, tuple(choices), subject=row.name, like=like, all_like=all_like, order=order)


def _known(person: Known, *, english: bool = False) -> str:
    gone = "" if person.listed else "not on the roster" if english else "已不在册"
    return _facts(person.group, person.gender, person.born_on, person.joined_party_on, gone, english=english)


def _told(row: RosterRow, *, english: bool = False) -> str:
    return _facts(row.group, row.gender, row.born_on, row.joined_party_on, "", english=english)


def _facts(group: str, gender: str | None, born: date | None, joined: date | None, gone: str, *, english: bool) -> str:
    """What tells people of one name apart, as far as it is known."""
    if english:
        parts = [group, gender or "", f"born {born}" if born else "", f"joined {joined}" if joined else "", gone]
        return ", ".join(filter(None, parts)) or "nothing else is said"
    parts = [
        group,
        gender or "",
        f"{full_day(born)}生" if born else "",
        f"{full_day(joined)}入党" if joined else "",
        gone,
    ]
    return "，".join(filter(None, parts)) or "没有其他信息"
