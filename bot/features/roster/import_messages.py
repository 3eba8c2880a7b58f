"""Every word of 导入名册: what is asked for, what is wrong with a file, what would change."""

from collections.abc import Sequence
from datetime import date

from bot.features.roster.buttons import ConfirmImport, MoveImport, SendSheet, Sheet
from bot.features.roster.file_import import Imported
from bot.features.roster.rows import Fault
from bot.features.roster.words import Difference, full_day
from bot.kit.doors import ShowRoster
from bot.kit.glossary.columns import column_word
from bot.kit.lists import really
from bot.kit.replies import Choice, Document, Message, Said
from bot.kit.sheets import csv_text
from bot.kit.words import cut

LINES_SHOWN, NAMES_SHOWN, LONGEST = 25, 30, 3_800
TEMPLATE = "名册模板。请把“示例”一行以下填好，再点“导入名册”发给我。"


def ask_file() -> Message:
    text = (
        "【导入名册】请把名册文件（xlsx或csv）发给我。先看变更，点“确认导入”后才会写入。\n"
        "表头须有“姓名”，其余如党小组、党内职务、职级、入党日期等按需填写。不导入了请发“取消”。"
    )
    return Message(
        text, [[Choice("下载模板", SendSheet(Sheet.TEMPLATE, 0)), Choice("下载名册", SendSheet(Sheet.FILLED, 0))]]
    )


def faults(found: Sequence[Fault]) -> list[Said]:
    """Every fault with its place and what would be right; many as a file too."""
    head = f"【导入名册】文件有{len(found)}处需要更正，未写入任何内容。请改好后重新发送。"
    shown = [fault.chinese() for fault in found[:LINES_SHOWN]]
    rest = [f"其余{len(found) - LINES_SHOWN}处见附件。"] if len(found) > LINES_SHOWN else []
    said: list[Said] = [Message(cut("\n".join([head, *shown, *rest]), LONGEST))]
    if rest:
        rows = [(str(fault.row or ""), fault.column, fault.found, fault.wanted.chinese) for fault in found]
        said.append(Document("名册更正.csv", csv_text(("行", "栏", "现为", "应为"), rows).encode(), secret=True))
    return said


def look(done: Imported, found: Sequence[Difference], since: date, dialog_id: int) -> list[Said]:
    """新增, 变更 by field, 不在名册中; the whole list as a file when it is long."""
    same = done.listed - done.added - done.changed
    lines = [
        f"【导入名册】文件共{done.listed}人：新增{done.added}人，变更{done.changed}人，无变化{same}人。",
        *([f"新建党小组{done.groups_added}个。"] if done.groups_added else []),
        *_lines(found),
        *_not_listed(done.not_listed),
    ]
    if not found:
        return [Message("\n".join([*lines, "与现有名册一致，无需导入。"]), [[Choice("返回名册", ShowRoster(0))]])]
    lines.append(f"没有写明日期的，自{full_day(since)}起生效。请核对，点“确认导入”后写入。")
    message = really(
        cut("\n".join(lines), LONGEST),
        Choice("确认导入", ConfirmImport(dialog_id, 1)),
        Choice("不导入", ConfirmImport(dialog_id, 0)),
        Choice("改生效日期", MoveImport(dialog_id)),
    )
    return [_table(found), message] if len(found) > LINES_SHOWN else [message]


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
    return [f"不在文件中{len(names)}人：{shown}{more}。这些同志不作变动；已转出的，请在“党员”中办理转出。"]


def _table(found: Sequence[Difference]) -> Document:
    rows = [(one.name, one.what, one.before, one.after, one.on.isoformat() if one.on else "") for one in found]
    return Document(
        "名册变更.csv", csv_text((column_word("name"), "项目", "原为", "改为", "生效日期"), rows).encode(), secret=True
    )


def not_done() -> Message:
    return Message("【导入名册】未导入，名册没有变动。", [[Choice("返回名册", ShowRoster(0))]])


def done(what: Imported, since: date) -> Message:
    text = f"【导入名册】已导入：新增{what.added}人，变更{what.changed}人，自{full_day(since)}起生效。"
    return Message(text, [[Choice("返回名册", ShowRoster(0))]])


def filled(content: bytes, day: date, *, today: bool) -> Document:
    """The roster of a day; one of another day is not handed back, for it would undo what came between."""
    if today:
        caption = f"{full_day(day)}的名册。改好后点“导入名册”发给我，没有改动的部分不受影响。"
        return Document("党员名册.xlsx", content, caption=caption, secret=True)
    caption = f"{full_day(day)}的名册，供查阅；请勿用来导入，以免覆盖此后的变更。"
    return Document(f"党员名册{day:%Y%m%d}.xlsx", content, caption=caption, secret=True)
