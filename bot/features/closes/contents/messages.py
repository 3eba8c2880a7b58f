"""Every word of 更正内容."""

from collections.abc import Mapping, Sequence

from bot.features.closes import buttons
from bot.features.closes.contents.fields import Listed, Place, Thing
from bot.features.closes.messages import FIX, code, word
from bot.kit.lists import Page, filled, label, page_of, two_a_row
from bot.kit.owing import numbered
from bot.kit.replies import Choice, Message
from scheduler.calendar.days import Quarter

ON_A_PAGE = 8
NOTHING = "这个季度没有可以更正内容的记录。"


def _head(quarter: Quarter, *more: str) -> str:
    return f"【更正内容】{word(quarter)}{''.join(more)}"


def kinds(quarter: Quarter, found: Mapping[str, Listed]) -> Message:
    """Each kind of record that the quarter has, with how many."""
    choices = [
        Choice(f"{label(one.word)}{len(one.places)}", buttons.FixThings(code(quarter), name, 0))
        for name, one in found.items()
    ]
    asks = "请选择要更正哪一类记录。" if found else NOTHING
    return Message(f"{_head(quarter)}\n{asks}", filled(*two_a_row(choices), [_back(quarter)]))


def _back(quarter: Quarter) -> Choice:
    return Choice(FIX, buttons.ShowFixes(code(quarter)))


def things(quarter: Quarter, kind: str, name: str, page: Page[Place], found: Sequence[Thing]) -> Message:
    """The records of one page, each with its button."""
    first = page.number * ON_A_PAGE + 1
    lines = numbered((one.title for one in found), first)
    taps = [
        Choice(f"第{number}项", buttons.FixThing(code(quarter), one.subject, one.number, 0))
        for number, one in enumerate(found, first)
    ]
    turn = page.turn(lambda to: buttons.FixThings(code(quarter), kind, to))
    text = "\n".join([_head(quarter, f"，{name}" if name else "", page.words), *(lines or [NOTHING])])
    return Message(text, filled(*two_a_row(taps), turn, [Choice("更正内容", buttons.FixKinds(code(quarter)))]))


def thing(quarter: Quarter, one: Thing, parts: Sequence[Thing], at: int) -> Message:
    """Its fields, and the rows that have fields of their own."""
    of = code(quarter)
    choices = [
        Choice(label(each.label), buttons.FixField(of, one.subject, one.number, each.key)) for each in one.counted
    ]
    page = page_of(parts, at, ON_A_PAGE)
    rows = [Choice(each.title, buttons.FixThing(of, each.subject, each.number, 0)) for each in page.things]
    turn = page.turn(lambda to: buttons.FixThing(of, one.subject, one.number, to))
    asks = "请选择要更正哪一项内容。" if choices or rows else NOTHING
    text = f"{_head(quarter)}\n{one.word}：{one.title}\n{asks}"
    back = Choice(label(one.word), buttons.FixThings(of, one.of, 0))
    return Message(text, filled(*two_a_row(choices), *two_a_row(rows), turn, [back]))
