"""Every word and button that this feature shows."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, tzinfo

from bot.features.privacy import change_words
from bot.features.privacy.buttons import (
    AddWord,
    By,
    ChoosePeriod,
    EraseGo,
    ErasePerson,
    EraseWhom,
    NarrowChanges,
    RemoveWord,
    SetPeriod,
    ShowChanges,
    ShowRetention,
    ShowWords,
    Sweep,
)
from bot.features.privacy.changes import LogEntry
from bot.features.privacy.erasure import Before
from bot.features.privacy.mentions import LEFT
from bot.features.privacy.mydata import MyData, to_json
from bot.features.privacy.page import page
from bot.features.privacy.rules import PERIODS, RETENTION, erased_name
from bot.kit import asking
from bot.kit.access import Right, may
from bot.kit.asking import CancelQuestion
from bot.kit.doors import Look
from bot.kit.hygiene import BULK, INSIDE, LEVELS
from bot.kit.lists import PEOPLE, Page, filled, label, page_of, really, told_apart, two_a_row
from bot.kit.replies import Choice, Document, Message
from bot.kit.words import cut, day_words, moment_words
from storage.audience import Me
from storage.models.care import HygieneWord
from storage.models.dialog import Dialog
from storage.models.person import Person
from storage.personal import Kind

ASK_NAME = "请发送姓名，查看由其办理或与其有关的变更。"
ASK_DAY = "请发送日期，例如：7月7日。"
ASK_WORD = "请发送要禁发的词语（2至20个字）。"
NO_SUCH_NAME = "没有找到这个姓名，请重新发送。"
NOT_ERASED = "没有注销，数据没有变动。"
# Of a word, beside what the button does with it.
ON_A_BUTTON = 12
COMMAND = "care"


def menu(me: Me) -> Message:
    choices = [Choice("变更记录", ShowChanges(0, 0, "")), Choice("禁发词语", ShowWords())]
    wipes = may(me, Right.WIPE, branch_id=me.branch_id)
    choices += [Choice("保存期限", ShowRetention())] if wipes else []
    rows = [*two_a_row(choices), *([[Choice("注销数据", EraseWhom(0))]] if wipes else [])]
    return Message("【数据管理】请选择。\n每位党员发送“我的数据”，可取得本人的全部数据。", rows)


def _to_the_menu() -> list[Choice]:
    return [Choice("数据管理", Look(COMMAND))]


# --- 我的数据 ---------------------------------------------------------------------------------------------------------


def my_data(data: MyData, now: datetime, tz: tzinfo) -> list[Document]:
    """A page that any phone opens, and the same for programs."""
    caption = "您的全部数据，点开即可查看。请妥善保管，不要转发。"
    for_programs = json.dumps(to_json(data, now), ensure_ascii=False, indent=1).encode("utf-8", "replace")
    return [
        Document("我的数据.html", page(data, now, tz).encode("utf-8", "replace"), caption=caption, secret=True),
        Document("我的数据.json", for_programs, caption="同样的内容，供其他系统读取。", secret=True),
    ]


# --- 变更记录 ---------------------------------------------------------------------------------------------------------


def changes(found: Page[LogEntry], person: Person | None, day: date | None, tz: tzinfo) -> Message:
    of = "，".join(filter(None, [person.name if person else "", day_words(day) if day else ""]))
    lines = [f"【变更记录】{of or '全部'}", *(change_words.line(line, tz) for line in found.things)]
    if not found.things:
        lines.append("没有记录。")
    person_id, shown = person.id if person else 0, day.isoformat() if day else ""
    turn = found.turn(lambda at: ShowChanges(at, person_id, shown))
    narrow = [Choice("按人员", NarrowChanges(By.PERSON)), Choice("按日期", NarrowChanges(By.DAY))]
    return Message("\n".join(lines), filled(turn, narrow, _to_the_menu()))


def choose_person(people: Sequence[Person]) -> Message:
    rows = two_a_row([Choice(label(name), ShowChanges(0, person.id, "")) for person, name in _told_apart(people)])
    return Message("【变更记录】请选择人员。", [*rows, _to_the_menu()])


# --- 保存期限 ---------------------------------------------------------------------------------------------------------


def retention(periods: Mapping[Kind, int], due: Mapping[Kind, int]) -> Message:
    lines = ["【保存期限】超过保存期限的内容，每天凌晨自动清理。如需修改，请点名称。"]
    for kind, days in periods.items():
        over = f"，待清理{due[kind]}条" if due[kind] else ""
        lines.append(f"{RETENTION[kind].label}：{_period(days)}{over}")
    lines.append("考勤、学习等统计所需的记录和变更记录长期保存。")
    rows = two_a_row([Choice(_short(kind), ChoosePeriod(kind)) for kind in periods])
    last = [[Choice("现在清理", Sweep(0))]] if any(due.values()) else []
    return Message("\n".join(lines), [*rows, _to_the_menu(), *last])


def _short(kind: Kind) -> str:
    return {
        Kind.RECEIVED: "收到的消息",
        Kind.SENT: "发送的消息",
        Kind.DRAFTS: "草稿",
        Kind.INVITES: "邀请链接",
        Kind.REQUESTS: "绑定申请",
        Kind.REASONS: "事由和说明",
        Kind.PIECES: "心得正文",
    }[kind]


def _period(days: int) -> str:
    return PERIODS.get(days, f"{days}天")


def choose_period(kind: Kind, days: int) -> Message:
    rows = two_a_row([Choice(word, SetPeriod(kind, each, 0)) for each, word in PERIODS.items()])
    text = f"{RETENTION[kind].label}现保存{_period(days)}，请选择新的期限。"
    return Message(text, [*rows, _to_the_periods()])


def confirm_period(kind: Kind, days: int, due: int) -> Message:
    goes = f"现有{due}条已超过新的期限，将在下次清理时删除，不能恢复。" if due else "现在没有需要清理的内容。"
    text = f"{RETENTION[kind].label}改为保存{_period(days)}。\n{goes}"
    return really(text, Choice("确认修改", SetPeriod(kind, days, 1)), Choice("不修改", ShowRetention()))


def confirm_sweep(due: Mapping[Kind, int]) -> Message:
    lines = [f"{RETENTION[kind].label}：{count}条" for kind, count in due.items() if count]
    text = "\n".join(["将删除以下超过保存期限的内容，不能恢复：", *lines])
    return really(text, Choice("确认清理", Sweep(1)), Choice("不清理", ShowRetention()))


def swept(gone: Mapping[Kind, int]) -> str:
    lines = [f"{RETENTION[kind].label}{count}条" for kind, count in gone.items() if count]
    return f"已清理：{'、'.join(lines)}。其余的今天夜间清理。" if lines else "没有需要清理的内容。"


def after_sweep(gone: Mapping[Kind, int]) -> Message:
    return Message(swept(gone), [_to_the_periods()])


def _to_the_periods() -> list[Choice]:
    return [Choice("保存期限", ShowRetention())]


# --- 禁发词语 ---------------------------------------------------------------------------------------------------------


def words(rows: Iterable[HygieneWord]) -> Message:
    """The marks that the rules fix, shown without a button; then the branch's own words, each with one."""
    known = list(rows)
    lines = [
        "【禁发词语】含有以下内容的消息和文件一律拒收，不保存。",
        "按规定固定的标志，不能删除：",
        f"· {'、'.join(LEVELS)}：带★或期限、写在“密级：”之后，或单独成行",
        f"· {'、'.join(INSIDE)}：写在开头",
        f"· 身份证号码；{BULK}个及以上手机号码",
        "句子中提到（如“保守党的秘密”“内部管理”）不受影响。",
        "本支部另外规定的词语，可以增删：" + ("、".join(row.word for row in known) if known else "无"),
    ]
    taken_off = [Choice(f"删除“{cut(row.word, ON_A_BUTTON)}”", RemoveWord(row.id)) for row in known]
    return Message("\n".join(lines), [[Choice("增加词语", AddWord())], *two_a_row(taken_off), _to_the_menu()])


