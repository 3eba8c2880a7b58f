"""Each small file that was read wrong once, and two of its kind: through the command line and through chat."""

import shutil
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from bot.cli.main import cli
from bot.playground import story
from bot.settings import Settings
from storage.choices import Duty, MembershipStatus, Rank
from storage.engine import Storage
from storage.models.person import DutySpan, ExemptionSpan, MembershipSpan, Person, RankSpan
from storage.roster import roster
from tests.books import xlsx
from tests.features.roster_files import handed_in as files
from tests.features.roster_files.handed_in import GROUPS, H, csv, named
from tests.kit.test_table_files import TYPES, archive
from tests.world import World, world

DESK, G = story.DESK, GROUPS[0]
RARE = ("甲\U0003158e", "乙\U0002ebf5一", "丙𬭎", "丁\ue863")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """Files one after the other, what is said of the last, the names that are there then; what settles a question.

    cli: options of the last import. taps: labels of the buttons of its questions.
    """

    given: Sequence[Callable[[], bytes]]
    names: Sequence[str]
    said: Sequence[str] = ()
    english: Sequence[str] = ()
    cli: Sequence[str] = ()
    taps: Sequence[str] = ()


def of(*content: bytes, **more: Any) -> Trial:
    return Trial(given=[lambda one=one: one for one in content], **more)


def born(*rows: tuple[str, str], heading: str = "出生年月") -> bytes:
    return csv((*H, heading), *((name, "男", G, day) for name, day in rows))


def in_groups(*groups: str) -> bytes:
    numbered = zip("一二三四五六七八九", groups, strict=False)
    return csv(("姓名", "党小组"), *((f"庚{number}", group) for number, group in numbered))


