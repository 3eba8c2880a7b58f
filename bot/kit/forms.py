"""Forms: a card asks question after question, then shows all of it to change or to confirm. Declared, not wired.

A form is a value; its feature has the word that opens it, and FEATURE lists it:

    TRIP = Form(
        name="trips.form",  # the step of its dialog and of its draft: stored, so never renamed
        code="t",  # the same on buttons, shorter
        again="登记外出",
        fields=(
            questions.text("to", "请发送目的地。", "目的地", 40, label="目的地"),
            questions.day("on", "请选择日期，或直接发送，例如：7月7日。", label="日期", past="补报"),
            Field("by", "请选择交通方式。", "方式", options=questions.fixed({"train": "火车", "car": "汽车"})),
        ),
        summary=lambda session, call, values: f"【登记外出】{values.get('to', '')}",
        confirm="核对无误请点“保存”。",
        actions=(Action("save", "保存", save),),  # save(session, call, values) -> Reply
        right=Right.ROSTER,
    )
    HANDLERS = [Command("trip", TRIP.start, "登记外出", Right.ROSTER, keys={ANYBODY: Key(70)})]
    FEATURE = Feature(name="trips", handlers=HANDLERS, forms=[TRIP])

One question alone is a form of one field; `at_once=True` leaves out the last page, and the first action runs as soon as
nothing is missing. On a last page that has no two questions to change another text takes the place of the first answer.
What a form is about is given where it is opened, `say(FORM.open(session, call, theme=theme.id))`, and stands among the
values that the action gets. A dialog whose step is stored already keeps that as `name`; buttons of an earlier version
with (dialog_id, field, value) go on when their class is named as `before`, any others by a Tap that makes a Fill.
"""

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from bot.kit import dialog as dialogs
from bot.kit import drafts, form_pages, form_steps, photos
from bot.kit.access import Right, must_hold
from bot.kit.buttons import Button
from bot.kit.form_fields import Action, Doubt, Field, Fill, Values
from bot.kit.form_pages import (
    ANEW,
    BACK,
    CANCEL,
    CHANGING,
    CLEARED,
    CONFIRM,
    DOUBTED,
    FIELD,
    GIVEN,
    GO,
    LEFT,
    NEXT,
    OFFER,
    ON,
    PAGE,
    SURE,
)
from bot.kit.handlers import Answer, Call
from bot.kit.refusal import Refusal
from bot.kit.replies import Message, Reply, say
from bot.kit.words import moment_words
from storage.models.dialog import Dialog

log = logging.getLogger(__name__)
# What reading the values of a draft ends in when they are none.
UNREADABLE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
STAYING, PASSING = frozenset({CHANGING, PAGE}), frozenset({CHANGING, PAGE, DOUBTED, LEFT, GIVEN})
NOT_KEPT = PASSING | {photos.HELD, photos.CONFIRMED}
CHOOSE, ANSWER, NO_FILE = "请点按钮选择。", "请发送文字，或点按钮选择。", "文件没有收下。"
GOES_ON = "这一页已更新，请在最新的一条消息中继续填写。"
REPLACED = "原来填写的内容已替换。"


