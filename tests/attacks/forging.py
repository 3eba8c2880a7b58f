"""Forged callback data of every kind, and what they must not leave behind: a row or a word of the other branch."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from functools import partial
from itertools import product
from typing import Any, get_type_hints

from sqlalchemy import Table
from sqlalchemy.orm import Session

from bot.features.activities import buttons as activities
from bot.features.activities import forms as activity_forms
from bot.features.reflections import buttons as reflections
from bot.features.reflections import forms as task_forms
from bot.features.registry import HANDLERS
from bot.features.roster.buttons import Kind, Pick
from bot.features.roster.rules import STEPS, Step
from bot.kit import form_pages
from bot.kit.buttons import BadButton, Button
from bot.kit.form_fields import Fill
from bot.kit.handlers import Answer, Tap
from storage.engine import Storage
from storage.models.everything import METADATA
from tests.rights.branch import Ids, Scene
from tests.rights.changes import Rows, changed, rows, touched
from tests.rights.fields import FIELDS
from tests.rights.table import TABLE, Case
from tests.rights.trial import key

# Pages and numbers of nothing, one that no multiplication may bring out of the range of the database, and the last day
# and quarter there are.
NUMBERS = (0, -1, 7, 2**40, 2**62, -(2**62), 99991231, 99994)
JUNK = ("", "x", "go", "²", "9" * 25, "2023-02-30", "9999-12-31", "0001-01-01", "9999-12", "25:99")
ASKED = tuple(field.key for field in activity_forms.FIELDS)
DOES = (form_pages.GO, form_pages.BACK, form_pages.SURE, form_pages.OFFER, form_pages.PAGE)
# Buttons that name a question and its answer: the questions there are.
QUESTIONS: dict[type[Button], tuple[str, ...]] = {
    Fill: (*ASKED, *DOES, "x"),
    activities.Wizard: (*ASKED, "go", "confirm", "x"),
    reflections.TaskWizard: (*(field.key for field in task_forms.FORM.fields), "go", "confirm", "x"),
}
Opened = tuple[str, Any]
ANSWERS = dict.fromkeys(Step, "0") | {
    Step.NAME: "丁九",
    **dict.fromkeys((Step.DAY, Step.MEETING, Step.UNTIL), "2023-07-07"),
}


def _asking(kind: Kind, number: int) -> Opened:
    """The roster's wizard at its question number so and so."""

    def draft(ids: Ids) -> dict[str, Any]:
        value = str(ids["group"]) if kind in (Kind.GROUP, Kind.NEW, Kind.BACK, Kind.ACCEPT) else "0"
        answers = {step.value: value if step is Step.VALUE else ANSWERS[step] for step in STEPS[kind][:number]}
        return {
            "kind": kind.value,
            "person": 0 if kind in (Kind.NEW, Kind.ACCEPT) else ids["bound"],
            **answers,
        }

    return "roster.change", draft


TYPES: Opened = ("activity.wizard", lambda ids: {"field": "types", "types": []})
SUBJECT: Opened = ("reflection.task", lambda ids: {"field": "subject"})
# Wizards and forms at their other questions, by the button that answers them.
BEGUN: dict[str, list[Opened]] = {
    "tap:Fill": [TYPES, SUBJECT],
    "tap:Wizard": [TYPES],
    "tap:TaskWizard": [SUBJECT],
    "tap:Pick": [_asking(kind, number) for kind, steps in STEPS.items() for number in range(len(steps))],
}


def feature(handler: Tap | Answer) -> str:
    """The folder that a handler is at home in."""
    run: Any = handler.run
    while isinstance(run, partial):
        run = run.func
    return str(run.__module__).split(".")[2]


def dialogs_of(handler: Tap) -> list[Opened]:
    """Every dialog that its feature has, at each state that the table of rights knows."""
    others = [one for one in HANDLERS if isinstance(one, Tap | Answer)]
    cases = [TABLE[key(one)] for one in others if one is handler or feature(one) == feature(handler)]
    if feature(handler) == "forms":
        cases.append(FIELDS["meeting"]["tap:Fill"])
    found = [*(case.open for case in cases if case.open is not None), *BEGUN.get(key(handler), ())]
    return list(dict.fromkeys(found))


