"""A database of an earlier version with everything in it open: after the upgrade nothing of it is lost or doubled.

rows.sql.gz and walk.json were made by version 0.1.0 at revision 0008 (see make.py): two branches in whose chats every
kind of button can be tapped, every question waits for its answer, and every kind of message is still to go. What each
tap, answer and send gave then is what it has to give now, unless it stands in the table below.

Every tap and answer is tried on a copy of its own (long), every button there is in one life (long), and one of each in
one life (in the default run).
"""

import re
import shutil
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest

from bot.features import registry
from storage import migrate
from tests.upgrade import living, rows, walks
from tests.upgrade.living import prefix_of

# --- changed on purpose ----------------------------------------------------------------------------------------------

# Words that read otherwise since then, wherever they stand: as they were, as they are.
WORDS = {
    "书目和文件": "学习内容",
    "已登记）": "已举行）",
    "管理员": "系统管理员",
    "禁令": "严禁事项",
    "类别": "人员类别",
    "流动": "流动党员",
    "审阅补学": "审核补学",
    "三月三。": "三月三，或7月17日、18日 停电。",
    "请在“党员”中办理转出": "请在“名册”中点其姓名办理转出",
}
# The same word for two columns: of people and of leave.
WORDS_TOO = {"类别": "请假类别"}
OLD_PAGES = ("这个向导已失效", "这份通知已失效")
OLD_PAGE = "这份内容已失效"
# What a form says where the question that stood there said something else, or showed all at once: another page of many
# names, what was left to go on with, a button where nothing is to be typed, the way out.
OF_FORMS = ("下一页", "继续填写", "请点按钮选择。", "已取消", "没有看懂日期", "上一步")


def is_a_page_of_a_form(was: Any, now: Any) -> bool:
    """All that was there is still there; 上一步 and 取消 have come to it."""
    return _words(was) <= _words(now) or any(said in str(now) for said in OF_FORMS)


def has_all_that_was(was: Any, now: Any) -> bool:
    """A button has come to it."""
    return _words(was) <= _words(now)


def _words(said: Any) -> set[str]:
    return set(re.split(r"[ |\n]+", " ".join(said))) - {"new", "edit", "取消"}


# What a later version gives otherwise, and why. The key is the prefix of a button, the step of a question (its first
# word), "sent", "woken", "log" or "tally"; the value a function that says whether what is given now is right instead,
# with the reason as its name. Still checked for each of them: it is answered, and nothing is parked.
FORMS = (
    "activity.wizard", "reflection.task", "notice.text", "roster.change", "study.item", "activity.postpone",
    "broadcast.text", "wz", "rw", "nt", "nd", "nj", "ne", "bc", "bd", "iw", "ir", "sa", "ca", "se", "sf", "pp",
)  # fmt: skip
# 不请假 and 不读入 stand beside what was offered.
WITH_A_WAY_OUT = ("lv", "wt", "calendar.look", "calendar.notice")
CHANGED: dict[str, Callable[[Any, Any], bool]] = {
    **dict.fromkeys(FORMS, is_a_page_of_a_form),
    **dict.fromkeys(WITH_A_WAY_OUT, has_all_that_was),
}

Fresh = Callable[[], str]
UNKNOWN = "这个按钮已失效，请使用最新的消息或菜单。"
WALK = walks.walk_of_snapshot()
NOT_RECORDED = "run `python -m tests.upgrade.make --walk` with the code that made the snapshot"


def same(key: str, was: Any, now: Any) -> bool:
    was, now = _as_it_was(was), _as_it_was(now)
    return bool(was == now) or (key in CHANGED and CHANGED[key](was, now))


def _as_it_was(said: Any) -> Any:
    """With the words of then."""
    if isinstance(said, str):
        for then, later in (*WORDS.items(), *WORDS_TOO.items()):
            said = said.replace(later, then)
        for page in OLD_PAGES:
            said = said.replace(page, OLD_PAGE)
        return said
    if isinstance(said, list):
        return [_as_it_was(each) for each in said]
    return {_as_it_was(key): _as_it_was(value) for key, value in said.items()} if isinstance(said, dict) else said


def check(key: str, what: str, was: list[str], now: list[str]) -> None:
    """The same as then, or what was meant; never the line for what nobody knows, unless it was given then."""
    assert same(key, was, now), f"{what}\nthen: {was}\nnow:  {now}"
    assert UNKNOWN in str(was) or UNKNOWN not in str(now), what


# --- the upgraded database -------------------------------------------------------------------------------------------


def upgraded(url: str) -> None:
    rows.load(url, walks.rows_of_snapshot())
    migrate.upgrade(url)


@pytest.fixture(scope="module")
def sqlite_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("upgrade") / "branch.db"
    upgraded(f"sqlite:///{path}")
    return path


@pytest.fixture
def on_sqlite(sqlite_base: Path, tmp_path: Path) -> Fresh:
    """A copy of the upgraded database; the copy before is gone."""

    def fresh() -> str:
        for old in tmp_path.glob("branch.db*"):
            old.unlink()
        return f"sqlite:///{shutil.copy(sqlite_base, tmp_path / 'branch.db')}"

    return fresh


