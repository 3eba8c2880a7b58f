"""Every page of every form fits on a telephone: what is filled in, the question as the last line, the buttons."""

import math
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.orm import Session

from bot.features import registry
from bot.features.activity_changes.rules import WORDS
from bot.features.roster.buttons import Kind
from bot.kit import dialog as dialogs
from bot.kit import form_pages, form_steps, forms
from bot.kit.form_fields import Field, Fill
from bot.kit.form_pages import BACK, GO, NEXT, SURE
from bot.kit.forms import Form
from bot.kit.glossary.choices import ACTIVITY_TYPES
from bot.kit.handlers import Call, File
from bot.kit.refusal import Refusal
from bot.kit.replies import Message, Reply
from storage.audience import Me, find
from storage.engine import Storage
from storage.models.dialog import Dialog
from storage.models.study import MonthlyTheme
from tests.rights import states
from tests.rights.branch import NOW, SHANGHAI, TODAY, Ids, prepare
from tests.rights.states import sending

# 390 x 844 points: below the head and above the line to write in; a row of buttons, a line, the margins of a message.
HEIGHT, ROW, LINE, MARGINS, LETTERS, ROWS = 660, 46, 22, 30, 20, 8
# What each form is about, where it is about anything.
ABOUT: dict[str, list[dict[str, Any]]] = {
    "activity.postpone": [{"activity": "@ahead"}],
    "activity.guest": [{"activity": "@activity"}],
    "minutes.form": [{"activity": "@held", "component": "theme_party_day"}],
    "activity.change": [{"activity": "@ahead", "may": list(WORDS), "types": [kind.value for kind in ACTIVITY_TYPES]}],
    "broadcast.text": [{"kind": "notice", "subject": "@plain_notice"}],
    "study.title": [{"month": "2023-08"}],
    "study.change": [{"theme": "@theme", "only": "title"}, {"theme": "@theme", "only": "prompt"}],
    "study.item": [{"theme": "@theme", "kind": "book"}, {"theme": "@theme", "kind": "document"}],
    "integrity.day": [{"year": 2023, "festival": "中秋"}],
    "integrity.text": [{"year": 2023, "festival": "中秋"}],
    "integrity.words": [
        {"only": name} for name in ("holiday_text", "issuer", "report_phone", "report_mail", "report_url")
    ],
    "talks.withdraw": [{"talk": "@talk", "seen": 0}],
    "exams.call_off": [{"exam": "@exam"}],
    "exams.change_score": [{"exam": "@past_exam"}],
    "exams.let_in": [{"exam": "@past_exam"}],
    "closes.roll": [{"period": "20231"}],
    "closes.score": [{"period": "20231"}],
    "closes.admit": [{"period": "20231", "key": "talk.@talk"}],
    "roster.change": [{"kind": kind.value, "person": "@bound" if kind is not Kind.ACCEPT else 0} for kind in Kind],
}
# What a form is about that the prepared branch has not by itself.
BEFORE = {
    "closes.roll": states.held_before_the_close,
    "closes.score": states.sat_before_the_close,
    "closes.admit": states.talked_before_the_close,
}
FORMS = [(form, about) for form in registry.FORMS for about in ABOUT.get(form.name, [{}])]
TEXT = "关于进一步加强机关党员教育管理工作的学习材料以及有关事项说明"
TYPED = {
    "day": "7月29日", "due": "7月29日", "due_on": "7月29日", "meeting": "7月7日", "until": "8月1日", "time": "2:30",
    "hours": "4", "name": "甲三", "agenda": "\n".join([TEXT] * 20), "report_phone": "12388", "lecturer": "",
}  # fmt: skip


