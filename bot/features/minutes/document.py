"""会议（活动）记录 as docx: one component, or all of an activity with a page each; and what is read back of one."""

import io
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from docx import Document
from docx.table import Table
from docx.text.paragraph import Paragraph

from bot.features.minutes.known import Known
from bot.features.minutes.lines import day_said, speech_words, unnumbered
from bot.features.minutes.rules import MEETINGS, PARTS, Found, Task, Written
from bot.features.minutes.service import title_of
from bot.kit import paper
from bot.kit.words import day_words
from storage.choices import ActivityType

# Millimetres.
_FACTS, _TASKS = (32, 44, 26, 54), (86, 35, 35)
_TASK_HEADS = ("事项", "责任人", "时限")
_NONE, NUMERALS = "无", "一二三四五六七八九十"
FIRST_AGENDA, VOTES, FILES = "第一议题", "表决情况", "附件"
_HEADING = re.compile(r"^[一二三四五六七八九十]+、\s*(?P<word>.+?)\s*$")
# Unpacked, a paper of minutes is much less than that.
_MOST_BYTES = 40 * 1024 * 1024


def made(parts: Sequence[tuple[Known, Written, Sequence[str], Mapping[int, str]]], activity_id: int) -> bytes:
    """The paper. Each part: what is known, what is written, what files there are, who the speakers are by number."""
    known = [one.component.value for one, _, _, _ in parts]
    here = paper.begun(f"minutes:{activity_id}:{','.join(known)}")
    for number, (facts, said, files, names) in enumerate(parts):
        paper.title(here, title_of(facts.component), new_page=number > 0)
        _component(here, facts, said, files, names)
    return paper.done(here)


def _component(here: Any, known: Known, said: Written, files: Sequence[str], names: Mapping[int, str]) -> None:
    paper.facts(here, _facts(known), _FACTS)
    sections = [
        (word, lines) for word, lines in _sections(known, said, files, names) if lines or word in _always(known)
    ]
    for number, (word, lines) in enumerate(sections, 1):
        paper.add(here, f"{NUMERALS[number - 1]}、{word}", paper.FIRST)
        if word == PARTS["tasks"] and said.tasks:
            paper.table(here, _TASKS, [_TASK_HEADS, *map(_task, said.tasks)])
        else:
            for line in lines or [_NONE]:
                paper.add(here, line)
    paper.add(here, "", paper.LINE)
    paper.add(here, "主持人（签字）：　　　　　　记录人（签字）：")


# What stands there also when nothing was written: it is filled in at the desk.
def _always(known: Known) -> frozenset[str]:
    usual = frozenset({PARTS["agenda"], PARTS["speeches"], PARTS["tasks"]})
    return usual | {PARTS["resolutions"]} if known.component in MEETINGS else usual


def _facts(known: Known) -> list[Sequence[str]]:
    """The head: what nobody has to write, in the order of the ledger."""
    day = known.start_at.date()
    until = (
        f"{known.end_at:%H:%M}"
        if known.end_at.date() == day
        else f"{day_words(known.end_at.date())}{known.end_at:%H:%M}"
    )
    guests = [f"另有来宾{known.guests}人"] if known.guests else []
    came = f"{known.present}人（正式党员{known.full}人，预备党员{known.probationary}人）" if known.settled else ""
    return [
        ("名称", known.title),
        ("类别", known.word, "地点", known.place),
        ("起止时间", f"{day.year}年{day_words(day)}{known.start_at:%H:%M}至{until}"),
        ("主持人", known.host, "记录人", known.recorder),
        ("应到", f"{known.expected}人", "实到", came),
        ("缺席人员及原因", "、".join(known.away) or (_NONE if known.settled else "")),
        ("列席人员", "，".join(filter(None, ["、".join(known.observers), *guests])) or _NONE),
        *known.more,
    ]


def _sections(
    known: Known, said: Written, files: Sequence[str], names: Mapping[int, str]
) -> Iterator[tuple[str, Sequence[str]]]:
    yield FIRST_AGENDA, _numbered(known.first_agenda)
    yield PARTS["agenda"], _numbered(said.agenda)
    yield PARTS["speeches"], [speech_words(one, names) for one in said.speeches]
    yield PARTS["resolutions"], _numbered(said.resolutions)
    yield VOTES, known.votes
    yield PARTS["tasks"], [one.text for one in said.tasks]
    yield FILES, _numbered(files)


def _numbered(lines: Sequence[str]) -> list[str]:
    """1. ……; one alone has no number."""
    return [f"{number}. {line}" for number, line in enumerate(lines, 1)] if len(lines) > 1 else list(lines)


def _task(one: Task) -> tuple[str, str, str]:
    return one.text, one.owner, day_said(one)


# --- read back -----------------------------------------------------------------------------------------------------


def read(content: bytes) -> dict[ActivityType, Found]:
    """By component what a paper says that was ours and was edited; nothing where it is none of ours or no docx at all.

    What stands under the headings of parts is taken, line by line; a part without its heading is not in it, tables
    that are not ours say nothing, and of a heading that is not ours it is told that nobody reads it.
    """
    if not _is_small_docx(content):
        return {}
    try:
        here = Document(io.BytesIO(content))
    except Exception:
        # Whatever a broken file makes of the library: it is kept as the file that it is.
        return {}
    titles = {title_of(kind): kind for kind in ActivityType}
    found: dict[ActivityType, dict[str, list[str]]] = {}
    unread: dict[ActivityType, list[str]] = defaultdict(list)
    kind: ActivityType | None = None
    part = ""
    for block in here.iter_inner_content():
        text = block.text.strip() if isinstance(block, Paragraph) else ""
        if text in titles:
            kind, part = titles[text], ""
            found[kind] = {}
        elif kind is not None and _is_theirs(text):
            part = ""
            unread[kind].append(text)
        elif kind is not None:
            part = _take(found[kind], part, block, text)
    return {kind: Found(parts, tuple(unread[kind])) for kind, parts in found.items()}


def _is_theirs(text: str) -> bool:
    """A heading that no paper of ours has."""
    heading = _HEADING.match(text)
    return heading is not None and heading["word"] not in {*PARTS.values(), FIRST_AGENDA, VOTES, FILES}


def _is_small_docx(content: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            sizes = [one.file_size for one in parts.infolist()]
            return "word/document.xml" in parts.namelist() and sum(sizes) <= _MOST_BYTES
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return False


def _take(parts: dict[str, list[str]], part: str, block: Paragraph | Table, text: str) -> str:
    """The part that goes on after this block; what stands in it is written down."""
    heading = _HEADING.match(text)
    words = {word: name for name, word in PARTS.items()}
    if heading is not None and heading["word"] in {*words, FIRST_AGENDA, VOTES, FILES}:
        name = words.get(heading["word"], "")
        if name:
            parts[name] = []
        return name
    if isinstance(block, Table):
        if part == "tasks":
            parts[part] += _task_lines(block)
        return part
    if "（签字）" in text:
        return ""
    if part and text and text != _NONE:
        parts[part].append(text if part == "speeches" else unnumbered(text))
    return part


def _task_lines(table: Table) -> list[str]:
    """事项；责任人；时限, as they are typed in the form; of another table nothing."""
    rows = [[cell.text.strip() for cell in row.cells] for row in table.rows]
    if not rows or rows[0] != list(_TASK_HEADS):
        return []
    return ["；".join(filter(None, row)) for row in rows[1:] if row[0]]
