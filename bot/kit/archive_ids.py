"""The ids of the records of an archive: those that they came with, and new ones for what was made in chat. No I/O."""

from collections.abc import Callable, Mapping


def numbered(letter: str | Callable[[int], str], kept: Mapping[int, str | None]) -> dict[int, str]:
    """A record made in chat gets its number, and a letter behind it where the archive had that id already.

    letter: before the number, of all or by row. kept: the ids that the rows came with.
    """
    taken = {known for known in kept.values() if known}
    found: dict[int, str] = {}
    for row_id, known in kept.items():
        mine = known or f"{letter if isinstance(letter, str) else letter(row_id)}{row_id}"
        while known is None and mine in taken:
            mine += "x"
        taken.add(mine)
        found[row_id] = mine
    return found
