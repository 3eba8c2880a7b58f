"""Questions that every feature has: a text, a day, a time of day, a choice; each read, and doubted, in one way."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.kit.access import Right
from bot.kit.dates import parse_day, parse_moment, parse_time
from bot.kit.form_fields import Action, Doubt, Field, Options, Values
from bot.kit.forms import Form
from bot.kit.handlers import Call
from bot.kit.refusal import Refusal
from bot.kit.replies import Choice, Reply
from bot.kit.words import day_words, short_day
from scheduler.calendar.days import Calendar
from scheduler.calendar.store import calendar_of

EARLIEST = time(7)
# Further away nobody means a day.
FAR = timedelta(days=3 * 366)
NOON, EVENING = 12, 18


def fixed(words: Mapping[Any, str]) -> Options:
    """Options that are the same for everybody."""
    listed = [(str(value), word) for value, word in words.items()]
    return lambda session, call, values: listed


def text(key: str, ask: str, what: str, longest: int, **more: Any) -> Field:
    """One line of at most so many letters; `what` it is called when it is too long."""

    def read(session: Session, call: Call, said: str) -> Values:
        line = " ".join(said.split())
        if not line or len(line) > longest:
            raise Refusal(f"请发送不超过{longest}字的{what}。")
        return {key: line}

    return Field(key, ask, read=read, what=what, longest=longest, **more)


def one_text(
    name: str,
    code: str,
    again: str,
    ask: Callable[[Session, Call, Values], str],
    take: Callable[[Session, Call, Values], Reply],
    right: Right,
    *keys: str,
    below: Callable[[Session, Call, Values], Sequence[Choice]] = lambda session, call, values: (),
) -> Form:
    """A form of a text alone, taken as it is typed. Of several keys the one that is named `only` where it is opened."""

    def field(key: str) -> Field:
        return Field(
            key,
            "",
            read=lambda session, call, said: {key: said},
            when=lambda values: values.get("only", key) == key,
            below=below,
        )

    return Form(
        name=name,
        code=code,
        again=again,
        fields=[field(key) for key in keys],
        summary=ask,
        confirm="",
        actions=(Action("take", "", take),),
        right=right,
        at_once=True,
    )


# --- a day -----------------------------------------------------------------------------------------------------------


def day(
    key: str,
    ask: str,
    *,
    example: str = "7月7日",
    past: str = "",
    not_past: str = "",
    clock: str = "",
    far: timedelta = FAR,
    **more: Any,
) -> Field:
    """A day, kept as 2023-07-07. A day off is asked about before it is taken.

    past: a day that has gone by is asked about too, and this is what it is called to enter one (补报); not_past: it is
    refused with these words; neither: it is as good as any. clock: the field whose time may be typed beside the day.
    """

    def read(session: Session, call: Call, said: str) -> Values:
        found = parse_day(said, call.today)
        if found is None or abs(found - call.today) > far:
            raise Refusal(f"没有看懂日期，请按“{example}”的样子发送。")
        if not_past and found < call.today:
            raise Refusal(not_past)
        at = parse_moment(said, call.now, call.tz) if clock else None
        return {key: found.isoformat(), **({clock: f"{at:%H:%M}"} if at else {})}

    def doubt(session: Session, call: Call, value: str) -> Doubt | None:
        return doubtful_day(date.fromisoformat(value), call.today, calendar_of(session, call.me.branch_id), past)

    return Field(key, ask, read=read, accepts=_is_day(bool(not_past), far), doubt=doubt, **more)


def _is_day(not_past: bool, far: timedelta) -> Any:
    """A day that a card offered earlier is still a day."""

    def accepts(call: Call, value: str) -> bool:
        try:
            found = date.fromisoformat(value)
        except ValueError:
            return False
        return found.isoformat() == value and abs(found - call.today) <= far and not (not_past and found < call.today)

    return accepts


def doubtful_day(found: date, today: date, calendar: Calendar, past: str = "") -> Doubt | None:
    """A day that has gone by, and a day off."""
    gone = bool(past) and found < today
    off = "" if calendar.is_working_day(found) else _off(found, calendar)
    if not gone and not off:
        return None
    sure = past if gone else short_day(found)
    why = "，".join(filter(None, ["已经过去" if gone else "", off]))
    ask = f"{day_words(found)}{why}，确认{past if gone else '是这一天'}吗？"
    return Doubt(ask, [(found.isoformat(), f"确认{sure}")], again="重选日期")


def _off(found: date, calendar: Calendar) -> str:
    blocks = [block for year in (found.year - 1, found.year) for block in calendar.blocks(year)]
    names = [name for block in blocks if block.start <= found <= block.end for _, name in block.festivals]
    if names:
        return f"是{'、'.join(names)}假期"
    return "是周末" if found.weekday() >= 5 else "是休息日"


# --- a time of day ---------------------------------------------------------------------------------------------------


def clock(key: str, ask: str, *, offered: Sequence[str] = (), of: str = "", past: str = "", **more: Any) -> Field:
    """A time of day, kept as 14:30. One before 07:00 is asked about before it is taken.

    of: the field of the day, which is answered too where a day is typed with the time. past: one that has gone by today
    is asked about as well, and this is what it is called to enter it.
    """

    def read(session: Session, call: Call, said: str) -> Values:
        both = parse_moment(said, call.now, call.tz) if of else None
        if both is not None and abs(both.date() - call.today) <= FAR:
            return {of: both.date().isoformat(), key: f"{both:%H:%M}"}
        at = parse_time(said)
        if at is None:
            raise Refusal("没有看懂时间，请按“14:30”的样子发送。")
        return {key: f"{at:%H:%M}"}

    def doubt(session: Session, call: Call, value: str) -> Doubt | None:
        return doubtful_time(time.fromisoformat(value))

    def passed(session: Session, call: Call, values: Values) -> Doubt | None:
        today = past and values.get(of) == call.today.isoformat()
        return _gone_today(time.fromisoformat(values[key]), call, past) if today else None

    options = fixed({at: at for at in offered})
    return Field(key, ask, options=options, read=read, accepts=_is_time, doubt=doubt, passed=passed, **more)


def _gone_today(at: time, call: Call, past: str) -> Doubt | None:
    """A start that is over: what it starts needs no notice any more."""
    if datetime.combine(call.today, at, call.tz) > call.now:
        return None
    ask = f"{day_words(call.today)}{at:%H:%M}已经过去，确认{past}吗？"
    return Doubt(ask, [(f"{at:%H:%M}", f"确认{past}")], again="重选时间")


def _is_time(call: Call, value: str) -> bool:
    try:
        return f"{time.fromisoformat(value):%H:%M}" == value
    except ValueError:
        return False


def doubtful_time(at: time) -> Doubt | None:
    """2:30 for 14:30 is the commonest slip."""
    if at >= EARLIEST:
        return None
    meant, said = at.replace(hour=at.hour + NOON), f"{at.hour}:{at:%M}"
    half = "中午" if at.hour == 0 else "下午" if meant.hour < EVENING else "晚上"
    spoken = f"{half}{at.hour or NOON}:{at:%M}"
    return Doubt(
        f"是{spoken}（{meant:%H:%M}）吗？", [(f"{meant:%H:%M}", f"{meant:%H:%M}"), (f"{at:%H:%M}", f"就是{said}")]
    )
