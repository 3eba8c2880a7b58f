"""A paper of minutes that comes back: read as a stream, within bounds, with distrust of whoever made the file."""

import io
import logging
import re
import zipfile
from collections import defaultdict
from collections.abc import Mapping, Sequence

from bot.features.minutes.lines import unnumbered
from bot.features.minutes.rules import (
    FILES,
    FIRST_AGENDA,
    NOTHING,
    PARTS,
    SIGNED,
    TASK_HEADS,
    VOTES,
    Found,
    HandedIn,
)
from bot.features.minutes.service import title_of
from bot.kit import docx_blocks
from bot.kit.docx_blocks import Block
from bot.kit.paper import FIRST, LINE, TITLE
from storage.choices import ActivityType

log = logging.getLogger(__name__)

_HEADING = re.compile(r"^[一二三四五六七八九十]+、\s*(?P<word>.+?)\s*$")
_OF_PART: Mapping[str, str] = {word: part for part, word in PARTS.items()}
_OURS = frozenset({*PARTS.values(), FIRST_AGENDA, VOTES, FILES})
_IDENTIFIER = re.compile(r"^minutes:(?P<activity>\d{1,18}):")


def read(content: bytes) -> HandedIn:
    """What a paper says that was ours and was edited, by component; nothing where it is none of ours, or no docx.

    What stands under the headings of parts is taken, line by line; a part without its heading is not in it, tables
    that are not ours say nothing, and of a heading that is not ours it is told that nobody reads it.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            blocks, identifier = docx_blocks.blocks(packed), docx_blocks.identifier(packed)
        return HandedIn(_found(blocks), _activity(identifier))
    except Exception as error:
        # Whatever a broken file makes of its readers: it is kept as the file that it is.
        log.info("a file is no paper of minutes: %s", type(error).__name__)
        return HandedIn()


def _activity(identifier: str) -> int | None:
    found = _IDENTIFIER.match(identifier)
    return int(found["activity"]) if found is not None else None


# --- what it says --------------------------------------------------------------------------------------------------


def _found(blocks: Sequence[Block]) -> dict[ActivityType, Found]:
    titles = {title_of(kind): kind for kind in ActivityType}
    marks = _Marks(blocks, titles)
    found: dict[ActivityType, dict[str, list[str]]] = {}
    unread: dict[ActivityType, list[str]] = defaultdict(list)
    kind: ActivityType | None = None
    part = ""
    for block in blocks:
        text = block.text.strip()
        heading = marks.heading(block)
        if marks.is_title(block):
            kind, part = titles[text], ""
            found[kind] = {}
        elif kind is None:
            continue
        elif heading:
            part = _OF_PART.get(heading, "")
            if part:
                found[kind][part] = []
            if heading not in _OURS:
                unread[kind].append(text)
        elif marks.is_signed(block):
            part = ""
        elif part:
            found[kind][part] += _lines(part, block)
    return {kind: Found(_without_nothing(parts), tuple(unread[kind])) for kind, parts in found.items()}


class _Marks:
    """What parts a paper: by the style and the words together where the styles are there still, else by the words."""

    def __init__(self, blocks: Sequence[Block], titles: Mapping[str, ActivityType]) -> None:
        self._titles = titles
        self._styles = {
            TITLE: any(one.style == TITLE and one.text.strip() in titles for one in blocks),
            FIRST: any(one.style == FIRST and _HEADING.match(one.text.strip()) for one in blocks),
            LINE: any(one.style == LINE and one.text.strip().startswith(SIGNED) for one in blocks),
        }

    def _may_be(self, block: Block, style: str) -> bool:
        return block.style == style or not self._styles[style]

    def is_title(self, block: Block) -> bool:
        return block.text.strip() in self._titles and self._may_be(block, TITLE)

    def heading(self, block: Block) -> str:
        """Its words; of what is none nothing."""
        found = _HEADING.match(block.text.strip()) if self._may_be(block, FIRST) else None
        return found["word"] if found is not None else ""

    def is_signed(self, block: Block) -> bool:
        return block.text.strip().startswith(SIGNED) and self._may_be(block, LINE)


def _lines(part: str, block: Block) -> list[str]:
    if block.rows:
        return _task_lines(block.rows) if part == "tasks" else []
    lines = filter(None, map(str.strip, block.text.splitlines()))
    if part == "speeches":
        return list(lines)
    # What is one of several has a number, and tasks stand in their table: 无 is what stood there when it was empty.
    return [unnumbered(one) for one in lines if one != NOTHING]


def _task_lines(rows: Sequence[Sequence[str]]) -> list[str]:
    """事项；责任人；时限, as they are typed in the form; of another table nothing."""
    if list(rows[0]) != list(TASK_HEADS):
        return []
    return ["；".join(filter(None, row)) for row in rows[1:] if row and row[0]]


def _without_nothing(parts: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """无 as the only speech says that there is none."""
    return {part: [] if lines == [NOTHING] else lines for part, lines in parts.items()}
