"""A table pasted from a spreadsheet or a chat: its heading, its lines, and the kind whose fields the heading names.

Plain texts in, plain values out. Columns are parted by tabs, by |, by two blanks or by commas; the heading tells by
which. A line keeps the number that it has in what was pasted, so that who looks for a fault finds it.
"""

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.features.register.kinds.catalogue import KINDS
from bot.features.register.kinds.kind import EntryField, Kind, Type
from bot.kit.names import name_key, parted

OPENERS = ("登记", "新增", "录入")
# A heading longer than this is a sentence.
MOST_CELLS = 20
_RULE = re.compile(r"[\s|:：—–-]+")
_BLANKS = re.compile(r"[ \u3000]{2,}|\u3000")
_COMMAS = re.compile(r"[,，;；]")
# Headings that say nothing of an entry.
_NUMBERS = frozenset({"序号", "编号", "no", "no."})
_SAME = {
    "时间": "日期", "参加人": "参加人员", "参与人员": "参加人员", "标题": "题目",
    "媒体": "平台", "刊登媒体": "刊登平台", "刊发媒体": "刊登平台", "刊登时间": "刊登日期",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table. `number`: which it is of all that was pasted."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pasted:
    """`named`: what stands alone above the heading (登记指导)."""

    headings: tuple[str, ...]
    lines: tuple[Line, ...]
    named: str = ""


@dataclass(frozen=True, slots=True)
class Columns:
    """Of which field each column is; "": of none. `unread`: the headings that nobody reads."""

    keys: tuple[str, ...]
    unread: tuple[str, ...] = ()
    known: int = field(default=0)


def may_be_pasted(text: str) -> bool:
    """Whether a text may be a table at all, as those of a unit's own kinds are: a heading and a line below."""
    found = read(text)
    return found is not None and not any(len(one) > MOST_CELLS for one in found.headings)


def is_pasted(text: str) -> bool:
    """Whether it is one of entries: a heading with a word of some built-in kind's fields, or with a name above it."""
    found = read(text)
    if found is None or not may_be_pasted(text):
        return False
    known = [one for one in found.headings if _key(one) in _WORDS]
    return len(known) >= 2 or bool(found.named and found.named.startswith(OPENERS) and known)


def read(text: str) -> Pasted | None:
    """The table of a text; None: it is none. A first line without columns names the kind."""
    lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    for skipped in (0, 1):
        if len(lines) < skipped + 2:
            return None
        parts = _separator(lines[skipped][1])
        if parts is not None:
            cells = _cells(lines[skipped:], parts)
            if not cells:
                return None
            first, *rest = cells
            named = lines[0][1].strip().rstrip("：:") if skipped else ""
            return Pasted(first.cells, tuple(rest), named) if rest and len(first.cells) > 1 else None
    return None


def _separator(heading: str) -> str | None:
    """By what the columns of a heading are parted."""
    if "\t" in heading:
        return "\t"
    if "|" in heading or "｜" in heading:
        return "|"
    if _BLANKS.search(heading.strip()):
        return " "
    return "," if _COMMAS.search(heading) else None


def _cells(lines: Sequence[tuple[int, str]], parts: str) -> list[Line]:
    if parts == "\t":
        return list(_tabbed(lines))
    found = []
    for number, line in lines:
        if parts == "|" and _RULE.fullmatch(line):
            continue
        cells = _parted(line.strip(), parts)
        found.append(Line(number, tuple(cell.strip() for cell in cells)))
    return found


def _parted(line: str, parts: str) -> list[str]:
    if parts == "|":
        cells = line.replace("｜", "|").split("|")
        return cells[line[0] in "|｜" : len(cells) - (line[-1] in "|｜")]
    return (_BLANKS if parts == " " else _COMMAS).split(line)


def _tabbed(lines: Sequence[tuple[int, str]]) -> Iterable[Line]:
    """A spreadsheet puts a cell of several lines into quotation marks."""
    texts = [line for _, line in lines]
    if sum(text.count('"') for text in texts) % 2 or not any(text.count('"') for text in texts):
        for number, line in lines:
            yield Line(number, tuple(cell.strip() for cell in line.split("\t")))
        return
    # A carriage return within a line is no end of one.
    reader = csv.reader((f"{text.replace(chr(13), ' ')}\n" for text in texts), delimiter="\t")
    before = 0
    for cells in reader:
        yield Line(lines[before][0], tuple(" ".join(cell.split()) for cell in cells))
        before = reader.line_num


def unopened(words: str) -> str:
    """Without 登记, 新增, 录入 before it."""
    for opener in OPENERS:
        words = words.removeprefix(opener)
    return words


# --- which kind ------------------------------------------------------------------------------------------------------


def _key(heading: str) -> str:
    """A heading as it is compared: without its bracket (时长（小时）), 时间 is 日期."""
    key = name_key(parted(heading)[0])
    return _SAME.get(key, key)


def _words(kind: Kind) -> dict[str, str]:
    """What a column may be headed by, and the field that it is of; of a field of rows recipients.who."""
    found: dict[str, str] = {}
    for one in kind.every:
        for inner in one.fields if one.type is Type.ROWS else ():
            _add(found, inner, f"{one.key}.{inner.key}")
    for word, key in kind.ledger.columns:
        declared = kind.field(key)
        if declared is not None and not declared.computed and declared.type not in (Type.ROWS, Type.FILES):
            found[_key(word)] = key
    for one in kind.every:
        if one.type not in (Type.ROWS, Type.FILES) and not one.computed:
            _add(found, one, one.key)
    return found


def _add(found: dict[str, str], one: EntryField, key: str) -> None:
    if not one.computed and one.type is not Type.FILES:
        found |= {_key(one.word): key, _key(one.label): key}


_WORDS = frozenset(word for kind in KINDS for word in _words(kind))


def columns(kind: Kind, headings: Sequence[str]) -> Columns:
    """The columns of a table as fields of a kind, each once; 单位 is the field whose word ends so, if that is one."""
    return _columns(_words(kind), headings)


def _columns(words: Mapping[str, str], headings: Sequence[str]) -> Columns:
    keys, unread = list[str](), list[str]()
    exact = {key for heading in headings if (key := words.get(_key(heading)))}
    for heading in headings:
        said = _key(heading)
        ending = {key for word, key in words.items() if len(said) > 1 and word.endswith(said)} - exact
        key = words.get(said) or (ending.pop() if len(ending) == 1 else "")
        keys.append("" if key in keys else key)
        if not keys[-1] and heading.strip() and said not in _NUMBERS:
            unread.append(heading)
    return Columns(tuple(keys), tuple(unread), len(exact))


def candidates(table: Pasted, kinds: Sequence[Kind]) -> list[Kind]:
    """The kinds whose table this is: the one that is named above it, else those with the most of its headings, of
    which they have all that they need, or that have every one of its headings.
    """
    named = unopened(name_key(table.named))
    if named:
        found = [one for one in kinds if named in {name_key(word) for word in (one.word, one.label, one.ledger.name)}]
        found = found or [one for one in kinds if len(named) > 1 and named in name_key(one.word)]
        if found:
            return found
    fitting = {one.name: columns(one, table.headings) for one in kinds}
    whole = [one for one in kinds if not _lacks(one, fitting[one.name])]
    able = whole or [one for one in kinds if not fitting[one.name].unread]
    most = max((fitting[one.name].known for one in able), default=0)
    return [one for one in able if fitting[one.name].known == most > 1]


def row_columns(kind: Kind, rows: str, headings: Sequence[str]) -> Columns:
    """The columns of a table as fields of the rows of a kind alone."""
    outer, words = kind.field(rows), dict[str, str]()
    for word, key in kind.ledger.columns:
        declared = kind.field(key)
        if key.startswith(f"{rows}.") and declared is not None and not declared.computed:
            words[_key(word)] = key
    for inner in outer.fields if outer is not None else ():
        _add(words, inner, f"{rows}.{inner.key}")
    return _columns(words, headings)


def of_rows(table: Pasted, kinds: Sequence[Kind]) -> list[tuple[Kind, str]]:
    """The kinds, and their rows, of which the table has the fields and nothing else: of an entry that is there."""
    named = candidates(table, kinds) if table.named else kinds
    return [(kind, one.key) for kind in named for one in kind.rowed if _are_rows(kind, one, table.headings)]


def _are_rows(kind: Kind, rows: EntryField, headings: Sequence[str]) -> bool:
    found = row_columns(kind, rows.key, headings)
    lacks = any(one.needed and f"{rows.key}.{one.key}" not in found.keys for one in rows.fields)
    many = sum(1 for key in found.keys if key)
    return found.known > 0 and many > 1 and not found.unread and not lacks


def is_whole(kind: Kind, headings: Sequence[str]) -> bool:
    """Whether a table has all that an entry needs."""
    return not _lacks(kind, columns(kind, headings))


def _lacks(kind: Kind, found: Columns) -> bool:
    return any(one.needed and one.key not in found.keys for one in kind.fields)
