"""The pages of a form: a question with its options, a doubt, all that is filled in, what was left; and the way out."""

from collections.abc import Callable, Sequence

from bot.kit.form_fields import Action, Doubt, Field, Fill, Values
from bot.kit.lists import page_of, two_a_row
from bot.kit.replies import Choice, Message, Rows

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
MOST_SHOWN = 30

# The button of this form and dialog, with its field and value.
Make = Callable[[str, str], Fill]


def question(
    fill: Make, field: Field, options: Sequence[tuple[str, str]], below: Sequence[Choice], values: Values
) -> Rows:
    """Its options, of many a page; what is ticked is marked."""
    shown = page_of(options, values.get(PAGE, 0), MOST_SHOWN)
    ticked = (values.get(field.key) or ()) if field.many else ()
    choices = [
        Choice(f"{'✓ ' if value in ticked else ''}{label}", fill(field.key, value)) for value, label in shown.things
    ]
    rows = [[choice] for choice in choices] if field.one_a_row else two_a_row(choices)
    turn = shown.turn(lambda number: fill(PAGE, str(number)))
    # Who came back to an answer goes on with it as it stands.
    stands = not values.get(CHANGING) and not field.later and field.answered(values)
    more = [Choice("下一步", fill(GO, NEXT))] if field.many or stands else []
    return [row for row in (*rows, turn, list(below), more) if row]


def doubt(fill: Make, doubt: Doubt, key: str) -> Rows:
    """What the answer may mean, and none of it."""
    again = [Choice(doubt.again, fill(BACK, key))] if doubt.again else []
    return [[*(Choice(label, fill(SURE, value)) for value, label in doubt.choices), *again]]


def last(fill: Make, fields: Sequence[Field], actions: Sequence[Action]) -> Rows:
    """Everything may be changed, then it is done."""
    change = two_a_row([Choice(field.label, fill(GO, field.key)) for field in fields])
    return [*change, [Choice(action.label, fill(GO, action.key)) for action in actions]]


def left(fill: Make, again: str, at: str, summary: str) -> Message:
    """What there is of a form that was left."""
    two = [Choice("继续填写", fill(OFFER, ON)), Choice("重新填写", fill(OFFER, ANEW))]
    text = f"您{at}填写的“{again}”还没有完成：\n{summary}\n请选择继续填写或重新填写。"
    return Message(text, [two, way_out(fill, None)])


def way_out(fill: Make, back: str | None) -> list[Choice]:
    """上一步, except on the first page, and 取消."""
    leave = [Choice("上一步", fill(BACK, back))] if back is not None else []
    return [*leave, Choice("取消", fill(GO, CANCEL))]
