"""Who was elected is to have the office: offered as the roster's own step once the election is approved (kinds 3)."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from bot.features.accounts.rules import SEATS
from bot.features.register.rules import View
from bot.features.register.values import Called
from bot.kit.doors import Appoint, BeginTerm
from bot.kit.glossary.choices import DUTIES
from bot.kit.lists import label
from bot.kit.names import name_key
from bot.kit.replies import Choice
from storage.choices import Duty

HAND_OVER = "书记、副书记职务请办理“移交书记职务”。"
_SHORT = {
    name_key(word.removeprefix("支部")): duty for duty, word in DUTIES.items() if duty is not Duty.COMMITTEE_OFFICER
}
# A term that lasts longer than that after the election is not the one before it.
NEXT_TERM = timedelta(days=366)
_LEADER, _ON_THE_COMMITTEE = "小组长", "委员"


def offered(
    view: View, called: Called, held: Mapping[int, frozenset[Duty]], term: date | None
) -> tuple[Sequence[str], Sequence[Choice]]:
    """What is said and offered below an approved election. `held`: the offices that people of the roster have; `term`:
    until when that of the committee lasts, as the roster knows it.
    """
    how, fact = view.kind.appoints, view.fact
    if how is None or fact is None or fact.state != how.state or view.withdrawn_at is not None:
        return (), ()
    if any(view.fields.get(key) in codes for key, codes in how.but.items()):
        return (), ()
    lines: list[str] = []
    found: list[Choice] = []
    for row in view.of(how.rows):
        people = [one["id"] for one in row.fields.get(how.person) or [] if one.get("id") in held]
        duty = office_of(str(row.fields.get(how.office) or ""))
        elected = all(row.fields.get(key) == code for key, code in how.where.items())
        if not elected or not people or duty is None or duty in held[people[0]]:
            continue
        if duty in SEATS:
            lines = [HAND_OVER]
        else:
            button = Appoint(people[0], duty.value, int(f"{fact.since:%Y%m%d}"), 0)
            found.append(Choice(label(f"任命{called.people.get(people[0], '')}（{DUTIES[duty]}）", 20), button))
    field, code = how.term
    day = date.fromisoformat(view.fields[view.kind.dated]) if view.kind.dated in view.fields else None
    if view.fields.get(field) == code and day is not None and (term is None or term <= day + NEXT_TERM):
        found.append(Choice("登记任期", BeginTerm(int(f"{day:%Y%m%d}"), 0)))
    return lines, found


def office_of(words: str) -> Duty | None:
    """组织委员, 支部书记, 第一党小组组长: the office that the words name; 统战委员 is one on the committee."""
    said = name_key(words)
    known = _SHORT.get(said) or _SHORT.get(name_key(said.removeprefix("党支部").removeprefix("支部")))
    if known is not None:
        return known
    if said.endswith((_LEADER, "小组组长")):
        return Duty.GROUP_LEADER
    return Duty.COMMITTEE_MEMBER if said.endswith(_ON_THE_COMMITTEE) else None
