"""Every word and button of the desk of 节前提醒: what goes next, one of them, the timing and the wording of all."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, tzinfo
from typing import Any

from bot.features.integrity import buttons, messages, rules, timing
from bot.features.integrity.buttons import Act, Field, Knob, Page, Reword, Sample, SetTiming, TickBan, TurnPage, Unword
from bot.features.integrity.planning import LIMITS, LONGEST_OWN, Coming, Planned
from bot.features.integrity.timing import Timing
from bot.kit.glossary.columns import column_word
from bot.kit.lists import really, two_a_row
from bot.kit.replies import Choice, Message
from bot.kit.words import cut, moment_words, short_day
from storage.models.reminder import Reminder

PREVIEW_ONLY = "这是预览，正式发送后才能点。"
NONE_AHEAD = "今后一年没有待发送的提醒。"
FIELDS = {field: column_word(field.value) for field in Field}
SHOWN, SHOWN_WORDS, SHOWN_NAME, MINUTES = 7, 60, 8, 60
BACK, TO_TIMING, TO_WORDING = (
    Choice("节前提醒", TurnPage(Page.COMING)),
    Choice("时间设置", TurnPage(Page.TIMING)),
    Choice("文字设置", TurnPage(Page.WORDING)),
)


# --- what goes next ------------------------------------------------------------------------------------------------


def coming(
    ahead: Sequence[Coming],
    last: tuple[Reminder, rules.ReminderCounts] | None,
    now: datetime,
    tz: tzinfo,
    now_set: Timing,
) -> Message:
    """节前提醒: when the next ones go, how the last one stands, and what goes by itself."""
    lines = ["【节前提醒】接下来的发送时间：", *(f"· {_line(one, now, tz)}" for one in ahead[:SHOWN])]
    lines = lines if ahead else [f"【节前提醒】{NONE_AHEAD}"]
    lines += [] if now_set.sends else ["节前提醒已关闭，不自动发送。"]
    opens = [Choice(cut(_names(one), SHOWN_NAME), _act(Act.OPEN, one)) for one in ahead[:SHOWN]]
    rows = [
        *two_a_row(opens),
        [Choice("时间设置", TurnPage(Page.TIMING)), Choice("文字设置", TurnPage(Page.WORDING))],
        [_switch("节前提醒", Knob.SENDS, now_set.sends), _switch("第二次提醒", Knob.SECOND_LINE, now_set.second_line)],
    ]
    if last is not None:
        reminder, found = last
        lines.append(f"最近一次：{messages.title(reminder)}，{messages.counts(reminder, found, tz)}")
        rows.append([Choice("未阅名单", buttons.ShowUnread(reminder.id))])
    return Message("\n".join(lines), rows)


def _switch(word: str, knob: Knob, on: bool) -> Choice:
    return Choice(f"{'关闭' if on else '开启'}{word}", SetTiming(knob, int(not on)))


def _names(one: Coming) -> str:
    return rules.names(rules.holidays(one.blocks))


def _act(act: Act, one: Coming) -> buttons.Coming:
    return buttons.Coming(act, one.year, one.festival)


def _line(one: Coming, now: datetime, tz: tzinfo) -> str:
    marks = "".join(f"，{mark}" for mark in _marks(one))
    return f"{_when(one, now, tz)}：{_names(one)}，{_days(one)}{marks}"


def _days(one: Coming) -> str:
    provisional = any(block.provisional for block in one.blocks)
    return "放假安排暂定" if provisional else f"放假{messages.days(one.blocks)}"


def _when(one: Coming, now: datetime, tz: tzinfo) -> str:
    if one.skipped:
        return "本次不发"
    if one.due_at is None:
        return "已过发送时间"
    if one.off:
        return "不自动发送"
    return moment_words(one.due_at, tz) if one.due_at > now else "即将发送"


def _marks(one: Coming) -> list[str]:
    wish = one.wish
    return [
        *(["已改日期"] if wish and wish.send_on else []),
        *(["已改文字"] if wish and wish.text else []),
    ]


# --- one of them ---------------------------------------------------------------------------------------------------


def opened(one: Coming, now: datetime, tz: tzinfo) -> Message:
    """One coming reminder, and what can be done with it."""
    lines = [f"【节前提醒】{_names(one)}", _days(one), f"发送：{_when(one, now, tz)}", *_marks(one)]
    if one.due_at is None:
        lines.append("请点“改日期”，选一个放假前的工作日。")
    pause = Choice("恢复发送", _act(Act.RESUME, one)) if one.skipped else Choice("本次不发", _act(Act.SKIP, one))
    changed = one.wish is not None and bool(one.skipped or _marks(one))
    taps = [
        Choice("预览", _act(Act.PREVIEW, one)),
        Choice("改日期", _act(Act.DAY, one)),
        Choice("改文字", _act(Act.TEXT, one)),
        pause,
        *([Choice("按常规", _act(Act.DEFAULT, one))] if changed else []),
        BACK,
    ]
    return Message("\n".join(lines), two_a_row(taps))


def sure_to_resume(one: Coming) -> Message:
    question = f"{_names(one)}节前提醒的发送时间已过，恢复后立即发送给全体党员。确认发送吗？"
    return really(question, Choice("确认发送", _act(Act.RESUME_NOW, one)), Choice("不发送", _act(Act.OPEN, one)))


def sure_to_set(button: SetTiming, going: Iterable[timing.Blocks]) -> Message:
    names = "、".join(rules.names(rules.holidays(blocks)) for blocks in going)
    act, page = ("开启", Page.COMING) if button.knob is Knob.SENDS else ("修改", Page.TIMING)
    question = f"{act}后，{names}节前提醒的发送时间已到，将立即发送给全体党员。确认{act}吗？"
    return really(question, Choice(f"确认{act}", replace(button, sure=1)), Choice(f"不{act}", TurnPage(page)))


def planned(knob: Knob, found: Iterable[Planned], tz: tzinfo) -> list[str]:
    """原定9月26日（周二）09:00发送的中秋、国庆节前提醒: what would not go."""
    what = "第二次提醒" if knob is Knob.SECOND_LINE else "节前提醒"
    return [f"原定{moment_words(when, tz)}发送的{names}{what}" for names, when in found]


def sure_to_switch_off(button: SetTiming, planned: Sequence[str]) -> Message:
    """Asked where there is something that would not go."""
    question = f"关闭后，{'、'.join(planned)}不再自动发送。确认关闭吗？"
    no = Choice("不关闭", TurnPage(Page.COMING))
    return really(f"【节前提醒】{question}", Choice("确认关闭", replace(button, sure=1)), no)


def preview(one: Coming, card: Message, now: datetime, tz: tzinfo) -> list[Message]:
    """Exactly as it will look; its buttons do nothing yet."""
    rows = [[Choice(choice.label, Sample()) for choice in row] for row in card.rows]
    return [Message(f"预览：{_names(one)}节前提醒，{_when(one, now, tz)}。"), Message(card.text, rows)]


def ask_day(one: Coming) -> str:
    example = short_day(one.blocks[0].last_working_day)
    return f"【{_names(one)}节前提醒】请选择发送日期，或直接发送一个工作日，例如：{example}。"


def ask_text(one: Coming) -> str:
    return (
        f"【{_names(one)}节前提醒】请发送这一次提醒的全文，不超过{LONGEST_OWN}字。"
        f"写{messages.NAMES}的地方自动换成节日名称，请点“已阅”的日期自动加在末尾。"
    )


# --- timing --------------------------------------------------------------------------------------------------------


def timing_page(now_set: Timing) -> Message:
    """时间设置: what holds for all reminders of the branch."""
    second = "已开启" if now_set.second_line else "未开启"
    lines = [
        "【时间设置】",
        f"提前天数：放假前第{now_set.lead}个工作日",
        f"发送时间：{now_set.hour:%H:%M}",
        f"合并提醒：{_merge(now_set.merge)}",
        f"第二次提醒：{second}，{timing.LONG}天以上假期前最后一个工作日{timing.SECOND_AT:%H:%M}，只提醒未阅的同志",
    ]
    taps = [
        Choice("提前天数", TurnPage(Page.LEAD)),
        Choice("发送时间", TurnPage(Page.HOUR)),
        Choice("合并提醒", TurnPage(Page.MERGE)),
        BACK,
    ]
    return Message("\n".join(lines), two_a_row(taps))


def _merge(days: int) -> str:
    return f"相隔不超过{days}个工作日的假期一并提醒" if days else "每个假期各自提醒"


def choose_lead() -> Message:
    taps = [Choice(f"{days}个工作日", SetTiming(Knob.LEAD, days)) for days in timing.LEADS]
    return Message("【提前天数】放假前第几个工作日发送？", two_a_row([*taps, TO_TIMING]))


def choose_hour() -> Message:
    taps = [Choice(f"{hour:%H:%M}", SetTiming(Knob.HOUR, hour.hour * MINUTES + hour.minute)) for hour in timing.HOURS]
    return Message("【发送时间】当天几点发送？", two_a_row([*taps, TO_TIMING]))


def choose_merge() -> Message:
    taps = [Choice(f"{days}个工作日" if days else "不合并", SetTiming(Knob.MERGE, days)) for days in timing.MERGES]
    return Message("【合并提醒】两个假期相隔不超过几个工作日时，一并提醒？", two_a_row([*taps, TO_TIMING]))


# --- wording -------------------------------------------------------------------------------------------------------


def wording_page(settings: Mapping[str, Any]) -> Message:
    """文字设置: what the branch words itself."""
    chosen = messages.chosen_bans(settings)
    lines = ["【文字设置】", *(f"{word}：{_kept(settings, field)}" for field, word in FIELDS.items())]
    lines.append(f"严禁事项：{f'已选{len(chosen)}条' if chosen else '未选'}")
    taps = [Choice(word, Reword(field)) for field, word in FIELDS.items()]
    taps += [Choice("严禁事项", TurnPage(Page.BANS)), Choice("预览", TurnPage(Page.SAMPLE)), BACK]
    return Message("\n".join(lines), two_a_row(taps))


def _kept(settings: Mapping[str, Any], field: Field) -> str:
    kept = str(settings.get(field) or "").strip()
    return cut(kept, SHOWN_WORDS) or ("通用文字" if field is Field.TEXT else "无")


def ask_words(field: Field) -> str:
    lines = [f"【{FIELDS[field]}】请发送文字，不超过{LIMITS[field]}字。"]
    if field is Field.TEXT:
        lines.append(f"写{messages.NAMES}的地方自动换成节日名称，例如：{messages.NAMES}将至，请严守纪律，廉洁过节。")
    if field is Field.PHONE:
        lines.append("例如：12388，或本单位的监督举报电话。")
    return "\n".join(lines)


def unword(field: Field, settings: Mapping[str, Any]) -> list[Choice]:
    """The way back to what is usual, from what the branch has worded itself."""
    kept = bool(str(settings.get(field) or "").strip())
    return [Choice("恢复通用文字" if field is Field.TEXT else "清除", Unword(field))] if kept else []


def bans_page(settings: Mapping[str, Any]) -> Message:
    """The stock list; what is ticked is said in every reminder."""
    chosen = messages.chosen_bans(settings)
    lines = [
        "【严禁事项】点选的事项写在每次提醒中，再点一次不写。",
        *(f"{_tick(number, chosen)}{text}" for number, text in _bans()),
    ]
    taps = [Choice(f"{_tick(number, chosen)}{word}", TickBan(number)) for number, (word, _) in messages.BANS.items()]
    return Message("\n".join(lines), two_a_row([*taps, Choice("预览", TurnPage(Page.SAMPLE)), TO_WORDING]))


def _bans() -> Iterable[tuple[int, str]]:
    return ((number, text) for number, (_, text) in messages.BANS.items())


def _tick(number: int, chosen: Sequence[int]) -> str:
    return "✓ " if number in chosen else ""
