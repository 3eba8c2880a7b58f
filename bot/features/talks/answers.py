"""What the answers of the form of a talk mean: people by number or name, the day, whatever is taken for granted."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy.orm import Session

from bot.features.talks import messages, reading, rules, service
from bot.features.talks.rules import Held, Party, Said, Wanted
from bot.kit.form_fields import Doubt, Field, Values
from bot.kit.handlers import Call
from bot.kit.lists import label, told_apart
from bot.kit.names import called, clean_name
from bot.kit.refusal import Refusal
from bot.kit.typed_days import at_odds
from storage.choices import TalkKind, TalkMode
from storage.roster import Member, roster

SEVERAL, OUTSIDE, NONE = "several", "EXT:", "0"
SAME_NAMES = "名叫“{}”的同志不止一人，请点按钮选择。"
NOT_UNDERSTOOD = f"请发送姓名，例如：甲三、乙四，每个姓名不超过{rules.LONGEST_NAME}字。"


def day_of(call: Call, values: Values) -> date:
    """Today, unless another day is said."""
    return date.fromisoformat(values["day"]) if values.get("day") else call.today


def party(value: str) -> Party:
    return Party(0, value.removeprefix(OUTSIDE)) if value.startswith(OUTSIDE) else Party(int(value))


def as_value(one: Party) -> str:
    return str(one.id) if one.id else f"{OUTSIDE}{one.name}"


def talkees_of(values: Values) -> tuple[Party, ...]:
    listed = values.get("people") or [] if values.get("who") == SEVERAL else [values.get("who") or ""]
    return tuple(dict.fromkeys(party(one) for one in listed if one))


def wanted(session: Session, call: Call, values: Values, *, written: bool = False) -> Wanted:
    talkees = talkees_of(values)
    mode = values.get("mode") or (TalkMode.COLLECTIVE if len(talkees) > 1 else TalkMode.IN_PERSON)
    on = day_of(call, values)
    return Wanted(
        on=on,
        talker=party(values.get("talker") or str(call.me.id)),
        talkees=talkees,
        kind=TalkKind(values.get("kind") or TalkKind.HEART_TO_HEART),
        mode=TalkMode(mode),
        written=written,
        campaign_id=_campaign(session, call, values, on),
    )


def _campaign(session: Session, call: Call, values: Values, on: date) -> int | None:
    """As it was chosen; else the one that is running on that day and ends first."""
    if values.get("campaign"):
        return int(values["campaign"]) or None
    return next((one.id for one in reading.running(session, call.me.branch_id, on)), None)


def given_of(talk: Held) -> dict[str, object]:
    """What there is already, as answers."""
    people = [as_value(one) for one in talk.talkees]
    who = {"who": people[0]} if len(people) == 1 else {"who": SEVERAL, "people": people}
    return {
        **who,
        "day": talk.on.isoformat(),
        "talker": as_value(talk.talker),
        "kind": talk.kind.value,
        "mode": talk.mode.value,
        "campaign": str(talk.campaign_id or NONE),
    }


# --- people -----------------------------------------------------------------------------------------------------------


def labelled(found: Sequence[Member]) -> list[tuple[str, str]]:
    names = told_apart(found, lambda one: one.name, lambda one: one.group_name, lambda one: f"{one.id}号")
    return [(str(one.id), label(name)) for one, name in zip(found, names, strict=True)]


def read_people(session: Session, call: Call, text: str) -> list[str]:
    """Typed names: of the roster, else of outsiders."""
    names = rules.names_in(text)
    if not names:
        raise Refusal(NOT_UNDERSTOOD)
    return resolved(session, call, names)


def resolved(session: Session, call: Call, names: Sequence[str]) -> list[str]:
    """Who are called so, as values: on the roster of today, else outsiders; 甲三 乙四 are two where both are there."""
    here = roster(session, call.me.branch_id, call.today)
    return [_resolved(here, one) for name in names for one in _parted(here, name)]


def _parted(here: Sequence[Member], name: str) -> list[str]:
    parts = name.split()
    return parts if not called(here, name) and all(called(here, one) for one in parts) else [name]


def _resolved(here: Sequence[Member], name: str) -> str:
    found = called(here, name) or called(here, rules.without_with(name))
    if len(found) > 1:
        raise Refusal(SAME_NAMES.format(found[0].name))
    if not found and rules.is_no_name(name):
        raise Refusal(NOT_UNDERSTOOD)
    return str(found[0].id) if found else f"{OUTSIDE}{clean_name(name)}"


def said_in(session: Session, call: Call, said: Said) -> Values:
    """All that a sentence answers."""
    if said.at_odds is not None:
        raise Refusal(at_odds(said.at_odds))
    people = resolved(session, call, said.names)
    who = {"who": people[0]} if len(people) == 1 else {"who": SEVERAL, "people": people}
    day = {"day": said.on.isoformat()} if said.on is not None else {}
    return {**who, **day, "kind": said.kind.value}


def read_who(session: Session, call: Call, text: str) -> Values:
    """今天和甲三谈话 says it all here too; else names."""
    said = rules.read(text, call.today)
    if said is not None:
        return said_in(session, call, said)
    found = read_people(session, call, text)
    return {"who": found[0]} if len(found) == 1 else {"who": SEVERAL, "people": found}


def read_several(session: Session, call: Call, text: str) -> Values:
    """The same where several are chosen."""
    answered = dict(read_who(session, call, text))
    alone = answered.pop("who")
    return {"people": [alone], **answered}


def _outsiders(values: Sequence[str]) -> Doubt | None:
    """Somebody on no roster is asked about: it may be a slip."""
    names = [one.removeprefix(OUTSIDE) for one in values if one.startswith(OUTSIDE)]
    if not names:
        return None
    ask = f"名册中没有“{'、'.join(names)}”，确认是支部以外的人员吗？"
    return Doubt(ask, [("", "确认")], again="重新选择")


def outside(key: str) -> Callable[[Session, Call, Values], Sequence[Doubt | None]]:
    def doubts(session: Session, call: Call, values: Values) -> Sequence[Doubt | None]:
        value = values[key]
        return (_outsiders(value if isinstance(value, list) else [value]),)

    return doubts


def no_twin(field: Field) -> Field:
    """Before one more of the same day, people and kind is recorded it is asked about."""

    def doubts(session: Session, call: Call, values: Values) -> Sequence[Doubt | None]:
        ask = "" if values.get("talk") else twin(session, call, values)
        again = Doubt(ask, [("", "再记一条")], again="重新选择") if ask else None
        return (*field.doubts(session, call, values), again)

    return replace(field, doubts=doubts)


def twin(session: Session, call: Call, values: Values) -> str:
    """What is asked where such a one stands already."""
    talkees = talkees_of(values)
    said = wanted(session, call, values)
    if not talkees or not service.is_there(session, call.me.branch_id, said):
        return ""
    return f"{messages.people(talkees, reading.names(session, talkees))}：{service.SAME}"
