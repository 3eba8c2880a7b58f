"""Every handler tried as everybody, on the own and on the other branch's rows: what each got equals domain.md 6.5."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlalchemy.orm import Session

from bot.features.people.binding import NOT_VALID
from bot.features.registry import HANDLERS
from bot.kit import dialog as dialogs
from bot.kit.access import NO_RIGHT
from bot.kit.handlers import Answer, Call, CardView, Command, Edited, Handler, Service, Start, Tap, Visit, Word
from bot.kit.refusal import Refusal
from bot.kit.replies import Reply
from bot.kit.words import STRANGER
from storage.audience import find
from storage.engine import Storage
from storage.roster import roster
from tests.rights.branch import CODE, NAMES, NOW, ROLES, SHANGHAI, TODAY, Ids, Scene, prepare
from tests.rights.table import BRANCH, DRAWN, FURTHER, GL, LIKE_MEMBERS, TABLE, Case

# The words of "no": who hears one of them got nothing. Any other refusal speaks to somebody who may.
NO = {
    NO_RIGHT, NOT_VALID, STRANGER, "您不在本次活动的参加范围内。", "名册上没有这位党员。", "您没有可取消的请假。",
    "您只在一个支部，无需切换。", "请先通过支部书记给您的邀请链接绑定，再扫码签到。",
    "签到码无效，请扫现场最新的签到码。",     "请在与我的私聊中打开邀请链接。", "这条请假已撤回。",
    "没有可以撤销的变更。", "这一步已失效，请重新点“党员”。", "这个词语已不在名单上。",
}  # fmt: skip


def key(handler: Handler) -> str:
    """How the table calls a handler."""
    if isinstance(handler, Tap):
        return f"tap:{handler.button.__name__}"
    if isinstance(handler, Command):
        return f"command:{handler.name}"
    if isinstance(handler, Word):
        return f"word:{handler.words[0] if handler.words else getattr(handler.matches, '__name__', '')}"
    if isinstance(handler, Answer):
        return f"answer:{handler.step}"
    if isinstance(handler, Start):
        return f"start:{handler.prefix}"
    return "edited" if isinstance(handler, Edited) else f"{_plain(handler)}:{handler.kind}"


def _plain(handler: Service | CardView) -> str:
    return "card" if isinstance(handler, CardView) else "service"


class TakenBack(Exception):
    """Ends a trial: nothing of it stays."""


@dataclass(frozen=True)
class Got:
    """`may`: the handler did, or said, something for this person; `said`: everything that anybody would hear."""

    may: bool
    said: str = ""


@pytest.fixture(scope="module")
def scene(sqlite_template: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Storage, Scene]]:
    """One database for all: every trial is taken back."""
    path = tmp_path_factory.mktemp("rights") / "branch.db"
    path.write_bytes(sqlite_template.read_bytes())
    with Storage(f"sqlite:///{path}") as storage:
        with storage.transaction() as session:
            made = prepare(session)
        yield storage, made


def test_every_handler_has_an_entry_and_no_entry_is_old() -> None:
    assert {key(handler) for handler in HANDLERS} == set(TABLE)


@pytest.mark.parametrize("handler", [one for one in HANDLERS if not isinstance(one, CardView)], ids=key)
def test_what_each_got_is_what_the_table_says(handler: Handler, scene: tuple[Storage, Scene]) -> None:
    storage, made = scene
    case = TABLE[key(handler)]
    for role in ROLES:
        got = tried(storage, made, handler, case, role, made.here)
        assert got.may == allowed(case, role), f"{role}: {got.said}"
        assert leaked(storage, made, role, got) == set(), f"{role}: {got.said}"


@pytest.mark.parametrize(
    "handler", [one for one in HANDLERS if not TABLE[key(one)].own and TABLE[key(one)].may != DRAWN], ids=key
)
def test_another_branchs_rows_are_not_there(handler: Handler, scene: tuple[Storage, Scene]) -> None:
    """Nobody of this branch gets anything for an id of the other; the committee's officer has both below."""
    storage, made = scene
    case = TABLE[key(handler)]
    for role in BRANCH:
        got = tried(storage, made, handler, case, role, made.there)
        assert not got.may, f"{role}: {got.said}"


@pytest.mark.parametrize(("name", "case"), FURTHER)
def test_further_things_that_go_by_the_same_handler(name: str, case: Case, scene: tuple[Storage, Scene]) -> None:
    storage, made = scene
    handler = next(one for one in HANDLERS if key(one) == name)
    for role in ROLES:
        got = tried(storage, made, handler, case, role, made.here)
        assert got.may == allowed(case, role), f"{role}: {got.said}"
        assert leaked(storage, made, role, got) == set(), f"{role}: {got.said}"
        if role in BRANCH and not case.own:
            assert not tried(storage, made, handler, case, role, made.there).may


