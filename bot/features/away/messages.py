"""Every word about days away."""

from collections.abc import Sequence
from datetime import date

from bot.features.away import rules
from bot.features.away.buttons import ComeBack, DecideAway, SayMore, ShowAway, UndoAway
from bot.features.away.service import Seen, run_of
from bot.kit.day_lists import Run
from bot.kit.glossary.choices import AWAY_STATES
from bot.kit.replies import Choice, Message, Pages
from bot.kit.words import dated
from storage.choices import AwayState
from storage.models.away import AwaySpan

EFFECT = "期间不发待办提醒，活动请另行请假。"
WAITS = f"超过{rules.AT_ONCE}天的，确认后由书记、副书记或组织委员审批，批准前待办提醒照常发送。"
SAY_AGAIN = "没有看懂外出日期，请这样发送：外出 7月3日至7月10日。"
LIST = Choice("外出名单", ShowAway())
NOBODY_AWAY = "现在没有外出的同志。"
# To officers, of what they were asked to decide.
CLOSED, WITHDRAWN = Message("这条外出审批已办结。"), "这位同志已取消外出。"


def span_words(run: Run, today: date) -> str:
    """7月3日（周一）至7月10日（周一），共8天"""
    if run.first == run.last:
        return f"{dated(run.first, today)}，共1天"
    return f"{dated(run.first, today)}至{dated(run.last, today)}，共{(run.last - run.first).days + 1}天"


def _at(place: str) -> str:
    return f"，地点：{place}" if place else ""


def card(run: Run, place: str, today: date) -> str:
    """【外出】7月3日（周一）至7月10日（周一），共8天。期间不发待办提醒，活动请另行请假。"""
    return f"【外出】{span_words(run, today)}{_at(place)}。{EFFECT}"


def joins(others: Sequence[AwaySpan], today: date) -> str:
    """Above the card of the whole, where days are said already that it takes in."""
    said = "；".join(f"{span_words(run_of(one), today)}（{AWAY_STATES[one.state]}）" for one in others)
    return f"您已登记外出：{said}。是否合并？"


def registered(row: AwaySpan, today: date) -> Message:
    """What stands, with the way back: to who has just said it."""
    waits = row.state is AwayState.PENDING
    said = span_words(run_of(row), today) + _at(row.place)
    text = f"已提交外出：{said}，待审批。" if waits else f"已登记外出：{said}。{EFFECT}"
    return Message(text, [[Choice("提前返回", ComeBack(row.id)), Choice("撤销", UndoAway(row.id))]])


def own(rows: Sequence[AwaySpan], today: date, *, sees: bool) -> Message:
    """/away of who has said it already."""
    lines = [f"{span_words(run_of(one), today)}{_at(one.place)}（{AWAY_STATES[one.state]}）" for one in rows]
    numbered = [f"{number}. {line}" for number, line in enumerate(lines, 1)] if len(rows) > 1 else lines
    taps = [
        [Choice("提前返回" + (f"第{number}项" if len(rows) > 1 else ""), ComeBack(one.id))]
        for number, one in enumerate(rows[:8], 1)
    ]
    more = [Choice("登记外出", SayMore()), *([LIST] if sees else [])]
    return Message("\n".join(["【外出】您已登记：", *numbered]), [*taps, more])


def stands(row: AwaySpan, today: date) -> str:
    return f"您已登记外出：{span_words(run_of(row), today)}（{AWAY_STATES[row.state]}）。"


def undone(title: str) -> Message:
    return Message(f"已撤销外出：{title}。")


def came_back(rows: Sequence[AwaySpan], leave: Sequence[str]) -> str:
    """`leave`: the activities from which leave still stands."""
    begun = any(one.state is AwayState.ENDED for one in rows)
    done = "已登记提前返回，待办提醒照常发送。" if begun else "已取消外出。"
    still = f"{'、'.join(leave)}的请假仍然有效，能参加的请发送“取消请假”。" if leave else ""
    return f"{done}{still}"


# --- decided -------------------------------------------------------------------------------------------------------


def _asked(row: AwaySpan, name: str, today: date) -> str:
    return f"【外出审批】{name}同志外出：{span_words(run_of(row), today)}{_at(row.place)}。"


def to_decide(row: AwaySpan, name: str, today: date) -> Message:
    taps = [Choice("批准", DecideAway(row.id, 1)), Choice("不批准", DecideAway(row.id, 0))]
    return Message(_asked(row, name, today), [taps])


def waits(row: AwaySpan, name: str, today: date) -> str:
    """In 待办理."""
    return f"{name}同志外出：{span_words(run_of(row), today)}{_at(row.place)}。"


def closed(row: AwaySpan, name: str, line: str, today: date) -> Message:
    """To the others who were asked: nothing is left to be decided, and why."""
    return Message(f"{_asked(row, name, today)}\n{line}")


def decided_by(row: AwaySpan, name: str) -> str:
    """甲二同志已批准。"""
    return f"{name}同志{AWAY_STATES[row.state]}。"


def decided(row: AwaySpan, name: str, today: date) -> Message:
    """To who has decided."""
    return Message(f"{AWAY_STATES[row.state]}{name}同志外出：{span_words(run_of(row), today)}。")


def told(row: AwaySpan, today: date) -> Message:
    """To who had asked."""
    said = f"您的外出（{span_words(run_of(row), today)}）{AWAY_STATES[row.state]}"
    if row.state is AwayState.APPROVED:
        return Message(f"{said}。{EFFECT}", [[Choice("提前返回", ComeBack(row.id))]])
    return Message(f"{said}，待办提醒照常发送。")


# --- who is away -----------------------------------------------------------------------------------------------------


def away(found: Sequence[Seen], today: date) -> list[Message]:
    if not found:
        return [Message(NOBODY_AWAY)]
    lines = [
        f"{one.name}：{span_words(one.run, today)}{_at(one.place)}{_state(one.state)}。"
        for one in sorted(found, key=lambda one: (one.run.first, one.run.last))
    ]
    return [Message(text) for text in Pages().add(["【外出名单】", *lines]).texts]


def _state(state: AwayState) -> str:
    return f"（{AWAY_STATES[state]}）" if state is AwayState.PENDING else ""
