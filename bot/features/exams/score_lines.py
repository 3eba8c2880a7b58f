"""Scores as somebody brings them: lines (甲三 95) or a table, read against the roster, every fault by its row."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from unicodedata import normalize

from bot.features.exams import rules
from bot.kit.handlers import File
from bot.kit.names import LONGEST, clean_name, group_key, is_name, name_key, parted
from bot.kit.refusal import Refusal
from bot.kit.sheets import SheetRow, Unreadable, visible
from bot.kit.table_files import read_tables
from bot.kit.words import cut
from storage.choices import AttemptKind

MOST, MOST_FAULTS = 300, 10
NOTED_ABSENT = "缺考"
ABSENT = ("缺考", "未考", "未参加", "未参加考试", "缺席")
OUTSIDE = ("积极分子", "入党积极分子", "非党员", "列席", "外单位", "群众")
KINDS = {
    "正考": AttemptKind.FORMAL, "补考": AttemptKind.MAKEUP, "重考": AttemptKind.RETAKE,
}  # fmt: skip
HOW = "请这样发送，每行一位同志：甲三 95。补考的在后面写“补考”，没有参加的写“缺考”，非党员写“非党员”。"
_APART = re.compile(r"[\s,，:：;；、\t]+")
# A name with its party group behind it.
_LONGEST_SAID = 2 * LONGEST
_TYPES = (".xlsx", ".csv")
_NAME, _SCORE, _KIND, _NOTE = "姓名", "成绩", "类型", "备注"
_WORDS = {_NAME: ("姓名",), _SCORE: ("成绩", "分数", "得分"), _KIND: ("类型", "类别"), _NOTE: ("备注",)}


@dataclass(frozen=True, slots=True)
class Line:
    """One row as it was written; `where` names it: 第3行. notes: what a table says beside it, whatever it is."""

    where: str
    name: str
    score: str
    marks: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Somebody:
    """Whom the branch knows. group: the party group on the day of the test, "" of whoever is in none."""

    id: int
    name: str
    group: str


# Whose score of which kind: of somebody of no roster by the name.
Key = tuple[int | str, str]


def key_of(person_id: int | None, name: str, kind: AttemptKind) -> Key:
    return (person_id if person_id is not None else name_key(name), kind.value)


@dataclass(frozen=True, slots=True)
class Given:
    """A score that was read; person_id None: somebody of no roster. score None: did not sit."""

    person_id: int | None
    name: str
    kind: AttemptKind
    score: int | None

    @property
    def key(self) -> Key:
        return key_of(self.person_id, self.name, self.kind)

    def to_json(self) -> list[object]:
        return [self.person_id, self.name, self.kind.value, self.score]


def from_json(kept: Iterable[Sequence[object]]) -> list[Given]:
    """What a draft holds."""
    return [
        Given(
            one[0] if isinstance(one[0], int) else None,
            str(one[1]),
            AttemptKind(str(one[2])),
            one[3] if isinstance(one[3], int) else None,
        )
        for one in kept
    ]


# --- what was brought ------------------------------------------------------------------------------------------------


def is_table(file: File) -> bool:
    return file.kind == "document" and (file.name or "").lower().endswith(_TYPES)


def of_text(text: str) -> list[Line]:
    """Pasted lines; what is before the first blank, tab or colon is the name."""
    found = [
        one
        for number, line in enumerate(visible(text).splitlines(), 1)
        for one in _of_parts(f"第{number}行", [part for part in _APART.split(line.strip()) if part])
    ]
    if not found:
        raise Refusal(HOW)
    return found


def _of_parts(where: str, parts: Sequence[str]) -> Iterator[Line]:
    """甲三 95 补考；乙一 80: each name with its score, and the marks up to the next name."""
    at = 0
    while at < len(parts):
        marks = at + 2
        while marks < len(parts) and (_is_mark(parts[marks]) or marks + 1 == len(parts)):
            marks += 1
        yield Line(where, parts[at], parts[at + 1] if at + 1 < len(parts) else "", tuple(parts[at + 2 : marks]))
        at = marks


def _is_mark(part: str) -> bool:
    """What may stand behind a score; 缺考 there is told as a fault."""
    said = normalize("NFKC", part)
    return said in KINDS or said in OUTSIDE or said in ABSENT


def of_table(content: bytes) -> list[Line]:
    """Every sheet with 姓名 and 成绩; raises Refusal for what is no such table."""
    try:
        found = read_tables(content, lambda rows: max((len(_columns(row)) for row in rows), default=0))
    except Unreadable as unread:
        raise Refusal(unread.wanted.chinese) from None
    lines, several = list[Line](), len(found.sheets) > 1
    for sheet in found.sheets:
        at = next((place for place, row in enumerate(sheet.rows) if {_NAME, _SCORE} <= _columns(row).keys()), None)
        if at is not None and sheet.excess is not None:
            raise Refusal(f"一次最多登记{MOST}人。")
        if at is not None:
            where = f"“{sheet.name}”" if several else ""
            lines += _of_rows(sheet.rows[at + 1 :], _columns(sheet.rows[at]), where)
    if not lines:
        raise Refusal("表格中没有找到“姓名”和“成绩”两栏，或没有填写。")
    return lines


def _columns(row: SheetRow) -> dict[str, int]:
    said = ["".join(row.text(at).split()) for at in range(len(row.cells))]
    return {key: at for key, words in _WORDS.items() for at, word in enumerate(said) if word in words}


def _of_rows(rows: Sequence[SheetRow], columns: Mapping[str, int], where: str) -> list[Line]:
    """The foot of a score sheet (应考…) has no score beside it."""
    found = []
    for row in rows:
        name, score = row.own(columns[_NAME]).strip(), row.text(columns[_SCORE]).strip()
        marks = [part for part in _APART.split(row.text(columns[_KIND]).strip()) if part] if _KIND in columns else []
        notes = [part for part in _APART.split(row.text(columns[_NOTE]).strip()) if part] if _NOTE in columns else []
        if columns[_SCORE] in row.formulas and not score:
            score = "公式"
        if name or (score and row.own(columns[_SCORE])):
            found.append(Line(f"{where}第{row.number}行", name, score, tuple(marks), tuple(notes)))
    return found


# --- read against the roster -----------------------------------------------------------------------------------------


def read(lines: Sequence[Line], people: Collection[Somebody], full: int, there: Collection[Key]) -> list[Given]:
    """Raises Refusal with every fault. there: who has a score of which kind already."""
    if len(lines) > MOST:
        raise Refusal(f"一次最多登记{MOST}人。")
    found, faults, seen, known = list[Given](), list[str](), set[Key](), Known(people)
    for line in lines:
        one, fault = _read(line, known, full)
        if one is not None and one.key in there:
            fault = f"{one.name}同志已有成绩，如需修改请点“修改成绩”"
        if one is not None and one.key in seen:
            fault = f"{one.name}同志写了两次"
        if fault:
            faults.append(f"{line.where}：{fault}。")
        if one is not None:
            found.append(one)
            seen.add(one.key)
    if faults:
        more = [f"另有{len(faults) - MOST_FAULTS}处。"] if len(faults) > MOST_FAULTS else []
        raise Refusal("\n".join(["成绩没有登记，请修改后重新发送：", *faults[:MOST_FAULTS], *more]))
    return found


class Known:
    """Whom the branch knows, by the key of their names."""

    def __init__(self, people: Iterable[Somebody]) -> None:
        self._by_key = defaultdict[str, list[Somebody]](list)
        for one in people:
            self._by_key[name_key(one.name)].append(one)

    def called(self, name: str) -> list[Somebody]:
        return self._by_key.get(name_key(name), [])


def _read(line: Line, people: Known, full: int) -> tuple[Given | None, str]:
    """The score, or what is wrong with the line."""
    marks, notes = ([normalize("NFKC", mark) for mark in of] for of in (line.marks, line.notes))
    strange = next((mark for mark in marks if mark not in KINDS and mark not in OUTSIDE), None)
    if strange is not None:
        return None, f"没有看懂“{cut(strange, 20)}”"
    kinds = {KINDS[mark] for mark in [*marks, *notes] if mark in KINDS}
    if len(kinds) > 1:
        return None, "正考、补考、重考请只写一个"
    kind = next(iter(kinds), AttemptKind.FORMAL)
    outside = any(mark in OUTSIDE for mark in [*marks, *notes])
    person, fault = _person(line.name, people, outside)
    if fault:
        return None, fault
    name = person.name if person is not None else clean_name(line.name)
    person_id = person.id if person is not None else None
    if line.score in ABSENT or (not line.score and any(note in ABSENT for note in notes)):
        return Given(person_id, name, kind, None), ""
    score = rules.score_of(line.score)
    if score is None:
        return None, "成绩请写数字，例如：95，没有参加的写“缺考”"
    if score > full:
        return None, f"成绩高于满分（{rules.score_words(full)}分）"
    return Given(person_id, name, kind, score), ""


def _person(said: str, people: Known, outside: bool) -> tuple[Somebody | None, str]:
    """By name, and where several have it by the party group behind it in brackets."""
    if len(said) > _LONGEST_SAID:
        return None, "没有看懂姓名"
    name, bracket = parted(said)
    same = people.called(said) or people.called(name)
    group = group_key(bracket.strip("（()）")) if bracket else ""
    if len(same) > 1 and group:
        same = [one for one in same if group_key(one.group) == group]
    if len(same) == 1:
        return same[0], ""
    if len(same) > 1:
        return None, f"有{len(same)}位{same[0].name}同志，请写明党小组：{same[0].name}（{same[0].group or '党小组'}）"
    if outside and is_name(said):
        return None, ""
    shown = clean_name(said)
    if not shown or len(shown) > LONGEST or not is_name(said):
        return None, "没有看懂姓名"
    return None, f"名册中没有{shown}同志，非党员请在后面写“非党员”"