# --- 注销 -------------------------------------------------------------------------------------------------------------


def erase_whom(people: Sequence[Person], number: int, dialog: Dialog) -> Message:
    shown = page_of(_told_apart(people), number, PEOPLE)
    text = "【注销数据】应本人要求办理。请选择人员，或直接发送姓名。"
    choices = [Choice(label(name), ErasePerson(person.id)) for person, name in shown.things]
    rows = filled(*two_a_row(choices), shown.turn(EraseWhom))
    return asking.question(dialog, text if people else "没有可以办理的人员。", rows)


def _told_apart(people: Sequence[Person]) -> list[tuple[Person, str]]:
    names = told_apart(people, lambda one: one.name, lambda one: f"{one.id}号")
    return list(zip(people, names, strict=True))


def erase_first(before: Before, dialog_id: int) -> Message:
    name = before.person.name
    lines = [f"【注销数据】{name}同志", f"删除或清空：{_counted({**before.gone, **before.emptied})}"]
    lines.append(f"保留（只留编号，不留姓名）：{_counted(before.kept)}")
    if before.on_roster:
        lines.append(f"{name}同志仍在名册上，自今日起移出名册，不再计入应到。")
    lines.append(f"其他文字中的姓名：{_named(before)}。")
    lines.append("聊天中已有的消息请本人自行删除。")
    lines.append("核对无误的，请点“继续注销”，还需再确认1次。")
    return _sure("\n".join(lines), "继续注销", dialog_id)


def erase_second(name: str, dialog_id: int) -> Message:
    return _sure(f"再次确认：注销{name}同志的全部数据。注销后不能恢复。", "确认注销", dialog_id)


def _sure(text: str, yes: str, dialog_id: int) -> Message:
    return really(text, Choice(yes, EraseGo(dialog_id)), Choice("不注销", CancelQuestion(dialog_id)))


def receipt(person_id: int, before: Before, by: str, now: datetime, tz: tzinfo) -> str:
    """Names nobody but who did it: the receipt outlives the name."""
    return "\n".join(
        [
            f"【注销回执】{person_id}号",
            f"时间：{now.astimezone(tz):%Y年}{moment_words(now, tz)}",
            f"办理人：{by}",
            f"已删除或清空：{_counted({**before.gone, **before.emptied})}",
            f"保留（记为“{erased_name(person_id)}”）：{_counted(before.kept)}",
            f"其他文字中的姓名：{_named(before)}。",
            "此前的数据库备份到期后自动删除。请转告本人，并自行删除聊天中的有关内容。",
        ]
    )


def _named(before: Before) -> str:
    """What becomes of the name in what others wrote."""
    if before.shared:
        return "有同名同志，不作改动"
    left = "、".join(LEFT.values())
    return f"{before.named}处改为“{erased_name(before.person.id)}”；{left}不作改动"


def _counted(rows: Mapping[str, int]) -> str:
    return "、".join(f"{title}{count}条" for title, count in rows.items()) or "无"