@pytest.mark.parametrize("handler", [one for one in HANDLERS if isinstance(one, Word) and one.in_group], ids=key)
def test_a_word_in_the_group_names_nobody(handler: Word, scene: tuple[Storage, Scene]) -> None:
    """Everybody there would read it: the desk's names too."""
    storage, made = scene
    for role in sorted(BRANCH):
        got = tried(storage, made, handler, TABLE[key(handler)], role, made.here, private=False)
        others = set(made.here.people) - {NAMES[role]}
        assert {name for name in others if name in got.said} == set(), got.said


def test_which_words_are_taken_in_the_group() -> None:
    taken = {handler.words[0] for handler in HANDLERS if isinstance(handler, Word) and handler.in_group}
    assert taken == {"签到", "到", "收到", "请假", "公差", "病假", "事假", "取消请假", "撤销"}


def allowed(case: Case, role: str) -> bool:
    """Who may by the table; with nothing of a branch named the other secretary is at home there."""
    at_home = case.own and role == "other_secretary" and "secretary" in case.may
    return role in case.may or at_home


def tried(
    storage: Storage, made: Scene, handler: Handler, case: Case, role: str, ids: Ids, private: bool = True
) -> Got:  # fmt: skip
    found: list[Got] = []
    try:
        with storage.transaction() as session:
            found.append(_got(session, made, handler, case, role, ids, private))
            raise TakenBack
    except TakenBack:
        return found[0]


def _got(
    session: Session, made: Scene, handler: Handler, case: Case, role: str, ids: Ids, private: bool
) -> Got:  # fmt: skip
    account = made.accounts[role]
    visit = Visit(
        update_id=1, telegram_id=account, chat_id=account if private else -5001, private=private, message_id=1,
        now=NOW, tz=SHANGHAI,
        bot_name="bot", text=case.text, facts={"first_name": "某", **case.facts},
        card=None if private else ("activity", ids["activity"]),
    )  # fmt: skip
    try:
        reply = _run(session, handler, case, visit, ids)
    except Refusal as refusal:
        no = refusal.text in NO or refusal.text.startswith("没有找到")
        return Got(not no, refusal.text)
    said = words(reply)
    return Got(not any(text in NO for text in said), "\n".join(said))


def _run(session: Session, handler: Handler, case: Case, visit: Visit, ids: Ids) -> Reply:
    if isinstance(handler, Start):
        payload = f"c_{CODE}{ids.rows['notice'] and _tail(ids)}" if handler.prefix == "c_" else case.text
        return handler.run(session, visit, payload)
    if isinstance(handler, Service):
        return handler.run(session, visit)
    me = find(session, visit.telegram_id, visit.today)
    if me is None:
        # As the edge does for whoever is not known: tried with the real one below.
        return Reply(toast=STRANGER)
    call = Call(**{name: getattr(visit, name) for name in Visit.__dataclass_fields__}, me=me)
    if case.open is not None:
        dialogs.ask(session, me.id, case.open[0], NOW, **case.open[1](ids))
    if isinstance(handler, Tap):
        assert case.make is not None
        button = handler.button.unpack(case.make(ids).pack())
        ready = None
        if handler.prepare is not None:
            try:
                ready = handler.prepare(session, call, button)
            except Refusal:
                ready = None
        return handler.run(session, replace(call, ready=ready), button)
    if isinstance(handler, Answer):
        dialog = dialogs.current(session, me.id, NOW)
        assert dialog is not None
        return handler.run(session, call, dialog)
    assert isinstance(handler, Command | Word | Edited)
    return handler.run(session, call) or Reply()


def _tail(ids: Ids) -> str:
    return "1" if "甲一" in ids.people else "2"


def words(reply: Reply) -> list[str]:
    """Everything that the person who acted would hear."""
    said = [reply.toast, *(item.to_json()["text"] for item in reply.here)]
    if reply.edit is not None:
        said.append(reply.edit.text)
        said += [choice.label for row in reply.edit.rows for choice in row]
    for item in reply.here:
        said += [choice.label for row in item.rows for choice in row]
    return [text for text in said if text]


def leaked(storage: Storage, made: Scene, role: str, got: Got) -> set[str]:
    """Names that this role has heard and may not: a member the others', a leader other groups', outsiders anybody's."""
    with storage.reading() as session:
        here = roster(session, made.here.branch_id, TODAY)
    desk = {NAMES["secretary"]}
    if role in LIKE_MEMBERS:
        hidden = {one.name for one in here} - {NAMES[role]}
    elif role == GL:
        hidden = {one.name for one in here if one.group_name != "第一党小组"}
    elif role in ("other_secretary", "stranger"):
        hidden = {one.name for one in here}
    elif role == "committee_officer":
        hidden = {one.name for one in here} - desk
    else:
        hidden = set(made.there.people)
    return {name for name in hidden if name in got.said}
