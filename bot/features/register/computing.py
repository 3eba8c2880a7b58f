"""What the fields of an entry come to, where nobody types that: the outcome of an election. Plain values only."""

from collections.abc import Callable, Mapping, Sequence

from bot.features.register.values import Json
from bot.kit.voting import Ballots, elect

# By the name of a row: what stands in it. The entry itself is None.
Computed = Mapping[int | None, Json]
Rows = Sequence[tuple[int, Json]]


def election(fields: Json, rows: Rows) -> Computed:
    """Invalid with more ballots than were handed out, than people were there, or than came back; elected by more than
    half of those present, at most as many as there are seats. At the last seat a tie elects neither (kinds 3).
    """
    numbers = {key: _number(fields.get(key)) for key in ("present", "issued", "returned", "valid", "seats")}
    good = Ballots(numbers["issued"], numbers["returned"], numbers["valid"]).good(numbers["present"])
    return with_outcome(good, numbers["present"], numbers["seats"], rows)


def with_outcome(good: bool, present: int | None, seats: int | None, rows: Rows) -> Computed:
    """The same where it is known whether it is valid, and how many were there."""
    votes = {number: held.get("votes") or 0 for number, held in rows}
    found: dict[int | None, Json] = {None: {"outcome": "yes" if good else "no"}}
    return found | {one: {"elected": how.value} for one, how in elect(votes, present, seats, good).items()}


def _number(value: object) -> int | None:
    """What was not counted makes nothing invalid."""
    return value if isinstance(value, int) else None


COMPUTED: Mapping[str, Callable[[Json, Rows], Computed]] = {"election": election}
