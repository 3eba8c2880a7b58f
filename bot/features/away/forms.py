"""外出: from which day, how long, where to; then the card that is confirmed."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy.orm import Session

from bot.features.away import cards, messages, rules, service
from bot.kit import leave_offers, questions
from bot.kit.access import Reach, Right, reach
from bot.kit.day_lists import Run
from bot.kit.form_fields import Action, Field, Values
from bot.kit.form_pages import CONFIRM, FIELD
from bot.kit.forms import Form
from bot.kit.handlers import Call
from bot.kit.refusal import Refusal
from bot.kit.replies import Choice, Reply
from bot.kit.typed_days import at_odds
from bot.kit.words import dated

LENGTHS = (3, 7, 15)
EXAMPLE = "请这样发送：7月3日至7月10日。"


def kept(said: rules.Said) -> Values:
    """Typed days among the values. Refuses a day that is another weekday than it says, and too long a place."""
    if said.at_odds is not None:
        raise Refusal(at_odds(said.at_odds))
    if said.last < said.first:
        raise Refusal(rules.WRONG_WAY)
    if len(said.place) > rules.LONGEST_PLACE:
        raise Refusal(f"请发送不超过{rules.LONGEST_PLACE}字的地点。")
    return {"from": said.first.isoformat(), "days": str(said.days), **({"place": said.place} if said.place else {})}


def _read_first(session: Session, call: Call, text: str) -> Values:
    """The first day, or all of them at once."""
    said = rules.read_days_alone(text, call.today)
    if said is None:
        raise Refusal(f"没有看懂日期，{EXAMPLE}")
    values = kept(said)
    return values if said.days > 1 else {"from": values["from"]}


def _read_length(session: Session, call: Call, text: str) -> Values:
    """7天, 7, or until when: 7月10日."""
    plain = text.strip().removesuffix("天").strip()
    if plain.isascii() and plain.isdecimal() and len(plain) <= 3 and int(plain):
        return {"days": str(int(plain))}
    said = rules.read_days_alone(text, call.today)
    if said is None:
        raise Refusal("没有看懂天数，请这样发送：7天，或到7月10日。")
    return kept(said)


def _is_day(call: Call, value: str) -> bool:
    """A card of yesterday offers 从今天 of that day."""
    try:
        return abs(date.fromisoformat(value) - call.today) <= rules.BACK
    except ValueError:
        return False


def _first_days(session: Session, call: Call, values: Values) -> Sequence[tuple[str, str]]:
    tomorrow = call.today + timedelta(days=1)
    return [(call.today.isoformat(), "从今天"), (tomorrow.isoformat(), "从明天")]


def _lengths(session: Session, call: Call, values: Values) -> Sequence[tuple[str, str]]:
    return [(str(days), f"{days}天") for days in LENGTHS]


def _list(session: Session, call: Call, values: Values) -> Sequence[Choice]:
    return [messages.LIST] if sees(call) else []


def sees(call: Call) -> bool:
    return reach(call.me, Right.SEE_AWAY) is not Reach.NONE


def _run(values: Values) -> Run:
    first = date.fromisoformat(values["from"])
    return Run(first, first + timedelta(days=int(values["days"]) - 1))


def _check(session: Session, call: Call, values: Values) -> None:
    """Days that are no good are refused where they are answered."""
    if values.get("from") and values.get("days"):
        service.check(session, call.me, _run(values), call.today)


def _summary(session: Session, call: Call, values: Values) -> str:
    if values.get(FIELD) != CONFIRM or not values.get("days"):
        begins = f"{dated(date.fromisoformat(values['from']), call.today)}起" if values.get("from") else ""
        return f"【外出】{begins}"
    whole, others = service.joined(session, call.me.id, _run(values), call.today)
    joins = [messages.joins(others, call.today)] if others else []
    waits = [messages.WAITS] if rules.is_decided_on(*whole) else []
    return "\n".join([messages.card(whole, values.get("place", ""), call.today), *joins, *waits])


def _overlaps(session: Session, call: Call, values: Values) -> bool:
    return bool(service.joined(session, call.me.id, _run(values), call.today)[1])


def _register(joins: bool) -> Action:
    """Only what the card has said is done: days that overlap others are joined by a button of their own."""
    label = "合并登记" if joins else "确认外出"

    def words(session: Session, call: Call, values: Values) -> str:
        return label if _overlaps(session, call, values) == joins else ""

    def run(session: Session, call: Call, values: Values) -> Reply:
        row = service.register(session, call.me, _run(values), values.get("place", ""), call.now, call.tz, joins=joins)
        for one in service.replaced_by(session, row):
            cards.close(session, call, one)
        days = (row.from_on, row.to_on)
        offers = leave_offers.of_days(session, call.me.branch_id, call.me.id, days, call.now, call.tz)
        return Reply(
            edit=messages.registered(row, call.today),
            others=[*cards.to_deciders(session, call, row), *offers],
            promised=True,
        )

    return Action("join" if joins else "save", words, run)


FORM = Form(
    name="away.form",
    code="w",
    again="外出",
    fields=(
        Field(
            "from",
            "请选择外出开始日期，或直接发送，例如：7月3日至7月10日。",
            label="开始",
            options=_first_days,
            read=_read_first,
            accepts=_is_day,
            below=_list,
            what="日期",
        ),
        Field(
            "days",
            "请选择外出天数，或直接发送，例如：10天，或到7月10日。",
            label="天数",
            options=_lengths,
            read=_read_length,
            what="天数",
        ),
        questions.text(
            "place",
            "请发送外出地点。地点只有书记、副书记和组织委员看得到。",
            "地点",
            rules.LONGEST_PLACE,
            label="地点",
            later=True,
            optional=True,
            options=questions.fixed({"": "不填写"}),
        ),
    ),
    summary=_summary,
    confirm="",
    actions=(_register(joins=False), _register(joins=True)),
    check=_check,
    called="这次外出登记",
    dropped="未登记外出。",
    leave="不登记",
)
