"""Who was elected is to have the office: offered as the roster's own step once the election is approved (kinds 3)."""

from collections.abc import Mapping, Sequence

from bot.features.accounts.rules import SEATS
from bot.features.register.rules import View
from bot.features.register.values import Called
from bot.kit.buttons import Button
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
# Whose seat is no office of the branch.
DELEGATE = "代表"


def offered(view: View, called: Called, held: Mapping[int, frozenset[Duty]]) -> tuple[Sequence[str], Sequence[Choice]]:
    """What is said and offered below an approved election. `held`: the offices that people of the roster have."""
    how, fact = view.kind.appoints, view.fact
    if how is None or fact is None or fact.state != how.state or view.withdrawn_at is not None:
        return (), ()
    lines: list[str] = []
    found: list[Choice] = []
    for row in view.of(how.rows):
        office = str(row.fields.get(how.office) or "")
        people = [one["id"] for one in row.fields.get(how.person) or [] if one.get("id") in held]
        elected = all(row.fields.get(key) == code for key, code in how.where.items())
        if not elected or not people or office.endswith(DELEGATE):
            continue
        duty = office_of(office)
        if duty is not None and duty in held[people[0]]:
            continue
        if duty in SEATS:
            lines = [HAND_OVER]
        else:
            day = int(f"{fact.since:%Y%m%d}")
            button: Button = Appoint(people[0], duty.value if duty is not None else "", day)
            said = DUTIES[duty] if duty is not None else office
            found.append(Choice(label(f"任命{called.people.get(people[0], '')}{said and f'（{said}）'}", 20), button))
    field, code = how.term
    if view.fields.get(field) == code and view.kind.dated:
        found.append(Choice("登记任期", BeginTerm(int(str(view.fields[view.kind.dated]).replace("-", "")))))
    return lines, found


def office_of(words: str) -> Duty | None:
    """组织委员, 支部书记: the office that the words name."""
    said = name_key(words)
    return _SHORT.get(said) or _SHORT.get(name_key(said.removeprefix("党支部").removeprefix("支部")))