class Filling:
    """Somebody who fills in a form, and every page that comes."""

    def __init__(self, session: Session, form: Form, me: Me, given: dict[str, Any]) -> None:
        self.session, self.form, self.given = session, form, given
        self.pages: list[tuple[str, Message]] = []
        here = {"chat_id": 1, "telegram_id": 1, "private": True, "tz": SHANGHAI, "bot_name": "bot"}
        self.call = Call(update_id=1, message_id=1, now=NOW, me=me, **here)

    @property
    def dialog(self) -> Dialog:
        found = dialogs.standing(self.session, self.call.me.id, NOW)
        assert found is not None
        return found

    @property
    def labels(self) -> list[str]:
        return [choice.label for row in self.pages[-1][1].rows for choice in row]

    def see(self, reply: Reply | Message | None) -> None:
        if isinstance(reply, Reply):
            said = [message for message in (reply.edit, *reply.here) if isinstance(message, Message)]
            reply = said[-1] if said else None
        if isinstance(reply, Message):
            self.pages.append((self.asked(), reply))

    def asked(self) -> str:
        """What has to stand above the buttons."""
        values = form_steps.held(self.form.fields, self.dialog.draft)
        doubt, field = (
            self.form._doubted(self.session, self.call, values)[1],
            form_steps.opened(self.form.fields, values),
        )
        if doubt is not None:
            return doubt.ask
        if field is None:
            confirm = self.form.confirm
            return confirm if isinstance(confirm, str) else confirm(self.session, self.call, values)
        return self.form.question(self.session, self.call, values) or field.words(values)

    def tap(self, field: str, value: str) -> None:
        self.see(self.form.tap(self.session, self.call, Fill(self.form.code, self.dialog.id, field, value)))

    def type(self, text: str) -> None:
        self.see(self.form.typed(self.session, replace(self.call, text=text), self.dialog))

    def answer(self, field: Field, typed: bool = False) -> None:
        """The last of its options, all of many; what is typed as long as it may be."""
        options = [value for value, _ in field.options(self.session, self.call, self.dialog.draft)]
        if field.read is not None and (typed or not options):
            self.type(TYPED.get(field.key, TEXT * 2)[: field.longest])
        elif field.many:
            for value in options:
                self.tap(field.key, value)
            self.tap(GO, NEXT)
        else:
            self.tap(field.key, options[-1])

    def fill(self, typed: bool) -> None:
        """To the last page, and of a form without one to the last question; doubts are answered as they come."""
        self.see(self.form.open(self.session, self.call, **self.given))
        for _ in range(40):
            values = form_steps.held(self.form.fields, self.dialog.draft)
            doubt, field = (
                self.form._doubted(self.session, self.call, values)[1],
                form_steps.opened(self.form.fields, values),
            )
            if doubt is not None:
                self.tap(SURE, doubt.choices[0][0])
            elif field is None or (self.form.at_once and self._is_last(field)):
                return
            else:
                self.answer(field, typed)

    def _is_last(self, field: Field) -> bool:
        values = {**self.dialog.draft, field.key: "x"}
        return form_steps.missing(self.form.fields, values) is None

    def change_all(self) -> None:
        """Each question of the last page, answered by text where it can be."""
        for field in self.form._changed(self.dialog.draft) if not self.form.at_once else []:
            self.tap(GO, field.key)
            try:
                self.answer(field, typed=True)
            except Refusal:
                self.tap(BACK, form_pages.CONFIRM)
            doubt = self.form._doubted(self.session, self.call, self.dialog.draft)[1]
            if doubt is not None:
                self.tap(SURE, doubt.choices[0][0])


def filled(session: Session, form: Form, about: dict[str, Any], typed: bool) -> Filling:
    scene = prepare(session)
    sending(session, scene.here, None)
    if form.name in BEFORE:
        BEFORE[form.name](session, scene.here, None)
    secretary = find(session, scene.accounts["secretary"], TODAY)
    assert secretary is not None
    return Filling(session, form, secretary, {name: _row(scene.here, value) for name, value in about.items()})


def _row(ids: Ids, value: Any) -> Any:
    if not isinstance(value, str) or "@" not in value:
        return value
    kind, _, name = value.partition("@")
    return f"{kind}{ids[name]}" if kind else ids[name]


def lines(text: str) -> int:
    return sum(max(1, math.ceil(_width(line) / LETTERS)) for line in text.split("\n"))


def _width(text: str) -> float:
    return sum(1 if unicodedata.east_asian_width(letter) in "WFA" else 0.5 for letter in text)


