"""A report that comes back as docx: its headings and the lines below each, read with distrust of whoever made it."""

import logging
import re
from collections.abc import Sequence

from bot.features.report.annex import NAME
from bot.features.report.returned import marks
from bot.features.report.returned.marks import Mark, Paper, Under
from bot.kit import docx_blocks, docx_files
from bot.kit.docx_blocks import Block
from bot.kit.paper import FIRST, LABEL, LINE, SECOND, TITLE
from bot.kit.refusal import Refusal
from bot.kit.sheets import visible

log = logging.getLogger(__name__)

_CHAPTER = re.compile(r"^[一二三四五六七八九十]{1,3}、\s*(?P<word>\S.{0,60})$")
_SECTION = re.compile(r"^[（(][一二三四五六七八九十]{1,3}[）)]\s*(?P<word>\S.{0,60})$")
_ATTACHED = (f"附件：{NAME}", f"附件：{NAME.removeprefix('季度')}")
NO_TEXT = "文档中没有文字，请检查后重新发送。"


def read(content: bytes) -> Paper:
    """Raises Refusal for what is no docx that can be read, and for one without a text."""
    with docx_files.opened(content) as packed:
        try:
            blocks, identifier = docx_blocks.blocks(packed), docx_blocks.identifier(packed)
        except docx_blocks.TooMuchError as error:
            raise Refusal(docx_files.SWOLLEN) from error
        except Exception as error:  # whatever a broken file makes of its readers
            log.info("a returned report could not be read: %s", type(error).__name__)
            raise Refusal(docx_files.DAMAGED) from error
    paper = _paper(marks.read(identifier), blocks)
    if not any(one.lines or one.word for one in paper.parts):
        raise Refusal(NO_TEXT)
    return paper


def _paper(mark: Mark | None, blocks: Sequence[Block]) -> Paper:
    styled = any(one.style in (FIRST, SECOND) for one in blocks)
    title, parts, titled = "", [Under(0, "", [])], False
    for block in blocks:
        text = visible(block.text).strip()
        if _is_over(block, text, begun=len(parts) > 1):
            break
        # Without the styles the title is what stands before the first blank line.
        titled = titled or (bool(title) and not text)
        if block.style == TITLE or (not styled and not titled):
            title += text
            continue
        heading = _heading(block, text, styled=styled)
        if heading is not None:
            parts.append(heading)
        else:
            parts[-1].lines.extend(filter(None, map(str.strip, text.splitlines())))
    return Paper(mark, "".join(title.split()), parts)


def _is_over(block: Block, text: str, *, begun: bool) -> bool:
    """What stands behind the text: the list of annexes, the signature, the annex."""
    return begun and (
        bool(block.rows) or block.style == LABEL or text in _ATTACHED or (block.style == LINE and text != "")
    )


def _heading(block: Block, text: str, *, styled: bool) -> Under | None:
    """By the style and the number together where the styles are there still, else by the number."""
    for level, style, shape in ((1, FIRST, _CHAPTER), (2, SECOND, _SECTION)):
        found = shape.match(text)
        if found is not None and (block.style == style or not styled):
            return Under(level, found["word"].strip(), [])
    return None
