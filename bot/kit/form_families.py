"""Families of forms, and the handlers of all forms: one button, the answers to each, the buttons of before."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session, object_session

from bot.kit import dialog as dialogs
from bot.kit.access import Right
from bot.kit.form_fields import Fill, Values
from bot.kit.forms import GOES_ON, Form
from bot.kit.handlers import Answer, Call, Handler, Tap
from bot.kit.refusal import Refusal
from bot.kit.replies import Message, Reply
from storage.models.dialog import Dialog

GONE = "这份内容已失效，请从菜单重新开始。"


@dataclass(frozen=True, slots=True)
class Forms:
    """Forms that differ by what they are about, made anew of that at every step: their questions may be rows.

    name, code: as of a Form, and of all of them; make: the form for these values, with both; None: there is no such
    any longer. right: as of a Form.
    """

    name: str
    code: str
    again: str
    make: Callable[[Session, Values], Form | None]
    right: Right | None = None

    def open(self, session: Session, call: Call, **given: Any) -> Message:
        """The first page of the form that these values make."""
        return self._made(session, given).open(session, call, **given)

    def filled(self, session: Session, call: Call, **given: Any) -> Message:
        """The same with answers among these values."""
        return self._made(session, given).filled(session, call, **given)

    def of(self, dialog: Dialog) -> Form:
        session = object_session(dialog)
        assert session is not None
        return self._made(session, dialog.draft)

    def _made(self, session: Session, values: Values) -> Form:
        form = self.make(session, values)
        if form is None:
            raise Refusal(GONE)
        return form

    def tap(self, session: Session, call: Call, button: Fill) -> Reply:
        old = GOES_ON if dialogs.goes_on(session, call.me, button.dialog_id, call.now, self.name) else GONE
        dialog = dialogs.tapped(session, call.me, button.dialog_id, call.now, old, self.name)
        return self.of(dialog).tap(session, call, button)

    @property
    def answer(self) -> Answer:
        return Answer(
            self.name,
            lambda session, call, dialog: self.of(dialog).typed(session, call, dialog),
            lambda session, call, dialog: self.of(dialog).cancelled(session, call, dialog),
            right=self.right,
            takes_files=lambda dialog: self.of(dialog).takes_files(dialog),
            refuses_files=True,
            edited=lambda session, call, dialog: self.of(dialog).edited(session, call, dialog),
            measure=lambda dialog: self.of(dialog).measure(dialog),
            forget=lambda session, call, dialog, texts: self.of(dialog).forget(session, call, dialog, texts),
        )


def handlers(forms: Iterable[Form], families: Iterable[Forms] = ()) -> list[Handler]:
    """One button for all forms, the answers to each, and the buttons that earlier versions had."""
    listed = list(forms)
    asking: list[Form | Forms] = [*listed, *families]
    known = {one.code: one for one in asking}

    def tap(session: Session, call: Call, button: Fill) -> Reply:
        if button.form not in known:
            raise Refusal(GONE)
        return known[button.form].tap(session, call, button)

    def of_before(form: Form) -> Callable[[Session, Call, Any], Reply]:
        return lambda session, call, button: form.tap(
            session, call, Fill(form.code, button.dialog_id, button.field, button.value)
        )

    before = (Tap(form.before, of_before(form), private=True) for form in listed if form.before)
    return [Tap(Fill, tap, private=True), *(one.answer for one in asking), *before]
