"""What a form is declared with: its questions, the doubts about an answer, what its last page does, its one button."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy.orm import Session

from bot.kit.buttons import Button
from bot.kit.handlers import Call
from bot.kit.replies import Choice, Reply

# What is filled in, by the keys of the fields; and what the form is about, by names that no field has.
Values = Mapping[str, Any]
Options = Callable[[Session, Call, Values], Sequence[tuple[str, str]]]


@dataclass(frozen=True)
class Fill(Button):
    """One tap in any form: a value for one of its questions, or what is to be done with the form."""

    prefix: ClassVar[str] = "fm"
    form: str
    dialog_id: int
    field: str
    value: str


@dataclass(frozen=True, slots=True)
class Doubt:
    """What is asked before an answer is taken: each value that it may mean ("": as it was given), with its label.

    again: none of them.
    """

    ask: str
    choices: Sequence[tuple[str, str]]
    again: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """One question. `ask`: its words, or what makes them of the values. `label`: its button on the last page, where
    without one it is not changed.

    options: value and label of each button. read: a typed answer, as changes of the values; it raises Refusal.
    accepts: whether a tapped value is an answer though it is not offered now. then: what an answer changes beside.
    doubts: what is asked, in this order, before an answer among the others is taken. begins: what stands among the
    values when the question is opened from the last page and nobody has answered it. when: whether it is asked at all.
    many: several, ticked. later: asked only from the last page; deeper: from 更多内容 there. optional: "" or none of
    many is an answer.
    files: what is made of files; the question hears them whatever page is open. beside: what else an answer keeps that
    a person has sent (files). below: a row under the options.
    needed: what is said when it is missing (else `ask`). what, longest: what a typed answer is called when it is too
    long (else the label), and how long it may be.
    """

    key: str
    ask: str | Callable[[Values], str]
    label: str = ""
    options: Options = lambda session, call, values: ()
    read: Callable[[Session, Call, str], Values] | None = None
    accepts: Callable[[Call, str], bool] = lambda call, value: False
    then: Callable[[Session, Call, str], Values] = lambda session, call, value: {}
    doubts: Callable[[Session, Call, Values], Sequence[Doubt | None]] = lambda session, call, values: ()
    begins: Callable[[Session, Call], Values] = lambda session, call: {}
    when: Callable[[Values], bool] = lambda values: True
    many: bool = False
    later: bool = False
    deeper: bool = False
    optional: bool = False
    files: Callable[[Session, Call, Values], Values] | None = None
    one_a_row: bool = False
    below: Callable[[Session, Call, Values], Sequence[Choice]] = lambda session, call, values: ()
    needed: str = ""
    beside: Sequence[str] = ()
    what: str = ""
    longest: int | None = None

    def words(self, values: Values) -> str:
        return self.ask if isinstance(self.ask, str) else self.ask(values)

    def answered(self, values: Values) -> bool:
        value = values.get(self.key)
        return value is not None and (self.optional or value not in ("", []))


@dataclass(frozen=True, slots=True)
class Action:
    """A button of the last page, once nothing is missing. `closes`: the form is done with when it has run.

    label: what it does, or what says so (保存并发送, where it goes out at once); "": it is not offered now.
    """

    key: str
    label: str | Callable[[Session, Call, Values], str]
    run: Callable[[Session, Call, Values], Reply]
    closes: bool = True

    def words(self, session: Session, call: Call, values: Values) -> str:
        return self.label if isinstance(self.label, str) else self.label(session, call, values)
