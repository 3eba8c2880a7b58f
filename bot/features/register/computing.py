"""What the fields of an entry come to, where nobody types that: the outcome of an election. Plain values only."""

from collections.abc import Callable, Mapping, Sequence

from bot.features.register.values import Json

# By the name of a row: what stands in it. The entry itself is None.
Computed = Mapping[int | None, Json]
Rows = Sequence[tuple[int, Json]]


def election(fields: Json, rows: Rows) -> Computed:
    """Invalid with more ballots than were handed out, than people were there, or than came back; elected by more than
    half of those present, at most as many as there are seats. At the last seat a tie elects neither (kinds 3).
    """
    numbers = {key: fields.get(key) for key in ("present", "issued", "returned", "valid")}
    pairs = (("returned", "present"), ("returned", "issued"), ("valid", "returned"))
    good = all(_at_most(numbers[less], numbers[more]) for less, more in pairs)
    present, seats = numbers["present"], fields.get("seats")
    votes = {number: held.get("votes") or 0 for number, held in rows}
    passed = {number: many for number, many in votes.items() if good and present is not None and 2 * many > present}
    found: dict[int | None, Json] = {None: {"outcome": "yes" if good else "no"}}
    for number, many in votes.items():
        above = sum(other >= many for other in passed.values())
        strictly = sum(other > many for other in passed.values())
        if number not in passed or (seats is not None and strictly >= seats):
            word = "no"
        elif seats is not None and above > seats:
            word = "tied"
        else:
            word = "yes"
        found[number] = {"elected": word}
    return found


def _at_most(less: object, more: object) -> bool:
    """What was not counted makes nothing invalid."""
    return not (isinstance(less, int) and isinstance(more, int)) or less <= more


COMPUTED: Mapping[str, Callable[[Json, Rows], Computed]] = {"election": election}
