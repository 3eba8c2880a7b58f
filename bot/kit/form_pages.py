"""The pages of a form: a question with its options, a doubt, all that is filled in, what was left; and the way out.

Each fits on a telephone: what is filled in, the question and the buttons are seen at once.
"""

import math
import unicodedata
from collections.abc import Callable, Sequence
from itertools import accumulate

from bot.kit.form_fields import Doubt, Field, Fill, Values
from bot.kit.lists import page_of
from bot.kit.replies import Choice, Message, Rows
from bot.kit.words import cut, units

# Beside the values in the draft of the dialog: the open question, and what is so for this page alone. A version that
# does not know of such pages finds the question there all the same.
FIELD, CONFIRM = "field", "confirm"
CHANGING, PAGE, DOUBTED, LEFT = "changing", "page", "doubted", "left"
# What was asked before an answer was taken, in its words, and is not asked again.
CLEARED = "cleared"
# Beside LEFT: the names of what the form is about.
GIVEN = "given"
# What a button does that answers no question: no field has such a key.
GO, BACK, SURE, OFFER = "go", "back", "sure", "offer"
NEXT, CANCEL, ON, ANEW = "next", "cancel", "on", "anew"

# The page of the last one on which it stands what is seldom filled in, and the ways there and back.
DEEPER, MORE, TO_ALL = 1, "更多内容", "返回核对"
LEAVE = "取消"
WHICH = "请选择要填写的内容。"

# What a telephone of 390 x 844 shows of a chat, in points: of the height the heads and the line to write in are taken
# off, of the width the margins of a message. A row of buttons, a line, and how many letters stand in one.
HEIGHT, ROW, LINE, AROUND, LETTERS = 660, 46, 22, 30, 20
MOST_ROWS = 8
# Of a summary that is shown whole: the question and a doubt have room behind it.
LONGEST = 3600
# So many short labels stand side by side, and two of the others.
SHORT, MANY = 5, 3

# The button of this form and dialog, with its field and value.
Make = Callable[[str, str], Fill]


# --- buttons -------------------------------------------------------------------------------------------------------


def question(
    fill: Make, field: Field, options: Sequence[tuple[str, str]], below: Sequence[Choice], values: Values
) -> Rows:
    """Its options, of many a page; what is ticked is marked."""
    # Who came back to an answer goes on with it as it stands.
    stands = not values.get(CHANGING) and not field.later and field.answered(values)
    more = [Choice("下一步", fill(GO, NEXT))] if field.many or stands else []
    beside = 1 if field.one_a_row else _beside([label for _, label in options], 2 if field.many else 0)
    room = MOST_ROWS - 1 - bool(below) - bool(more)
    fits = len(options) <= room * beside
    shown = page_of(options, values.get(PAGE, 0), (room if fits else room - 1) * beside)
    ticked = (values.get(field.key) or ()) if field.many else ()
    choices = [
        Choice(f"{'✓ ' if value in ticked else ''}{label}", fill(field.key, value)) for value, label in shown.things
    ]
    turn = shown.turn(lambda number: fill(PAGE, str(number)))
    return [row for row in (*_rows(choices, beside), turn, list(below), more) if row]


def _beside(labels: Sequence[str], mark: int = 0) -> int:
    """How many buttons of a row hold these labels; `mark`: what a tick takes."""
    return MANY if max(map(width, labels), default=0) + mark / 2 <= SHORT else 2


def _rows(choices: Sequence[Choice], beside: int) -> list[list[Choice]]:
    return [list(choices[at : at + beside]) for at in range(0, len(choices), beside)]


def doubt(fill: Make, doubt: Doubt, key: str) -> Rows:
    """What the answer may mean, and none of it."""
    again = [Choice(doubt.again, fill(BACK, key))] if doubt.again else []
    return [[*(Choice(label, fill(SURE, value)) for value, label in doubt.choices), *again]]


def last(fill: Make, fields: Sequence[Field], actions: Sequence[tuple[str, str]], page: int = 0) -> Rows:
    """Everything may be changed, then it is done: `actions` by key and label. What is seldom filled in stands on a page
    of its own (DEEPER), which leads back.
    """
    shown = [field for field in fields if field.deeper == (page == DEEPER)]
    turns = any(field.deeper for field in fields)
    change = [Choice(field.label, fill(GO, field.key)) for field in shown]
    change += [Choice(MORE, fill(PAGE, str(DEEPER)))] if turns and page != DEEPER else []
    done = [Choice(label, fill(GO, key)) for key, label in actions] if page != DEEPER else []
    back = [Choice(TO_ALL, fill(PAGE, "0"))] if page == DEEPER else []
    return [row for row in (*_rows(change, _beside([one.label for one in change])), done, back) if row]


def way_out(fill: Make, back: str | None, leave: str = LEAVE) -> list[Choice]:
    """上一步, except on the first page, and 取消 (`leave`: where that would be read as calling off)."""
    earlier = [Choice("上一步", fill(BACK, back))] if back is not None else []
    return [*earlier, Choice(leave, fill(GO, CANCEL))]


# --- the page ------------------------------------------------------------------------------------------------------


def page(summary: str, asked: str, rows: Rows, whole: bool = False, head: str = "") -> Message:
    """What is filled in above what is asked, as much of it as there is room for; a `whole` one is read to its end, and
    so is the `head`.
    """
    room = (HEIGHT - AROUND - ROW * len(rows)) // LINE - lines(asked) - lines(head)
    shown = cut(summary, LONGEST) if whole else shortened(summary, room)
    return Message("\n".join(filter(None, [head, shown, asked])), rows)


def left(fill: Make, again: str, at: str, summary: str) -> Message:
    """What there is of a form that was left."""
    rows = [[Choice("继续填写", fill(OFFER, ON)), Choice("重新填写", fill(OFFER, ANEW))], way_out(fill, None)]
    return page(summary, "请点“继续填写”或“重新填写”。", rows, head=f"您{at}填写的“{again}”还没有完成：")


def width(text: str) -> float:
    """In full-width letters: a figure takes half of one."""
    return sum(1 if unicodedata.east_asian_width(letter) in "WFA" else 0.5 for letter in text)


def lines(text: str) -> int:
    """How many lines a telephone makes of it."""
    return sum(max(1, math.ceil(width(line) / LETTERS)) for line in text.split("\n")) if text else 0


def shortened(text: str, room: int) -> str:
    """As much as stands in so many lines: each of its own cut to as many as there is room for, else the first ones."""
    for most in range(room, 0, -1):
        shown = "\n".join(_to_lines(line, most) for line in text.split("\n"))
        if lines(shown) <= room:
            return shown
    first = [_to_lines(line, 1) for line in text.split("\n")[: max(1, room - 1)]]
    return "\n".join([*first, "……"])


def _to_lines(line: str, most: int) -> str:
    """A line that takes no more than so many of the telephone's; a colour or accent is not parted from its letter."""
    if width(line) <= most * LETTERS:
        return line
    fitting = sum(used <= most * LETTERS - 1 for used in accumulate(map(width, line)))
    return cut(line, units(line[:fitting]) + 1)