SAME = "文件共{0}人。\n"
TRIALS: dict[str, Trial] = {
    # Letters.
    "rare letters": of(named(*RARE), names=RARE),
    "a letter of the private use alone": of(named("\ue863"), names=["\ue863"]),
    "a rare letter in gb18030": of(named("丙𬭎", "丁䶮", encoding="gb18030"), names=["丙𬭎", "丁䶮"]),
    "blanks beside them": of(named("甲　𬭎", "李　〇", "王　五"), names=["甲𬭎", "李〇", "王五"]),
    "blanks, then none": of(named("甲　𬭎"), named("甲𬭎"), names=["甲𬭎"], said=[SAME.format(1)]),
    "blanks on both sides": of(named(" 王 五 "), named("王五"), names=["王五"], said=[SAME.format(1)]),
    # A correction is not another person.
    "another dot": of(named("阿甲·乙提"), named("阿甲•乙提"), names=["阿甲·乙提"], said=[SAME.format(1)]),
    "a wide dot": of(named("阿甲・乙提"), named("阿甲‧乙提"), names=["阿甲·乙提"], said=[SAME.format(1)]),
    "a dot with blanks": of(named("阿甲 · 乙提"), named("阿甲·乙提"), names=["阿甲·乙提"], said=[SAME.format(1)]),
    "a day of birth filled in": of(
        born(("庚一", "1980.05"), ("庚二", "1981.06")),
        born(("庚一", "1980.05.17"), ("庚二", "1981-06-09")),
        names=["庚一", "庚二"],
        said=["变更2人", "变更 庚一：出生年月 1980年5月1日→1980年5月17日"],
        english=["2 people listed: 0 added, 2 changed"],
    ),
    "a year of birth put right": of(
        born(("庚一", "1980.05.17")), born(("庚一", "1981.05.17")), names=["庚一"], said=["变更1人"]
    ),
    "a day of joining put right": of(
        born(("庚一", "2001.07.01"), heading="入党日期"),
        born(("庚一", "2002.07.01"), heading="入党日期"),
        names=["庚一"],
        said=["变更1人"],
    ),
    "another birthday altogether": of(
        born(("庚一", "1980.05.17")),
        born(("庚一", "1999.01.02")),
        names=["庚一", "庚一"],
        taps=["不是同一人"],
        cli=["--same", "2=new"],
        said=["新增1人"],
    ),
    "radicals": of(
        named("⽅一", "⻢二", "⾼ 三"),
        named("方一", "马二", "高三"),
        names=["方一", "马二", "高三"],
        said=[SAME.format(3)],
    ),
    "letters, then radicals": of(named("王五"), named("⺩五", "庚一"), names=["王五", "庚一"], said=["新增1人"]),
    "a private letter, then the usual one": of(
        named("丁\ue863"), named("丁䶮"), names=["丁\ue863"], said=[SAME.format(1)]
    ),
    # Marks behind names.
    "a stage behind a name": of(named("庚三（预备）"), names=["庚三"], said=["新增 庚三：第一党小组、预备党员"]),
    "a stage behind a name, plain brackets": of(named("庚三(预备党员)"), names=["庚三"], said=["预备党员"]),
    "a bracket and a mark": of(
        csv(H, ("庚一（女）", "女", G), ("庚二*", "男", G), ("庚四\n".strip(), "男", G)),
        names=["庚一", "庚二", "庚四"],
        taps=["庚一", "庚二"],
        cli=["--same", "庚一（女）=庚一", "--same", "庚二*=庚二"],
    ),
    "a bracket that is the name": of(
        named("庚一（大）", "庚一（小）"),
        names=["庚一（大）", "庚一（小）"],
        taps=["庚一（大）", "庚一（小）"],
        cli=["--same", "庚一（大）=庚一（大）", "--same", "庚一（小）=庚一（小）"],
    ),
    "a mark that leaves somebody out": of(
        named("庚一", "庚二(已调出)"),
        names=["庚一"],
        taps=["不导入此人"],
        cli=["--same", "庚二(已调出)=none"],
        said=["未导入：第3行庚二(已调出)。"],
        english=["Left out: row 3 庚二(已调出)."],
    ),
    # Groups.
    "groups spelled otherwise": of(
        in_groups(
            G, "第一小组", "第１党小组", "第1党小组", "第 一 党小组", "一组", "第一党小组（机关）", "第一 党小组"
        ),
        names=[f"庚{number}" for number in "一二三四五六七八"],
        taps=["就是第一党小组"],
        cli=["--same", "第一党小组（机关）=第一党小组"],
        said=["党小组写法不一，已统一：“第一小组”即第一党小组"],
    ),
    "a group by its name": of(
        in_groups("机关党小组", "机关小组", "机关组"), names=["庚一", "庚二", "庚三"], said=["新建党小组1个。"]
    ),
    "a group of its own": of(
        in_groups(G, "第一党小组（离退休）"),
        names=["庚一", "庚二"],
        taps=["另设党小组"],
        cli=["--same", "第一党小组（离退休）=new"],
    ),
    # What is in a file.
    "days of 1904": of(files.dates_of_1904(), names=["甲一"]),
    "a sheet for each group": of(
        files.a_sheet_for_each_group(),
        names=["甲一", "乙一", "丙一"],
        said=["3张表，共3人"],
        english=["3 sheets, 3 people"],
    ),
    "sheets that differ": of(
        files.sheets_that_differ(), names=["甲一"], taps=["名册"], cli=["--sheet", "名册"], said=["未选用：转出"]
    ),
    "a total and who filled it in": of(files.with_a_total(), names=["甲一", "甲二"], said=["合计：2人", "填表人"]),
    "a total with a blank": of(
        xlsx(H, ("甲一", "男", G), ("合　计", None, "1人"), ("备注：无",)), names=["甲一"], said=["第3行", "第4行"]
    ),
    "ends of lines": of(files.with_line_ends(), names=["甲一", "甲二"]),
    "an end of a line in the middle": of(
        xlsx(H, ("甲_x000D_\n一", "男", G), ("乙_x000A_一", "男", G)), names=["甲一", "乙一"]
    ),
    "semicolons": of(named("甲一", sign=";"), names=["甲一"]),
    "tabs in utf-16": of(named("甲一", sign="\t", encoding="utf-16"), names=["甲一"]),
    "utf-16 without a mark": of(named("甲一", "丙𬭎", encoding="utf-16-le"), names=["甲一", "丙𬭎"]),
    "a hidden row": of(files.with_a_hidden_row(), names=["甲一", "甲二"], said=["含隐藏行：第3行"]),
    "strict": of(files.of_a_strict_program(), names=["甲一"]),
    # Words.
    "offices": of(
        csv(
            ("姓名", "党小组", "党内职务"),
            ("庚二", G, "支部委员"),
            ("庚三", G, "组织委员兼宣传委员"),
            ("庚四", G, "第一党小组长"),
            ("庚五", G, "纪检委员、保密员"),
            ("庚六", G, "统战委员"),
        ),
        names=[f"庚{number}" for number in "二三四五六"],
    ),
    "ranks": of(
        csv(
            ("姓名", "党小组", "职级"),
            *(
                (f"庚{number}", G, rank)
                for number, rank in zip(
                    "一二三四五六",
                    ("一级调研员", "四级主任科员", "正处级", "处级副职", "副科级", "正高级"),
                    strict=True,
                )
            ),
        ),
        names=[f"庚{number}" for number in "一二三四五六"],
        said=["庚六：职级“正高级”按原文保存"],
    ),
    "exemptions": of(
        csv(
            ("姓名", "党小组", "备注"),
            ("庚一", G, "产假2026年3月1日至8月31日"),
            ("庚二", G, "原长期病休，2026年9月已恢复"),
        ),
        names=["庚一", "庚二"],
        taps=["2026年8月31日"],
        cli=["--exempt", "3=2026-08-31"],
        said=[
            "庚一：第一党小组、正式党员、在职、产假至2026年8月31日",
            "庚二：第一党小组、正式党员、在职、长期病休至2026年8月31日",
        ],
    ),
}
# Refused: what is said of it in chat and on the command line.
REFUSED: dict[str, tuple[bytes, Sequence[str], Sequence[str]]] = {
    "days to come": (
        csv(
            ("姓名", "党小组", "出生年月", "入党日期", "转正日期"),
            ("庚一", G, "2028.05.01", "", ""),
            ("庚二", G, "1980.05", "2035.07.01", ""),
            ("庚三", G, "1981.06", "2005.07.01", "2060.07.01"),
            ("庚四", G, "1982.06", "2027.07.01", "2028.07.01"),
        ),
        ["第2行出生年月", "第3行入党日期", "第4行转正日期", "第5行入党日期"],
        ["row 2, 出生年月", "row 3, 入党日期", "row 4, 转正日期", "row 5, 转正日期"],
    ),
    "a Word document": (
        archive({**TYPES, "word/document.xml": "<w/>"}),
        ["这是Word文档，请把表格另存为xlsx后再发。"],
        ["Word document", ".xlsx"],
    ),
    "no name": (named("12345"), ["第2行姓名"], ["row 2, 姓名"]),
    "somebody erased": (named("已注销3"), ["第2行姓名"], ["row 2, 姓名"]),
}