@dataclass(frozen=True, slots=True)
class Form:
    """`summary`: what is filled in; on the last page values[FIELD] is CONFIRM. `confirm`: the last line there, or what
    makes it. at_once: without a last page, the first action runs as soon as nothing is missing.

    again: the word that opens a new one. right: only for who holds it at all, as of a Tap; allowed: raises Refusal for
    who may not by anything else; both are asked at each step. order: the fields that the last page lets one change,
    when not in the order of the questions. called: what an old page is. dropped: what 取消 says, or what makes it.
    check: raises Refusal for an answer that does not go with the others, given all of them. question: what is asked,
    in place of the field's own words, where it takes the rows of the database to say it. whole: the summary is a text
    to be copied and read through, and never shortened. leave: the button that drops it. kept: the name of its draft,
    where that is not the step.
    """

    name: str
    code: str
    again: str
    fields: Sequence[Field]
    summary: Callable[[Session, Call, Values], str]
    confirm: str | Callable[[Session, Call, Values], str]
    actions: Sequence[Action]
    right: Right | None = None
    allowed: Callable[[Call], None] | None = None
    order: Sequence[str] = ()
    before: type[Button] | None = None
    called: str = "这份内容"
    dropped: str | Callable[[Values], str] = ""
    check: Callable[[Session, Call, Values], None] = lambda session, call, values: None
    at_once: bool = False
    question: Callable[[Session, Call, Values], str] = lambda session, call, values: ""
    whole: bool = False
    leave: str = form_pages.LEAVE
    kept: str = ""

    @property
    def kept_as(self) -> str:
        """The name of its draft."""
        return self.kept or self.name

    @property
    def old(self) -> str:
        """What the button of an old page hears."""
        return f"{self.called}已失效，请重新点“{self.again}”。"

    @property
    def answer(self) -> Answer:
        return Answer(
            self.name,
            self.typed,
            self.cancelled,
            right=self.right,
            takes_files=self.takes_files,
            refuses_files=True,
            edited=self.edited,
            measure=self.measure,
            forget=self.forget,
        )

    # --- opening and closing -----------------------------------------------------------------------------------------

    def start(self, session: Session, call: Call) -> Reply:
        """The menu word."""
        return say(self.open(session, call))

    def open(self, session: Session, call: Call, **given: Any) -> Message:
        """The first page; or what was left of one about the same, to be gone on with."""
        self._admit(call)
        left = drafts.find(session, call.me, self.kept_as, call.now)
        if left is None or not self._worth_it(left.fields, given):
            return self._anew(session, call, given)
        kept = {**left.fields, LEFT: left.at.isoformat(), GIVEN: list(given)}
        dialog = dialogs.ask(session, call.me, self.name, call.now, **kept)
        if self._is_readable(session, call, dialog):
            return self.page(session, call, dialog)
        drafts.drop(session, dialog, self.kept_as)
        return self._anew(session, call, given)

    def filled(self, session: Session, call: Call, **given: Any) -> Message:
        """A new one with answers among what is given; what of them is doubtful is asked at once."""
        self._admit(call)
        dialog = self._begin(session, call, given)
        self._ask_again(session, call, dialog)
        return self.page(session, call, dialog)

    def _admit(self, call: Call) -> None:
        if self.right is not None:
            must_hold(call.me, self.right)
        if self.allowed is not None:
            self.allowed(call)

    def _worth_it(self, values: Values, given: Values) -> bool:
        about_the_same = all(values.get(name) == value for name, value in given.items())
        return about_the_same and any(values.get(field.key) for field in self.fields)

    def _is_readable(self, session: Session, call: Call, dialog: Dialog) -> bool:
        """Whether this version makes a page of the draft: a later or an earlier one may have written it."""
        try:
            self.page(session, call, dialog)
        except Refusal:
            return True
        except UNREADABLE as error:
            log.warning("a draft of %s cannot be read: %s", self.name, type(error).__name__)
            return False
        return True

    def _forgotten(self, session: Session, dialog: Dialog) -> str:
        """What is heard where the draft cannot be read: nothing can be done with it but to begin anew."""
        self._close(session, dialog)
        return self.old

    def _anew(self, session: Session, call: Call, given: Values) -> Message:
        return self.page(session, call, self._begin(session, call, given))

    def _begin(self, session: Session, call: Call, given: Values) -> Dialog:
        ticked: dict[str, Any] = {field.key: [] for field in self.fields if field.many and not field.optional}
        first = next((field.key for field in self.fields if field.key not in given and not field.later), CONFIRM)
        values = {FIELD: first, **ticked, **given}
        return dialogs.ask(session, call.me, self.name, call.now, **values)

    def cancelled(self, session: Session, call: Call, dialog: Dialog) -> Reply:
        """取消, typed."""
        return say(self._cancel(session, dialog))

    def _cancel(self, session: Session, dialog: Dialog) -> Message:
        said = self.dropped if isinstance(self.dropped, str) else self.dropped(dialog.draft)
        self._close(session, dialog)
        return Message(said or f"已取消填写：{self.again}。")

    def _close(self, session: Session, dialog: Dialog) -> None:
        """What was left of one about something else stays."""
        drafts.drop(session, dialog, self.kept_as, lambda fields: self._beside(fields) == self._beside(dialog.draft))
        dialogs.close(session, dialog.person_id)

    def _beside(self, values: Values) -> Values:
        """What answers no question: what the form is about, and what came with an answer."""
        mine = {field.key for field in self.fields} | NOT_KEPT | {FIELD, CLEARED}
        return {name: value for name, value in values.items() if name not in mine}

    # --- answers -----------------------------------------------------------------------------------------------------

    def tap(self, session: Session, call: Call, button: Fill) -> Reply:
        """Whatever was tapped under a page."""
        old = GOES_ON if dialogs.goes_on(session, call.me, button.dialog_id, call.now, self.name) else self.old
        dialog = dialogs.tapped(session, call.me, button.dialog_id, call.now, old, self.name)
        self._admit(call)
        if not self._is_readable(session, call, dialog):
            return Reply(edit=Message(self._forgotten(session, dialog)))
        if dialog.draft.get(LEFT) and button.field != OFFER and (button.field, button.value) != (GO, CANCEL):
            raise Refusal(self.old)
        does = {GO: self._go, BACK: self._back, SURE: self._sure, OFFER: self._offered, PAGE: self._turn}
        reply = does.get(button.field, self._choose)(session, call, dialog, button)
        return reply or Reply(edit=self.page(session, call, dialog))

    def typed(self, session: Session, call: Call, dialog: Dialog) -> Reply:
        """A typed answer; the page above it is an old one then, and what its buttons say is not what stands now."""
        self._admit(call)
        if not self._is_readable(session, call, dialog):
            return say(self._forgotten(session, dialog))
        doubted = dialog.draft.get(DOUBTED) or {"changes": {}, "sure": []}
        changes = {**doubted["changes"], **self._read(session, call, dialog.draft)}
        replaced = self._replaces(dialog.draft, changes)
        reply = self._take(session, call, dialog, changes, doubted["sure"])
        dialog.id += 1
        return reply or say(self.page(session, call, dialog, *([REPLACED] if replaced else [])))

    def _replaces(self, values: Values, changes: Values) -> bool:
        """Whether something takes the place of an answer that nobody asked for anew: the last page was open."""
        if form_steps.opened(self.fields, values) is not None or values.get(DOUBTED):
            return False
        answers = {field.key for field in self.fields} | {name for field in self.fields for name in field.beside}
        return any(values.get(key) and values[key] != said for key, said in changes.items() if key in answers)

    def edited(self, session: Session, call: Call, dialog: Dialog) -> Reply | None:
        """A typed answer that was edited, as long as it stands; it takes the place of what it said before."""
        self._admit(call)
        if call.before is None or dialog.draft.get(LEFT) or not self._is_readable(session, call, dialog):
            return None
        field = self._answered_by(session, call, dialog.draft, call.before.text)
        if field is None or field.read is None:
            return None
        reply = self._take(session, call, dialog, field.read(session, call, call.text.strip()))
        dialog.id += 1
        return reply or say(self.page(session, call, dialog))

    def forget(self, session: Session, call: Call, dialog: Dialog, texts: Sequence[str]) -> bool:
        """Ask again for what one of these texts has answered; whether there was such an answer."""
        if dialog.draft.get(LEFT) or not self._is_readable(session, call, dialog):
            return False
        found = (self._answered_by(session, call, dialog.draft, text) for text in texts)
        field = next(filter(None, found), None)
        if field is None:
            return False
        dialog.draft = {name: value for name, value in dialog.draft.items() if name != field.key}
        self._move(session, call, dialog, **{FIELD: field.key})
        dialog.id += 1
        return True

    def measure(self, dialog: Dialog) -> tuple[str, int | None]:
        """What the open question asks for, and how long that may be."""
        field = form_steps.opened(self.fields, dialog.draft) or self.fields[0]
        return field.what or field.label or "内容", field.longest

    def _answered_by(self, session: Session, call: Call, values: Values, text: str) -> Field | None:
        """The question to which this text is the answer that stands."""
        for field in form_steps.asked(self.fields, values):
            with suppress(Refusal):
                read = field.read(session, call, text) if field.read is not None else {}
                if read and all(values.get(name) == value for name, value in read.items()):
                    return field
        return None

    def _read(self, session: Session, call: Call, values: Values) -> Values:
        field, text = self._heard(session, call, values), call.text.strip()
        dropped = NO_FILE if call.files and (field is None or field.files is None) else ""
        if field is None or values.get(LEFT):
            raise Refusal(f"{dropped}{CHOOSE}")
        if call.files and field.files is not None:
            return field.files(session, call, values)
        if field.read is None or not text:
            raise Refusal(f"{dropped}{CHOOSE if field.read is None else ANSWER}")
        return self._joined(field, values, field.read(session, call, text))

    def _joined(self, field: Field, values: Values, read: Values) -> Values:
        """What is typed where several may be ticked comes to what is ticked already."""
        if not field.many or field.key not in read:
            return read
        return {**read, field.key: list(dict.fromkeys([*(values.get(field.key) or []), *read[field.key]]))}

    def _heard(self, session: Session, call: Call, values: Values) -> Field | None:
        """What an answer is for: files, the doubt, the open question; on a last page without a choice the first one."""
        takes = self._for_files(values)
        if takes is not None and call.files:
            return takes
        key, doubt = self._doubted(session, call, values)
        if doubt is not None:
            return self._field(key, values)
        return form_steps.opened(self.fields, values) or (self.fields[0] if len(self._changed(values)) < 2 else None)

    def takes_files(self, dialog: Dialog) -> bool:
        return not dialog.draft.get(LEFT) and self._for_files(dialog.draft) is not None

    def _for_files(self, values: Values) -> Field | None:
        return next((field for field in form_steps.asked(self.fields, values) if field.files), None)

    def _choose(self, session: Session, call: Call, dialog: Dialog, button: Fill) -> Reply | None:
        field, value = self._field(button.field, dialog.draft), button.value
        if value not in dict(field.options(session, call, dialog.draft)) and not field.accepts(call, value):
            raise Refusal(self.old)
        if not field.many:
            return self._take(session, call, dialog, {field.key: value, **field.then(session, call, value)})
        ticked = dialog.draft.get(field.key) or []
        others = [one for one in ticked if one != value]
        self._stay(session, call, dialog, **{field.key: others if value in ticked else [*others, value]})
        return None

    def _take(
        self, session: Session, call: Call, dialog: Dialog, changes: Values, sure: Sequence[str] = ()
    ) -> Reply | None:
        """Keep an answer without a doubt; open the next question that nobody has answered, else the last page.

        sure: the doubts that are answered already, by what was asked.
        """
        values = form_steps.held(self.fields, {**dialog.draft, **changes})
        for key in changes:
            if self._doubt(session, call, key, values, sure) is not None:
                doubted = {"key": key, "changes": dict(changes), "sure": list(sure)}
                self._stay(session, call, dialog, **{DOUBTED: doubted})
                return None
        self.check(session, call, values)
        missing, cleared = self._missing(values), {CLEARED: list(dict.fromkeys([*values.get(CLEARED, ()), *sure]))}
        opens = missing.key if missing else CONFIRM
        self._move(session, call, dialog, **{**changes, **(cleared if sure else {}), FIELD: opens})
        return self._act(session, call, dialog, self.actions[0]) if missing is None and self.at_once else None

    def _doubt(self, session: Session, call: Call, key: str, values: Values, sure: Sequence[str]) -> Doubt | None:
        """What is to be asked of this answer yet."""
        field = next((field for field in self.fields if field.key == key), None)
        if field is None or not isinstance(values.get(key), str | list):
            return None
        doubts = field.doubts(session, call, values)
        return next((doubt for doubt in doubts if doubt is not None and doubt.ask not in sure), None)

    def _sure(self, session: Session, call: Call, dialog: Dialog, button: Fill) -> Reply | None:
        """Which of the values a doubtful answer means."""
        key, doubt = self._doubted(session, call, dialog.draft)
        if doubt is None or button.value not in dict(doubt.choices):
            raise Refusal(self.old)
        doubted = dialog.draft[DOUBTED]
        sure = [*doubted["sure"], doubt.ask]
        said = {key: button.value} if button.value else {}
        return self._take(session, call, dialog, {**doubted["changes"], **said}, sure)

    def _doubted(self, session: Session, call: Call, values: Values) -> tuple[str, Doubt | None]:
        """What is asked before the last answer is taken, and of which question."""
        doubted = values.get(DOUBTED) or {"key": "", "changes": {}, "sure": []}
        held = form_steps.held(self.fields, {**values, **doubted["changes"]})
        return doubted["key"], self._doubt(session, call, doubted["key"], held, doubted["sure"])

    def _ask_again(self, session: Session, call: Call, dialog: Dialog) -> bool:
        """Whether an answer has become doubtful since it was taken: then that is asked now."""
        values = form_steps.held(self.fields, dialog.draft)
        cleared = values.get(CLEARED, [])
        for field in form_steps.asked(self.fields, values):
            if self._doubt(session, call, field.key, values, cleared) is not None:
                self._take(session, call, dialog, {field.key: values[field.key]}, cleared)
                return True
        return False

    # --- moving about ------------------------------------------------------------------------------------------------

    def _go(self, session: Session, call: Call, dialog: Dialog, button: Fill) -> Reply | None:
        """下一步, 取消, what the last page does, or one question of it."""
        action = next((action for action in self.actions if action.key == button.value), None)
        if action is not None:
            return self._act(session, call, dialog, action)
        if button.value == CANCEL:
            return Reply(edit=self._cancel(session, dialog))
        if button.value == NEXT:
            return self._next(session, call, dialog)
        if button.value == CONFIRM:
            return self._back(session, call, dialog, button)
        field = self._field(button.value, dialog.draft)
        begun = {} if field.key in dialog.draft else field.begins(session, call)
        self._move(session, call, dialog, **{**begun, FIELD: field.key, CHANGING: True})
        return None

    def _act(self, session: Session, call: Call, dialog: Dialog, action: Action) -> Reply:
        missing, values = self._missing(dialog.draft), form_steps.held(self.fields, dialog.draft)
        if missing is not None:
            raise Refusal(missing.needed or missing.words(dialog.draft))
        if action.closes and dialog.draft.get(photos.HELD):
            raise Refusal(photos.FIRST)
        if action.closes and self._ask_again(session, call, dialog):
            return Reply(edit=self.page(session, call, dialog))
        if action.closes:
            self._close(session, dialog)
        return action.run(session, call, values)

    def _next(self, session: Session, call: Call, dialog: Dialog) -> Reply | None:
        field, missing = form_steps.opened(self.fields, dialog.draft), self._missing(dialog.draft)
        if missing is not None and missing.many and not missing.optional:
            raise Refusal(missing.needed or missing.words(dialog.draft))
        ticked = {field.key: dialog.draft.get(field.key) or []} if field is not None and field.many else {}
        return self._take(session, call, dialog, ticked)

    def _back(self, session: Session, call: Call, dialog: Dialog, button: Fill) -> Reply | None:
        """To an earlier question, or to the last page."""
        if button.value == CONFIRM:
            return self._take(session, call, dialog, {})
        self._move(session, call, dialog, **{FIELD: self._field(button.value, dialog.draft).key})
        return None

    def _turn(self, session: Session, call: Call, dialog: Dialog, button: Fill) -> Reply | None:
        if not (button.value.isdecimal() and len(button.value) < 4):
            raise Refusal(self.old)
        self._stay(session, call, dialog, **{PAGE: int(button.value)})
        return None

    def _offered(self, session: Session, call: Call, dialog: Dialog, button: Fill) -> Reply | None:
        """重新填写 drops what was left; 继续填写 goes on there, and asks what has become doubtful since."""
        left = dialog.draft.get(LEFT)
        if button.value == ANEW and left:
            # A version before did not say what the form is about.
            names = dialog.draft.get(GIVEN, self._beside(dialog.draft))
            drafts.drop(session, dialog, self.kept_as)
            return Reply(edit=self._anew(session, call, {name: dialog.draft.get(name) for name in names}))
        if button.value != ON:
            raise Refusal(self.old)
        if left:
            self._move(session, call, dialog)
            self._ask_again(session, call, dialog)
        return None

    def _stay(self, session: Session, call: Call, dialog: Dialog, **changes: Any) -> None:
        """On the same question, and come from where one came."""
        here = {name: value for name, value in dialog.draft.items() if name in STAYING}
        self._move(session, call, dialog, **{**here, **changes})

    def _move(self, session: Session, call: Call, dialog: Dialog, **changes: Any) -> None:
        dialog.draft = {name: value for name, value in dialog.draft.items() if name not in PASSING}
        dialogs.move(dialog, self.name, call.now, **changes)
        kept = {name: value for name, value in dialog.draft.items() if name not in NOT_KEPT}
        drafts.keep(session, dialog, self.kept_as, kept, call.now)

    # --- which question ----------------------------------------------------------------------------------------------

    def _field(self, key: str, values: Values) -> Field:
        found = form_steps.named(self.fields, key, values)
        if found is None:
            raise Refusal(self.old)
        return found

    def _missing(self, values: Values) -> Field | None:
        return form_steps.missing(self.fields, values)

    def _changed(self, values: Values) -> list[Field]:
        return form_steps.changed(self.fields, self.order, values)

    # --- what the card shows -----------------------------------------------------------------------------------------

    def page(self, session: Session, call: Call, dialog: Dialog, *notes: str) -> Message:
        """The page that is open now; `notes`: what has just been done, above the question."""
        values, field = form_steps.held(self.fields, dialog.draft), form_steps.opened(self.fields, dialog.draft)
        key, doubt = self._doubted(session, call, values)
        # The head says what is doubted, not what stood there before.
        shown = values if doubt is None else form_steps.held(self.fields, {**values, **values[DOUBTED]["changes"]})
        summary, fill = self.summary(session, call, shown), partial(Fill, self.code, dialog.id)
        if values.get(LEFT):
            at = moment_words(datetime.fromisoformat(values[LEFT]), call.tz)
            return form_pages.left(fill, self.again, at, summary)
        if doubt is not None:
            text, rows = doubt.ask, form_pages.doubt(fill, doubt, key)
        elif field is None:
            confirm = self.confirm if isinstance(self.confirm, str) else self.confirm(session, call, values)
            actions = [(one.key, one.words(session, call, values)) for one in self.actions]
            offered = [(key, label) for key, label in actions if label]
            page = values.get(PAGE, 0) if any(one.deeper for one in self._changed(values)) else 0
            text = form_pages.WHICH if page == form_pages.DEEPER else confirm
            rows = form_pages.last(fill, self._changed(values), offered, page)
        else:
            options, below = field.options(session, call, values), field.below(session, call, values)
            text = self.question(session, call, values) or field.words(values)
            rows = form_pages.question(fill, field, options, below, values)
        way_out = form_pages.way_out(fill, form_steps.before(self.fields, field, values), self.leave)
        return form_pages.page(summary, "\n".join(filter(None, [*notes, text])), [*rows, way_out], self.whole)
