"""Forged buttons with a dialog open: ids of another branch, junk, and what would come of them in the next step."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import Any

import pytest
from sqlalchemy.orm import Session

from bot.features.registry import HANDLERS
from bot.kit import admission
from bot.kit import dialog as dialogs
from bot.kit.buttons import Button
from bot.kit.handlers import Answer, Call, Tap
from bot.kit.refusal import Refusal
from bot.kit.replies import Reply
from storage.audience import find
from storage.engine import Storage
from tests.attacks.forging import Opened, Watch, closing, forgeries, watch
from tests.rights.branch import NOW, TODAY, Scene, prepare
from tests.rights.table import TABLE, Case
from tests.rights.trial import TakenBack, heard, key, tap, visit_of

Prepared = tuple[Storage, Scene, Watch]


@pytest.fixture(scope="module")
def scene(sqlite_template: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prepared]:
    """Two branches; every trial is taken back."""
    path = tmp_path_factory.mktemp("forged") / "branch.db"
    path.write_bytes(sqlite_template.read_bytes())
    with Storage(f"sqlite:///{path}") as storage:
        with storage.transaction() as session:
            made = prepare(session)
        yield storage, made, watch(storage, made)


@pytest.mark.parametrize("every", [7, pytest.param(1, marks=pytest.mark.long)], ids=["some", "all"])
@pytest.mark.parametrize("handler", [one for one in HANDLERS if isinstance(one, Tap)], ids=key)
def test_a_forged_button_reaches_no_other_branch_and_crashes_nothing(handler: Tap, every: int, scene: Prepared) -> None:
    """The secretary, who may the most, at every open dialog; then whatever goes on with that dialog."""
    storage, made, watched = scene
    found: list[str] = []
    with suppress(TakenBack), storage.transaction() as session:
        trials = Trials(session, made, watched, handler)
        found = trials.found
        for opened, button in islice(forgeries(handler, made), None, None, every):
            trials.pressed(button, opened)
        raise TakenBack
    assert found == []


class Trials:
    """The secretary presses buttons under open dialogs, each taken back; `found`: what must not be."""

    def __init__(self, session: Session, made: Scene, watched: Watch, handler: Tap) -> None:
        self.session, self.made, self.watched, self.handler = session, made, watched, handler
        me = find(session, made.accounts["secretary"], TODAY)
        assert me is not None
        self.me, self.found = me, list[str]()

    def pressed(self, button: Button, opened: Opened | None) -> None:
        with suppress(TakenBack), self.session.begin_nested():
            call = self.call(TABLE[key(self.handler)])
            if opened is not None:
                dialogs.ask(self.session, self.me, opened[0], NOW, **opened[1](self.made.here))
            what = f"{button} at {opened and opened[0]}"
            self.tried(what, lambda: tap(self.session, self.handler, call, button.pack()))
            if "dialog" in self.watched.touched:
                self.gone_on(what)
            raise TakenBack
        self.session.expunge_all()

    def call(self, case: Case) -> Call:
        visit = visit_of(self.made.accounts["secretary"], case, self.made.here)
        return Call(**{name: getattr(visit, name) for name in type(visit).__dataclass_fields__}, me=self.me)

    def gone_on(self, what: str) -> None:
        """Every next step of the dialog as it stands open now, each taken back again."""
        dialog = dialogs.current(self.session, self.me, NOW)
        for handler, case in closing(dialog.step) if dialog is not None else ():
            with suppress(TakenBack), self.session.begin_nested():
                self.tried(f"{what}, then {key(handler)}", partial(self.step, handler, case))
                raise TakenBack

    def step(self, handler: Tap | Answer, case: Case) -> Reply:
        call = self.call(case)
        dialog = dialogs.current(self.session, self.me, NOW)
        assert dialog is not None
        if isinstance(handler, Answer):
            return admission.run(handler, self.session, call, dialog)
        assert case.make is not None
        button: Any = case.make(self.made.here)
        return tap(self.session, handler, call, replace(button, dialog_id=dialog.id).pack())

    def tried(self, what: str, run: Callable[[], Reply]) -> None:
        """Notes a crash, a row of the other branch, and a word that only that branch has."""
        self.watched.touched.clear()
        try:
            with self.session.begin_nested():
                reply = run()
                self.session.flush()
        except Refusal as refusal:
            self.found += [f"{what} says {name}" for name in self.watched.named(refusal.text)]
            return
        except Exception as error:
            self.found.append(f"{what} crashes: {error!r}")
            return
        self.found += [f"{what} says {name}" for name in self.watched.named(heard(self.session, reply))]
        if self.watched.touched:
            self.found += [f"{what} writes {row}" for row in self.watched.written(self.session)]
