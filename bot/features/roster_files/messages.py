"""Every word of 导入名册: what is asked for, what is wrong with a file, what would change."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

from bot.features.roster.words import Difference, full_day
from bot.features.roster_files.asking import PERSON, Question
from bot.features.roster_files.buttons import AnswerImport, ConfirmImport, MoveImport
from bot.features.roster_files.drafts import ALL, SHEET, SINCE
from bot.features.roster_files.reading.roster_file import RosterFile
from bot.features.roster_files.reading.rows import Fault
from bot.features.roster_files.service import Imported
from bot.kit import asking
from bot.kit.doors import SendSheet, Sheet, ShowRoster
from bot.kit.glossary.columns import column_word
from bot.kit.ledgers import Cell, Column, Ledger, book
from bot.kit.lists import label, really, two_a_row
from bot.kit.replies import Choice, Document, Message, Said
from bot.kit.sheets import MOST_LETTERS
from bot.kit.words import Both, cut, short_day
from storage.models.activity import Activity
from storage.models.dialog import Dialog

LINES_SHOWN, NAMES_SHOWN, LONGEST = 25, 30, 3_800
TITLES_SHOWN, ALIKE_SHOWN, MOST_BUTTONS = 5, 500, 60
A_DAY = "2023年7月1日"
TEMPLATE = "名册模板。请把“示例”一行以下填好，再点“导入名册”发送。"


def ask_file(dialog: Dialog) -> Message:
    text = (
        "【导入名册】请发送名册文件（xlsx或csv）。先核对变更，点“确认导入”后才更新名册。\n"
        "表头须有“姓名”，其余如党小组、党内职务、职级、入党日期等按需填写。"
    )
    sheets = [Choice("下载模板", SendSheet(Sheet.TEMPLATE, 0)), Choice("下载名册", SendSheet(Sheet.FILLED, 0))]
    return asking.question(dialog, text, [sheets])


def ask_day(dialog: Dialog) -> Message:
    return asking.question(dialog, f"请发送名册从哪一天起生效，例如：{A_DAY}。")


def faults(found: Sequence[Fault]) -> list[Said]:
    """Every fault with its place and what would be right; many as a file too."""
    head = f"【导入名册】文件有{len(found)}处需要修改，没有导入任何内容。请改好后重新发送。"
    shown = [fault.chinese() for fault in found[:LINES_SHOWN]]
    rest = [f"其余{len(found) - LINES_SHOWN}处见附件。"] if len(found) > LINES_SHOWN else []
    said: list[Said] = [Message(cut("\n".join([head, *shown, *rest]), LONGEST))]
    if rest:
        rows = [
            (fault.row or None, fault.column, cut(fault.found, MOST_LETTERS - 1), fault.wanted.chinese)
            for fault in found
        ]
        said.append(_document("名册修改", ("行", "栏", "现为", "应为"), rows))
    return said


# --- questions -----------------------------------------------------------------------------------------------------


def which_sheet(file: RosterFile) -> Question:
    """Sheets that are not one roster: their columns differ, or the same people stand on several."""
    offered = [(sheet.name, len(sheet.rows)) for sheet in file.sheets]
    chinese = "、".join(f"{name}（{count}人）" for name, count in offered)
    english = ", ".join(f"{name} ({count} people)" for name, count in offered)
    choices = [(name, Both(name, name)) for name, _ in offered]
    same = len({sheet.headings for sheet in file.sheets}) == 1
    why = (
        Both("names stand on several of them", "有姓名列在几张表中")
        if same
        else Both("their columns differ", "栏目不同")
    )
    if not file.overlaps:
        choices.append((ALL, Both("all of them", "全部导入")))
    ask = Both(
        f"The file has {len(offered)} sheets with people, and {why}: {english}. Which one is the roster?",
        f"文件有{len(offered)}张名册：{chinese}，{why.chinese}。请选择导入哪一张。",
    )
    return Question(SHEET, "", ask, tuple(choices))


def which_day(meetings: Sequence[Activity], today: date) -> Question:
    """The file would change who was to be at a meeting that has begun or is registered."""
    tomorrow = today + timedelta(days=1)
    titles = "、".join(one.title for one in meetings[:TITLES_SHOWN])
    english = f"{titles}: it has begun, or its roll is registered. Does the roster hold from tomorrow?"
    chinese = f"{titles}已开始或已登记考勤，名册自{full_day(today)}起生效会改变应到人数。请选择从哪一天起生效。"
    choices = (
        (tomorrow.isoformat(), Both(f"from {tomorrow}", f"自{short_day(tomorrow)}起")),
        (today.isoformat(), Both(f"from {today}", f"自{short_day(today)}起")),
    )
    return Question(SINCE, "", Both(english, chinese), choices)


def alike(questions: Sequence[Question]) -> list[Question]:
    """Those that the first choice of the first question may answer with it."""
    first = questions[0]
    found = [one for one in questions if first.like and one.like == first.like]
    # One person cannot be two rows.
    told = Counter(one.choices[0][0] for one in found)
    return [one for one in found if first.like != PERSON or told[one.choices[0][0]] == 1]


def question(questions: Sequence[Question], dialog: Dialog, number: int) -> Message:
    """The first of them with its buttons, and how many more there are."""
    first, rest = questions[0], len(questions) - 1
    lines = ["【导入名册】" + first.ask.chinese, *([f"之后还有{rest}处需要确认。"] if rest else [])]
    shown = [label.chinese for _, label in first.choices]
    if len({label(each) for each in shown}) < len(shown):
        # Cut labels that are alike say nothing: the whole stands above, by number.
        lines += [f"{at}. {each}" for at, each in enumerate(shown, 1)]
        shown = [f"选第{at}项" for at in range(1, len(shown) + 1)]
    choices = [Choice(label(each), AnswerImport(dialog.id, number, at)) for at, each in enumerate(shown[:MOST_BUTTONS])]
    like = alike(questions)
    rows = two_a_row(choices)
    # Only who can be read here is settled together.
    if 1 < len(like) <= ALIKE_SHOWN:
        lines.append(f"同样需要确认的有：{'、'.join(one.subject for one in like)}。")
        rows.append([Choice(label(first.all_like.format(len(like))), AnswerImport(dialog.id, number, -1))])
    return asking.question(dialog, cut("\n".join(lines), LONGEST), rows)


# --- the difference ------------------------------------------------------------------------------------------------


def look(
    done: Imported,
    notes: Sequence[Both],
    meetings: Sequence[Activity],
    found: Sequence[Difference],
    since: date,
    dialog_id: int,
) -> list[Said]:
    """新增, 变更 by field, 不在名册中; the whole list as a file when it is long. notes: how the file was read."""
    same = done.listed - done.added - done.changed
    shown, filled = _parted(found)
    counts = _counted(("新增", done.added), ("变更", done.changed), ("无变化", same))
    lines = [
        f"【导入名册】文件共{done.listed}人：{counts}。",
        *([f"新建党小组{done.groups_added}个。"] if done.groups_added else []),
        *_lines(shown),
        *([filled] if filled else []),
        *_not_listed(done.not_listed),
    ]
    if meetings:
        lines.append(f"应到人数将重新计算：{'、'.join(one.title for one in meetings[:TITLES_SHOWN])}。")
    lines += [f"读取说明：{_said(notes)}"] if notes else []
    lines.append(f"没有写明日期的，自{full_day(since)}起生效。请核对，点“确认导入”后更新名册。")
    message = really(
        cut("\n".join(lines), LONGEST),
        Choice("确认导入", ConfirmImport(dialog_id, 1)),
        Choice("不导入", ConfirmImport(dialog_id, 0)),
        Choice("改生效日期", MoveImport(dialog_id)),
    )
    return [_table(found), message] if len(shown) > LINES_SHOWN or filled else [message]


def nothing_new(done: Imported, notes: Sequence[Both]) -> Message:
    """The file says what is known already."""
    lines = [
        f"【导入名册】文件共{done.listed}人。",
        *_not_listed(done.not_listed),
        *([f"读取说明：{_said(notes)}"] if notes else []),
        "与现有名册一致，无需导入。",
    ]
    return Message(cut("\n".join(lines), LONGEST), [[Choice("名册", ShowRoster(0))]])


def _counted(*counts: tuple[str, int]) -> str:
    """新增1人，变更2人, without what there is none of."""
    return "，".join(f"{word}{number}人" for word, number in counts if number)


def _said(notes: Sequence[Both]) -> str:
    return "；".join(note.chinese.rstrip("。") for note in notes) + "。"


def _parted(found: Sequence[Difference]) -> tuple[list[Difference], str]:
    """What is said one by one, and one line of the blanks that the file fills in."""
    return [one for one in found if not one.fills], filled_in(found).chinese


def filled_in(found: Sequence[Difference]) -> Both:
    """How many blanks are filled in, by column; nothing where none is."""
    count = Counter(one.what for one in found if one.fills)
    chinese = "、".join(f"{what}{number}人" for what, number in count.items())
    english = ", ".join(f"{what} {number}" for what, number in count.items())
    return Both(f"Blanks filled in: {english}", f"补充空白：{chinese}。") if count else Both("", "")


def _lines(found: Sequence[Difference]) -> list[str]:
    """One line a change; newcomers first."""
    new = [one for one in found if one.what == "新增"]
    changed = [one for one in found if one.what != "新增"]
    lines = [f"新增 {one.name}：{one.after}" for one in new] + [f"变更 {one.name}：{one}" for one in changed]
    more = len(lines) - LINES_SHOWN
    return [*lines[:LINES_SHOWN], *([f"其余{more}项见附件。"] if more > 0 else [])]


def _not_listed(names: Sequence[str]) -> list[str]:
    if not names:
        return []
    more = "等" if len(names) > NAMES_SHOWN else ""
    shown = "、".join(names[:NAMES_SHOWN])
    return [f"不在文件中{len(names)}人：{shown}{more}。这些同志不作变动；已转出的，请在“名册”中点其姓名办理转出。"]


def _table(found: Sequence[Difference]) -> Document:
    rows = [(one.name, one.what, one.before, one.after, one.on) for one in found]
    return _document("名册变更", (column_word("name"), "项目", "原为", "改为", "生效日期"), rows)


def _document(name: str, words: Sequence[str], rows: Sequence[Sequence[Cell]]) -> Document:
    content = book(Ledger(name, list(map(Column, words)), rows, title=name))
    return Document(f"{name}.xlsx", content, secret=True)


def not_done() -> Message:
    return Message("【导入名册】未导入，名册没有变动。", [[Choice("名册", ShowRoster(0))]])


def done(what: Imported, since: date) -> Message:
    counts = _counted(("新增", what.added), ("变更", what.changed))
    text = f"【导入名册】已导入：{f'{counts}，' if counts else ''}自{full_day(since)}起生效。"
    return Message(text, [[Choice("名册", ShowRoster(0))]])


def filled(content: bytes, day: date, *, today: bool) -> Document:
    """The roster of a day; one of another day is not handed back, for it would undo what came between."""
    if today:
        caption = f"{full_day(day)}的名册。改好后点“导入名册”发送，没有改动的部分不受影响。"
        return Document("党员名册.xlsx", content, caption=caption, secret=True)
    caption = f"{full_day(day)}的名册，供查阅；请勿用来导入，以免覆盖此后的变更。"
    return Document(f"党员名册{day:%Y%m%d}.xlsx", content, caption=caption, secret=True)
