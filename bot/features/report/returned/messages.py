"""Every word of a report that comes back."""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from bot.features.register.kinds.report import ISSUE, PARAGRAPH, PLAN_ITEM
from bot.features.report import buttons
from bot.features.tally.periods import words
from bot.kit.asking import CancelQuestion
from bot.kit.replies import Choice, Message, Pages
from bot.kit.words import cut
from scheduler.calendar.periods import Period

if TYPE_CHECKING:
    from bot.features.report.returned.comparing import Change, Differences

CALLED = "总结修改稿"
ASK = (
    "请发送修改好的总结文档（docx）。请在生成的文档上修改，保留各级标题；"
    "存在问题、下步计划和补充文字的修改核对后采用，由数据生成的语句不采用。"
)
OLD_PAGE = "这份修改稿已办理，请重新发送文档。"
SAME, LEFT, TAKEN = "文档与登记的内容一致，没有需要采用的修改。", "没有采用，登记的内容没有变动。", "已采用。"
OTHER_BRANCH = "这是其他支部的总结，请发送本支部的总结文档。"
REORDERED = "标题的顺序有变动，请按生成的文档恢复后再发。"
STALE = "文档生成后数据有变化，请采用后重新生成文档。"
_LONGEST, _BEFORE, _NAMED = 60, 12, 30
_MOST_TOLD = 10
KIND_WORDS = {one.name: one.word for one in (ISSUE, PLAN_ITEM, PARAGRAPH)}


def not_this(title: str) -> str:
    return f"没有认出这份总结。请在生成的文档上修改，标题应为“{title}”。"


def other_period(code: str, when: str) -> str:
    try:
        called = words(Period.read(code))
    except ValueError:
        called = "其他时间"
    return f"这是{called}的总结，请发送{when}的总结文档。"


def missing(heading: str) -> str:
    return f"缺少标题“{heading}”，请按生成的文档恢复后再发。"


def doubled(word: str) -> str:
    return f"标题“{cut(word, _NAMED)}”出现了不止一次，请删去多余的后再发。"


def unknown(word: str) -> str:
    return f"“{cut(word, _NAMED)}”不是总结的标题，请改为（一）这样的二级标题，或并入正文后再发。"


def misnumbered(word: str) -> str:
    return f"{word}的序号不连续，请改为一是、二是、三是后再发。"


def too_long(word: str, longest: int, text: str) -> str:
    return f"{word}“{cut(text, _NAMED)}”超过{longest}字，请精简后再发。"


# --- what differs ----------------------------------------------------------------------------------------------------


def differences(
    period: Period, found: "Differences", taken: Sequence["Change"], late: Sequence["Change"], dialog_id: int
) -> list[Message]:
    """What can be taken, old and new; below it what cannot, and why."""
    lines = [f"【总结修改稿】{words(period)}"]
    if taken:
        lines += [f"可以采用的修改{len(taken)}处：", *_listed(taken)]
    lines += _not_taken(period, found, late)
    if not taken:
        return [Message("\n".join([*lines, "没有可以采用的修改。"]))]
    *first, last = Pages().add(lines).texts
    row = [Choice("采用", buttons.TakeReturned(dialog_id)), Choice("不采用", CancelQuestion(dialog_id))]
    return [*map(Message, first), Message(last, [row])]


def _listed(changes: Sequence["Change"]) -> Iterator[str]:
    for number, one in enumerate(changes, 1):
        word = KIND_WORDS[one.kind] + (f"（{one.section}）" if one.section else "")
        if one.entry_id is None:
            yield f"{number}. 新增{word}：{_short(one.new)}"
        elif not one.new:
            yield f"{number}. 删去{word}：{_short(one.old)}"
        else:
            old, new = _about(one.old, one.new)
            yield f"{number}. {word}\n原为：{old}\n改为：{new}"


def _not_taken(period: Period, found: "Differences", late: Sequence["Change"]) -> Iterator[str]:
    if late:
        yield f"统计截止后不再增减存在问题和计划，也不再删去补充文字，以下{len(late)}处不采用，如需列入请办理更正："
        yield from _listed(late)
    if found.figures:
        yield f"以下{len(found.figures)}处由数据生成，不采用；数据有误请修改相应登记："
        for old, new in found.figures[:_MOST_TOLD]:
            before, after = _about(old, new)
            yield f"原为：{before}\n改为：{after or '（删去）'}"
        if len(found.figures) > _MOST_TOLD:
            yield f"其余{len(found.figures) - _MOST_TOLD}处从略。"
    if found.unread:
        yield f"以下{len(found.unread)}段不在可以修改的部分，没有读取："
        yield from (_short(one) for one in found.unread[:_MOST_TOLD])
    if found.stale:
        yield STALE


def _short(text: str) -> str:
    return cut(" ".join(text.split()), _LONGEST)


def _about(old: str, new: str) -> tuple[str, str]:
    """Both from a little before where they begin to differ."""
    one, other = " ".join(old.split()), " ".join(new.split())
    blocks = SequenceMatcher(None, one[:4000], other[:4000], autojunk=False).get_matching_blocks() if new else []
    same = blocks[0].size if blocks and blocks[0].a == blocks[0].b == 0 else 0
    begin = max(0, same - _BEFORE) if same > _LONGEST - _BEFORE else 0
    lead = "…" if begin else ""
    return lead + cut(one[begin:], _LONGEST), (lead + cut(other[begin:], _LONGEST)) if new else ""


def taken(many: int) -> str:
    return f"{TAKEN}共{many}处，已登记，可以重新生成文档。"