@pytest.fixture(scope="module")
def postgresql_base(postgresql_server: Any, postgresql_admin: psycopg.Connection, worker_id: str) -> Iterator[str]:
    name = f"upgrade_{worker_id}"
    postgresql_admin.execute(f"CREATE DATABASE {name}")
    upgraded(postgresql_server.get_uri(name))
    yield name
    postgresql_admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def on_postgresql(
    postgresql_server: Any, postgresql_admin: psycopg.Connection, postgresql_base: str
) -> Iterator[Fresh]:
    numbers, made = count(1), list[str]()

    def drop() -> None:
        while made:
            postgresql_admin.execute(f"DROP DATABASE {made.pop()} WITH (FORCE)")

    def fresh() -> str:
        drop()
        made.append(f"{postgresql_base}_{next(numbers)}")
        postgresql_admin.execute(f"CREATE DATABASE {made[0]} TEMPLATE {postgresql_base} STRATEGY file_copy")
        url: str = postgresql_server.get_uri(made[0])
        return url

    yield fresh
    drop()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.long)])
def fresh(request: pytest.FixtureRequest) -> Fresh:
    found: Fresh = request.getfixturevalue(f"on_{request.param}")
    return found


# --- nothing is missing in the snapshot ------------------------------------------------------------------------------


def handlers(kind: str) -> list[Any]:
    return [one for one in registry.HANDLERS if type(one).__name__ == kind]


def old_steps() -> set[str]:
    """The steps that stood open when the snapshot was made."""
    return {each["question"].split()[0] for each in WALK["answers"]}


def test_every_question_of_then_is_still_known() -> None:
    """A step that no handler answers any more would leave somebody's words unheard."""
    known = {one.step for one in handlers("Answer")}
    assert old_steps() - known == set()


def test_every_button_of_then_is_still_known() -> None:
    known = {one.button.prefix for one in handlers("Tap")}
    shown = {prefix_of(press.data) for press in living.presses(WALK)}
    assert shown - known == set()


# --- it works on -----------------------------------------------------------------------------------------------------


async def test_one_answer_and_one_tap_of_each_kind(fresh: Fresh) -> None:
    now = await walks.short_life(fresh, WALK)
    assert [act for act, _ in now] == [act for act, _ in WALK["short"]]
    for (act, said), (_, numbers) in zip(now, WALK["short"], strict=True):
        check(act.split()[1], act, walks.said_of(WALK, numbers), said)


async def test_what_was_not_answered_is_answered_at_the_start(fresh: Fresh) -> None:
    check("woken", "start", walks.said_of(WALK, WALK["woken"]), await walks.waking(fresh, WALK))


async def test_what_waited_goes_out_once(fresh: Fresh) -> None:
    """Until the day after."""
    check_sent(WALK["near"], await walks.running(fresh, WALK, walks.NEAR))


async def test_the_log_reads_as_it_did(fresh: Fresh) -> None:
    now = await walks.logs(fresh, WALK)
    for name in walks.LOGS:
        check("log", name, WALK["logs"][name], now[name])


def test_programs_are_told_the_same(fresh: Fresh) -> None:
    now = walks.told(fresh)
    assert now.keys() == WALK["told"].keys()
    for what, was in WALK["told"].items():
        assert same("tally", was, now[what]), what


@pytest.mark.long
@pytest.mark.timeout(900)
async def test_every_kind_of_tap_alone(fresh: Fresh) -> None:
    alone = {str(press): press for press in living.presses(WALK)}
    assert WALK["taps"], NOT_RECORDED
    for key, numbers in WALK["taps"].items():
        press = alone[key]
        now = await walks.tap_alone(fresh, WALK, press)
        check(prefix_of(press.data), f"{press.label} ({press})", walks.said_of(WALK, numbers), now)


@pytest.mark.long
async def test_every_question_alone(fresh: Fresh) -> None:
    assert all(each["said"] for each in WALK["answers"]), NOT_RECORDED
    for each in WALK["answers"]:
        now = await walks.answer_alone(fresh, WALK, each["name"], each["given"])
        what = f"{each['question']} ({each['name']}): {each['given']}"
        check(each["question"].split()[0], what, walks.said_of(WALK, each["said"]), now)


@pytest.mark.long
async def test_every_button_in_one_life(fresh: Fresh) -> None:
    assert WALK["whole"], NOT_RECORDED
    now = await walks.whole_life(fresh, WALK)
    for press, was, toast in zip(living.presses(WALK), walks.said_of(WALK, WALK["whole"]), now, strict=True):
        check(prefix_of(press.data), f"{press.label} ({press})", [was], [toast])


@pytest.mark.long
async def test_everything_that_was_planned_goes_out_once(fresh: Fresh) -> None:
    check_sent(WALK["far"], await walks.running(fresh, WALK, walks.FAR))


def check_sent(was: dict[str, list[str]], now: dict[str, list[str]]) -> None:
    lost = {text: told for text, told in was.items() if now.get(text) != told}
    more = {text: told for text, told in now.items() if was.get(text) != told}
    assert same("sent", was, now), f"then: {lost}\nnow: {more}"