def forgeries(handler: Tap, made: Scene) -> Iterator[tuple[Opened | None, Button]]:
    """A button under a dialog: in many ways where it belongs, with ids of the other branch under every other."""
    case = TABLE[key(handler)]
    home = case.open[0] if case.open else None
    there, *changed = forged(handler, case, made)
    junk = [button for button in changed if "x" in vars(button).values()]
    for opened in (None, *dialogs_of(handler)):
        at_home = (opened and opened[0]) == home
        pressed = [_fitting(button, opened, made) for button in changed] if at_home else junk
        yield from ((opened, button) for button in dict.fromkeys([there, *pressed]))


def _fitting(button: Button, opened: Opened | None, made: Scene) -> Button:
    """The roster's answers say which question they answer."""
    if not isinstance(button, Pick) or opened is None:
        return button
    return replace(button, step=sum(step in opened[1](made.here) for step in Step))


def closing(step: str) -> list[tuple[Tap | Answer, Case]]:
    """Whatever goes on with a dialog at this step: where something forged into it would come out."""
    found = [(one, TABLE[key(one)]) for one in HANDLERS if isinstance(one, Tap | Answer)]
    return [(one, case) for one, case in found if case.open is not None and case.open[0] == step]


def forged(handler: Tap, case: Case, made: Scene) -> list[Button]:
    """Its button of the other branch; then the own one, field after field with ids of the other, numbers and junk."""
    assert case.make is not None
    own = case.make(made.here)
    found = [case.make(made.there), *(replace(own, **values) for values in _values(own, made.there))]
    return list(dict.fromkeys(button for button in found if _packs(button)))


def _values(button: Button, there: Ids) -> Iterator[dict[str, Any]]:
    kinds = get_type_hints(type(button))
    names = [field.name for field in fields(button) if field.name != "dialog_id"]
    texts = [name for name in names if kinds[name] is str and name != "form"]
    if type(button) in QUESTIONS:
        for pair in product(QUESTIONS[type(button)], (*JUNK, *_ids_as_text(there))):
            yield dict(zip(texts, pair, strict=True))
        return
    for name in names:
        if kinds[name] is int:
            yield from ({name: number} for number in (*NUMBERS, *_ids(there)))
        elif kinds[name] is str:
            yield from ({name: value} for value in (*JUNK, *_ids_as_text(there)))


def _ids(there: Ids) -> tuple[int, ...]:
    return there.branch_id, there["bound"], there["group"], there["ahead"], there["notice"]


def _ids_as_text(there: Ids) -> tuple[str, ...]:
    return str(there["bound"]), str(there["group"]), f"a{there['ahead']}", f"s{there['item']}"


def _packs(button: Button) -> bool:
    """What the edge would take for a button at all."""
    try:
        type(button).unpack(button.pack())
    except BadButton:
        return False
    return True


# --- what is left behind -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Watch:
    """All rows as they were, which of them are the other branch's, and the words that only that branch has.

    `touched`: the tables that were written to; most of what is forged writes nothing.
    """

    before: Rows
    theirs: dict[str, set[Any]]
    names: frozenset[str]
    touched: set[str]

    def written(self, session: Session) -> list[str]:
        """Rows of the other branch that were changed, and rows that point at one of them and did not before."""
        return [
            f"{of.name} {row}"
            for of in METADATA.sorted_tables
            if of.name in self.touched
            for number, row in changed(self.before[of.name], rows(session, of))
            if number in self.theirs[of.name] or _points(of, row, self.theirs)
        ]

    def named(self, said: str) -> list[str]:
        return [name for name in self.names if name in said]


def watch(storage: Storage, made: Scene) -> Watch:
    with storage.reading() as session:
        before = {of.name: rows(session, of) for of in METADATA.sorted_tables}
    theirs = dict[str, set[Any]]()
    for of in METADATA.sorted_tables:
        theirs[of.name] = set()
        for number, row in before[of.name].items():
            home = of.name == "organisation" and row["id"] == made.there.branch_id
            if home or _points(of, row, theirs):
                theirs[of.name].add(number)
    names = {*made.there.people, "第二支部", "列席2", "词语2", *(f"{what}2" for what in ("ahead", "held"))}
    return Watch(before, theirs, frozenset(names), touched(storage))


def _points(of: Table, row: Any, theirs: dict[str, set[Any]]) -> bool:
    return any(
        (row[column.name],) in theirs[foreign.column.table.name]
        for column in of.columns
        for foreign in column.foreign_keys
        if foreign.column.table.name in theirs and row[column.name] is not None
    )