def too_much(pages: list[tuple[str, Message]], whole: bool) -> Iterator[str]:
    for asked, page in pages:
        if len(page.rows) > ROWS:
            yield f"{len(page.rows)} rows: {page.text}"
        tall = MARGINS + LINE * lines(page.text) + ROW * len(page.rows)
        if tall > HEIGHT and not whole:
            yield f"{tall} points, {len(page.rows)} rows: {page.text}"
        if asked and not page.text.endswith(asked) and "还没有完成" not in page.text:
            yield f"does not end with {asked!r}: {page.text}"
        yield from (f"{len(row)} buttons a row: {page.text}" for row in page.rows if len(row) > 4)


@pytest.mark.parametrize("typed", [False, True], ids=["tapped", "typed"])
@pytest.mark.parametrize(("form", "about"), FORMS, ids=lambda value: getattr(value, "name", ""))
def test_every_page_fits_on_a_telephone(form: Form, about: dict[str, Any], typed: bool, sqlite_url: str) -> None:
    with Storage(sqlite_url) as storage, storage.transaction() as session:
        some = filled(session, form, about, typed)
        # What cannot be filled in here shows its pages up to there.
        with suppress(Refusal):
            some.fill(typed)
            some.change_all()
        some.see(form.open(session, some.call, **some.given))
        assert len(some.pages) >= 2
        assert list(too_much(some.pages, form.whole)) == []


def test_all_forms_are_measured() -> None:
    assert {form.name for form in registry.FORMS} >= ABOUT.keys()
    assert len(registry.FORMS) >= 14


@pytest.mark.parametrize(
    ("text", "room", "shown"),
    [
        ("", 3, ""),
        ("一行", 3, "一行"),
        ("字" * 20, 1, "字" * 20),
        ("字" * 21, 1, "字" * 19 + "…"),
        ("字" * 50, 2, "字" * 39 + "…"),
        ("字" * 50, 3, "字" * 50),
        ("a\n" + "字" * 50 + "\nb", 4, "a\n" + "字" * 39 + "…\nb"),
        ("1\n2\n3\n4", 4, "1\n2\n3\n4"),
        ("1\n2\n3\n4\n5", 4, "1\n2\n3\n……"),
    ],
)
def test_what_is_filled_in_is_cut_line_by_line(text: str, room: int, shown: str) -> None:
    assert form_pages.shortened(text, room) == shown


def test_a_later_item_says_that_it_goes_out_at_once(sqlite_url: str) -> None:
    """保存 before the month's prompt, 保存并发送 after it; another file says that it takes the place of the first."""
    form = next(form for form in registry.FORMS if form.name == "study.item")
    with Storage(sqlite_url) as storage, storage.transaction() as session:
        some = filled(session, form, {"theme": "@theme", "kind": "book"}, True)
        some.fill(typed=True)
        assert some.labels[-3] == "保存"
        session.get_one(MonthlyTheme, some.given["theme"]).prompt_sent_on = TODAY
        files = [File("document", f"file{number}", f"unique{number}", f"{number}.pdf") for number in (1, 2)]
        for file in files:
            some.see(form.typed(session, replace(some.call, files=(file,)), some.dialog))
        assert [forms.REPLACED in page.text for _, page in some.pages[-2:]] == [False, True]
        assert some.labels[-3] == "保存并发送"


def test_another_text_on_the_last_page_says_that_it_takes_the_place(sqlite_url: str) -> None:
    form = next(form for form in registry.FORMS if form.name == "notice.text")
    with Storage(sqlite_url) as storage, storage.transaction() as session:
        some = filled(session, form, {}, True)
        some.fill(typed=True)
        some.type("请报送材料。")
        assert forms.REPLACED in some.pages[-1][1].text
        some.tap(GO, "text")
        some.type("请报送新的材料。")
        assert forms.REPLACED not in some.pages[-1][1].text


def test_the_head_of_a_doubt_says_what_is_doubted(sqlite_url: str) -> None:
    """A moved time that may be a slip stands in the head already, not the one before."""
    form = next(form for form in registry.FORMS if form.name == "activity.wizard")
    with Storage(sqlite_url) as storage, storage.transaction() as session:
        some = filled(session, form, {}, True)
        some.fill(typed=False)
        some.tap(GO, "time")
        some.type("2:30")
        assert "02:30\n" in some.pages[-1][1].text
        assert some.pages[-1][1].text.endswith("是下午2:30（14:30）吗？")
