"""Questions that every feature has: a text, a day, a time of day, a choice; each read, and doubted, in one way."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.kit.access import Right
from bot.kit.clock_words import Clock
from bot.kit.dates import read_clock, read_typed
from bot.kit.form_fields import Action, Doubt, Field, Options, Values
from bot.kit.forms import Form
from bot.kit.handlers import Call
from bot.kit.refusal import Refusal
from bot.kit.replies import Choice, Reply
from bot.kit.typed_days import no_day, only_day, please_send, the_days
from bot.kit.words import dated, day_words, short_day
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
    options: Options = lambda session, call, values: (),
    below: Callable[[Session, Call, Values], Sequence[Choice]] = lambda session, call, values: (),
    optional: Sequence[str] = (),
    what: str = "",
    longest: int | None = None,
) -> Form:
    """A form of a text alone, taken as it is typed. Of several keys the one that is named `only` where it is opened.

    optional: those of them that may be left empty, by 不填写. what, longest: as of a Field.
    """

    def field(key: str) -> Field:
        none = [("", "不填写")] if key in optional else []
        return Field(
            key,
            "",
            options=lambda session, call, values: [*options(session, call, values), *none],
            read=lambda session, call, said: {key: said},
            when=lambda values: values.get("only", key) == key,
            optional=key in optional,
            below=below,
            what=what,
            longest=longest,
        )

    return Form(
        name=name,
        code=code,
        again=again,
        fields=[field(key) for key in keys],
        summary=lambda session, call, values: "",
        confirm="",
        actions=(Action("take", "", take),),
        right=right,
        at_once=True,
        question=ask,
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
    """A day, kept as 2023-07-07. One that may be two is asked about before it is taken, and a day off is.

    past: a day that has gone by is asked about too, and this is what it is called to enter one (补报); not_past: it is
    refused with these words; neither: it is as good as any. clock: the field whose time may be typed beside the day.
    """

    def read(session: Session, call: Call, said: str) -> Values:
        typed = the_days(said, call.today, example)
        days = [day for day in typed.days if not (not_past and day < call.today)]
        if not days:
            raise Refusal(not_past)
        if typed.clock is not None and not clock:
            raise Refusal(only_day(example))
        if abs(days[0] - call.today) > far:
            raise Refusal(no_day(example))
        return _kept(key, days) | (_kept_clock(clock, typed.clock) if typed.clock else {})

    def doubts(session: Session, call: Call, values: Values) -> Sequence[Doubt | None]:
        found, either = date.fromisoformat(values[key]), values.get(_either(key)) or []
        which = _which([date.fromisoformat(one) for one in either], call.today) if values[key] in either else None
        return which, doubtful_day(found, call.today, calendar_of(session, call.me.branch_id), past)

    return Field(key, ask, read=read, accepts=_is_day(bool(not_past), far), doubts=doubts, **more)


def _kept(key: str, days: Sequence[date]) -> dict[str, Any]:
    """A typed day among the values, the likeliest first; beside it those that it may mean."""
    return {key: days[0].isoformat(), _either(key): [day.isoformat() for day in days] if len(days) > 1 else []}


def _either(key: str) -> str:
    return f"{key}_either"


def _which(days: Sequence[date], today: date) -> Doubt:
    """28号, typed on the 4th."""
    said = sorted(days)
    return Doubt(
        f"是{'，还是'.join(dated(day, today) for day in said)}？",
        [(day.isoformat(), short_day(day)) for day in said],
        again="重选日期",
    )


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
    ask = f"{dated(found, today)}{why}，确认{past if gone else '是这一天'}吗？"
    return Doubt(ask, [(found.isoformat(), f"确认{sure}")], again="重选日期")


def _off(found: date, calendar: Calendar) -> str:
    blocks = [block for year in (found.year - 1, found.year) for block in calendar.blocks(year)]
    names = [name for block in blocks if block.start <= found <= block.end for _, name in block.festivals]
    if names:
        return f"是{'、'.join(names)}假期"
    return "是周末" if found.weekday() >= 5 else "是休息日"


# --- a time of day ---------------------------------------------------------------------------------------------------


def clock(key: str, ask: str, *, offered: Sequence[str] = (), of: str = "", past: str = "", **more: Any) -> Field:
    """A time of day, kept as 14:30. One before 07:00 is asked about before it is taken, unless 凌晨 is said with it.

    of: the field of the day, which is answered too where a day is typed with the time. past: one that has gone by today
    is asked about as well, and this is what it is called to enter it.
    """

    def read(session: Session, call: Call, said: str) -> Values:
        at = read_clock(said)
        if at is not None:
            return _kept_clock(key, at)
        typed = read_typed(said, call.today)
        if typed is None or typed.clock is None:
            raise Refusal(f"没有看懂时间，{please_send('14:30')}")
        days = the_days(said, call.today, "7月7日 14:30").days
        if not of or abs(days[0] - call.today) > FAR:
            raise Refusal(f"这里只需要时间，{please_send('14:30')}")
        return {**_kept(of, days), **_kept_clock(key, typed.clock)}

    def doubts(session: Session, call: Call, values: Values) -> Sequence[Doubt | None]:
        at = time.fromisoformat(values[key])
        today = past and values.get(of) == call.today.isoformat()
        slip = None if values.get(_sure(key)) else doubtful_time(at)
        return slip, _gone_today(at, call, past) if today else None

    options = fixed({at: at for at in offered})
    return Field(key, ask, options=options, read=read, accepts=_is_time, doubts=doubts, **more)


def _kept_clock(key: str, clock: Clock) -> dict[str, Any]:
    """A typed time among the values, and whether nothing is to be asked about its half of the day."""
    return {key: f"{clock.at:%H:%M}", _sure(key): clock.sure}


def _sure(key: str) -> str:
    return f"{key}_sure"


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