# --- the command line ------------------------------------------------------------------------------------------------


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, sqlite_template: Path) -> Callable[..., Any]:
    """run(content, "--yes") imports into a branch without people."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    shutil.copy(sqlite_template, tmp_path / "data" / "branch-bot.db")
    CliRunner().invoke(cli, ["branch", "add", "示范党支部"])

    def run(content: bytes, *options: str) -> Any:
        (tmp_path / "roster").write_bytes(content)
        return CliRunner().invoke(cli, ["import", "roster", "--since", "2026-01-01", *options])

    return run


@pytest.mark.parametrize("name", TRIALS)
def test_through_the_command_line(run: Callable[..., Any], name: str) -> None:
    trial = TRIALS[name]
    *before, last = (one() for one in trial.given)
    for content in before:
        assert run(content, "--yes").exit_code == 0
    if trial.cli:
        # --yes answers no question.
        open_ = run(last, "--yes")
        assert open_.exit_code == 1
        assert f"{trial.cli[0]} " in open_.output
    done = run(last, "--yes", *trial.cli)
    assert done.exit_code == 0, done.output
    for said in trial.english:
        assert said in done.output
    with Storage("sqlite:///data/branch-bot.db") as storage, storage.reading() as session:
        assert list(session.scalars(select(Person.name).order_by(Person.id))) == list(trial.names)
    again = run(last, *trial.cli, "--dry-run")
    assert " 0 added, 0 changed, 0 new groups." in again.output or name == "another birthday altogether"


@pytest.mark.parametrize("name", REFUSED)
def test_refused_by_the_command_line(run: Callable[..., Any], name: str) -> None:
    content, _, english = REFUSED[name]
    done = run(content, "--yes")
    assert done.exit_code == 1
    for said in english:
        assert said in done.output
    with Storage("sqlite:///data/branch-bot.db") as storage, storage.reading() as session:
        assert session.scalars(select(Person)).first() is None


# --- chat ------------------------------------------------------------------------------------------------------------


@pytest.fixture
async def bot(sqlite_url: str) -> AsyncIterator[World]:
    """A branch whose own people are out of the way of those of the files: they have left."""
    async with world(sqlite_url, "2026-07-03 09:00") as there:
        yield there


async def hand_in(bot: World, content: bytes) -> str:
    await bot.stage.say(DESK, "导入名册")
    await bot.stage.people[DESK].upload_document("名册", content)
    await bot.clock.settle()
    return str(bot.stage.people[DESK].chat.messages[-1].text)


def new_people(bot: World) -> list[str]:
    """Who is there beside those of the beginning."""
    known = set(bot.cast.people.values())
    with bot.storage.reading() as session:
        rows = session.execute(select(Person.id, Person.name).order_by(Person.id))
        return [row.name for row in rows if row.id not in known]


@pytest.mark.parametrize("name", TRIALS)
async def test_through_chat(bot: World, name: str) -> None:
    trial = TRIALS[name]
    for number, given in enumerate(trial.given, 1):
        last = number == len(trial.given)
        text = await hand_in(bot, given())
        for label in trial.taps if last else ():
            await bot.stage.tap(DESK, label, "【导入名册】")
            text = str(bot.stage.people[DESK].chat.messages[-1].text)
        for said in trial.said if last else ():
            assert said in text
        if "确认导入" in bot.stage.people[DESK].chat.messages[-1].labels:
            await bot.stage.tap(DESK, "确认导入", "【导入名册】")
    there = {"甲一", "甲二", "乙一", "丙一"}
    assert new_people(bot) == [one for one in trial.names if one not in there]


@pytest.mark.parametrize("name", REFUSED)
async def test_refused_in_chat(bot: World, name: str) -> None:
    content, chinese, _ = REFUSED[name]
    text = await hand_in(bot, content)
    for said in chinese:
        assert said in text
    assert new_people(bot) == []


# --- what stands in the tables then --------------------------------------------------------------------------------


def test_what_the_words_are_kept_as(run: Callable[..., Any]) -> None:
    """Offices with their titles, ranks by level, the stage, the days of 1904."""
    tried = ("offices", "ranks", "a stage behind a name", "days of 1904", "exemptions")
    # Everybody under another name: what one file says is not taken for what another does.
    for letter, name in zip("辛壬癸子丑", tried, strict=True):
        trial = TRIALS[name]
        content = trial.given[0]().replace("庚".encode(), letter.encode())
        done = run(content, "--yes", *trial.cli)
        assert done.exit_code == 0, done.output
    with Storage("sqlite:///data/branch-bot.db") as storage, storage.reading() as session:
        held = session.execute(select(DutySpan.duty, DutySpan.title).order_by(DutySpan.id)).all()
        assert (Duty.COMMITTEE_MEMBER, "统战委员") in [tuple(row) for row in held]
        assert (Duty.GROUP_LEADER, "") in [tuple(row) for row in held]
        ranks = {tuple(row) for row in session.execute(select(RankSpan.rank, RankSpan.rank_text))}
        assert (Rank.DIVISION, "一级调研员") in ranks
        assert (Rank.DEPUTY_SECTION, "四级主任科员") in ranks
        assert (None, "正高级") in ranks
        person = session.scalars(select(Person).where(Person.name == "甲一")).one()
        assert (person.born_on, person.joined_party_on) == (date(1980, 5, 17), date(2005, 7, 1))
        stages = set(session.scalars(select(MembershipSpan.status)))
        assert MembershipStatus.PROBATIONARY in stages
        spells = {tuple(row) for row in session.execute(select(ExemptionSpan.from_on, ExemptionSpan.to_on))}
        assert spells == {(date(2026, 3, 1), date(2026, 9, 1)), (date(2026, 1, 1), date(2026, 9, 1))}
        assert len(roster(session, person.branch_id, date(2026, 7, 1))) > 10
