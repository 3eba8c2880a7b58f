"""The keyboard that stays, 更多 and the help, as the commands declare them: for each what the offices allow."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

from bot.kit.access import TABLE, Reach
from bot.kit.handlers import Command, Handler
from bot.kit.seats import Seat, Section, seat_of
from storage.audience import Me
from storage.choices import Duty

Keys = list[list[str]]
# What somebody still has who was of a branch and is of none any longer.
LEFT: Keys = [["我的数据"]]
_WIDTH = {reach: width for width, reach in enumerate(Reach)}
_ROW = 10


def offered(command: Command, duties: Collection[Duty], several: bool) -> bool:
    """Whether it is for somebody with these offices: only what is shown, every command asks for the right again."""
    if (command.several and not several) or (command.duty is not None and command.duty not in duties):
        return False
    return command.right is None or _widest(command, duties) is not None


def _widest(command: Command, duties: Collection[Duty]) -> Duty | None:
    """The office by which the command's right goes furthest; None: it gives none, or asks for none."""
    if command.right is None:
        return None
    reaches = TABLE[command.right]
    held = [duty for duty in Duty if duty in duties and reaches.get(duty, Reach.NONE) is not Reach.NONE]
    return max(held, key=lambda duty: _WIDTH[reaches[duty]], default=None)


def label_of(command: Command, duties: Collection[Duty]) -> str:
    """As it is called for somebody: a party group's leader has what is of the own group alone."""
    return (command.group_label if of_group(command, duties) else "") or command.menu


def of_group(command: Command, duties: Collection[Duty]) -> bool:
    """Whether it is only for the own party group that somebody has it: it stands on the page 本组."""
    return command.duty is None and _widest(command, duties) is Duty.GROUP_LEADER


def _mine(commands: Iterable[Command], me: Me) -> list[Command]:
    return [one for one in commands if offered(one, me.duties, len(me.places) > 1)]


def keyed(commands: Iterable[Command], me: Me) -> dict[int, Command]:
    """What stands on somebody's keys, by place; what is of several places takes the place of what is of one."""
    seat = seat_of(me.duties)
    mine = sorted(_mine(commands, me), key=lambda one: one.several)
    found = {one.keys[seat]: one for one in mine if seat in one.keys}
    return dict(sorted(found.items()))


def keyboard(commands: Iterable[Command], me: Me) -> Keys:
    """Somebody's labels, row by row; what others have besides leaves no gaps."""
    rows: dict[int, list[str]] = defaultdict(list)
    for at, command in keyed(commands, me).items():
        rows[at // _ROW].append(command.menu)
    return list(rows.values())


def digest(keys: Keys) -> str:
    """Of a keyboard: by it is known which one an account has."""
    return hashlib.sha256(json.dumps(keys, ensure_ascii=False).encode()).hexdigest()[:16]


def more(commands: Iterable[Command], me: Me) -> dict[Section, list[Command]]:
    """What somebody may do that stands on none of the own keys, by the sections of 更多."""
    on_keys, seat = keyed(commands, me).values(), seat_of(me.duties)
    mine = [one for one in _mine(commands, me) if one.more and one not in on_keys and not of_group(one, me.duties)]
    # Who serves a committee only is a member of no branch of it.
    mine = [one for one in mine if seat is not Seat.BELOW or one.parted or one.more // _ROW != Section.OWN]
    places = {one: one.desk_more if seat is Seat.DESK and one.desk_more else one.more for one in mine}
    found: dict[Section, list[Command]] = defaultdict(list)
    for command in sorted(mine, key=lambda one: places[one]):
        found[Section(places[command] // _ROW)].append(command)
    return dict(found)


def of_own_group(commands: Iterable[Command], me: Me) -> list[Command]:
    """The page 本组."""
    return sorted((one for one in _mine(commands, me) if one.group_at), key=lambda one: one.group_at)


def help_lines(commands: Iterable[Command], me: Me) -> list[str]:
    """A line for each key that needs one, for 本组, and for each section of 更多."""
    below = seat_of(me.duties) is Seat.BELOW
    # Below a committee the head of the help says what the keys of every seat mean there.
    lines = [one.help for one in keyed(commands, me).values() if one.help and (one.several or one.duty or not below)]
    group = of_own_group(commands, me) if Duty.GROUP_LEADER in me.duties else []
    if group:
        lines.append(f"本组：{'、'.join(one.group_label or one.menu for one in group)}。")
    sections = {section: found for section, found in more(commands, me).items() if section is not Section.HELP}
    if len(sections) > 1:
        lines += [f"{each.title}：{_names(found)}。" for each, found in sections.items()]
    else:
        lines += [f"更多：{_names(found)}。" for found in sections.values()]
    return lines


def _names(commands: list[Command]) -> str:
    """本组 has a line of its own."""
    return "、".join(one.menu for one in commands if one.duty is None)


def with_words(handlers: Iterable[Handler]) -> Iterator[Handler]:
    """Each command together with what may be typed for it."""
    for handler in handlers:
        yield handler
        if isinstance(handler, Command):
            yield from handler.typed
